"""Write a report that was judged good.

Report, version, values and step by one statement, the journal entry by another.
"""

import json
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import NamedTuple

from indicators_api.audit import journal
from indicators_api.db.session import Session
from indicators_api.observations.entry import Entry
from indicators_api.periods import Period
from indicators_api.reports import workflow
from indicators_api.reports.desk import Desk, Draft, Outcome, Who
from indicators_api.reports.duties import due_of
from indicators_api.reports.moving import details
from indicators_api.reports.queries import ReportRow, VersionRow
from indicators_api.reports.workflow import State, Step
from indicators_api.reports.writing import Written, write
from indicators_api.validation.findings import Finding


class Changes(NamedTuple):
    """What a write did to the stored values."""

    created: int
    updated: int
    unchanged: int
    removed: int


class Saved(NamedTuple):
    """A report after a write."""

    unit: str
    period: Period
    state: str
    version: int
    revision: int
    due: date
    first_sent_at: datetime | None
    expected: int
    with_value: int
    changes: Changes
    findings: list[Finding]


class Move(NamedTuple):
    """Where a write takes the report."""

    state: State
    version: int
    kind: str
    sent_version: int | None
    sent_at: datetime | None


class _Counts(NamedTuple):
    """How many of the expected indicators there are, have a value, are not applicable."""

    expected: int
    with_value: int
    not_applicable: int


class _Difference(NamedTuple):
    """What is to be written and taken out, by indicator id, and how that is told."""

    entries: Mapping[int, Entry]
    removed: Collection[int]
    changes: Changes


def store(
    session: Session,
    who: Who,
    desk: Desk,
    draft: Draft,
    outcome: Outcome,
    *,
    present: ReportRow | None,
    version: VersionRow | None,
) -> Saved:
    """Write a report as the draft wants it.

    `present` and `version` are what is stored. None: nothing is.
    """
    move = _move(who, draft, present, version)
    counts = _counts(desk, outcome.after)
    difference = _difference(outcome, fresh=not version or version.version != move.version)
    row = _row(who, draft, outcome, move, counts, present)
    revision = write(
        session,
        desk.key.parameters(),
        row,
        seen=present.revision if present else None,
        entries=difference.entries,
        removed=difference.removed,
    )
    _journalise(session, who, desk, draft, row, revision, difference.changes)
    return Saved(
        unit=desk.key.unit.code,
        period=desk.key.period,
        state=move.state,
        version=move.version,
        revision=revision,
        due=due_of(session, desk.key),
        first_sent_at=(present.first_sent_at if present else None) or move.sent_at,
        expected=counts.expected,
        with_value=counts.with_value,
        changes=difference.changes,
        findings=outcome.findings,
    )


def _move(who: Who, draft: Draft, present: ReportRow | None, version: VersionRow | None) -> Move:
    number, kind = working_version(present, version)
    state = workflow.after(State(present.state) if present else State.DRAFT, draft.step)
    if draft.step is Step.SEND:
        return Move(state, number, kind, number, who.at)
    return Move(state, number, kind, present.sent_version if present else None, None)


def _row(
    who: Who,
    draft: Draft,
    outcome: Outcome,
    move: Move,
    counts: _Counts,
    present: ReportRow | None,
) -> Written:
    """Give what is written of a report; a mere save of an existing draft is no step."""
    return Written(
        **move._asdict(),
        **counts._asdict(),
        accepted_version=present.accepted_version if present else None,
        comment=draft.comment,
        findings=json.dumps([finding.as_json() for finding in outcome.findings]),
        is_step=present is None or draft.step is not Step.SAVE,
        action="create" if draft.step is Step.SAVE else draft.step.value,
        from_state=present.state if present else None,
        actor_id=who.actor.token_id,
        actor_name=who.actor.name,
        actor_role=who.actor.role,
        at=who.at,
    )


def working_version(present: ReportRow | None, version: VersionRow | None) -> tuple[int, str]:
    """Give the number and kind of the version to write into.

    A sent one is never written again, what follows it is a new one.
    """
    if present is None or version is None:
        return 1, "original"
    if version.sent_at is None or present.state not in workflow.EDITABLE:
        return present.version, version.kind
    return present.version + 1, "resend"


def _difference(outcome: Outcome, *, fresh: bool) -> _Difference:
    """Compare the values with those before; into a fresh version all are written."""
    before, given = outcome.before, outcome.given
    changed = given
    if before:
        changed = {number: e for number, e in given.items() if before.get(number) != e}
    removed = before.keys() - outcome.after.keys()
    created = len(changed.keys() - before.keys())
    changes = Changes(created, len(changed) - created, len(given) - len(changed), len(removed))
    if fresh:
        return _Difference(outcome.after, (), changes)
    return _Difference(changed, removed, changes)


def _journalise(
    session: Session,
    who: Who,
    desk: Desk,
    draft: Draft,
    row: Written,
    revision: int,
    changes: Changes,
) -> None:
    told = details(
        row.from_state,
        row.state,
        revision=revision,
        version=row.version,
        sent_version=row.sent_version,
        accepted_version=row.accepted_version,
    )
    entry = {desk.key.subject: {**told, **changes._asdict()}}
    journal.append(session, who.author, f"report.{draft.step}", entry, at=who.at)


def _counts(desk: Desk, entries: Mapping[int, Entry]) -> _Counts:
    answered = [entries[number] for number in desk.expected if number in entries]
    return _Counts(
        len(desk.expected),
        sum(entry.value is not None for entry in answered),
        sum(entry.missing == "not_applicable" for entry in answered),
    )
