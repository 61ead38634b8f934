"""The inbox: messages that came from partners, as they came."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.db.session import Session
from indicators_api.models.package import MESSAGE_STATES

__all__ = ["MESSAGE_STATES", "Filter", "Kept", "MessageFacts"]

_FACTS = """
    SELECT m.id, p.code, m.message_id, m.kind, m.received_at, m.state, m.decided_at,
           m.decider_name, m.comment, octet_length(m.body), m.fingerprint
    FROM received_message m
    JOIN partner p ON p.jurisdiction_id = m.jurisdiction_id AND p.id = m.partner_id
    WHERE m.jurisdiction_id = :jurisdiction
"""
_LIST = text(f"""{_FACTS}
      AND (CAST(:partner AS text) IS NULL OR p.code = :partner)
      AND (CAST(:state AS text) IS NULL OR m.state = :state)
      AND (CAST(:kind AS text) IS NULL OR m.kind = :kind)
      AND (CAST(:before AS bigint) IS NULL OR m.id < :before)
    ORDER BY m.id DESC LIMIT :limit
""")
_ONE = text(f"{_FACTS} AND m.id = :number")
_BODY = text("SELECT body FROM received_message WHERE jurisdiction_id = :jurisdiction AND id = :id")
_KNOWN = text("""
    SELECT id, received_at, body = CAST(:body AS bytea) FROM received_message
    WHERE jurisdiction_id = :jurisdiction AND partner_id = :partner AND message_id = :message_id
""")
#: Of two that come at once with one id, the second finds the first one there.
_KEEP = text("""
    INSERT INTO received_message (jurisdiction_id, partner_id, message_id, kind, body, signature,
                                  fingerprint, received_at, state, decided_at)
    VALUES (:jurisdiction, :partner, :message_id, :kind, :body, :signature, :fingerprint, :at,
            :state, :decided_at)
    ON CONFLICT (jurisdiction_id, partner_id, message_id) DO NOTHING
    RETURNING id
""")
_DECIDE = text("""
    UPDATE received_message
    SET state = :state, decided_at = :at, decider_name = :name, comment = :comment
    WHERE jurisdiction_id = :jurisdiction AND id = :number AND state = 'waiting'
    RETURNING id
""")


class Filter(NamedTuple):
    """Which messages. None: all."""

    partner: str | None = None
    state: str | None = None
    kind: str | None = None


class MessageFacts(NamedTuple):
    """A message that came, without its body; see models/package.py. `size` in bytes."""

    number: int
    partner: str
    message_id: str
    kind: str
    received_at: datetime
    state: str
    decided_at: datetime | None
    decider_name: str | None
    comment: str | None
    size: int
    fingerprint: str


class Kept(NamedTuple):
    """A message of an id that is there already, and whether it says the same to the byte."""

    number: int
    received_at: datetime
    same: bool


class New(NamedTuple):
    """A message as it came, who it is verified by, and what becomes of it at once."""

    message_id: str
    kind: str
    body: bytes
    signature: str
    fingerprint: str
    state: str
    decided_at: datetime | None


def messages(
    session: Session,
    jurisdiction: int,
    wanted: Filter,
    *,
    before: int | None = None,
    limit: int,
) -> list[MessageFacts]:
    """Give messages, the newest first, those with numbers below `before`."""
    filters = {**wanted._asdict(), "before": before, "limit": limit}
    rows = session.execute(_LIST, {"jurisdiction": jurisdiction, **filters})
    return [MessageFacts(*row) for row in rows]


def message(session: Session, jurisdiction: int, number: int) -> MessageFacts | None:
    """Give a message by its number; None: there is none."""
    key = {"jurisdiction": jurisdiction, "number": number}
    row = session.execute(_ONE, key).one_or_none()
    return MessageFacts(*row) if row else None


def body(session: Session, jurisdiction: int, number: int) -> bytes:
    """Give what a message says, as it came."""
    key = {"jurisdiction": jurisdiction, "id": number}
    return bytes(session.execute(_BODY, key).scalar_one())


def kept(
    session: Session, jurisdiction: int, partner_id: int, message_id: str, body: bytes
) -> Kept | None:
    """Find a partner's message by its id and compare what it says; None: there is none."""
    key = {"jurisdiction": jurisdiction, "partner": partner_id, "message_id": message_id}
    row = session.execute(_KNOWN, {**key, "body": body}).one_or_none()
    return Kept(*row) if row else None


def keep(
    session: Session, jurisdiction: int, partner_id: int, new: New, *, at: datetime
) -> int | None:
    """Keep a message and give its number. None: one of its id is there."""
    key = {"jurisdiction": jurisdiction, "partner": partner_id, "at": at}
    number: int | None = session.scalar(_KEEP, {**key, **new._asdict()})
    return number


def decide(
    session: Session,
    jurisdiction: int,
    number: int,
    *,
    state: str,
    name: str,
    comment: str,
    at: datetime,
) -> bool:
    """Decide on a message that waits. False: it was decided already."""
    key = {"jurisdiction": jurisdiction, "number": number, "at": at}
    said = {"state": state, "name": name, "comment": comment}
    return session.scalar(_DECIDE, {**key, **said}) is not None
