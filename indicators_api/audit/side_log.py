"""What a read must record: in a short transaction of its own, never in the reading one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from indicators_api.audit import sharing
from indicators_api.audit.sharing import Outcome, Shared
from indicators_api.db.failures import RETRY_AFTER
from indicators_api.db.session import Database, Session
from indicators_api.errors import ServiceUnavailable, mark

#: How exactly a token's last use is kept: most requests then write nothing.
LAST_USE_STEP = timedelta(minutes=5)

_USED = text("UPDATE token SET last_used_at = :at WHERE id = :id")


def note_use(
    database: Database, token_id: int, last_used: datetime | None, *, at: datetime
) -> None:
    """Record that a token is used, at most once in five minutes."""
    if last_used is not None and at - last_used < LAST_USE_STEP:
        return
    with database.writing() as session:
        session.execute(_USED, {"id": token_id, "at": at})


def note_sharing(database: Database, shared: Shared) -> int:
    """Record what is about to leave; give the row's id.

    Raises ServiceUnavailable: then it must not.
    """
    with _writing(database) as session:
        return sharing.note(session, shared)


def complete_sharing(database: Database, number: int, outcome: Outcome) -> None:
    """Record what became of an answer whose beginning is in the log. Raises ServiceUnavailable."""
    with _writing(database) as session:
        sharing.complete(session, number, outcome)


@contextmanager
def _writing(database: Database) -> Iterator[Session]:
    try:
        with database.writing() as session:
            yield session
    except DBAPIError as error:
        raise ServiceUnavailable(
            mark("The sharing log could not be written, so nothing is answered."),
            headers=RETRY_AFTER,
        ) from error
