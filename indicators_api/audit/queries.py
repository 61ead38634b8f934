"""Reading the numbered journal: the events of the feed, in order of their positions."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import TextClause, text

from indicators_api.audit.events import OPEN_KINDS
from indicators_api.db.session import Session


class Event(NamedTuple):
    """A change that the feed tells of."""

    position: int
    #: Half of the entry's hash: unique, the same for ever, and says nothing of the position.
    id: str
    at: datetime
    kind: str
    #: None, as `unit_id`: it is of no one unit.
    unit: str | None
    unit_id: int | None
    #: None, as `area_id`: it is of no one area.
    area: str | None
    area_id: int | None
    #: None: it is of no one period.
    period_id: int | None
    action: str
    details: dict[str, Any]


class Span(NamedTuple):
    """Positions after one, up to another."""

    after: int
    last: int


class Scope(NamedTuple):
    """Of which reports events are told: of some units, or of some areas. None: of all."""

    units: Sequence[int] | None = None
    areas: Sequence[int] | None = None


_LAST = text("SELECT max(position) FROM journal_position WHERE jurisdiction_id = :jurisdiction")
#: `latest_at` never falls: it reaches a time first where an entry of that time or later stands.
_FIRST_AT = text("""
    SELECT position FROM journal_position
    WHERE jurisdiction_id = :jurisdiction AND latest_at >= :since
    ORDER BY latest_at, position LIMIT 1
""")
_OF_UNITS = "(p.kind = ANY(:open) OR p.unit_id = ANY(:units))"
_OF_AREAS = "(p.kind = ANY(:open) OR p.area_id = ANY(:seen))"
#: What is of no one area concerns them all.
_IN_AREAS = "(p.area_id = ANY(:areas) OR p.area_id IS NULL)"


@cache
def _events(*conditions: str) -> TextClause:
    """Make the statement for some conditions: none is left to the planner that isn't asked."""
    return text(f"""
        WITH found AS (
            SELECT p.position, p.entry_id, p.hash, p.kind, p.unit_id, p.area_id
            FROM journal_position p
            WHERE {" AND ".join(("p.jurisdiction_id = :jurisdiction", *conditions))}
              AND p.position > :after AND p.position <= :last AND p.kind = ANY(:kinds)
            ORDER BY p.position LIMIT :limit
        )
        SELECT f.position, encode(substr(f.hash, 1, 16), 'hex'), j.recorded_at, f.kind, u.code,
               f.unit_id, a.code, f.area_id, j.period_id, j.action, j.details
        FROM found f
        JOIN journal j ON j.id = f.entry_id
        LEFT JOIN unit u ON u.jurisdiction_id = :jurisdiction AND u.id = f.unit_id
        LEFT JOIN area a ON a.jurisdiction_id = :jurisdiction AND a.id = f.area_id
        ORDER BY f.position
    """)


def last_position(session: Session, jurisdiction: int) -> int:
    """Give the highest position; 0 where nothing is numbered."""
    return session.scalar(_LAST, {"jurisdiction": jurisdiction}) or 0


def first_position(session: Session, jurisdiction: int, since: datetime) -> int | None:
    """Give the first position that was recorded at a time or later; None where none was.

    Positions are not strictly in order of time: some behind it may be of an earlier time, none
    before it is of a later one.
    """
    found = session.scalar(_FIRST_AT, {"jurisdiction": jurisdiction, "since": since})
    return None if found is None else int(found)


def events(
    session: Session,
    jurisdiction: int,
    span: Span,
    kinds: Sequence[str],
    *,
    scope: Scope,
    areas: Sequence[int] | None,
    limit: int,
) -> list[Event]:
    """Give the events of some kinds in a span of positions, at most `limit`, by position.

    `areas` leaves out what is of another area.
    """
    given = ((_OF_UNITS, scope.units), (_OF_AREAS, scope.areas), (_IN_AREAS, areas))
    parameters = {
        "jurisdiction": jurisdiction,
        **span._asdict(),
        "kinds": list(kinds),
        "open": list(OPEN_KINDS),
        "units": list(scope.units or ()),
        "seen": list(scope.areas or ()),
        "areas": list(areas or ()),
        "limit": limit,
    }
    statement = _events(*(condition for condition, ids in given if ids is not None))
    return [Event(*row) for row in session.execute(statement, parameters)]
