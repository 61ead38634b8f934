"""What commands open: the database of DATABASE_URL, the clock, the jurisdiction."""

import os

from indicators_api.api.context import wall_clock
from indicators_api.audit.journal import Author
from indicators_api.cli import private
from indicators_api.config import ConfigError
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database

__all__ = ["JURISDICTION", "OPERATOR", "open_database", "require_url", "wall_clock"]

#: The one of a province's own installation.
JURISDICTION = 1

#: Who acts at the command line, as the journal keeps it.
OPERATOR = Author(JURISDICTION, 0, "operator", None)

#: Loading and rebuilding take longer than any request may.
_TIMEOUT_MS = 600_000


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


def open_database() -> Database:
    """Open the database of DATABASE_URL."""
    return Database(make_engine(require_url(), pool_size=1, statement_timeout_ms=_TIMEOUT_MS))
