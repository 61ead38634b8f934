"""Write a report that was judged good.

Report, version, values, step and journal entry, a statement each.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from indicators_api.audit import journal
from indicators_api.db.session import Session
from indicators_api.observations.entry import Entry
from indicators_api.periods import Period
from indicators_api.reports import queries, workflow
from indicators_api.reports.desk import Desk, Draft, Outcome, Who
from indicators_api.reports.duties import due_of
from indicators_api.reports.moving import details
from indicators_api.reports.queries import ReportRow, VersionRow
from indicators_api.reports.workflow import State, Step
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
    key = desk.key.parameters()
    move = _move(who, draft, present, version)
    is_step = draft.step is not Step.SAVE
    revision = _write_report(session, key, move, present, is_step=is_step, at=who.at)
    counts = _write_version(session, desk, move, draft, outcome, at=who.at)
    fresh = version is None or version.version != move.version
    changes = _write_values(session, key, move.version, outcome, fresh=fresh)
    _record(session, who, desk, draft, present, move, revision, changes)
    return Saved(
        unit=desk.key.unit.code,
        period=desk.key.period,
        state=move.state,
        version=move.version,
        revision=revision,
        due=due_of(session, desk.key.jurisdiction, desk.key.unit.id, desk.key.period),
        first_sent_at=(present.first_sent_at if present else None) or move.sent_at,
        expected=counts["expected"],
        with_value=counts["with_value"],
        changes=changes,
        findings=outcome.findings,
    )


def _move(who: Who, draft: Draft, present: ReportRow | None, version: VersionRow | None) -> Move:
    number, kind = working_version(present, version)
    state = workflow.after(State(present.state) if present else State.DRAFT, draft.step)
    if draft.step is Step.SEND:
        return Move(state, number, kind, number, who.at)
    return Move(state, number, kind, present.sent_version if present else None, None)


def _write_report(
    session: Session,
    key: Mapping[str, int],
    move: Move,
    present: ReportRow | None,
    *,
    is_step: bool,
    at: datetime,
) -> int:
    columns = {
        "state": move.state,
        "version": move.version,
        "sent_version": move.sent_version,
        "sent_at": move.sent_at,
        "at": at,
    }
    if present is None:
        queries.insert_report(session, key, **columns)
        return 1
    return queries.update_report(session, key, **columns, is_step=is_step, seen=present.revision)


def _write_version(
    session: Session, desk: Desk, move: Move, draft: Draft, outcome: Outcome, *, at: datetime
) -> dict[str, int]:
    counts = _counts(desk, outcome.after)
    queries.put_version(
        session,
        desk.key.parameters(),
        version=move.version,
        kind=move.kind,
        at=at,
        sent_at=move.sent_at,
        comment=draft.comment,
        findings=json.dumps([finding.as_json() for finding in outcome.findings]),
        **counts,
    )
    return counts


def working_version(present: ReportRow | None, version: VersionRow | None) -> tuple[int, str]:
    """Give the number and kind of the version to write into.

    A sent one is never written again, what follows it is a new one.
    """
    if present is None or version is None:
        return 1, "original"
    if version.sent_at is None or present.state not in workflow.EDITABLE:
        return present.version, version.kind
    return present.version + 1, "resend"


def _write_values(
    session: Session, key: Mapping[str, int], version: int, outcome: Outcome, *, fresh: bool
) -> Changes:
    """Write what differs (into a new version: everything).

    Give what changed against the values before.
    """
    before, given = outcome.before, outcome.given
    changed = {number: entry for number, entry in given.items() if before.get(number) != entry}
    removed = before.keys() - outcome.after.keys()
    queries.put_values(session, key, version, outcome.after if fresh else changed)
    if not fresh:
        queries.drop_values(session, key, version, sorted(removed))
    created = len(changed.keys() - before.keys())
    return Changes(created, len(changed) - created, len(given) - len(changed), len(removed))


def _record(
    session: Session,
    who: Who,
    desk: Desk,
    draft: Draft,
    present: ReportRow | None,
    move: Move,
    revision: int,
    changes: Changes,
) -> None:
    """Add the step (a mere save of an existing draft is none) and the journal entry."""
    if present is None or draft.step is not Step.SAVE:
        queries.add_step(
            session,
            desk.key.parameters(),
            revision=revision,
            action="create" if draft.step is Step.SAVE else draft.step.value,
            from_state=present.state if present else None,
            to_state=move.state,
            actor_id=who.actor.token_id,
            actor_name=who.actor.name,
            actor_role=who.actor.role,
            comment=draft.comment,
            at=who.at,
            version=move.version,
            sent_version=move.sent_version,
            accepted_version=present.accepted_version if present else None,
        )
    told = details(
        present.state if present else None,
        move.state,
        revision=revision,
        version=move.version,
        sent_version=move.sent_version,
        accepted_version=present.accepted_version if present else None,
    )
    entry = {desk.key.subject: {**told, **changes._asdict()}}
    journal.append(session, who.author, f"report.{draft.step}", entry, at=who.at)


def _counts(desk: Desk, entries: Mapping[int, Entry]) -> dict[str, int]:
    expected = [entries[number] for number in desk.expected if number in entries]
    return {
        "expected": len(desk.expected),
        "with_value": sum(entry.value is not None for entry in expected),
        "not_applicable": sum(entry.missing == "not_applicable" for entry in expected),
    }
