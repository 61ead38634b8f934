"""A report, its version, its values and the step that made them: one statement, one round trip.

Source: performance.md, rule 3.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text

from indicators_api.db import years
from indicators_api.db.arrays import literal
from indicators_api.db.session import Session
from indicators_api.observations.entry import Entry

_NEW = """
    INSERT INTO report (jurisdiction_id, period_id, unit_id, state, revision, version, sent_version,
                        created_at, changed_at, stepped_at, first_sent_at, sent_at)
    VALUES (:jurisdiction, :period, :unit, :state, 1, :version, :sent_version, :at, :at, :at,
            :sent_at, :sent_at)
    RETURNING revision
"""
_CHANGED = """
    UPDATE report
    SET state = :state, revision = revision + 1, version = :version, sent_version = :sent_version,
        changed_at = :at, stepped_at = CASE WHEN :is_step THEN :at ELSE stepped_at END,
        sent_at = coalesce(:sent_at, sent_at),
        first_sent_at = coalesce(first_sent_at, :sent_at)
    WHERE jurisdiction_id = :jurisdiction AND period_id = :period AND unit_id = :unit
      AND revision = :seen
    RETURNING revision
"""
#: Steps and versions are kept with `moved`, the report as it now is.
_WITH_ALL = """
    WITH moved AS ({report}), kept_version AS (
        INSERT INTO report_version AS v (jurisdiction_id, period_id, unit_id, version, kind,
                created_at, sent_at, comment, expected, with_value, not_applicable, findings)
        VALUES (:jurisdiction, :period, :unit, :version, :kind, :at, :sent_at, :comment, :expected,
                :with_value, :not_applicable, CAST(:findings AS jsonb))
        ON CONFLICT (jurisdiction_id, period_id, unit_id, version) DO UPDATE
        SET sent_at = excluded.sent_at, comment = coalesce(excluded.comment, v.comment),
            expected = excluded.expected, with_value = excluded.with_value,
            not_applicable = excluded.not_applicable, findings = excluded.findings
    ), kept_step AS (
        INSERT INTO report_step (jurisdiction_id, period_id, unit_id, revision, action, from_state,
                to_state, actor_id, actor_name, actor_role, comment, recorded_at, version,
                sent_version, accepted_version)
        SELECT :jurisdiction, :period, :unit, moved.revision, :action, :from_state, :state,
               :actor_id, :actor_name, :actor_role, :comment, :at, :version, :sent_version,
               :accepted_version
        FROM moved WHERE :is_step
    ), dropped AS (
        DELETE FROM observation
        WHERE jurisdiction_id = :jurisdiction AND period_id = :period AND unit_id = :unit
          AND version = :version AND indicator_id = ANY(CAST(:removed AS int[]))
    ), kept_values AS (
        INSERT INTO observation (jurisdiction_id, period_id, unit_id, version, indicator_id, value,
                                 missing, status, ytd, note)
        SELECT :jurisdiction, :period, :unit, :version, g.*
        FROM unnest(CAST(:indicators AS int[]), CAST(:values AS numeric[]),
                    CAST(:missing AS text[]), CAST(:statuses AS text[]), CAST(:ytds AS numeric[]),
                    CAST(:notes AS text[])) AS g
        ON CONFLICT (jurisdiction_id, period_id, unit_id, version, indicator_id) DO UPDATE
        SET value = excluded.value, missing = excluded.missing, status = excluded.status,
            ytd = excluded.ytd, note = excluded.note
    )
    SELECT revision FROM moved
"""
_WRITE_NEW = text(_WITH_ALL.format(report=_NEW))
_WRITE_CHANGED = text(_WITH_ALL.format(report=_CHANGED))


class Written(NamedTuple):
    """The columns of report, version and step; their names are the columns' (models/report.py)."""

    state: str
    version: int
    kind: str
    sent_version: int | None
    accepted_version: int | None
    sent_at: datetime | None
    comment: str | None
    expected: int
    with_value: int
    not_applicable: int
    #: JSON.
    findings: str
    #: Not so for a mere save.
    is_step: bool
    action: str
    from_state: str | None
    actor_id: int
    actor_name: str
    actor_role: str
    at: datetime


def write(
    session: Session,
    key: Mapping[str, int],
    row: Written,
    *,
    seen: int | None,
    entries: Mapping[int, Entry],
    removed: Collection[int],
) -> int:
    """Write all of a report that is locked at the revision `seen`, or new (None); give the new one.

    `entries` are put into the version and `removed` taken out of it, by indicator id. A twin of a
    new report is refused by its primary key: ReportExists. The first report of a year brings the
    year's tables for figures.
    """
    parameters = {**key, **row._asdict(), **_columns(entries), "removed": literal(removed)}
    if seen is None:
        years.ready(session, key["period"] // 100)
        return int(session.execute(_WRITE_NEW, parameters).scalar_one())
    return int(session.execute(_WRITE_CHANGED, {**parameters, "seen": seen}).scalar_one())


def _columns(entries: Mapping[int, Entry]) -> dict[str, Any]:
    """Turn entries into the arrays of the statement."""
    columns: Iterable[Sequence[Any]] = zip(*entries.values(), strict=True) if entries else [()] * 5
    values, missing, statuses, ytds, notes = columns
    return {
        "indicators": literal(entries),
        "values": literal(values),
        "missing": literal(missing),
        "statuses": literal(statuses),
        "ytds": literal(ytds),
        # Texts of people: quoted by the driver.
        "notes": list(notes) if any(notes) else "{}",
    }
