"""Subscriptions paused: by an administrator, or because their receiver does not take events.

Nothing of a paused one goes out or is put into the outbox, and nothing is given up: it goes on from
where it stopped.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import text

from indicators_api.audit.journal import Author
from indicators_api.db.session import Session
from indicators_api.errors import mark
from indicators_api.exchange.events import Target
from indicators_api.exchange.subscription_queries import lock
from indicators_api.exchange.subscriptions import note, wrong_state
from indicators_api.outbox import streams
from indicators_api.outbox.policy import GONE, Verdict, is_refusal
from indicators_api.outbox.queue import Attempted

#: Why one is paused, for people; kept as they stand here, translated where they are read.
BY_AN_ADMINISTRATOR: Final = mark("An administrator paused it.")
REFUSED: Final = mark("The receiver refused an event.")
GIVEN_UP: Final = mark("An event did not get through, however often it was tried.")
NO_LONGER_WANTED: Final = mark("The receiver answered that it wants no more events (410).")

_PAUSE = text("""
    UPDATE subscription SET state = 'paused', paused_at = :at, paused_because = :because
    WHERE jurisdiction_id = :jurisdiction AND id = :number
""")
_RESUME = text("""
    UPDATE subscription SET state = 'active', paused_at = NULL, paused_because = NULL
    WHERE jurisdiction_id = :jurisdiction AND id = :number
""")
#: Whose event a message is; none where it only tries the receiver.
_OF_STREAM = text("""
    SELECT jurisdiction_id, id, partner_id, path, state FROM subscription
    WHERE jurisdiction_id = :jurisdiction AND partner_id = :partner
      AND 'subscription/' || id = :stream
    FOR UPDATE
""")


def pause(
    session: Session, author: Author, number: int, because: str | None, *, at: datetime
) -> None:
    """Pause a subscription. Raises NotFound, WrongState where it is paused or has ended."""
    found = lock(session, author.jurisdiction, number)
    if found.state != "active":
        raise wrong_state(found)
    _pause(session, author, found.target, because or BY_AN_ADMINISTRATOR, at=at)


def resume(session: Session, author: Author, number: int, *, skip: bool, at: datetime) -> None:
    """Let a subscription go on from where it stopped.

    The event that was given up is sent again first, with its own id, or with `skip` left out.
    Raises NotFound, WrongState where it isn't paused.
    """
    found = lock(session, author.jurisdiction, number)
    if found.state != "paused":
        raise wrong_state(found)
    stream = found.target.stream
    if skip:
        streams.cancel_dead(session, stream)
    else:
        streams.resend_dead(session, stream, at=at)
    streams.let_go(session, stream)
    session.execute(_RESUME, {"jurisdiction": author.jurisdiction, "number": number})
    note(session, author, "resume", number, {"skip": skip}, at=at)


def follow(session: Session, tried: Attempted, *, at: datetime) -> None:
    """Do what follows from what came of an event, in the transaction that records it.

    Its subscription is paused where it was refused or given up. Where that was changed or ended
    while the event was under way, the event follows now.
    """
    message = tried.message
    if tried.verdict is Verdict.TAKEN:
        return
    key = {
        "jurisdiction": message.jurisdiction,
        "partner": message.partner_id,
        "stream": message.stream,
    }
    row = session.execute(_OF_STREAM, key).one_or_none()
    if row is None:
        return
    target = Target(*row[:4])
    if row.state == "ended":
        streams.cancel(session, target.stream)
        return
    streams.readdress(session, target.stream, target.path)
    if tried.verdict is Verdict.DEAD and row.state == "active":
        worker = Author(message.jurisdiction, 0, "worker", None)
        _pause(session, worker, target, _because(tried), at=at)


def _pause(session: Session, author: Author, target: Target, because: str, *, at: datetime) -> None:
    key = {"jurisdiction": target.jurisdiction, "number": target.number}
    session.execute(_PAUSE, {**key, "because": because, "at": at})
    streams.hold(session, target.stream, at=at)
    note(session, author, "pause", target.number, {"because": because}, at=at)


def _because(tried: Attempted) -> str:
    """Say why; the words of the answer are with the message."""
    if tried.outcome.status == GONE:
        return NO_LONGER_WANTED
    return REFUSED if is_refusal(tried.outcome) else GIVEN_UP
