"""A country in one installation: provinces of 194 units and 649 indicators, with full months.

One is loaded as any province is; the others are made of its rows. Their histories are left out:
nothing here looks back.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg import sql
from sqlalchemy import Table, text

from benchmarks.world import write_catalogue
from indicators_api.aggregation import rollup
from indicators_api.aggregation.rollup import Change
from indicators_api.api.context import wall_clock
from indicators_api.catalogue.load import load
from indicators_api.db import migrate
from indicators_api.db.base import Base
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from indicators_api.periods import Period
from indicators_api.security.tokens import Holder, issue

#: Longest time for one statement here, in milliseconds.
TIMEOUT = 3_600_000

_UNITS = text("SELECT id, code FROM unit WHERE jurisdiction_id = 1 ORDER BY id")
_AREAS = text("SELECT id, code FROM area WHERE jurisdiction_id = 1 AND has_areas_below")
#: They guard what administrators write; on copies of rows that they let pass they would take most
#: of the time.
_EXCLUSIONS = """
    SELECT conrelid::regclass::text, conname FROM pg_constraint
    WHERE contype = 'x' AND connamespace = 'public'::regnamespace
"""


class People(NamedTuple):
    """Tokens of the first province: leaders by unit, reviewers by area, the operations centre."""

    leaders: dict[str, str]
    reviewers: dict[str, str]
    operations: str


def found(url: str) -> People:
    """Load the first province into an empty database; give its people."""
    migrate.upgrade(url)
    engine = make_engine(url, pool_size=1, statement_timeout_ms=TIMEOUT)
    at = wall_clock()
    with Database(engine).writing() as session, tempfile.TemporaryDirectory() as folder:
        write_catalogue(Path(folder))
        load(session, Path(folder), at=at)
        rollup.rebuild(session, 1, at=at)
        units = {code: number for number, code in session.execute(_UNITS)}
        areas = {code: number for number, code in session.execute(_AREAS)}

        def one(role: str, area: str) -> str:
            holders = [Holder(None, f"{role} of {area}")]
            return issue(session, 1, role, holders, area_id=areas[area], at=at)[0]

        holders = [Holder(number, code) for code, number in units.items()]
        leaders = issue(session, 1, "leader", holders, area_id=None, at=at)
        people = People(
            dict(zip(units, leaders, strict=True)),
            {area: one("reviewer", area) for area in areas},
            one("operations", "84"),
        )
    engine.dispose()
    return people


def add_provinces(connection: psycopg.Connection, first: int, last: int) -> Iterator[int]:
    """Make provinces of the rows of the first one; yield each when it is there."""
    for table, name in connection.execute(_EXCLUSIONS).fetchall():
        connection.execute(
            sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                sql.Identifier(table), sql.Identifier(name)
            )
        )
    for province in range(first, last + 1):
        for table in Base.metadata.sorted_tables:
            if f"{table.name}_history" in Base.metadata.tables:
                connection.execute(_copying(table), {"province": province})
        connection.commit()
        yield province


def _copying(table: Table) -> sql.Composed:
    """Give the statement that makes a table's rows of a province from those of the first one."""
    own = "id" if table.name == "jurisdiction" else "jurisdiction_id"
    values = {
        **{column.name: sql.Identifier(column.name) for column in table.c},
        own: sql.SQL("CAST(%(province)s AS int)"),
    }
    if table.name == "jurisdiction":
        values["code"] = sql.SQL("code || '-' || %(province)s")
    return sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} WHERE {} = 1").format(
        sql.Identifier(table.name),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(values.values()),
        sql.Identifier(table.name),
        sql.Identifier(own),
    )


def roll_up(database: Database, province: int, month: Period, units: list[int]) -> None:
    """Put a month's accepted reports of a province into the roll-up, as their acceptance does."""
    with database.writing() as session:
        changes = [Change(month, unit, None, 1) for unit in units]
        rollup.apply(session, province, changes)
