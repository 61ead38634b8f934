"""A real streaming replica: what it answers, when the primary does, and that nobody sees less."""

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, event, text

from indicators_api.app import connect, create_app
from indicators_api.config import Config, from_environment
from indicators_api.db.session import Database, ReplicaLost
from indicators_api.security import tokens
from tests.callers import Caller, Clock, assert_problem
from tests.factories import CITY, NEIGHBOUR, WARD, MakeReport, done, new
from tests.replica import Pair, streaming_pair, until

POOR = "XH160101"
FIGURES = f"/aggregates?period=2024-07&area={CITY}&indicator={POOR}&basis=sent"


@pytest.fixture(scope="module")
def servers() -> Iterator[Pair]:
    with streaming_pair() as made:
        yield made


@pytest.fixture(scope="module")
def settings(servers: Pair) -> Config:
    """A long wait: a busy machine replays slowly."""
    return from_environment(
        {
            "DATABASE_URL": servers.url,
            "DATABASE_REPLICA_URL": servers.standby_url,
            "INDICATORS_REPLICA_WAIT_MS": "1000",
        }
    )


@pytest.fixture(scope="module")
def shared_database(settings: Config) -> Iterator[Database]:
    made = connect(settings)
    yield made
    made.close()


@pytest.fixture
def database(shared_database: Database) -> Database:
    return shared_database


@pytest.fixture
def app(settings: Config, database: Database, clock: Clock) -> Flask:
    return create_app(settings, database=database, clock=clock)


@pytest.fixture
def pair(servers: Pair, app: Flask) -> Pair:
    """The two servers, the replica running, replaying and trusted."""
    servers.start_standby()
    servers.resume()
    until(lambda: replica(app)["used"])
    return servers


def replica(app: Flask) -> dict[str, Any]:
    """Give what health says of the replica."""
    answer = app.test_client().get("/health/ready")
    assert answer.status_code == 200
    said: dict[str, Any] = answer.get_json()["replica"]
    return said


def value(caller: Caller) -> str | None:
    """Give the sum of the city's poor households as a caller sees it."""
    rows = done(caller.get(FIGURES))["data"]
    return rows[0]["value"] if rows else None


def test_a_read_is_answered_by_the_replica(pair: Pair, operations: Caller) -> None:
    """DATABASE_REPLICA_URL: reads go there; who calls is asked of the primary."""
    done(operations.get("/units"))
    before = pair.reads_of_standby()

    done(operations.get(FIGURES))
    done(operations.get("/indicators"))

    assert pair.reads_of_standby() == before + 2


def test_health_tells_that_the_replica_is_used_and_not_behind(pair: Pair, app: Flask) -> None:
    """Health: used, with its lag in bytes and seconds."""
    assert pair.ask("SELECT 1") == 1

    assert replica(app) == {"used": True, "lag_bytes": 0, "lag_seconds": 0.0}


def test_who_wrote_reads_it_while_the_replica_stands_still(
    pair: Pair, app: Flask, client_of: Callable[..., Caller]
) -> None:
    """Read your writes, and everybody else's that were committed before one asked."""
    leader, other = client_of("leader", unit=WARD), client_of("operations")
    done(other.get("/units"))
    pair.pause()

    done(leader.post("/reports", new({POOR: 41}, step="send")), 201)
    before = pair.reads_of_standby()
    mine, theirs = leader.get(f"/reports/{WARD}/2024-07"), value(other)

    assert done(mine)["values"][POOR]["value"] == 41
    assert theirs == 41
    assert pair.reads_of_standby() == before
    lag = replica(app)
    assert lag["used"] is False
    assert lag["lag_bytes"] > 0
    assert lag["lag_seconds"] >= 0


def test_a_replica_that_has_caught_up_is_asked_again(
    pair: Pair, app: Flask, make_report: MakeReport, operations: Caller
) -> None:
    """What the primary alone knew is then the replica's answer as well."""
    pair.pause()
    make_report(unit=WARD, period="2024-06", state="sent", values={POOR: 40})
    assert replica(app)["used"] is False

    pair.resume()
    until(lambda: replica(app)["used"])
    before = pair.reads_of_standby()
    rows = done(operations.get(FIGURES.replace("2024-07", "2024-06")))["data"]

    assert [row["value"] for row in rows] == [40]
    assert pair.reads_of_standby() == before + 1


def test_a_revoked_token_ends_at_once(
    pair: Pair, database: Database, clock: Clock, operations: Caller
) -> None:
    """Tokens: the replica may still think it in force."""
    done(operations.get("/units"))
    pair.pause()

    with database.writing() as session:
        tokens.revoke(session, int(operations.token.split("_")[1]), at=clock())

    assert_problem(operations.get("/units"), 401, "unauthorized")


def test_a_version_never_goes_back_while_many_write(
    pair: Pair, make_report: MakeReport, operations: Caller
) -> None:
    """Conditional pulls: whoever polls never sees an older state, whichever server answers."""
    report = make_report(unit=NEIGHBOUR, state="draft", values={POOR: 0})
    clerk, told, finished = make_report.caller("clerk", NEIGHBOUR), [0], threading.Event()

    def write() -> None:
        seen = str(report.revision)
        for number in range(1, 60):
            answer = clerk.patch(report.url, {"values": {POOR: number}}, seen=f'"{seen}"')
            seen = str(done(answer)["revision"])
            told[0] = number
        finished.set()

    def poll() -> list[tuple[int, int]]:
        """Read the report and what was told of it before."""
        reader, read = make_report.caller("clerk", NEIGHBOUR), []
        while not finished.is_set():
            known = told[0]
            read.append((known, int(done(reader.get(report.url))["values"][POOR]["value"])))
        return read

    before = pair.reads_of_standby()
    with ThreadPoolExecutor(3) as pool:
        writing = pool.submit(write)
        polls = [pool.submit(poll) for _ in range(2)]
        writing.result()
        read = [poll.result() for poll in polls]

    for seen in read:
        assert all(known <= value for known, value in seen)
        values = [value for _, value in seen]
        assert values == sorted(values)
    assert pair.reads_of_standby() > before
    assert done(operations.get("/units"))


def test_a_replica_that_is_killed_in_mid_traffic_is_not_noticed(
    pair: Pair, app: Flask, client_of: Callable[..., Caller]
) -> None:
    """Whoever reads is answered by the primary instead, without an error; then by it again."""
    finished, begun = threading.Event(), threading.Semaphore(0)

    def read(caller: Caller) -> list[int]:
        answers = []
        while not finished.is_set():
            answers.append(caller.get(FIGURES).status_code)
            begun.release()
        return answers

    with ThreadPoolExecutor(4) as pool:
        reads = [pool.submit(read, client_of("operations")) for _ in range(4)]
        for _ in range(12):
            begun.acquire(timeout=10)
        pair.kill_standby()
        for _ in range(40):
            begun.acquire(timeout=10)
        finished.set()
        statuses = [status for answers in reads for status in answers.result()]

    assert set(statuses) == {200}
    assert replica(app) == {"used": False, "lag_bytes": None, "lag_seconds": None}
    pair.start_standby()
    until(lambda: replica(app)["used"])
    before = pair.reads_of_standby()
    assert client_of("operations").get(FIGURES).status_code == 200
    until(lambda: pair.reads_of_standby() > before, 1)


@pytest.fixture
def in_the_middle(servers: Pair) -> Iterator[Callable[[str], list[str]]]:
    """Have something done to the replica after a read's first statement there."""
    todo: list[str] = []

    def after(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        raw = connection.connection.driver_connection
        if not todo or not isinstance(raw, psycopg.Connection) or "unit" not in statement:
            return
        if raw.info.host == re.findall("host=([^&]*)", servers.standby_url)[0].replace("%2F", "/"):
            servers.ask(todo.pop().format(pid=raw.info.backend_pid), standby=True)

    event.listen(Engine, "after_cursor_execute", after)
    yield lambda query: todo.append(query) or todo
    event.remove(Engine, "after_cursor_execute", after)


def test_a_read_whose_connection_breaks_off_is_answered_by_the_primary(
    pair: Pair, operations: Caller, in_the_middle: Callable[[str], list[str]]
) -> None:
    """It has read, not written, so it is done once more."""
    done(operations.get("/units"))
    waiting = in_the_middle("SELECT pg_terminate_backend({pid}, 5000)")

    answer = operations.get(f"/completeness?period=2024-07&area={CITY}")

    assert not waiting
    assert answer.status_code == 200
    until(lambda: operations.get("/units").status_code == 200)
    assert pair.ask("SELECT 1", standby=True) == 1


def test_a_read_that_is_in_the_way_of_replaying_is_not_an_error(
    pair: Pair, database: Database
) -> None:
    """A conflict with recovery is the replica's fault alone; it is trusted on."""
    with pytest.raises(ReplicaLost):
        read_while_replaying(pair, database)

    with database.since(position(pair)).reading() as session:
        assert session.scalar(text("SELECT pg_is_in_recovery()"))


def read_while_replaying(pair: Pair, database: Database) -> None:
    """Hold a table on the replica that the primary locks whole, then go on reading."""
    with database.since(position(pair)).reading() as session:
        assert session.scalar(text("SELECT pg_is_in_recovery()"))
        session.execute(text("SELECT count(*) FROM unit"))
        with psycopg.connect(pair.url) as connection:
            connection.execute("LOCK TABLE unit IN ACCESS EXCLUSIVE MODE")
        until(lambda: pair.ask("SELECT 1", standby=True))
        session.execute(text("SELECT pg_sleep(5)"))


def position(pair: Pair) -> str:
    return str(pair.ask("SELECT pg_current_wal_flush_lsn()"))


def test_another_server_than_the_primarys_standby_is_not_asked(servers: Pair, clock: Clock) -> None:
    """A mistyped address: figures of another database would be wrong ones."""
    strange = from_environment({"DATABASE_URL": servers.url, "DATABASE_REPLICA_URL": servers.url})
    database = connect(strange)
    app = create_app(strange, database=database, clock=clock)

    for _ in range(3):
        assert replica(app)["used"] is False
    database.close()


def test_a_replica_that_was_promoted_is_not_asked() -> None:
    """It goes its own way from then on, though it has replayed all that the primary had."""
    with streaming_pair(filled=False) as alone:
        urls = {"DATABASE_URL": alone.url, "DATABASE_REPLICA_URL": alone.standby_url}
        database = connect(from_environment(urls))
        since = position(alone)
        until(lambda: is_answered_by_the_replica(database, since))

        alone.ask("SELECT pg_promote()", standby=True)
        with psycopg.connect(alone.standby_url) as promoted:
            promoted.execute("CREATE TABLE astray ()")

        for _ in range(3):
            with database.since(since).reading() as session:
                assert session.scalar(text("SELECT to_regclass('astray')")) is None
                lag = database.lag(session)
            assert lag is not None
            assert lag.used is False
        database.close()


def is_answered_by_the_replica(database: Database, since: str) -> bool:
    with database.since(since).reading() as session:
        return bool(session.scalar(text("SELECT pg_is_in_recovery()")))
