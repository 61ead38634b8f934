"""Read reports: one with its values and history, a list, and the form that a unit fills in."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.db.session import Session
from indicators_api.indicators.snapshot import IndicatorFacts, snapshot
from indicators_api.observations.entry import Entry
from indicators_api.periods import Period
from indicators_api.reports import deadlines, queries, sight
from indicators_api.reports.access import Key, own_key, unknown_report
from indicators_api.reports.desk import open_desk
from indicators_api.reports.duties import due_of
from indicators_api.reports.queries import ReportRow, StepRow, VersionRow
from indicators_api.reports.since import Change, Since, change, last_entries, since
from indicators_api.security.actors import Actor
from indicators_api.validation.findings import Finding


class FullReport(NamedTuple):
    """A report as one reader sees it.

    From outside its unit that is the sent version only: `version` None and no values where nothing
    is sent now.
    """

    key: Key
    state: str
    report: ReportRow
    due: date
    version: VersionRow | None
    #: By indicator code, in the catalogue's order.
    values: Mapping[str, Entry]
    findings: Sequence[Finding]
    steps: Sequence[StepRow]


class ListedReport(NamedTuple):
    """A line of a list of reports."""

    period_id: int
    unit: str
    area: str
    state: str
    revision: int
    #: The one that the reader sees. None: nothing is sent now; the counts are 0 then.
    version: int | None
    sent_version: int | None
    accepted_version: int | None
    due: date
    first_sent_at: datetime | None
    changed_at: datetime
    expected: int
    with_value: int


class FormLine(NamedTuple):
    """One indicator to fill in: what is asked, what was said last time, what is there now."""

    indicator: IndicatorFacts
    expected: bool
    previous: Entry | None
    present: Entry | None
    change: Change | None


class Form(NamedTuple):
    """What a unit must fill in for a period."""

    key: Key
    state: str | None
    revision: int | None
    due: date
    lines: Sequence[FormLine]
    #: Against the period before. None: the unit has no report of it.
    since: Since | None
    findings: Sequence[Finding]


_LIST = text(f"""
    WITH {deadlines.DUE}, listed AS (
        SELECT r.period_id, u.code AS unit, a.code AS area,
               CASE WHEN :inside THEN r.state ELSE ({sight.STATE}) END AS state,
               r.revision, v.version, r.sent_version, r.accepted_version, d.due, r.first_sent_at,
               r.changed_at, coalesce(v.expected, 0) AS expected,
               coalesce(v.with_value, 0) AS with_value,
               CASE WHEN r.first_sent_at < (d.due + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'
                    THEN 'on_time'
                    WHEN r.first_sent_at IS NOT NULL THEN 'late'
                    WHEN :at < (d.due + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' THEN 'not_due'
                    ELSE 'missing' END AS timeliness
        FROM report r
        JOIN unit u ON u.jurisdiction_id = r.jurisdiction_id AND u.id = r.unit_id
        JOIN area a ON a.jurisdiction_id = u.jurisdiction_id AND a.id = u.area_id
        LEFT JOIN report_version v ON v.jurisdiction_id = r.jurisdiction_id
             AND v.period_id = r.period_id AND v.unit_id = r.unit_id
             AND v.version = CASE WHEN :inside THEN r.version ELSE r.sent_version END
        JOIN unit_due d ON d.period_id = r.period_id AND d.unit_id = r.unit_id
        WHERE r.jurisdiction_id = :jurisdiction AND r.period_id = ANY(:periods)
          AND {sight.LISTED}
    )
    SELECT period_id, unit, area, state, revision, version, sent_version, accepted_version, due,
           first_sent_at, changed_at, expected, with_value
    FROM listed
    WHERE (CAST(:state AS text) IS NULL OR state = :state)
      AND (CAST(:timeliness AS text) IS NULL OR timeliness = :timeliness)
      AND (CAST(:after_period AS int) IS NULL OR (period_id, unit) > (:after_period, :after_unit))
    ORDER BY period_id, unit LIMIT :limit
""")
_PERIODS = text("""
    SELECT DISTINCT period_id FROM report WHERE jurisdiction_id = :jurisdiction ORDER BY period_id
""")


#: Where a page ended: period id, unit code.
Place = tuple[int, str]


class Filter(NamedTuple):
    """Which reports to list. None: all of them."""

    unit: str | None = None
    #: Code of an area: its own reports and those of all areas in it.
    area: str | None = None
    periods: Sequence[Period] | None = None
    state: str | None = None
    timeliness: str | None = None


def read_full(session: Session, actor: Actor, key: Key, report: ReportRow) -> FullReport:
    """Give a report with its values, findings and steps."""
    inside = actor.works_in_a_unit
    shown = report.version if inside else report.sent_version
    parameters = key.parameters()
    version = queries.read_version(session, parameters, shown) if shown else None
    steps = queries.read_steps(session, parameters)
    return FullReport(
        key=key,
        state=report.state if inside else sight.state_outside(steps) or report.state,
        report=report,
        due=due_of(session, key),
        version=version,
        values=read_values(session, key, shown) if shown else {},
        findings=[Finding.from_json(found) for found in version.findings] if version else [],
        steps=sight.steps_shown(actor, steps),
    )


def read_values(session: Session, key: Key, version: int) -> dict[str, Entry]:
    """Give the values of a version by indicator code, in the catalogue's order."""
    entries = queries.read_entries(session, key.parameters(), version)
    by_id = snapshot(session, key.jurisdiction).by_id
    return {by_id[n].code: entries[n] for n in sorted(entries, key=lambda n: by_id[n].code)}


def list_reports(
    session: Session,
    actor: Actor,
    wanted: Filter,
    *,
    at: datetime,
    after: Place | None,
    limit: int,
) -> tuple[list[ListedReport], Place | None]:
    """Give the reports that the actor may see, by period and unit, and the place to go on from.

    None: that was all. An area that the actor does not look into has none.
    """
    periods = wanted.periods
    if periods is None:
        ids = session.scalars(_PERIODS, {"jurisdiction": actor.jurisdiction})
        periods = [Period.of_id(number) for number in ids]
    rows = session.execute(
        _LIST,
        {
            **deadlines.asked(actor.jurisdiction, periods),
            **sight.parameters(actor, unit=wanted.unit, area=wanted.area),
            "state": wanted.state,
            "timeliness": wanted.timeliness,
            "at": at,
            "after_period": after[0] if after else None,
            "after_unit": after[1] if after else None,
            "limit": limit + 1,
        },
    ).all()
    page = [ListedReport(*row) for row in rows[:limit]]
    return page, (page[-1].period_id, page[-1].unit) if len(rows) > limit else None


def read_form(session: Session, actor: Actor, code: str, period: Period, *, today: date) -> Form:
    """Give what a unit may and must fill in, with the previous values and what is there already.

    Lines by indicator code. Raises NotFound for another unit's, PeriodRefused.
    """
    key = own_key(session, actor, code, period) or unknown_report(code, period)
    desk = open_desk(session, key, today=today)
    parameters = key.parameters()
    report = queries.read_report(session, parameters)
    present = queries.read_entries(session, parameters, report.version) if report else {}
    version = queries.read_version(session, parameters, report.version) if report else None
    previous = last_entries(session, key, period.previous)
    lines = [
        FormLine(facts, facts.id in desk.expected, before, now, change(before, now))
        for facts in desk.assigned.values()
        for before, now in [((previous or {}).get(facts.id), present.get(facts.id))]
    ]
    pairs = [(line.previous, line.present) for line in lines]
    return Form(
        key=key,
        state=report.state if report else None,
        revision=report.revision if report else None,
        due=due_of(session, key),
        lines=lines,
        since=None if previous is None else since(period.previous, pairs),
        findings=[Finding.from_json(found) for found in version.findings] if version else [],
    )
