"""How migrations run: one at a time, each in its own transaction, never waiting long for a lock."""

import re

from alembic import context
from sqlalchemy import Connection, create_engine, pool, text
from sqlalchemy.engine import make_url

from indicators_api.db.base import Base
from indicators_api.db.engine import set_in_each_transaction
from indicators_api.models import Area  # noqa: F401 - importing the package registers every table

#: Two services that start at once take turns; the number is the table of constants' only entry.
ADVISORY_LOCK = 7_480_591

#: A migration that can't get its lock fails and is tried again; one that waits stops every request
#: behind it.
LOCK_TIMEOUT = "10s"
STATEMENT_TIMEOUT = "10min"


#: Years of figures: they come and go with the reports, the models tell of the whole table.
PARTITIONS = re.compile(r"(observation|rollup|rollup_spread)_\d{4}")


def is_described(name: str | None, kind: str, _parents: object) -> bool:
    """Tell whether the models have to describe a table that is there."""
    return not (kind == "table" and PARTITIONS.fullmatch(name or ""))


def migrate(connection: Connection) -> None:
    """Run the asked migrations on a connection, one transaction each."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
        compare_server_default=True,
        compare_type=True,
        include_name=is_described,
    )
    with context.begin_transaction():
        context.run_migrations()


def run() -> None:
    """Connect, take the turn, migrate, give the turn back.

    Through a pooler of transactions as well: settings and the turn belong to transactions, and no
    statement is prepared.
    """
    url = make_url(context.config.get_main_option("sqlalchemy.url") or "").set(
        drivername="postgresql+psycopg"
    )
    engine = create_engine(url, poolclass=pool.NullPool, connect_args={"prepare_threshold": None})
    set_in_each_transaction(
        engine, {"lock_timeout": LOCK_TIMEOUT, "statement_timeout": STATEMENT_TIMEOUT}
    )
    with engine.connect() as connection, engine.connect() as turnstile:
        turnstile.execute(text("SET LOCAL lock_timeout = '5min'"))
        turnstile.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        migrate(connection)
    engine.dispose()


if context.is_offline_mode():
    raise SystemExit("migrations run online only: the database tells where they stand")
run()
