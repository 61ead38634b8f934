"""A stream of messages as a whole: held back and let go, sent elsewhere, given up.

What is being delivered just now is locked, and left alone: nobody waits for a partner's answer.
Whoever needs it to follow looks again when its outcome is recorded.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import TextClause, text

from indicators_api.db.session import Session

_HOLD = text("""
    INSERT INTO held_stream (jurisdiction_id, partner_id, stream, held_at)
    VALUES (:jurisdiction, :partner, :stream, :at)
    ON CONFLICT (jurisdiction_id, partner_id, stream) DO NOTHING
""")
_LET_GO = text("""
    DELETE FROM held_stream
    WHERE jurisdiction_id = :jurisdiction AND partner_id = :partner AND stream = :stream
""")
_WAITING = text("""
    SELECT count(*) FROM delivery
    WHERE jurisdiction_id = :jurisdiction AND partner_id = :partner AND stream = :stream
      AND state IN ('waiting', 'dead')
""")


def _change(change: str, which: str) -> TextClause:
    return text(f"""
        UPDATE delivery SET {change}
        WHERE id IN (SELECT id FROM delivery
                     WHERE jurisdiction_id = :jurisdiction AND partner_id = :partner
                       AND stream = :stream AND {which}
                     FOR UPDATE SKIP LOCKED)
    """)


_OPEN = "state IN ('waiting', 'dead')"
_RESEND_DEAD = _change("state = 'waiting', attempts = 0, due_at = :at", "state = 'dead'")
_CANCEL_DEAD = _change("state = 'cancelled'", "state = 'dead'")
_CANCEL = _change("state = 'cancelled'", _OPEN)
_READDRESS = _change("path = :path", f"{_OPEN} AND path <> :path")


class Stream(NamedTuple):
    """Messages to a partner that keep their order."""

    jurisdiction: int
    partner: int
    stream: str


def waiting(session: Session, stream: Stream) -> int:
    """Give how many messages of a stream are not delivered, dead ones included."""
    return int(session.execute(_WAITING, stream._asdict()).scalar_one())


def hold(session: Session, stream: Stream, *, at: datetime) -> None:
    """Let no message of a stream go out, also none that is put in later."""
    session.execute(_HOLD, {**stream._asdict(), "at": at})


def let_go(session: Session, stream: Stream) -> None:
    """Let the messages of a stream go out again, from where it stopped."""
    session.execute(_LET_GO, stream._asdict())


def resend_dead(session: Session, stream: Stream, *, at: datetime) -> None:
    """Let the dead messages of a stream be tried anew, before those behind them."""
    session.execute(_RESEND_DEAD, {**stream._asdict(), "at": at})


def cancel_dead(session: Session, stream: Stream) -> None:
    """Give the dead messages of a stream up, so that those behind them go on."""
    session.execute(_CANCEL_DEAD, stream._asdict())


def cancel(session: Session, stream: Stream) -> None:
    """Give all messages of a stream up that aren't delivered."""
    session.execute(_CANCEL, stream._asdict())


def readdress(session: Session, stream: Stream, path: str) -> None:
    """Send all messages of a stream that aren't delivered to another path."""
    session.execute(_READDRESS, {**stream._asdict(), "path": path})
