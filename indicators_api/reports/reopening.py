"""Open a new version of a report with the values of an older one, and give it up again.

Accepted figures stay in force until the new version is accepted. Source: domain.md, "A report's
life".
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.db.session import Session
from indicators_api.errors import AllOfficial, CorrectionOpen, ReportClosed, WrongState, mark
from indicators_api.periods import Period
from indicators_api.reports import correction_queries, moving, queries, workflow
from indicators_api.reports.access import Key, demand_revision, lock_own, unknown_version
from indicators_api.reports.desk import Who
from indicators_api.reports.moving import Reviewed, staying
from indicators_api.reports.queries import ReportRow
from indicators_api.reports.workflow import State, Step

#: Versions of these kinds may be given up: behind them stands what was accepted.
_MAY_BE_GIVEN_UP = frozenset({"revision", "correction"})

_NEW = """
    FROM unnest(CAST(:periods AS int[]), CAST(:units AS int[]), CAST(:sources AS int[]),
                CAST(:versions AS int[])) AS n(period_id, unit_id, source, version)
    JOIN {table} o ON o.jurisdiction_id = :jurisdiction AND o.period_id = n.period_id
                  AND o.period_id = ANY(CAST(:periods AS int[])) AND o.unit_id = n.unit_id
                  AND o.version = n.source
"""
_COPY_VERSIONS = text(f"""
    INSERT INTO report_version (jurisdiction_id, period_id, unit_id, version, kind, created_at,
                                expected, with_value, not_applicable, findings)
    SELECT :jurisdiction, n.period_id, n.unit_id, n.version, :kind, :at, o.expected, o.with_value,
           o.not_applicable, o.findings
    {_NEW.format(table="report_version")}
""")
_COPY_VALUES = text(f"""
    INSERT INTO observation (jurisdiction_id, period_id, unit_id, version, indicator_id, value,
                             missing, status, ytd, note)
    SELECT :jurisdiction, n.period_id, n.unit_id, n.version, o.indicator_id, o.value, o.missing,
           o.status, o.ytd, o.note
    {_NEW.format(table="observation")}
""")
_KEY = "jurisdiction_id = :jurisdiction AND period_id = :period AND unit_id = :unit"
_IS_OFFICIAL = text(f"""
    SELECT count(*) > 0 AND bool_and(status = 'A') FROM observation
    WHERE {_KEY} AND version = :version
""")
_DELETE = [
    text(f"DELETE FROM {table} WHERE {_KEY} AND version = :version")
    for table in ("observation", "report_version")
]


class Opening(NamedTuple):
    """A new version of a report, and the one whose values it begins with."""

    key: Key
    source: int
    version: int


def open_version(
    session: Session, who: Who, code: str, period: Period, comment: str | None, *, seen: int
) -> tuple[Reviewed, str]:
    """Open a routine revision of an accepted report, or the version that follows a return.

    Gives the report after it and the version's kind. Raises NotFound, PreconditionFailed,
    WrongState, AllOfficial, CorrectionOpen.
    """
    key, report = lock_own(session, who.actor, code, period)
    demand_revision(report, seen, state=report.state)
    following = workflow.after(State(report.state), Step.OPEN)
    if report.state == State.ACCEPTED:
        _demand_routine(session, key, report)
        kind, source = "revision", report.accepted_version or report.version
    else:
        _demand_all_sent(session, key, report)
        kind, source = "resend", report.version
    opening = Opening(key, source, report.version + 1)
    copy_versions(session, [opening], kind, at=who.at)
    move = staying(key, report, following)._replace(version=opening.version, more={"kind": kind})
    (opened,) = moving.carry_out(session, who, [move], Step.OPEN, comment)
    return opened, kind


def withdraw(
    session: Session, who: Who, code: str, period: Period, number: int, *, seen: int
) -> Reviewed:
    """Give up the version that a revision or an agreed correction opened: delete what is in it.

    What was accepted is the report again. Raises NotFound, PreconditionFailed, WrongState while it
    lies with the leader, ReportClosed for all other versions.
    """
    key, report = lock_own(session, who.actor, code, period)
    demand_revision(report, seen, state=report.state)
    if not 1 <= number <= report.version:
        unknown_version(key, number)
    version = queries.read_version(session, key.parameters(), number)
    accepted = report.accepted_version
    if accepted is None or version.sent_at is not None or version.kind not in _MAY_BE_GIVEN_UP:
        raise ReportClosed(
            mark(
                "Only a version that a revision or a correction opened, and that was never sent, "
                "can be given up; version %(version)s can't."
            ),
            version=number,
            state=report.state,
        )
    following = workflow.after(State(report.state), Step.WITHDRAW)
    _forget(session, key.parameters(), number)
    move = staying(key, report, following)._replace(version=accepted, more={"kind": version.kind})
    return moving.carry_out(session, who, [move], Step.WITHDRAW, None)[0]


def copy_versions(
    session: Session, openings: Sequence[Opening], kind: str, *, at: datetime
) -> None:
    """Write new working versions of locked reports, with the values of the older ones.

    Value, missing reason, status, year to date and note are taken over; the comment is not: it
    answered other warnings.
    """
    if not openings:
        return
    parameters = {
        "jurisdiction": openings[0].key.jurisdiction,
        "periods": [opening.key.period.id for opening in openings],
        "units": [opening.key.unit.id for opening in openings],
        "sources": [opening.source for opening in openings],
        "versions": [opening.version for opening in openings],
    }
    session.execute(_COPY_VERSIONS, {**parameters, "kind": kind, "at": at})
    session.execute(_COPY_VALUES, parameters)


def _demand_routine(session: Session, key: Key, report: ReportRow) -> None:
    """Raise unless the unit may revise its accepted values itself; a report of none has none."""
    accepted = {**key.parameters(), "version": report.accepted_version}
    if session.scalar(_IS_OFFICIAL, accepted):
        raise AllOfficial(
            mark(
                "All values of the report are official (A). They change through a correction: "
                "the unit's leader requests it, the reviewer agrees."
            ),
            state=report.state,
        )
    if correction_queries.has_open(session, key.parameters()):
        raise CorrectionOpen(
            mark("A correction of the report is requested; it waits for the reviewer's decision.")
        )


def _demand_all_sent(session: Session, key: Key, report: ReportRow) -> None:
    """Raise WrongState when the returned report has a version that is being edited already."""
    if queries.read_version(session, key.parameters(), report.version).sent_at is None:
        raise WrongState(
            mark("Version %(version)s of the report is open already; edit that."),
            version=report.version,
            state=report.state,
        )


def _forget(session: Session, key: Mapping[str, int], version: int) -> None:
    for statement in _DELETE:
        session.execute(statement, {**key, "version": version})
    correction_queries.forget_version(session, key, version)
