"""What services give, as JSON objects in the reader's language. Order of keys as in api.md."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from indicators_api.api.json import written
from indicators_api.api.languages import name_of, say
from indicators_api.api.problems import body
from indicators_api.observations.entry import Entry
from indicators_api.periods import Period
from indicators_api.reports.completeness import AreaCompleteness, UnitCompleteness
from indicators_api.reports.desk import Desk, Outcome
from indicators_api.reports.moving import Reviewed
from indicators_api.reports.queries import StepRow, VersionRow
from indicators_api.reports.reading import Form, FullReport, ListedReport
from indicators_api.reports.review import Answer
from indicators_api.reports.since import Change, Since
from indicators_api.reports.storing import Saved
from indicators_api.reports.workflow import end_of, timeliness
from indicators_api.units.tree import AreaFacts
from indicators_api.validation.findings import Finding

Json = dict[str, Any]


def saved(answer: Saved, *, at: datetime) -> Json:
    """A report after a write."""
    created, updated, unchanged, removed = answer.changes
    return {
        "unit": answer.unit,
        "period": str(answer.period),
        "state": answer.state,
        "version": answer.version,
        "revision": answer.revision,
        "timeliness": timeliness(answer.due, answer.first_sent_at, at=at),
        "due": end_of(answer.due),
        "counts": {
            **counts(answer.expected, answer.with_value),
            "created": created,
            "updated": updated,
            "unchanged": unchanged,
            "removed": removed,
        },
        "findings": findings(answer.findings),
    }


def counts(expected: int, with_value: int) -> Json:
    """How much of a report is there: what is asked, answered with a number, and missing."""
    return {"expected": expected, "with_value": with_value, "missing": expected - with_value}


def findings(found: Sequence[Finding]) -> list[Json]:
    """What the rules found."""
    return [
        {
            "severity": finding.severity,
            "rule": finding.rule,
            "indicators": list(finding.indicators),
            "detail": say(finding.message),
        }
        for finding in found
    ]


def entry(given: Entry) -> Json:
    """A value: the number or why there is none, its status, and what else was said."""
    said: Json = {"value": written(given.value), "status": given.status}
    if given.missing is not None:
        said["missing"] = given.missing
    if given.ytd is not None:
        said["ytd"] = written(given.ytd)
    if given.note is not None:
        said["note"] = given.note
    return said


def full_report(found: FullReport, *, at: datetime) -> Json:
    """A report with values, findings and steps."""
    report, version = found.report, found.version
    return {
        "unit": found.key.unit.code,
        "period": str(found.key.period),
        "state": found.state,
        "version": version.version if version else None,
        "revision": report.revision,
        "sent_version": report.sent_version,
        "accepted_version": report.accepted_version,
        "timeliness": timeliness(found.due, report.first_sent_at, at=at),
        "due": end_of(found.due),
        "first_sent_at": report.first_sent_at,
        "changed_at": report.changed_at,
        "comment": version.comment if version else None,
        "counts": _version_counts(version),
        "values": {code: entry(given) for code, given in found.values.items()},
        "findings": findings(found.findings),
        "steps": [step(taken) for taken in found.steps],
    }


def _version_counts(version: VersionRow | None) -> Json:
    return counts(version.expected, version.with_value) if version else counts(0, 0)


def step(taken: StepRow) -> Json:
    """One step of a report's life."""
    return {
        "at": taken.recorded_at,
        "action": taken.action,
        "from": taken.from_state,
        "to": taken.to_state,
        "by": taken.actor_name,
        "role": taken.actor_role,
        "comment": taken.comment,
        "revision": taken.revision,
        "version": taken.version,
        "sent_version": taken.sent_version,
        "accepted_version": taken.accepted_version,
    }


def listed(row: ListedReport, *, at: datetime) -> Json:
    """A line of a list of reports."""
    return {
        "unit": row.unit,
        "area": row.area,
        "period": str(Period.of_id(row.period_id)),
        "state": row.state,
        "version": row.version,
        "revision": row.revision,
        "sent_version": row.sent_version,
        "accepted_version": row.accepted_version,
        "timeliness": timeliness(row.due, row.first_sent_at, at=at),
        "due": end_of(row.due),
        "first_sent_at": row.first_sent_at,
        "changed_at": row.changed_at,
        "counts": counts(row.expected, row.with_value),
    }


def form(found: Form) -> Json:
    """What a unit must fill in."""
    return {
        "unit": found.key.unit.code,
        "period": str(found.key.period),
        "state": found.state,
        "revision": found.revision,
        "due": end_of(found.due),
        "indicators": [
            {
                "indicator": line.indicator.code,
                **named(line.indicator),
                "decimals": line.indicator.decimals,
                "value_type": line.indicator.value_type,
                "minimum": line.indicator.minimum,
                "maximum": line.indicator.maximum,
                "frequency": line.indicator.frequency,
                "expected": line.expected,
                "previous": entry(line.previous) if line.previous else None,
                "present": entry(line.present) if line.present else None,
                "change": value_change(line.change) if line.change else None,
            }
            for line in found.lines
        ],
        "since_previous": since_previous(found.since) if found.since else None,
        "findings": findings(found.findings),
    }


def value_change(found: Change) -> Json:
    """A value against the one before."""
    return {name: written(number) for name, number in found._asdict().items()}


def since_previous(found: Since) -> Json:
    """What has changed since the period before."""
    return {**found._asdict(), "period": str(found.period)}


def named(item: Any) -> Json:
    """The names of a catalogue item: the reader's, and both."""
    both = {"name_vi": item.name_vi, "name_en": item.name_en}
    return {"name": name_of(both), **both}


def rehearsed(desk: Desk, outcome: Outcome) -> Json:
    """What a report would be: findings and the difference to what is stored."""
    code = {number: facts.code for number, facts in desk.snapshot.by_id.items()}
    changed = {
        code[number]: {
            "stored": entry(outcome.before[number]) if number in outcome.before else None,
            "given": entry(outcome.after[number]) if number in outcome.after else None,
        }
        for number in sorted(outcome.before.keys() | outcome.after.keys())
        if outcome.before.get(number) != outcome.after.get(number)
    }
    expected = [outcome.after[number] for number in desk.expected if number in outcome.after]
    with_value = sum(given.value is not None for given in expected)
    return {
        "unit": desk.key.unit.code,
        "period": str(desk.key.period),
        "counts": counts(len(desk.expected), with_value),
        "findings": findings(outcome.findings),
        "differences": changed,
    }


def reviewed(done: Reviewed) -> Json:
    """A report after acceptance or return."""
    return {**done._asdict(), "period": str(done.period)}


def bulk(answers: Sequence[Answer]) -> Json:
    """What became of each report of a bulk call."""
    return {
        "done": sum(answer.reviewed is not None for answer in answers),
        "failed": sum(answer.problem is not None for answer in answers),
        "data": [_bulk_answer(answer) for answer in answers],
    }


def _bulk_answer(answer: Answer) -> Json:
    if answer.reviewed is not None:
        return {**reviewed(answer.reviewed), "problem": None}
    assert answer.problem is not None  # noqa: S101 - the one or the other
    return {
        "unit": answer.item.unit,
        "period": str(answer.item.period),
        "problem": body(answer.problem),
    }


def completeness(row: AreaCompleteness | UnitCompleteness) -> Json:
    """Reports owed and sent in an area, or a unit that owes one."""
    if isinstance(row, AreaCompleteness):
        return row._asdict()
    return {**row._asdict(), "due": end_of(row.due)}


def item(row: Any) -> Json:
    """A catalogue item with its name in the reader's language; ids stay inside, but for areas."""
    facts = {key: value for key, value in row._asdict().items() if key not in _INSIDE}
    if isinstance(row, AreaFacts):
        facts["id"] = row.id
    return {"code": facts.pop("code"), **named(row), **facts}


#: An area's id is part of the contract, because codes are reused; other ids are not.
_INSIDE = frozenset({"id", "parent_id", "indicator_id", "cut_off_day"})
