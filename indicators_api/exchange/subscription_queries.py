"""Subscriptions as administrators see them, and one of them locked for a change."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.db.session import Session
from indicators_api.errors import NotFound, mark
from indicators_api.exchange.events import Target

_FACTS = """
    SELECT s.id, p.code, s.path, s.kinds, a.code, s.area_id, s.indicators, s.state, s.created_at,
           s.paused_at, s.paused_because, d.waiting, d.dead, d.held_up_by
    FROM subscription s
    JOIN partner p ON p.jurisdiction_id = s.jurisdiction_id AND p.id = s.partner_id
    LEFT JOIN area a ON a.jurisdiction_id = s.jurisdiction_id AND a.id = s.area_id
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting,
               count(*) FILTER (WHERE state = 'dead') AS dead,
               (array_agg(message_id ORDER BY id) FILTER (WHERE state = 'dead'))[1] AS held_up_by
        FROM delivery
        WHERE jurisdiction_id = s.jurisdiction_id AND partner_id = s.partner_id
          AND stream = 'subscription/' || s.id
          AND state IN ('waiting', 'dead')
    ) d
    WHERE s.jurisdiction_id = :jurisdiction
"""
_LIST = text(f"{_FACTS} ORDER BY s.id")
#: As text: an address may name a number that is greater than any id can be.
_IS_IT = "CAST(s.id AS text) = :number"
_ONE = text(f"{_FACTS} AND {_IS_IT}")
#: Without a join: where the lock was waited for, only this row is read anew.
_LOCK = text(f"""
    SELECT s.jurisdiction_id, s.id, s.partner_id, s.path, s.kinds, s.area_id, s.indicators, s.state
    FROM subscription s
    WHERE s.jurisdiction_id = :jurisdiction AND {_IS_IT}
    FOR UPDATE
""")


class SubscriptionFacts(NamedTuple):
    """A subscription, and what waits for it."""

    number: int
    partner: str
    #: Below the partner's base URL.
    path: str
    #: None, as `area` and `indicators`: all.
    kinds: list[str] | None
    area: str | None
    area_id: int | None
    indicators: list[str] | None
    #: Active, paused or ended.
    state: str
    created_at: datetime
    paused_at: datetime | None
    #: For people. None unless it is paused.
    paused_because: str | None
    #: Events in the outbox that wait, and those given up, which hold the others up.
    waiting: int
    dead: int
    #: Message id of the first that was given up. None: nothing is in the way.
    held_up_by: str | None


class Locked(NamedTuple):
    """A subscription that this transaction alone may change, and put events in for."""

    target: Target
    kinds: list[str] | None
    area_id: int | None
    indicators: list[str] | None
    state: str


def subscriptions(session: Session, jurisdiction: int) -> list[SubscriptionFacts]:
    """Give all subscriptions by number, those that ended too."""
    rows = session.execute(_LIST, {"jurisdiction": jurisdiction})
    return [SubscriptionFacts(*row) for row in rows]


def subscription(session: Session, jurisdiction: int, number: int) -> SubscriptionFacts:
    """Give a subscription. Raises NotFound."""
    key = {"jurisdiction": jurisdiction, "number": str(number)}
    row = session.execute(_ONE, key).one_or_none()
    if row is None:
        raise _unknown(number)
    return SubscriptionFacts(*row)


def lock(session: Session, jurisdiction: int, number: int) -> Locked:
    """Give a subscription, locked until the transaction ends. Raises NotFound."""
    key = {"jurisdiction": jurisdiction, "number": str(number)}
    row = session.execute(_LOCK, key).one_or_none()
    if row is None:
        raise _unknown(number)
    return Locked(Target(*row[:4]), *row[4:])


def _unknown(number: int) -> NotFound:
    return NotFound(mark("There is no subscription %(number)s."), number=number)
