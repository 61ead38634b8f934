"""What corrections ask the database: one function per question."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text

from indicators_api.db.session import Session
from indicators_api.periods import Period
from indicators_api.reports import sight
from indicators_api.security.actors import Actor


class Correction(NamedTuple):
    """A request to correct an accepted report, as stored, with the report's present revision."""

    unit: str
    area: str
    period_id: int
    number: int
    state: str
    reason: str
    requested_at: datetime
    requested_by: str
    #: Of the reviewer. None, as the three others: the request waits.
    decision: str | None
    decided_at: datetime | None
    decided_by: str | None
    #: The version that the agreement opened. None: none, or the unit gave it up.
    version: int | None
    revision: int


class Filter(NamedTuple):
    """Which corrections to list. None: all of them."""

    unit: str | None = None
    #: Code of an area: of its own units and those of all areas in it.
    area: str | None = None
    periods: Sequence[Period] | None = None
    state: str | None = None


#: Where a page ended: period id, unit code, number.
Place = tuple[int, str, int]

_FROM = """
    SELECT u.code, a.code, k.period_id, k.number, k.state, k.reason, k.requested_at,
           k.requester_name, k.decision, k.decided_at, k.decider_name, k.version, r.revision
    FROM correction k
    JOIN report r ON r.jurisdiction_id = k.jurisdiction_id AND r.period_id = k.period_id
                 AND r.unit_id = k.unit_id
    JOIN unit u ON u.jurisdiction_id = k.jurisdiction_id AND u.id = k.unit_id
    JOIN area a ON a.jurisdiction_id = u.jurisdiction_id AND a.id = u.area_id
    WHERE k.jurisdiction_id = :jurisdiction
"""
_OF_REPORT = text(f"""
    {_FROM} AND k.period_id = :period AND k.unit_id = :unit ORDER BY k.number
""")
_LIST = text(f"""
    {_FROM} AND {sight.LISTED}
      AND (CAST(:periods AS int[]) IS NULL OR k.period_id = ANY(:periods))
      AND (CAST(:state AS text) IS NULL OR k.state = :state)
      AND (CAST(:after_period AS int) IS NULL
           OR (k.period_id, u.code, k.number) > (:after_period, :after_unit, :after_number))
    ORDER BY k.period_id, u.code, k.number LIMIT :limit
""")
_KEY = "jurisdiction_id = :jurisdiction AND period_id = :period AND unit_id = :unit"
_HAS_OPEN = text(f"SELECT EXISTS (SELECT FROM correction WHERE {_KEY} AND state = 'requested')")
_INSERT = text(f"""
    INSERT INTO correction (jurisdiction_id, period_id, unit_id, number, state, reason,
                            requested_at, requester_id, requester_name)
    SELECT :jurisdiction, :period, :unit, coalesce(max(number), 0) + 1, 'requested', :reason, :at,
           :actor_id, :actor_name
    FROM correction WHERE {_KEY}
    RETURNING number
""")
_DECIDE = text("""
    UPDATE correction k
    SET state = :state, decision = :decision, decided_at = :at, decider_id = :actor_id,
        decider_name = :actor_name, version = d.version
    FROM unnest(CAST(:periods AS int[]), CAST(:units AS int[]), CAST(:numbers AS int[]),
                CAST(:versions AS int[])) AS d(period_id, unit_id, number, version)
    WHERE k.jurisdiction_id = :jurisdiction AND k.period_id = d.period_id
      AND k.unit_id = d.unit_id AND k.number = d.number
""")
_FORGET = text(f"UPDATE correction SET version = NULL WHERE {_KEY} AND version = :version")


def of_report(session: Session, key: Mapping[str, int]) -> list[Correction]:
    """Give all requests on a report by its key (jurisdiction, period, unit), oldest first."""
    return [Correction(*row) for row in session.execute(_OF_REPORT, key)]


def list_corrections(
    session: Session, actor: Actor, wanted: Filter, *, after: Place | None, limit: int
) -> tuple[list[Correction], Place | None]:
    """Give the corrections of reports that the actor may list, by period, unit and number.

    And the place to go on from; None: that was all.
    """
    place = after or (None, None, None)
    rows = session.execute(
        _LIST,
        {
            "jurisdiction": actor.jurisdiction,
            **sight.parameters(actor, unit=wanted.unit, area=wanted.area),
            "periods": None if wanted.periods is None else [p.id for p in wanted.periods],
            "state": wanted.state,
            "after_period": place[0],
            "after_unit": place[1],
            "after_number": place[2],
            "limit": limit + 1,
        },
    ).all()
    page = [Correction(*row) for row in rows[:limit]]
    last = page[-1] if len(rows) > limit else None
    return page, (last.period_id, last.unit, last.number) if last else None


def has_open(session: Session, key: Mapping[str, int]) -> bool:
    """Tell whether a request on a report waits for its decision."""
    return bool(session.scalar(_HAS_OPEN, key))


def put(session: Session, key: Mapping[str, int], **columns: Any) -> int:
    """Add a request on a locked report; gives its number."""
    return int(session.execute(_INSERT, {**key, **columns}).scalar_one())


def decide(session: Session, jurisdiction: int, **columns: Any) -> None:
    """Store what was decided on the requests of locked reports, all in one statement."""
    session.execute(_DECIDE, {"jurisdiction": jurisdiction, **columns})


def forget_version(session: Session, key: Mapping[str, int], version: int) -> None:
    """Let the request whose version was given up name none."""
    session.execute(_FORGET, {**key, "version": version})
