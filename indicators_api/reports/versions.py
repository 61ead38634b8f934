"""What was sent before: a report's versions, one with its values, and how two of them differ."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.db.session import Session
from indicators_api.observations.entry import Entry
from indicators_api.reports import queries
from indicators_api.reports.access import Key, unknown_version
from indicators_api.reports.queries import ReportRow, StepRow
from indicators_api.reports.reading import read_values
from indicators_api.reports.workflow import State, Step
from indicators_api.security.actors import Actor
from indicators_api.validation.findings import Finding


class Line(NamedTuple):
    """A version as the list has it, and what became of it."""

    version: int
    kind: str
    #: None: it is the unit's draft still.
    sent_at: datetime | None
    comment: str | None
    expected: int
    with_value: int
    #: Whether its leader signed it.
    is_signed: bool
    #: Name of the token that sent it.
    sent_by: str | None
    accepted_at: datetime | None
    #: When a reviewer returned it.
    returned_at: datetime | None
    #: Whether it is what the report's two pointers name now.
    is_sent: bool
    is_accepted: bool


class WholeVersion(NamedTuple):
    """A version with what it says."""

    line: Line
    #: By indicator code, in the catalogue's order.
    values: Mapping[str, Entry]
    findings: Sequence[Finding]


class Difference(NamedTuple):
    """What a version says of an indicator, and what it said before. None: nothing."""

    before: Entry | None
    after: Entry | None


class Comparison(NamedTuple):
    """A version against another one. `against` None: nothing was sent before it."""

    version: int
    against: int | None
    #: By indicator code, those that differ in value, missing reason, status, year to date or note.
    differences: Mapping[str, Difference]
    unchanged: int


_VERSIONS = text("""
    SELECT v.version, v.kind, v.sent_at, v.comment, v.expected, v.with_value,
           s.version IS NOT NULL AS is_signed
    FROM report_version v
    LEFT JOIN report_signature s USING (jurisdiction_id, period_id, unit_id, version)
    WHERE v.jurisdiction_id = :jurisdiction AND v.period_id = :period AND v.unit_id = :unit
      AND (:inside OR v.sent_at IS NOT NULL)
    ORDER BY v.version
""")


def history(session: Session, actor: Actor, key: Key, report: ReportRow) -> list[Line]:
    """Give every version of a report that was ever sent, oldest first.

    To its unit the draft too, if there is one.
    """
    parameters = key.parameters()
    rows = session.execute(_VERSIONS, {**parameters, "inside": actor.works_in_a_unit}).all()
    steps = queries.read_steps(session, parameters)
    return [
        Line._make(
            (
                *row,
                *_became(steps, row.version),
                row.version == report.sent_version,
                row.version == report.accepted_version,
            )
        )
        for row in rows
    ]


def read_version(
    session: Session, actor: Actor, key: Key, report: ReportRow, number: int
) -> WholeVersion:
    """Give a version with its values and findings. Raises NotFound."""
    line = _choose(history(session, actor, key, report), key, number)
    stored = queries.read_version(session, key.parameters(), number)
    findings = [Finding.from_json(found) for found in stored.findings]
    return WholeVersion(line, read_values(session, key, number), findings)


def compare(
    session: Session,
    actor: Actor,
    key: Key,
    report: ReportRow,
    number: int,
    *,
    against: int | None,
) -> Comparison:
    """Give what differs between a version and another one, by default the one sent before it.

    Raises NotFound for a version that the actor doesn't see.
    """
    lines = history(session, actor, key, report)
    _choose(lines, key, number)
    if against is None:
        sent_before = [v.version for v in lines if v.version < number and v.sent_at is not None]
        against = sent_before[-1] if sent_before else None
    else:
        _choose(lines, key, against)
    before = read_values(session, key, against) if against is not None else {}
    after = read_values(session, key, number)
    differences = {
        code: Difference(before.get(code), after.get(code))
        for code in sorted(before.keys() | after.keys())
        if before.get(code) != after.get(code)
    }
    same = len(before.keys() | after.keys()) - len(differences)
    return Comparison(number, against, differences, same)


def _choose(lines: Iterable[Line], key: Key, number: int) -> Line:
    found = {line.version: line for line in lines}.get(number)
    return found or unknown_version(key, number)


def _became(
    steps: Iterable[StepRow], version: int
) -> tuple[str | None, datetime | None, datetime | None]:
    """Give who sent a version, when it was accepted, and when a reviewer returned it."""
    sent_by = accepted_at = returned_at = None
    for step in steps:
        if step.version != version:
            continue
        if step.action == Step.SEND:
            sent_by = step.actor_name
        elif step.action == Step.ACCEPT:
            accepted_at = step.recorded_at
        elif step.action == Step.RETURN and step.from_state == State.SENT:
            returned_at = step.recorded_at
    return sent_by, accepted_at, returned_at
