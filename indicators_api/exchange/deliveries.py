"""What administrators do to messages in the outbox, noted in the journal."""

from datetime import datetime

from indicators_api.audit import journal
from indicators_api.audit.journal import Author, Subject
from indicators_api.db.session import Session
from indicators_api.errors import NotFound, WrongState, mark
from indicators_api.outbox import queries
from indicators_api.outbox.queries import DeliveryFacts


def delivery(session: Session, jurisdiction: int, message_id: str) -> DeliveryFacts:
    """Give a message. Raises NotFound."""
    found = queries.delivery(session, jurisdiction, message_id)
    if found is None:
        raise NotFound(mark("There is no message %(message)s."), message=message_id)
    return found


def resend(session: Session, author: Author, message_id: str, *, at: datetime) -> DeliveryFacts:
    """Let a dead message be tried anew. Raises NotFound, WrongState where it isn't dead."""
    changed = queries.resend(session, author.jurisdiction, message_id, at=at)
    return _noted(session, author, message_id, "delivery.resend", changed=changed, at=at)


def cancel(session: Session, author: Author, message_id: str, *, at: datetime) -> DeliveryFacts:
    """Give a message up. Raises NotFound, WrongState where it is delivered or cancelled."""
    changed = queries.cancel(session, author.jurisdiction, message_id)
    return _noted(session, author, message_id, "delivery.cancel", changed=changed, at=at)


def _noted(
    session: Session,
    author: Author,
    message_id: str,
    action: str,
    *,
    changed: bool,
    at: datetime,
) -> DeliveryFacts:
    found = delivery(session, author.jurisdiction, message_id)
    if not changed:
        raise WrongState(mark("The message is %(state)s."), message=message_id, state=found.state)
    subject = Subject(f"delivery/{message_id}")
    journal.append(session, author, action, {subject: {"partner": found.partner}}, at=at)
    return found
