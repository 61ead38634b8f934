"""Remember what a catalogue row was: `<table>_history`, in the transaction of the change."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Table,
    and_,
    any_,
    exists,
    literal,
    null,
    select,
    tuple_,
    update,
)

from indicators_api.db.base import Base
from indicators_api.db.session import Session


def history_of(table: Table) -> Table:
    """Give the history table beside a present one."""
    return Base.metadata.tables[f"{table.name}_history"]


def remember(
    session: Session, table: Table, jurisdiction: int, ids: Collection[int], *, at: datetime
) -> None:
    """Record rows as they are now; call it after every insert or update of them.

    What was recorded before is closed with `recorded_to` = `at`; where a row was already recorded
    at that very moment, the newer state takes its place.
    """
    if not ids:
        return
    history = history_of(table)
    # An array is one parameter; a list of values would be as many, and PostgreSQL takes 65,535.
    asked = literal(list(ids), ARRAY(Integer))
    mine = (
        (history.c.jurisdiction_id == jurisdiction)
        & (history.c.id == any_(asked))
        & history.c.recorded_to.is_(None)
    )
    session.execute(history.delete().where(mine & (history.c.recorded_from == at)))
    session.execute(update(history).where(mine).values(recorded_to=at))
    rows = select(*table.c, literal(at), null()).where(
        table.c.jurisdiction_id == jurisdiction, table.c.id == any_(asked)
    )
    session.execute(history.insert().from_select([*history.c.keys()], rows))


def remember_whole(session: Session, table: Table, jurisdiction: int, *, at: datetime) -> None:
    """Record a derived table as it is now; call it after it was made anew.

    Rows that have vanished or changed are closed, others opened; no column may be NULL. Of two
    changes at the very same moment the newer state stays.
    """
    history = history_of(table)
    open_rows = and_(history.c.jurisdiction_id == jurisdiction, history.c.recorded_to.is_(None))
    gone = and_(open_rows, ~_there(table, history))
    session.execute(history.delete().where(gone, history.c.recorded_from == at))
    session.execute(update(history).where(gone).values(recorded_to=at))
    came = select(*table.c, literal(at), null()).where(
        table.c.jurisdiction_id == jurisdiction,
        ~_there(history, table, history.c.recorded_to.is_(None)),
    )
    session.execute(history.insert().from_select([*history.c.keys()], came))


def _there(table: Table, other: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Tell whether a row of the other table stands in a table, as far as both have its columns."""
    names = [name for name in table.c.keys() if name in other.c]  # noqa: SIM118 - by name
    same = tuple_(*(table.c[name] for name in names)) == tuple_(*(other.c[name] for name in names))
    return exists().where(same, *conditions)
