"""What administrators see of the outbox, and what they may do to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text

from indicators_api.db.session import Session
from indicators_api.models.delivery import DELIVERY_STATES

__all__ = ["DELIVERY_STATES", "Attempt", "DeliveryFacts", "Filter"]

_FACTS = """
    SELECT d.id, p.code AS partner, d.message_id, d.kind, d.stream, d.state, d.attempts,
           d.created_at, d.due_at, d.delivered_at, d.error, octet_length(d.body) AS size, d.answer
    FROM delivery d
    JOIN partner p ON p.jurisdiction_id = d.jurisdiction_id AND p.id = d.partner_id
    WHERE d.jurisdiction_id = :jurisdiction
"""
_LIST = text(f"""{_FACTS}
      AND (CAST(:partner AS text) IS NULL OR p.code = :partner)
      AND (CAST(:state AS text) IS NULL OR d.state = :state)
      AND (CAST(:kind AS text) IS NULL OR d.kind = :kind)
      AND (CAST(:before AS bigint) IS NULL OR d.id < :before)
    ORDER BY d.id DESC LIMIT :limit
""")
_ONE = text(f"{_FACTS} AND d.message_id = :message_id")
_BODY = text("SELECT body FROM delivery WHERE id = :id")
_ATTEMPTS = text("""
    SELECT number, at, milliseconds, status, error FROM delivery_attempt
    WHERE delivery_id = :id ORDER BY number
""")
# What is being delivered just now is locked: it is waited for, then told as it is.
_RESEND = text("""
    UPDATE delivery SET state = 'waiting', attempts = 0, due_at = :at
    WHERE jurisdiction_id = :jurisdiction AND message_id = :message_id AND state = 'dead'
    RETURNING id
""")
_CANCEL = text("""
    UPDATE delivery SET state = 'cancelled'
    WHERE jurisdiction_id = :jurisdiction AND message_id = :message_id
      AND state IN ('waiting', 'dead')
    RETURNING id
""")


class Filter(NamedTuple):
    """Which deliveries. None: all."""

    partner: str | None = None
    state: str | None = None
    kind: str | None = None


class DeliveryFacts(NamedTuple):
    """A message in the outbox, without its body; `size` in bytes."""

    id: int
    partner: str
    message_id: str
    kind: str
    stream: str
    state: str
    attempts: int
    created_at: datetime
    due_at: datetime
    delivered_at: datetime | None
    error: str | None
    size: int
    #: What the partner answered: status and body. None: nothing yet.
    answer: Mapping[str, Any] | None


class Attempt(NamedTuple):
    """An attempt to deliver. `status` None: there was no answer; `error` None: it was taken."""

    number: int
    at: datetime
    milliseconds: int
    status: int | None
    error: str | None


def deliveries(
    session: Session,
    jurisdiction: int,
    wanted: Filter,
    *,
    before: int | None = None,
    limit: int,
) -> list[DeliveryFacts]:
    """Give deliveries, the newest first, those older than `before`."""
    filters = {**wanted._asdict(), "before": before, "limit": limit}
    rows = session.execute(_LIST, {"jurisdiction": jurisdiction, **filters})
    return [DeliveryFacts(*row) for row in rows]


def delivery(session: Session, jurisdiction: int, message_id: str) -> DeliveryFacts | None:
    """Give a delivery by its message id; None: there is none."""
    key = {"jurisdiction": jurisdiction, "message_id": message_id}
    row = session.execute(_ONE, key).one_or_none()
    return DeliveryFacts(*row) if row else None


def body(session: Session, delivery_id: int) -> bytes:
    """Give what a delivery says, as it goes out."""
    return bytes(session.execute(_BODY, {"id": delivery_id}).scalar_one())


def attempts(session: Session, delivery_id: int) -> Sequence[Attempt]:
    """Give the attempts of a delivery, the first one first."""
    return [Attempt(*row) for row in session.execute(_ATTEMPTS, {"id": delivery_id})]


def resend(session: Session, jurisdiction: int, message_id: str, *, at: datetime) -> bool:
    """Let a dead message be tried anew. False: it isn't dead."""
    key = {"jurisdiction": jurisdiction, "message_id": message_id, "at": at}
    return session.scalar(_RESEND, key) is not None


def cancel(session: Session, jurisdiction: int, message_id: str) -> bool:
    """Give a message up, so that those behind it go on. False: it is delivered or cancelled."""
    key = {"jurisdiction": jurisdiction, "message_id": message_id}
    return session.scalar(_CANCEL, key) is not None
