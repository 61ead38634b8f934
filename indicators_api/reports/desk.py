"""What a unit may report in a period, and what its values would be.

Read and judged before anything is written.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from indicators_api.audit import journal
from indicators_api.db.session import Session
from indicators_api.errors import InvalidValues, mark
from indicators_api.indicators.snapshot import IndicatorFacts, Snapshot, snapshot
from indicators_api.observations.entry import Entry, with_status
from indicators_api.periods import Period
from indicators_api.reports import workflow
from indicators_api.reports.access import Key
from indicators_api.reports.duties import duty_of
from indicators_api.reports.workflow import Step
from indicators_api.security.actors import Actor
from indicators_api.validation.bounds import check_entries
from indicators_api.validation.findings import Finding
from indicators_api.validation.service import examine


class Draft(NamedTuple):
    """What a request wants written, by indicator code.

    `status` is for values that bring none of their own; `replace` drops the values that are not
    given; what is left out is taken over from `copy_from`. `signature` is of what is sent.
    """

    entries: Mapping[str, Entry] = {}
    replace: bool = False
    step: Step = Step.SAVE
    status: str | None = None
    comment: str | None = None
    copy_from: Period | None = None
    signature: str | None = None


class Who(NamedTuple):
    """Who writes, and when."""

    actor: Actor
    author: journal.Author
    at: datetime


class Desk(NamedTuple):
    """What is needed to judge a report's values."""

    key: Key
    snapshot: Snapshot
    #: What the unit may report in the period, by code.
    assigned: Mapping[str, IndicatorFacts]
    #: Ids of what it is expected to.
    expected: frozenset[int]


class Outcome(NamedTuple):
    """The values after a write, by indicator id, and what the rules say of them."""

    before: Mapping[int, Entry]
    given: Mapping[int, Entry]
    after: Mapping[int, Entry]
    findings: list[Finding]


def open_desk(session: Session, key: Key, *, today: date) -> Desk:
    """Read what a unit may and should report in a period.

    Raises PeriodRefused where it owes nothing.
    """
    unit, period = key.unit, key.period
    workflow.demand_owed(
        period,
        cut_off_day=unit.cut_off_day,
        valid=(unit.valid_from, unit.valid_to),
        today=today,
    )
    known = snapshot(session, key.jurisdiction)
    duty = duty_of(session, known, key)
    return Desk(key, known, duty.assigned, duty.expected)


def weigh(
    session: Session, desk: Desk, draft: Draft, before: Mapping[int, Entry], *, at: datetime
) -> Outcome:
    """Put given and stored values together and run the rules on them.

    Raises InvalidValues with every fault.
    """
    faults = check_entries(draft.entries, desk.assigned, desk.snapshot.by_code)
    if faults:
        raise InvalidValues(
            mark("%(count)s of the values can't be taken."), faults=faults, count=len(faults)
        )
    status = draft.status or workflow.default_status(desk.key.period, today=at.date())
    given = {
        desk.assigned[code].id: entry for code, entry in with_status(draft.entries, status).items()
    }
    merged = given if draft.replace or not before else {**before, **given}
    by_code = {desk.snapshot.by_id[number].code: entry for number, entry in merged.items()}
    findings = examine(
        session,
        jurisdiction=desk.key.jurisdiction,
        unit_id=desk.key.unit.id,
        period=desk.key.period,
        entries=by_code,
        assigned=desk.assigned,
        snapshot=desk.snapshot,
    )
    return Outcome(before, given, merged, findings)
