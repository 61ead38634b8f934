"""What a read must record: in a short transaction of its own, never in the reading one."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from indicators_api.audit import sharing
from indicators_api.audit.sharing import Shared
from indicators_api.db.failures import RETRY_AFTER
from indicators_api.db.session import Database
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


def note_sharing(database: Database, shared: Shared) -> None:
    """Record what is about to leave. Raises ServiceUnavailable: then it must not."""
    try:
        with database.writing() as session:
            sharing.note(session, shared)
    except DBAPIError as error:
        raise ServiceUnavailable(
            mark("The sharing log could not be written, so nothing is answered."),
            headers=RETRY_AFTER,
        ) from error
