"""The feed of changes: who is told of what, in which words, and where a reader goes on.

Source: api.md, `GET /changes` and "Roles".
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text

from indicators_api.audit import queries
from indicators_api.audit.events import KINDS, OPEN_KINDS, REPORT_KINDS
from indicators_api.audit.queries import Event, Scope, Span
from indicators_api.db.session import Session
from indicators_api.errors import Fault, Forbidden, InvalidRequest, Message, mark
from indicators_api.indicators.choosing import unknown
from indicators_api.periods import Period
from indicators_api.security.actors import Actor
from indicators_api.units import tree

#: A unit writes the reports of those that it took over from, so it is told of them.
_OWN = text("""
    SELECT CAST(:unit AS int) UNION
    SELECT predecessor_id FROM unit_succession
    WHERE jurisdiction_id = :jurisdiction AND successor_id = :unit
""")

#: What is told of a change of deadlines: its name, and which details by which name.
_DEADLINES = {
    "deadline.grant": ("exception", {"due": "due"}),
    "deadline.revoke": ("exception", {"due": "due"}),
    "deadline.rule": (
        "rule",
        {"regime": "regime", "level": "level", "day": "day", "months_after": "months_after"},
    ),
    "calendar.change": ("holiday", {"holiday": "day", "is_working": "is_working"}),
    "regime.change": ("regime", {"regime": "regime", "cut_off_day": "cut_off_day"}),
}


class Wanted(NamedTuple):
    """Which events."""

    #: Those behind this position. None: from `since` on, without either from the beginning.
    after: int | None = None
    #: From the first that was recorded at this time or later. None: see `after`.
    since: datetime | None = None
    #: None: all.
    kinds: Sequence[str] | None = None
    #: Of the areas that bear or bore this code, with all in them. None: of all.
    area: str | None = None
    limit: int = 1000


class Page(NamedTuple):
    """Events in order, and where to go on."""

    events: list[Event]
    #: The position up to which all was looked through.
    place: int
    #: Whether more is there already.
    more: bool


def read(session: Session, actor: Actor, wanted: Wanted) -> Page:
    """Give the next events that the actor is told of; what they call for is numbered already.

    Raises InvalidRequest for an unknown area or a place that isn't there, Forbidden for kinds that
    the actor is never told of.
    """
    jurisdiction = actor.jurisdiction
    last = queries.last_position(session, jurisdiction)
    kinds = _kinds(actor, wanted.kinds)
    areas = _areas(session, jurisdiction, wanted.area)
    found = queries.events(
        session,
        jurisdiction,
        Span(_start(session, jurisdiction, wanted, last), last),
        kinds,
        scope=_scope(session, actor),
        areas=areas,
        limit=wanted.limit + 1,
    )
    page = found[: wanted.limit]
    more = len(found) > len(page)
    return Page(page, page[-1].position if more else last, more)


def told(event: Event) -> dict[str, Any]:
    """Give an event as the feed and webhooks tell it; of its details, what is nobody's secret."""
    said = event.details
    return {
        "id": event.id,
        "at": event.at,
        "kind": event.kind,
        "unit": event.unit,
        "area": event.area,
        "area_id": event.area_id,
        "period": str(Period.of_id(event.period_id)) if event.period_id else None,
        "version": said.get("version"),
        "revision": said.get("revision"),
        "correction": said.get("number"),
        "indicator": said.get("indicator"),
        "year": said.get("year"),
        "deadline": _deadline(event),
    }


def _deadline(event: Event) -> dict[str, Any] | None:
    if event.action not in _DEADLINES:
        return None
    what, keys = _DEADLINES[event.action]
    return {"what": what, **{name: event.details.get(key) for name, key in keys.items()}}


def versions_meant(event: Event) -> list[int]:
    """Give the versions of a report that an event is about; of all other events none.

    An acceptance is about the version that it replaces too, and what is asked of or decided on a
    correction about the accepted one: versions that were sent, so that their values stay.
    """
    if event.kind not in REPORT_KINDS:
        return []
    of_correction = event.kind.startswith("correction_")
    keys = ("accepted_version",) if of_correction else ("version", "replaces")
    return [event.details[key] for key in keys if event.details.get(key) is not None]


def kinds_told(role: str) -> Sequence[str]:
    """Give the kinds of event that a role is told of."""
    return OPEN_KINDS if role == "administrator" else KINDS


def _kinds(actor: Actor, asked: Sequence[str] | None) -> Sequence[str]:
    open_to_it = kinds_told(actor.role)
    hidden = sorted(set(asked or ()) - set(open_to_it))
    if hidden:
        raise Forbidden(
            mark("A token of role %(role)s is not told of: %(hidden)s."),
            role=actor.role,
            hidden=", ".join(hidden),
        )
    return asked or open_to_it


def place_before(session: Session, jurisdiction: int, since: datetime) -> int:
    """Give the position behind which all is that was recorded at a time or later."""
    first = queries.first_position(session, jurisdiction, since)
    return queries.last_position(session, jurisdiction) if first is None else first - 1


def _start(session: Session, jurisdiction: int, wanted: Wanted, last: int) -> int:
    """Give the position behind which reading starts."""
    if wanted.since is not None:
        return place_before(session, jurisdiction, wanted.since)
    after = wanted.after or 0
    if after > last:
        # The database was set back to an older state, or it is another one.
        fault = Fault(
            "/after",
            "unknown-place",
            Message(mark("This feed has not come to the place that the cursor names.")),
            {"in": "query"},
        )
        raise InvalidRequest(mark("The question has %(count)s faults."), faults=[fault], count=1)
    return after


def _areas(session: Session, jurisdiction: int, code: str | None) -> list[int] | None:
    if code is None:
        return None
    ids = tree.area_ids_of_code(session, jurisdiction, code)
    if not ids:
        raise InvalidRequest(
            mark("The question has %(count)s faults."), faults=[unknown("area", code)], count=1
        )
    return ids


def _scope(session: Session, actor: Actor) -> Scope:
    """Give whose reports an actor is told of; operations of all, as figures of them are."""
    if actor.works_in_a_unit:
        own = {"jurisdiction": actor.jurisdiction, "unit": actor.unit_id}
        return Scope(units=list(session.scalars(_OWN, own)))
    if actor.role == "reviewer":
        areas = tree.area_ids_within(session, actor.jurisdiction, [actor.area_id])
        return Scope(areas=areas)
    return Scope()
