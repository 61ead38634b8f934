"""Remember what a catalogue row was: `<table>_history`, in the transaction of the change."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ARRAY, Integer, Table, any_, literal, null, select, update

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
