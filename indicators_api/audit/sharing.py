"""The sharing log: every sharing of data. Source: Decree 47/2020/NĐ-CP, article 45.

Its rows say who was given what, never a figure, and no secret.
"""

from datetime import datetime
from functools import cache
from typing import Final, NamedTuple

from sqlalchemy import TextClause, text

from indicators_api.db.session import Database, Session

#: Rows that one transaction deletes: it takes some 40 ms, and nobody waits for it.
BATCH = 5000

_NOTE = text("""
    INSERT INTO sharing (jurisdiction_id, at, kind, token_id, who, role, asked, status, size, state,
                         request_id)
    VALUES (:jurisdiction, :at, :kind, :token_id, :who, :role, :asked, :status, :size, :state,
            :request_id)
    RETURNING id
""")
_OUTCOME = text("UPDATE sharing SET status = :status, size = :size, state = :state WHERE id = :id")
#: How rows are looked for, by the name of the filter.
_CONDITIONS: Final = {
    "since": "at >= :since",
    "until": "at < :until",
    "kind": "kind = :kind",
    "role": "role = :role",
    "state": "state = :state",
    "token_id": "token_id = :token_id",
    "who": "who = :who",
    "after": "(at, id) < (:after, :after_id)",
}
_OLDER = text("SELECT count(*) FROM sharing WHERE jurisdiction_id = :jurisdiction AND at < :before")
_PURGE = text("""
    WITH gone AS (
        DELETE FROM sharing
        WHERE id IN (SELECT id FROM sharing WHERE jurisdiction_id = :jurisdiction AND at < :before
                     ORDER BY at LIMIT :batch)
        RETURNING id
    )
    SELECT count(*) FROM gone
""")


class Shared(NamedTuple):
    """A sharing of data; what its members mean stands in `models/sharing.py`."""

    jurisdiction: int
    at: datetime
    #: `pull`, `push` or `package`.
    kind: str
    #: None: nobody asked.
    token_id: int | None
    who: str
    role: str
    asked: str
    #: HTTP status. None: there was no answer, or it is still being sent.
    status: int | None
    #: In bytes, as they went out. None: not known yet.
    size: int | None
    state: str
    #: None: of no request.
    request_id: str | None


class Outcome(NamedTuple):
    """What became of an answer: its HTTP status, the bytes that went out, and how it ended."""

    status: int
    size: int
    state: str


#: Where a page ended: moment and id.
Place = tuple[datetime, int]


class SharingRow(NamedTuple):
    """A row of the log."""

    id: int
    at: datetime
    kind: str
    token: int | None
    who: str
    role: str
    asked: str
    status: int | None
    size: int | None
    state: str
    request_id: str | None


class Filters(NamedTuple):
    """Which rows; None: all. `until` itself is left out."""

    since: datetime | None = None
    until: datetime | None = None
    kind: str | None = None
    role: str | None = None
    state: str | None = None
    token_id: int | None = None
    who: str | None = None


@cache
def _listed(*filters: str) -> TextClause:
    """Make the statement for some filters: none is left to the planner that isn't asked."""
    asked = " AND ".join(
        ("jurisdiction_id = :jurisdiction", *(_CONDITIONS[name] for name in filters))
    )
    return text(f"""
        SELECT id, at, kind, token_id, who, role, asked, status, size, state, request_id
        FROM sharing WHERE {asked} ORDER BY at DESC, id DESC LIMIT :limit
    """)


def note(session: Session, shared: Shared) -> int:
    """Add a row, in the caller's transaction: a worker's own, or that of `side_log.py`.

    Give its id.
    """
    return int(session.execute(_NOTE, shared._asdict()).scalar_one())


def complete(session: Session, number: int, outcome: Outcome) -> None:
    """Add to a row what became of the answer that had only begun."""
    session.execute(_OUTCOME, {"id": number, **outcome._asdict()})


def listed(
    session: Session, jurisdiction: int, wanted: Filters, *, after: Place | None, limit: int
) -> list[SharingRow]:
    """Give rows of the log, the newest first, `after` a place, at most `limit`."""
    place = dict(zip(("after", "after_id"), after or (), strict=False))
    given = {name: value for name, value in wanted._asdict().items() if value is not None} | place
    statement = _listed(*(name for name in _CONDITIONS if name in given))
    found = session.execute(statement, {"jurisdiction": jurisdiction, "limit": limit, **given})
    return [SharingRow(*row) for row in found]


def older(session: Session, jurisdiction: int, *, before: datetime) -> int:
    """Count the rows of an earlier time."""
    found = session.execute(_OLDER, {"jurisdiction": jurisdiction, "before": before})
    return int(found.scalar_one())


def purge(database: Database, jurisdiction: int, *, before: datetime) -> int:
    """Delete the rows of an earlier time and give how many those were.

    In short transactions of its own; who has one open must not call it.
    """
    asked = {"jurisdiction": jurisdiction, "before": before, "batch": BATCH}
    done, deleted = 0, BATCH
    while deleted == BATCH:
        with database.writing() as session:
            deleted = int(session.execute(_PURGE, asked).scalar_one())
        done += deleted
    return done
