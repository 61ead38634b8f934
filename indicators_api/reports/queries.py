"""What reports ask the database: one function per question."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import text

from indicators_api.db import years
from indicators_api.db.session import Session
from indicators_api.observations.entry import Entry


class ReportingUnit(NamedTuple):
    """A unit with what decides over its reports."""

    id: int
    code: str
    level: str
    area_id: int
    #: Whether its leader may send a draft at once.
    direct_send: bool
    #: The one area whose reviewers accept its reports.
    accepting_area_id: int
    accepting_area: str
    #: Of its regime; None: calendar months.
    cut_off_day: int | None
    valid_from: date
    valid_to: date | None


class ReportRow(NamedTuple):
    """A report as stored; see models/report.py."""

    unit_id: int
    state: str
    revision: int
    version: int
    sent_version: int | None
    accepted_version: int | None
    first_sent_at: datetime | None
    sent_at: datetime | None
    accepted_at: datetime | None
    created_at: datetime
    changed_at: datetime


class VersionRow(NamedTuple):
    """A version as stored."""

    version: int
    kind: str
    created_at: datetime
    sent_at: datetime | None
    comment: str | None
    expected: int
    with_value: int
    not_applicable: int
    findings: list[dict[str, Any]]


class StepRow(NamedTuple):
    """A step of a report's life, as stored."""

    revision: int
    action: str
    from_state: str | None
    to_state: str
    actor_id: int
    actor_name: str
    actor_role: str
    comment: str | None
    recorded_at: datetime
    version: int
    sent_version: int | None
    accepted_version: int | None


class Asked(NamedTuple):
    """An indicator assigned to a unit, and how often the unit is asked."""

    indicator_id: int
    frequency: str
    valid_from: date
    #: Last day. None: still valid.
    valid_to: date | None

    def on(self, day: date) -> bool:
        """Tell whether it is in force on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


_UNIT = text("""
    SELECT u.id, u.code, u.level_code, u.area_id, coalesce(u.direct_send, l.direct_send),
           acceptor.id, acceptor.code, r.cut_off_day, u.valid_from, u.valid_to
    FROM unit u
    JOIN area_level l ON l.jurisdiction_id = u.jurisdiction_id AND l.code = u.level_code
    JOIN regime r ON r.jurisdiction_id = u.jurisdiction_id AND r.id = u.regime_id
    CROSS JOIN LATERAL (
        SELECT a.id, a.code FROM area_closure c
        JOIN area a ON a.jurisdiction_id = c.jurisdiction_id AND a.id = c.ancestor_id
        WHERE c.jurisdiction_id = u.jurisdiction_id AND c.descendant_id = u.area_id
          AND (a.parent_id IS NULL
               OR (c.distance > 0 AND a.level_code = coalesce(u.accepting_level,
                   l.accepting_level)))
        ORDER BY a.parent_id IS NULL, c.distance LIMIT 1
    ) acceptor
    WHERE u.jurisdiction_id = :jurisdiction AND u.code = :code
""")
_PREDECESSOR_OF = text("""
    SELECT EXISTS (SELECT FROM unit_succession
                   WHERE jurisdiction_id = :jurisdiction AND predecessor_id = :unit
                     AND successor_id = :actor_unit)
""")
_IN_AREA = text("""
    SELECT EXISTS (SELECT FROM area_closure
                   WHERE jurisdiction_id = :jurisdiction AND ancestor_id = :ancestor
                     AND descendant_id = :area)
""")
_ASSIGNED = text("""
    SELECT a.indicator_id, coalesce(a.frequency, i.frequency), greatest(a.valid_from, i.valid_from),
           least(a.valid_to, i.valid_to)
    FROM assignment a
    JOIN indicator i ON i.jurisdiction_id = a.jurisdiction_id AND i.id = a.indicator_id
    WHERE a.jurisdiction_id = :jurisdiction AND a.unit_id = :unit
    ORDER BY i.code, a.valid_from
""")

_KEY = "jurisdiction_id = :jurisdiction AND period_id = :period AND unit_id = :unit"
_REPORT = text(f"SELECT {', '.join(ReportRow._fields)} FROM report WHERE {_KEY}")
_LOCKED = text(f"SELECT {', '.join(ReportRow._fields)} FROM report WHERE {_KEY} FOR UPDATE")
_VERSION = text(
    f"SELECT {', '.join(VersionRow._fields)} FROM report_version WHERE {_KEY} AND version = "
    f":version"
)
_STEPS = text(
    f"SELECT {', '.join(StepRow._fields)} FROM report_step WHERE {_KEY} ORDER BY revision"
)
_ENTRIES = text(f"""
    SELECT indicator_id, value, missing, status, ytd, note FROM observation
    WHERE {_KEY} AND version = :version ORDER BY indicator_id
""")

_INSERT = text("""
    INSERT INTO report (jurisdiction_id, period_id, unit_id, state, revision, version, sent_version,
                        created_at, changed_at, stepped_at, first_sent_at, sent_at)
    VALUES (:jurisdiction, :period, :unit, :state, 1, 1, :sent_version, :at, :at, :at, :sent_at,
            :sent_at)
""")
_UPDATE = text(f"""
    UPDATE report
    SET state = :state, revision = revision + 1, version = :version, sent_version = :sent_version,
        changed_at = :at, stepped_at = CASE WHEN :is_step THEN :at ELSE stepped_at END,
        sent_at = coalesce(:sent_at, sent_at),
        first_sent_at = coalesce(first_sent_at, :sent_at)
    WHERE {_KEY} AND revision = :seen
    RETURNING revision
""")
_DELETE = [text(f"DELETE FROM {table} WHERE {_KEY}") for table in ("observation", "report")]
_PUT_VERSION = text("""
    INSERT INTO report_version AS v (jurisdiction_id, period_id, unit_id, version, kind, created_at,
                                     sent_at, comment, expected, with_value, not_applicable,
                                         findings)
    VALUES (:jurisdiction, :period, :unit, :version, :kind, :at, :sent_at, :comment, :expected,
            :with_value, :not_applicable, CAST(:findings AS jsonb))
    ON CONFLICT (jurisdiction_id, period_id, unit_id, version) DO UPDATE
    SET sent_at = excluded.sent_at, comment = coalesce(excluded.comment, v.comment),
        expected = excluded.expected, with_value = excluded.with_value,
        not_applicable = excluded.not_applicable, findings = excluded.findings
""")
_ADD_STEP = text("""
    INSERT INTO report_step (jurisdiction_id, period_id, unit_id, revision, action, from_state,
            to_state,
                             actor_id, actor_name, actor_role, comment, recorded_at, version,
                             sent_version, accepted_version)
    VALUES (:jurisdiction, :period, :unit, :revision, :action, :from_state, :to_state, :actor_id,
            :actor_name, :actor_role, :comment, :at, :version, :sent_version, :accepted_version)
""")
_PUT_VALUES = text("""
    INSERT INTO observation (jurisdiction_id, period_id, unit_id, version, indicator_id, value,
            missing,
                             status, ytd, note)
    SELECT :jurisdiction, :period, :unit, :version, g.*
    FROM unnest(CAST(:indicators AS int[]), CAST(:values AS numeric[]), CAST(:missing AS text[]),
                CAST(:statuses AS text[]), CAST(:ytds AS numeric[]), CAST(:notes AS text[])) AS g
    ON CONFLICT (jurisdiction_id, period_id, unit_id, version, indicator_id) DO UPDATE
    SET value = excluded.value, missing = excluded.missing, status = excluded.status,
        ytd = excluded.ytd, note = excluded.note
""")
_DROP_VALUES = text(f"""
    DELETE FROM observation WHERE {_KEY} AND version = :version AND indicator_id = ANY(:indicators)
""")


def find_unit(session: Session, jurisdiction: int, code: str) -> ReportingUnit | None:
    """Give a unit by its code. None: there is none."""
    row = session.execute(_UNIT, {"jurisdiction": jurisdiction, "code": code}).one_or_none()
    return ReportingUnit(*row) if row else None


def took_over(session: Session, jurisdiction: int, unit_id: int, *, successor: int) -> bool:
    """Tell whether a unit is the successor of another one and may write what that owed."""
    parameters = {"jurisdiction": jurisdiction, "unit": unit_id, "actor_unit": successor}
    return bool(session.scalar(_PREDECESSOR_OF, parameters))


def lies_in(session: Session, jurisdiction: int, area_id: int, *, ancestor: int) -> bool:
    """Tell whether an area is, or lies in, another one."""
    parameters = {"jurisdiction": jurisdiction, "area": area_id, "ancestor": ancestor}
    return bool(session.scalar(_IN_AREA, parameters))


def assigned(session: Session, jurisdiction: int, unit_id: int) -> list[Asked]:
    """Give what a unit was, is or will be assigned, by indicator code and first day."""
    rows = session.execute(_ASSIGNED, {"jurisdiction": jurisdiction, "unit": unit_id})
    return [Asked(*row) for row in rows]


def read_report(
    session: Session, key: Mapping[str, int], *, lock: bool = False
) -> ReportRow | None:
    """Give a report by its key (jurisdiction, period, unit), locked against others if asked.

    None: there is none.
    """
    row = session.execute(_LOCKED if lock else _REPORT, key).one_or_none()
    return ReportRow(*row) if row else None


def read_version(session: Session, key: Mapping[str, int], version: int) -> VersionRow:
    """Give one version of a report."""
    return VersionRow(*session.execute(_VERSION, {**key, "version": version}).one())


def read_steps(session: Session, key: Mapping[str, int]) -> list[StepRow]:
    """Give a report's steps, oldest first."""
    return [StepRow(*row) for row in session.execute(_STEPS, key)]


def read_entries(session: Session, key: Mapping[str, int], version: int) -> dict[int, Entry]:
    """Give the values of a version by indicator id."""
    rows = session.execute(_ENTRIES, {**key, "version": version})
    return {row[0]: Entry(*row[1:]) for row in rows}


def insert_report(session: Session, key: Mapping[str, int], **columns: Any) -> None:
    """Add a report at revision 1 and version 1.

    A twin is refused by the primary key: ReportExists. The first report of a year brings the
    year's tables for figures.
    """
    years.ready(session, key["period"] // 100)
    session.execute(_INSERT, {**key, **columns})


def update_report(session: Session, key: Mapping[str, int], **columns: Any) -> int:
    """Move a locked report on; gives its new revision."""
    return int(session.execute(_UPDATE, {**key, **columns}).scalar_one())


def delete_report(session: Session, key: Mapping[str, int]) -> None:
    """Remove a report with its values, versions and steps."""
    for statement in _DELETE:
        session.execute(statement, key)


def put_version(session: Session, key: Mapping[str, int], **columns: Any) -> None:
    """Add a version, or bring the working one up to date."""
    session.execute(_PUT_VERSION, {**key, **columns})


def add_step(session: Session, key: Mapping[str, int], **columns: Any) -> None:
    """Record a step."""
    session.execute(_ADD_STEP, {**key, **columns})


def put_values(
    session: Session, key: Mapping[str, int], version: int, entries: Mapping[int, Entry]
) -> None:
    """Write values into a version, all in one statement."""
    if not entries:
        return
    columns: Iterable[Sequence[Any]] = zip(*entries.values(), strict=True)
    names = ("values", "missing", "statuses", "ytds", "notes")
    arrays = {name: list(column) for name, column in zip(names, columns, strict=True)}
    session.execute(_PUT_VALUES, {**key, "version": version, "indicators": list(entries), **arrays})


def drop_values(session: Session, key: Mapping[str, int], version: int, ids: Sequence[int]) -> None:
    """Take values out of a working version."""
    if ids:
        session.execute(_DROP_VALUES, {**key, "version": version, "indicators": list(ids)})
