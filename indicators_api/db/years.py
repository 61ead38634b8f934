"""The years of the figures: observations and roll-up have a partition for each.

A year's partitions are made before the year comes, or with its first report; put away, they are
detached and stand in the schema `archive`. Source: docs/decisions/0016.
"""

import re
from datetime import datetime
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

import psycopg
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from indicators_api.db import citus

#: The tables that have a partition for each year: nearly all rows there are.
PARTED: Final = ("observation", "rollup", "rollup_spread")
#: Years that are made ahead of the present one.
AHEAD: Final = 2
#: A change of partitions that can't get its lock fails and is tried again; one that waits stops
#: every request behind it.
LOCK_TIMEOUT: Final = "5s"

_CREATE = text("SELECT create_year(:year)")
_IS_THERE = text("""
    SELECT to_regclass('public.observation_' || :year) IS NOT NULL
       AND to_regclass('public.rollup_' || :year) IS NOT NULL
       AND to_regclass('public.rollup_spread_' || :year) IS NOT NULL
""")
_PARTS = text("""
    SELECT right(c.relname, 4)::int AS year, c.relnamespace::regnamespace::text, c.relname::text
    FROM pg_class c
    WHERE c.relkind = 'r' AND c.relname ~ '^(observation|rollup|rollup_spread)_[0-9]{4}$'
      AND c.relnamespace IN ('public'::regnamespace, 'archive'::regnamespace)
    ORDER BY year, c.relname
""")
_NEWEST_ARCHIVED = text("SELECT max(year) FROM archived_year")
_NOTE = text("INSERT INTO archived_year (year, archived_at) VALUES (:year, :at)")
_CROSS_OUT = text("DELETE FROM archived_year WHERE year = :year")
#: Shards bear the table's name with a number behind it.
_OF_YEARS = re.compile(rf"({'|'.join(PARTED)})(_\d{{4}})?(_\d{{6,}})?")

#: Years that are known to have their partitions, by engine: they don't come and go while it works.
_known: WeakKeyDictionary[Engine, set[int]] = WeakKeyDictionary()


class Year(NamedTuple):
    """A year of figures: rows, bytes with indexes, and whether it is put away."""

    year: int
    observations: int
    #: Rows of the roll-up.
    sums: int
    size: int
    is_archived: bool


def ready(session: Session, year: int) -> None:
    """See to it that figures of a year, and of the next, can be written.

    Asks the database once a process; makes what is missing under a lock, within the transaction.
    An archived year is left alone: what is written into it is refused.
    """
    bind = session.get_bind()
    if isinstance(bind, Engine) and year in _known.setdefault(bind, set()):
        return
    if not session.scalar(_IS_THERE, {"year": str(year)}):
        create(session, [year, year + 1])
    elif isinstance(bind, Engine):
        # What this transaction has made itself may still be rolled back: the next one will see.
        _known[bind].add(year)


def forget() -> None:
    """Ask again which years have their partitions: one of them was put away."""
    _known.clear()


def is_missing(cause: psycopg.Error) -> bool:
    """Tell whether a row was refused because its year has no partition."""
    return (
        cause.sqlstate == psycopg.errors.CheckViolation.sqlstate
        and not cause.diag.constraint_name
        and _OF_YEARS.fullmatch(cause.diag.table_name or "") is not None
    )


def create(session: Session, wanted: list[int]) -> list[int]:
    """Make the partitions of years that have none, and give those years.

    Readers and writers go on meanwhile. Archived years are left alone.
    """
    return [year for year in wanted if session.scalar(_CREATE, {"year": year})]


def ahead(session: Session, year: int) -> list[int]:
    """Make what is missing of a year and the next ones, and give those years."""
    return create(session, list(range(year, year + AHEAD + 1)))


def newest_archived(session: Session) -> int | None:
    """Give the newest year that is put away; all before it are, too. None: none is."""
    found: int | None = session.scalar(_NEWEST_ARCHIVED)
    return found


def attached(session: Session) -> list[int]:
    """Give the years that figures are read from and written into, in order."""
    return sorted({row.year for row in session.execute(_PARTS) if row[1] == "public"})


def all_years(session: Session) -> list[Year]:
    """Give every year, in order; rows are counted."""
    found: dict[tuple[int, bool], dict[str, tuple[int, int]]] = {}
    size = "citus_total_relation_size" if citus.is_there(session) else "pg_total_relation_size"
    for year, schema, name in session.execute(_PARTS).all():
        measure = text(f"SELECT count(*), {size}('{schema}.{name}') FROM {schema}.{name}")
        rows, bytes_ = session.execute(measure).one()
        found.setdefault((year, schema == "archive"), {})[name.rpartition("_")[0]] = (rows, bytes_)
    return [
        Year(year, *_together(tables), is_archived) for (year, is_archived), tables in found.items()
    ]


def _together(tables: dict[str, tuple[int, int]]) -> tuple[int, int, int]:
    observations, sums, spreads = (tables.get(name, (0, 0)) for name in PARTED)
    return observations[0], sums[0] + spreads[0], observations[1] + sums[1] + spreads[1]


def detach(session: Session, year: int, *, at: datetime) -> None:
    """Put the figures of a year away, and note it."""
    session.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
    session.execute(_NOTE, {"year": year, "at": at})
    for table in PARTED:
        name = f"{table}_{year}"
        session.execute(text(f"ALTER TABLE {table} DETACH PARTITION {name}"))
        session.execute(text(f"ALTER TABLE {name} SET SCHEMA archive"))


def attach(session: Session, year: int) -> None:
    """Take the figures of a year back from the archive."""
    session.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
    session.execute(_CROSS_OUT, {"year": year})
    for table in PARTED:
        name = f"{table}_{year}"
        session.execute(text(f"ALTER TABLE archive.{name} SET SCHEMA public"))
        session.execute(
            text(
                f"ALTER TABLE {table} ATTACH PARTITION {name}"
                f" FOR VALUES FROM ({year * 100}) TO ({(year + 1) * 100})"
            )
        )
