"""How reads of a report are answered: 304 from its revision, before anything else of it is read."""

from collections.abc import Callable
from typing import Any

from flask import Response

from indicators_api.api.conditional import is_known, not_modified, report_tag
from indicators_api.api.context import actor, database, now
from indicators_api.api.rest import reply
from indicators_api.db.session import Session
from indicators_api.periods import Period
from indicators_api.reports.access import Key, read
from indicators_api.reports.duties import due_of
from indicators_api.reports.queries import ReportRow
from indicators_api.reports.workflow import timeliness

#: Reads what is answered, in the open transaction.
Find = Callable[[Session, Key, ReportRow], dict[str, Any]]
#: Gives what the clock or a deadline may change in the answer while the report stays.
Judged = Callable[[Session, Key, ReportRow], tuple[object, ...]]


def answer(unit: str, period: Period, find: Find, *, judged: Judged = lambda *_: ()) -> Response:
    """Answer a read that changes with its report, and with how that is judged. Raises NotFound."""
    with database().reading() as session:
        key, report = read(session, actor(), unit, period)
        tag = report_tag(report.revision, *judged(session, key, report))
        if is_known(tag["ETag"]):
            return not_modified(tag["ETag"])
        body = find(session, key, report)
    return reply(body, headers=tag)


def timing(session: Session, key: Key, report: ReportRow) -> tuple[object, ...]:
    """Tell whether a report is on time, and when it is due: a deadline may pass or be moved."""
    due = due_of(session, key)
    return timeliness(due, report.first_sent_at, at=now()), due
