"""What commands open: the database of DATABASE_URL, the clock."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from indicators_api.api.context import wall_clock
from indicators_api.audit.journal import Author
from indicators_api.cli import private
from indicators_api.config import ConfigError
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database, Session

__all__ = [
    "connected",
    "operator",
    "reading",
    "require_url",
    "wall_clock",
    "writing",
]

#: Loading and rebuilding take longer than any request may.
_TIMEOUT_MS = 600_000


def operator(jurisdiction: int) -> Author:
    """Give who acts at the command line, as a jurisdiction's journal keeps it."""
    return Author(jurisdiction, 0, "operator", None)


def require_url() -> str:
    """Give DATABASE_URL, or the private server's while `run` has it running.

    Raises ConfigError without either.
    """
    url = os.environ.get("DATABASE_URL") or private.running_url() or ""
    if not url.startswith(("postgresql://", "postgres://")):
        raise ConfigError(
            "DATABASE_URL is missing: it is PostgreSQL, as "
            "postgresql://user:password@host:port/database. "
            "(While `indicators-api run` runs without one, its private server is used.)"
        )
    return url.replace("postgres://", "postgresql://", 1)


@contextmanager
def reading() -> Iterator[Session]:
    """Open a reading transaction on the database of DATABASE_URL; close the connection after."""
    with connected() as database, database.reading() as session:
        yield session


@contextmanager
def writing() -> Iterator[Session]:
    """Open a writing transaction, committed when the block ends well, and close the connection."""
    with connected() as database, database.writing() as session:
        yield session


@contextmanager
def connected() -> Iterator[Database]:
    """Give the way to the database of DATABASE_URL, for what opens its own transactions."""
    engine = make_engine(
        require_url(),
        pool_size=1,
        statement_timeout_ms=_TIMEOUT_MS,
        pooler=os.environ.get("DATABASE_POOLER") == "transaction",
    )
    database = Database(engine)
    try:
        yield database
    finally:
        database.close()
