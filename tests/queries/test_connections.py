"""Connections of the pool: what the server closed is replaced, what each transaction is, is so."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database

MINE = text("SELECT pg_backend_pid()")


@pytest.fixture
def pooled(database_url: str) -> Iterator[Database]:
    """A way to the database with a pool of two, as a worker has."""
    engine = make_engine(database_url, pool_size=2, statement_timeout_ms=5000)
    yield Database(engine)
    engine.dispose()


def test_a_connection_that_the_server_closed_is_replaced(pooled: Database) -> None:
    """After a restart of PostgreSQL no request meets a dead connection."""
    with pooled.reading() as one, pooled.reading() as other:
        dead = {one.scalar(MINE), other.scalar(MINE)}
    with pooled.writing() as session:
        survivor = session.scalar(MINE)
        kill = text("SELECT pg_terminate_backend(:pid, 5000)")
        assert all(session.scalar(kill, {"pid": pid}) for pid in dead - {survivor})

    with pooled.reading() as one, pooled.reading() as other:
        assert one.scalar(MINE) == survivor or other.scalar(MINE) == survivor
        assert len({one.scalar(MINE), other.scalar(MINE)} - dead) == 1


def test_reading_sees_one_moment_and_writes_nothing(pooled: Database) -> None:
    """Probe and data of an answer agree, whatever is committed between them."""
    shown = text("SELECT current_setting('transaction_isolation')")
    with pooled.reading() as session:
        assert session.scalar(shown) == "repeatable read"
        with pytest.raises(DBAPIError, match="read-only"):
            session.execute(text("UPDATE jurisdiction SET code = code"))
    with pooled.writing() as session:
        assert session.scalar(shown) == "read committed"
        session.execute(text("UPDATE jurisdiction SET code = code WHERE FALSE"))


def test_a_look_up_is_one_round_trip(pooled: Database) -> None:
    """What authentication asks costs no BEGIN and no ROLLBACK; the pool takes it back as it was."""
    with pooled.looking_up() as session:
        assert session.scalar(text("SELECT now() = statement_timestamp()"))
        assert session.scalar(text("SELECT pg_current_xact_id_if_assigned()")) is None
    with pooled.writing() as session:
        assert session.scalar(text("SELECT pg_current_xact_id()")) is not None
        assert session.scalar(text("SELECT pg_current_xact_id_if_assigned()")) is not None
