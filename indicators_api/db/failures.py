"""What the database refuses, as expected failures.

By SQLSTATE and constraint name, never by message text.
"""

import re

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from indicators_api.db import years
from indicators_api.errors import (
    CorrectionOpen,
    DatabaseUnavailable,
    DomainError,
    DuplicateItem,
    ReportExists,
    ServiceUnavailable,
    mark,
)

#: Seconds a client should wait before it tries again.
RETRY_AFTER = {"Retry-After": "5"}

#: Citus appends the shard's number to constraint names.
_SHARD_SUFFIX = re.compile(r"_\d{6,}$")

#: SQLSTATE classes of a server that is away, starting, stopping or full (PostgreSQL manual,
#: appendix A).
AWAY = ("08", "53", "57P")

_BY_CONSTRAINT: dict[str, tuple[type[DomainError], str]] = {
    "pk_report": (ReportExists, mark("The unit has a report for this period already.")),
    "uq_correction_open": (
        CorrectionOpen,
        mark("A correction of the report is requested; it waits for the reviewer's decision."),
    ),
    "uq_certificate_jurisdiction_id_fingerprint": (
        DuplicateItem,
        mark("The certificate is registered already; one that was revoked stays so."),
    ),
    "ex_assignment_unit_indicator": (
        DuplicateItem,
        mark("The unit is assigned this indicator in an overlapping time already."),
    ),
    "ex_assignment_area_indicator": (
        DuplicateItem,
        mark(
            "Another unit of the area is assigned this territory indicator in an overlapping "
            "time already."
        ),
    ),
}


def explained(error: DBAPIError | PoolTimeoutError) -> Exception:
    """Give the expected failure behind a database error, or the error itself: a bug of ours."""
    if isinstance(error, PoolTimeoutError):
        return DatabaseUnavailable(
            mark("All connections to the database are busy."), headers=RETRY_AFTER
        )
    cause = error.orig
    if not isinstance(cause, psycopg.Error):
        return error
    state = cause.sqlstate or ""
    # Without a statement it was the attempt to connect that failed; that has no SQLSTATE.
    if error.connection_invalidated or state.startswith(AWAY) or error.statement is None:
        return DatabaseUnavailable(mark("The database does not answer."), headers=RETRY_AFTER)
    if state == psycopg.errors.QueryCanceled.sqlstate:
        return ServiceUnavailable(
            mark("The question took longer than the service allows."), headers=RETRY_AFTER
        )
    if isinstance(cause, psycopg.errors.SerializationFailure | psycopg.errors.DeadlockDetected):
        return ServiceUnavailable(
            mark("Another change was in the way; nothing was stored."), headers=RETRY_AFTER
        )
    return _refused(cause) or error


def _refused(cause: psycopg.Error) -> DomainError | None:
    """Give the expected failure behind a row that was refused. None: it was not expected."""
    if years.is_missing(cause):
        years.forget()
        return ServiceUnavailable(
            mark("The tables of the year are being changed; nothing was stored."),
            headers=RETRY_AFTER,
        )
    name = _SHARD_SUFFIX.sub("", cause.diag.constraint_name or "")
    if name not in _BY_CONSTRAINT:
        return None
    problem, detail = _BY_CONSTRAINT[name]
    return problem(detail)
