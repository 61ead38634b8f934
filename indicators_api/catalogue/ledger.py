"""Bringing a table to what the files want: compare, write the difference, remember it.

Everything is done for a whole table at once: one statement to read, to draw ids, to update, to
insert.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ARRAY, Integer, Table, any_, delete, literal, select, text

from indicators_api.audit.journal import Subject
from indicators_api.catalogue.history import history_of, remember
from indicators_api.db.base import Base
from indicators_api.db.session import Session
from indicators_api.db.statistics import count_anew
from indicators_api.errors import Message

Row = dict[str, Any]
Key = TypeVar("Key", bound=Hashable)

#: Vietnam has had no summer time since 1975, so no time-zone database is needed.
_VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")

#: From so many new rows on the planner is told at once: else checks of foreign keys, the derived
#: tables rebuilt in the same transaction and the first requests after it can be a thousand times
#: slower.
_MANY = 20

_IDS = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")


class Counts(NamedTuple):
    """What became of a table's rows. Those ended have vanished from the files."""

    added: int = 0
    changed: int = 0
    ended: int = 0
    unchanged: int = 0


class Difference(NamedTuple):
    """What to write into a table. Rows are columns by name, always with `id`."""

    added: Sequence[Row] = ()
    changed: Sequence[Row] = ()
    unchanged: int = 0
    #: The columns in which changed rows differ.
    columns: frozenset[str] = frozenset()
    #: New versions of rows: inserted, and counted as changed.
    renewed: Sequence[Row] = ()
    #: Rows that the files have no more, with the columns that say so.
    ended: Sequence[Row] = ()
    #: Ids of rows that the files have no more and nothing refers to.
    removed: Collection[int] = ()


class Ledger:
    """One load into one jurisdiction: the rows that were present, and what was done to them."""

    def __init__(self, session: Session, jurisdiction: int, at: datetime) -> None:
        self.session = session
        self.jurisdiction = jurisdiction
        self.at = at
        self.today = at.astimezone(_VIETNAM).date()
        #: The last day of what has vanished from the files.
        self.eve = self.today - timedelta(days=1)
        self.counts: dict[str, Counts] = {}
        self.notes: list[Message] = []
        #: Columns that changed, by table; all of them where rows came or went.
        self.touched: dict[str, frozenset[str]] = {}
        #: What the journal is to say of plans, deadlines and days: by action and subject.
        self.told: dict[str, dict[Subject, Row]] = defaultdict(dict)
        self._rows: dict[str, list[Row]] = {}

    def rows(self, name: str) -> list[Row]:
        """Give the rows that a table had before the load, by id."""
        if name not in self._rows:
            table = Base.metadata.tables[name]
            mine = select(table).where(table.c.jurisdiction_id == self.jurisdiction)
            columns = table.c.keys()
            found = self.session.execute(mine.order_by(table.c.id)).all()
            self._rows[name] = [dict(zip(columns, row, strict=True)) for row in found]
        return self._rows[name]

    def past(self, name: str, columns: Sequence[str]) -> set[tuple[Any, ...]]:
        """Give what a table has or ever had in some columns."""
        history = history_of(Base.metadata.tables[name])
        mine = history.c.jurisdiction_id == self.jurisdiction
        found = self.session.execute(select(*(history.c[c] for c in columns)).where(mine))
        return {tuple(row) for row in found}

    def missing(self, name: str, wanted: Collection[int]) -> list[Row]:
        """Give the rows present whose ids are not among the wanted ones, by id."""
        return [row for row in self.rows(name) if row["id"] not in wanted]

    def note(self, text: str, **params: object) -> None:
        """Add to what the report says in words."""
        self.notes.append(Message(text, params))

    def ids(self, name: str, keys: Iterable[Key], columns: Sequence[str]) -> dict[Key, int]:
        """Give each key the id of the row that has it in these columns, or a new id.

        A key is a value where there is one column, else a tuple of values.
        """
        present = {_key(row, columns): row["id"] for row in self.rows(name)}
        known = {key: present.get(key) for key in keys}
        new = iter(self.new_ids(name, sum(found is None for found in known.values())))
        return {key: next(new) if found is None else found for key, found in known.items()}

    def new_ids(self, name: str, count: int) -> list[int]:
        """Draw ids for new rows, so that rows of one statement can refer to each other."""
        if not count:
            return []
        return list(self.session.scalars(_IDS, {"table": name, "count": count}))

    def compare(self, name: str, wanted: Sequence[Row]) -> Difference:
        """Tell which of the wanted rows are new, and which differ from the present ones."""
        present = {row["id"]: row for row in self.rows(name)}
        added = [row for row in wanted if row["id"] not in present]
        changed = []
        columns: set[str] = set()
        for row in wanted:
            before = present.get(row["id"])
            differing = [c for c, value in row.items() if before is not None and before[c] != value]
            if differing:
                changed.append(row)
                columns.update(differing)
        unchanged = len(wanted) - len(added) - len(changed)
        return Difference(added, changed, unchanged, frozenset(columns))

    def write(self, name: str, what: Difference, *, anew: bool = False) -> None:
        """Write a difference, count it and remember the rows it touched.

        What ends goes first. With `anew`, for tables that nothing refers to, changed rows are
        deleted and inserted with their ids, all columns given: validities that are exchanged do not
        meet on the way.
        """
        table = Base.metadata.tables[name]
        again = what.changed if anew else ()
        self.update(name, what.ended)
        self._delete(table, [*what.removed, *(row["id"] for row in again)])
        self.update(name, () if anew else what.changed)
        self._insert(table, [*again, *what.added, *what.renewed])
        if len(what.added) >= _MANY:
            # Others of the transaction join it.
            count_anew(self.session, [name])
        written = [row["id"] for row in (*what.ended, *what.changed, *what.added, *what.renewed)]
        remember(self.session, table, self.jurisdiction, [*written, *what.removed], at=self.at)
        changed, gone = len(what.changed) + len(what.renewed), len(what.ended) + len(what.removed)
        self.counts[name] = Counts(len(what.added), changed, gone, what.unchanged)
        came_or_went = what.added or what.renewed or gone
        self.touched[name] = frozenset(table.c.keys()) if came_or_went else what.columns

    def update(self, name: str, rows: Sequence[Row]) -> None:
        """Set the given columns of rows, which all have the same columns."""
        if not rows:
            return
        columns = [column for column in rows[0] if column != "id"]
        values = ", ".join(f"{column} = new.{column}" for column in columns)
        statement = text(
            f"UPDATE {name} AS old SET {values}"
            f" FROM json_populate_recordset(CAST(NULL AS {name}), :rows) AS new"
            " WHERE old.jurisdiction_id = :jurisdiction AND old.id = new.id"
        )
        self.session.execute(statement, {"rows": _json(rows), "jurisdiction": self.jurisdiction})

    def _delete(self, table: Table, ids: Collection[int]) -> None:
        if ids:
            mine = table.c.jurisdiction_id == self.jurisdiction
            self.session.execute(
                delete(table).where(mine, table.c.id == any_(literal(list(ids), ARRAY(Integer))))
            )

    def _insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert rows, which all have the same columns; the others take their defaults."""
        if not rows:
            return
        columns = ", ".join(rows[0])
        statement = text(
            f"INSERT INTO {table.name} (jurisdiction_id, {columns})"
            f" SELECT :jurisdiction, {columns}"
            f" FROM json_populate_recordset(CAST(NULL AS {table.name}), :rows)"
        )
        self.session.execute(statement, {"rows": _json(rows), "jurisdiction": self.jurisdiction})


def ending(row: Row, last_day: date) -> Row | None:
    """Let a row end on a day, or on its first one if that is later.

    None where it has ended by then already.
    """
    last_day = max(last_day, row["valid_from"])
    if row["valid_to"] is not None and row["valid_to"] <= last_day:
        return None
    return {"id": row["id"], "valid_to": last_day}


def _key(row: Row, columns: Sequence[str]) -> Any:
    return row[columns[0]] if len(columns) == 1 else tuple(row[column] for column in columns)


def _json(rows: Sequence[Row]) -> str:
    """Write rows as PostgreSQL reads them; dates and decimals as text, so that no digit is lost."""
    return json.dumps(rows, default=str, ensure_ascii=False)
