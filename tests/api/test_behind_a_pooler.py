"""The real PgBouncer in transaction mode: nothing rests on the session of a connection."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from indicators_api.aggregation import rollup
from indicators_api.api.context import wall_clock
from indicators_api.app import connect, create_app
from indicators_api.config import Config, from_environment
from indicators_api.db import migrate
from indicators_api.db.session import Database
from indicators_api.errors import ServiceUnavailable
from tests.callers import Caller, Clock
from tests.conftest import new_database
from tests.factories import CITY, done, new
from tests.pooler import CONNECTIONS, pooler_before

pytestmark = pytest.mark.committed

POOR, ALL, RATE = "XH160101", "XH020108", "XH160103"
WARDS = [f"H59.21.{number}" for number in range(11, 17)]
MONTHS = ["2024-05", "2024-06", "2024-07"]
FIGURES = f"/aggregates?period={','.join(MONTHS)}&indicator={POOR},{RATE}&measures=value,ytd"


@pytest.fixture
def pooled_url(committed_url: str) -> Iterator[str]:
    with pooler_before(committed_url) as url:
        yield url


@pytest.fixture
def clock() -> Clock:
    """The time at which the catalogue was loaded, so that it is seen by who looks back."""
    return Clock(wall_clock())


@pytest.fixture
def settings(pooled_url: str) -> Config:
    return from_environment(
        {
            "DATABASE_URL": pooled_url,
            "DATABASE_POOLER": "transaction",
            "INDICATORS_THREADS": "8",
            "INDICATORS_STATEMENT_TIMEOUT_MS": "20000",
        }
    )


@pytest.fixture
def database(settings: Config) -> Iterator[Database]:
    made = connect(settings)
    yield made
    made.close()


@pytest.fixture
def app(settings: Config, database: Database, clock: Clock) -> Flask:
    return create_app(settings, database=database, clock=clock)


@pytest.fixture
def direct(committed_url: str, clock: Clock) -> Iterator[Flask]:
    """The same application without a pooler in between."""
    settings = from_environment({"DATABASE_URL": committed_url})
    made = connect(settings)
    yield create_app(settings, database=made, clock=clock)
    made.close()


def test_many_threads_get_the_figures_that_a_direct_connection_gives(
    database: Database, direct: Flask, clock: Clock, client_of: Callable[..., Caller]
) -> None:
    """Sends, acceptances, reads and looks back at once, on fewer connections than threads."""
    reviewer, operations = client_of("reviewer", area=CITY), client_of("operations")
    leaders = {unit: client_of("leader", unit=unit) for unit in WARDS}

    now = quote(clock().isoformat())

    def work(number: int) -> list[str]:
        unit, seen = WARDS[number], []
        for month in MONTHS:
            values = {POOR: 40 + number, ALL: 1000 * (number + 1)}
            body = new(values, unit=unit, period=month, step="send", comment="Counted twice.")
            sent = done(leaders[unit].post("/reports", body), 201)
            done(reviewer.post(f"/reports/{unit}/{month}/accept", seen=sent["revision"]))
            seen.append(done(operations.get(FIGURES))["as_of"])
            assert done(operations.get(f"{FIGURES}&as_of={now}"))
        return seen

    with ThreadPoolExecutor(len(WARDS)) as pool:
        moments = [moment for seen in pool.map(work, range(len(WARDS))) for moment in seen]

    pooled = done(operations.get(FIGURES))["data"]
    same = Caller(direct.test_client(), operations.token)
    assert pooled == done(same.get(FIGURES))["data"]
    poor = [row["value"] for row in pooled if row["indicator"] == POOR]
    assert poor == [sum(range(40, 46))] * len(MONTHS)
    assert all(moment.endswith("+07:00") for moment in moments)
    with database.reading() as session:
        assert rollup.verify(session, 1) == []


def test_settings_end_with_the_transaction(database: Database, pooled_url: str) -> None:
    """A statement timeout and a time zone of ours are not left to whoever comes next."""
    ours = text("SELECT current_setting('TimeZone'), current_setting('statement_timeout')")
    with database.reading() as session:
        assert session.execute(ours).one() == ("Asia/Ho_Chi_Minh", "20s")

    for _ in range(CONNECTIONS):
        with psycopg.connect(pooled_url) as other:
            assert other.execute(str(ours)).fetchone() == ("UTC", "0")


def test_a_statement_is_cut_at_the_timeout(pooled_url: str) -> None:
    """`INDICATORS_STATEMENT_TIMEOUT_MS` holds behind a pooler too."""
    short = {"DATABASE_POOLER": "transaction", "INDICATORS_STATEMENT_TIMEOUT_MS": "100"}
    database = connect(from_environment({"DATABASE_URL": pooled_url, **short}))

    with pytest.raises(ServiceUnavailable), database.reading() as session:
        session.execute(text("SELECT pg_sleep(5)"))

    database.close()


LOCKS = """
    SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE l.locktype = 'advisory' AND d.datname = current_database()
"""


def test_migrations_run_through_the_pooler_and_give_their_turn_back(worker_id: str) -> None:
    """The turn is a lock of a transaction: none stays on a connection that others get."""
    empty = new_database(f"{worker_id}_unmigrated", template=False)

    with pooler_before(empty) as url:
        migrate.upgrade(url)
        migrate.upgrade(url)
        with psycopg.connect(url) as connection:
            locks = connection.execute(LOCKS)
            assert locks.fetchone() == (0,)
            there = connection.execute("SELECT version_num FROM alembic_version").fetchone()

    assert there == (migrate.newest(),)
