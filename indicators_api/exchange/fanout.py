"""The journal's events, put into the outbox of those who subscribed to them. See decision 15.

The entry of the journal is written in the transaction of its cause, so nothing is lost before; its
message and how far a subscription has come are written in one transaction, so nothing is lost or
put twice after.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import text

from indicators_api.audit import numbering, queries
from indicators_api.audit.queries import Event, Scope, Span
from indicators_api.db.session import Database, Session
from indicators_api.exchange.events import ROLE, Target, message
from indicators_api.observations.queries import VersionKey, having_values
from indicators_api.outbox import queue, streams
from indicators_api.reports.changes import kinds_told, versions_meant
from indicators_api.units import tree

_BEHIND = text("""
    SELECT id FROM subscription
    WHERE jurisdiction_id = :jurisdiction AND state = 'active' AND position < :last
    ORDER BY id
""")
#: Another worker is at it: that one does it.
_TAKE = text("""
    SELECT jurisdiction_id, id, partner_id, path, kinds, area_id, indicators, position
    FROM subscription
    WHERE jurisdiction_id = :jurisdiction AND id = :number AND state = 'active'
    FOR UPDATE SKIP LOCKED
""")
_MOVE = text("""
    UPDATE subscription SET position = :place
    WHERE jurisdiction_id = :jurisdiction AND id = :number
""")


class Filter(NamedTuple):
    """Which events; each part lets only what fits it through. None: all."""

    kinds: Sequence[str] | None
    area_id: int | None
    indicators: Sequence[str] | None


class Portion(NamedTuple):
    """How much is done at once."""

    #: Events that one transaction looks through.
    batch: int = 500
    #: Where so many of a subscription wait, no more are put in: whoever claims a message has to
    #: look past all that wait behind one that failed, also for other partners.
    ahead: int = 1000


USUAL: Final = Portion()


class Step(NamedTuple):
    """How many events were put into the outbox, and whether more may wait."""

    put: int
    more: bool


def fan_out(
    database: Database, jurisdiction: int, *, at: datetime, portion: Portion = USUAL
) -> int:
    """Put the events into the outbox that happened so far, and give how many those were.

    Of a subscription of which many wait already, the rest follows when those are delivered. In
    short transactions of its own, a batch of each subscription in turn: none waits for one that has
    far to go.
    """
    numbering.number(database, jurisdiction)
    with database.reading() as session:
        last = queries.last_position(session, jurisdiction)
        behind = list(session.scalars(_BEHIND, {"jurisdiction": jurisdiction, "last": last}))
    put = 0
    while behind:
        steps = {}
        for number in behind:
            with database.writing() as session:
                steps[number] = advance(session, jurisdiction, number, at=at, portion=portion)
        put += sum(step.put for step in steps.values())
        behind = [number for number, step in steps.items() if step.more]
    return put


def advance(
    session: Session, jurisdiction: int, number: int, *, at: datetime, portion: Portion = USUAL
) -> Step:
    """Put a subscription's next events into the outbox, and note how far it has come.

    The row is locked: nobody else puts events of this subscription meanwhile, nor changes it.
    """
    key = {"jurisdiction": jurisdiction, "number": number}
    row = session.execute(_TAKE, key).one_or_none()
    if row is None:
        return Step(0, more=False)
    target, wanted = Target(*row[:4]), Filter(*row[4:7])
    if streams.waiting(session, target.stream) >= portion.ahead:
        return Step(0, more=False)
    # After the lock: what is read before may be behind where another worker has come.
    last = queries.last_position(session, jurisdiction)
    kinds = [kind for kind in kinds_told(ROLE) if wanted.kinds is None or kind in wanted.kinds]
    found = queries.events(
        session,
        jurisdiction,
        Span(row.position, last),
        kinds,
        scope=Scope(),
        areas=None,
        limit=portion.batch,
    )
    more = len(found) == portion.batch
    messages = [message(target, event) for event in fitting(session, jurisdiction, found, wanted)]
    queue.enqueue(session, jurisdiction, messages, at=at)
    session.execute(_MOVE, {**key, "place": found[-1].position if more else last})
    return Step(len(messages), more)


def fitting(
    session: Session, jurisdiction: int, events: Sequence[Event], wanted: Filter
) -> list[Event]:
    """Give those of some events that fit area and indicators, in their order.

    An area: what is of it or of one in it. Indicators: reports with a value of one of them, plans
    of one of them.
    """
    if wanted.area_id is not None:
        inside = set(tree.area_ids_within(session, jurisdiction, [wanted.area_id]))
        events = [event for event in events if event.area_id in inside]
    if wanted.indicators is None:
        return list(events)
    keys = {key for event in events for key in _keys(event)}
    told = having_values(session, jurisdiction, sorted(keys), indicators=wanted.indicators)
    return [
        event
        for event in events
        if event.details.get("indicator") in wanted.indicators or told.intersection(_keys(event))
    ]


def _keys(event: Event) -> list[VersionKey]:
    if event.period_id is None or event.unit_id is None:
        return []
    return [VersionKey(event.period_id, event.unit_id, n) for n in versions_meant(event)]
