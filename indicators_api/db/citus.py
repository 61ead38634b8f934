"""Whether the database is a Citus coordinator's; what differs there is said where it does."""

from sqlalchemy import text
from sqlalchemy.orm import Session

_IS_THERE = text("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')")


def is_there(session: Session) -> bool:
    """Tell whether the database has the Citus extension."""
    return bool(session.scalar(_IS_THERE))
