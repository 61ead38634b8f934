"""Two full months of the reference units: a quarter of a million values, over the wire."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from tests.callers import issue_token
from tests.conftest import NOW, new_database
from tests.streams.gunicorn import Worker, worker

MONTHS = (202406, 202407)
_REPORTS = text("""
    INSERT INTO report (jurisdiction_id, period_id, unit_id, state, revision, version, sent_version,
                        accepted_version, created_at, changed_at, stepped_at, first_sent_at,
                        sent_at, accepted_at)
    SELECT 1, p, id, 'accepted', 2, 1, 1, 1, :at, :at, :at, :at, :at, :at
    FROM unit, unnest(CAST(:months AS int[])) p
""")
_VALUES = text("""
    INSERT INTO observation (jurisdiction_id, period_id, unit_id, version, indicator_id, value,
                             status)
    SELECT 1, r.period_id, r.unit_id, 1, i.id, r.unit_id * i.id + 0.25, 'P'
    FROM report r, indicator i
""")


@pytest.fixture(scope="module")
def engine(worker_id: str) -> Iterator[Engine]:
    """A database of these tests' own, with real commits."""
    made = make_engine(
        new_database(f"{worker_id}_streams"), pool_size=2, statement_timeout_ms=60_000
    )
    with Database(made).writing() as session:
        session.execute(_REPORTS, {"at": NOW, "months": list(MONTHS)})
        session.execute(_VALUES)
    with made.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE report, observation"))
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def service(engine: Engine) -> Iterator[Worker]:
    """A worker that serves it, asked by the operations centre."""
    token = issue_token(Database(engine), "operations", at=NOW)
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with worker(url, token) as started:
        yield started
