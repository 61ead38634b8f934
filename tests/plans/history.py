"""Years of history, written by SQL: forty communes that report sixty indicators every month."""

from typing import Final

from sqlalchemy import Engine, text

from indicators_api.aggregation import rollup
from indicators_api.audit import numbering
from indicators_api.db.session import Database
from indicators_api.db.years import create
from tests.conftest import NOW

#: The last month that is reported; the month after is being sent.
LAST: Final = "2024-06-01"
_UNITS, _INDICATORS = 40, 60

#: Who reports what: communes by code, each a few indicators that it is assigned.
_WHO = text("""
    CREATE TEMP TABLE reporting ON COMMIT DROP AS
    SELECT unit_id, area_id, code, indicator_id FROM (
        SELECT u.id AS unit_id, u.area_id, u.code, k.indicator_id,
               dense_rank() OVER (ORDER BY u.code COLLATE "C") AS nth_unit,
               row_number() OVER (PARTITION BY u.id ORDER BY k.indicator_id) AS nth
        FROM unit u
        JOIN area a ON a.id = u.area_id AND a.level_code = 'commune'
        JOIN (SELECT DISTINCT unit_id, indicator_id FROM counting) k ON k.unit_id = u.id
    ) r WHERE nth_unit <= :units AND nth <= :indicators
""")
#: Everybody has been there from the first month on.
_ALWAYS = [
    text(
        f"UPDATE {table} SET valid_from = '2000-01-01'"
        f" WHERE valid_from = (SELECT min(valid_from) FROM {table})"
    )
    for table in ("area", "unit", "assignment")
]
_MONTHS = text("""
    CREATE TEMP TABLE month ON COMMIT DROP AS
    SELECT (extract(year FROM d) * 100 + extract(month FROM d))::int AS period_id,
           (d + interval '45 days') AT TIME ZONE 'Asia/Ho_Chi_Minh' AS at
    FROM generate_series(CAST(:last AS date) - (:months - 1) * interval '1 month',
                         CAST(:last AS date), interval '1 month') d
""")
# In the order of time, as reports come: what belongs together lies together.
_REPORTS = [
    text("""
    INSERT INTO report (jurisdiction_id, period_id, unit_id, state, revision, version, sent_version,
                        accepted_version, created_at, changed_at, stepped_at, first_sent_at,
                        sent_at, accepted_at)
    SELECT 1, period_id, unit_id, 'accepted', 2, 1, 1, 1, at, at, at, at, at, at
    FROM month, (SELECT DISTINCT unit_id FROM reporting) r
    ORDER BY period_id, unit_id
"""),
    text("""
    INSERT INTO report_version (jurisdiction_id, period_id, unit_id, version, kind, created_at,
                                sent_at, expected, with_value, not_applicable, findings)
    SELECT 1, period_id, unit_id, 1, 'original', at, at, 60, 60, 0, '[]'
    FROM month, (SELECT DISTINCT unit_id FROM reporting) r
    ORDER BY period_id, unit_id
"""),
    text("""
    INSERT INTO report_step (jurisdiction_id, period_id, unit_id, revision, action, from_state,
                             to_state, actor_id, actor_name, actor_role, recorded_at, version,
                             sent_version, accepted_version)
    SELECT 1, period_id, unit_id, s.revision, s.action, s.before, s.after, 1, 'x', 'leader', at, 1,
           1, s.accepted
    FROM month, (SELECT DISTINCT unit_id FROM reporting) r,
         (VALUES (1, 'send', NULL, 'sent', NULL), (2, 'accept', 'sent', 'accepted', 1))
         AS s(revision, action, before, after, accepted)
    ORDER BY period_id, unit_id, s.revision
"""),
    text("""
    INSERT INTO observation (jurisdiction_id, period_id, unit_id, version, indicator_id, value,
                             status)
    SELECT 1, period_id, unit_id, 1, indicator_id, 100 + unit_id % 7 + period_id % 5, 'P'
    FROM month, reporting
    ORDER BY period_id, unit_id, indicator_id
"""),
    text("""
    WITH entry AS (
        INSERT INTO journal (jurisdiction_id, recorded_at, actor_id, actor_name, action, subject,
                             period_id, unit_id, area_id, details)
        SELECT 1, at, 1, 'x', 'report.accept', 'report/' || code || '/' || period_id, period_id,
               unit_id, area_id, '{}'
        FROM month, (SELECT DISTINCT unit_id, area_id, code FROM reporting) r,
             generate_series(1, 5)
        ORDER BY period_id, unit_id
        RETURNING id, recorded_at, unit_id, area_id
    )
    INSERT INTO journal_position (jurisdiction_id, position, entry_id, hash, latest_at, kind,
                                  unit_id, area_id)
    SELECT 1, n + p.last, id, '', recorded_at, 'accepted', unit_id, area_id
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM entry) e,
         (SELECT coalesce(max(position), 0) AS last FROM journal_position) p
"""),
    text("""
    INSERT INTO sharing (jurisdiction_id, at, kind, who, role, asked, status, size, state)
    SELECT 1, at, 'pull', 'x', 'operations', 'GET /', 200, 1, 'answered'
    FROM month, generate_series(1, 100)
    ORDER BY at
"""),
    text("""
    INSERT INTO token (jurisdiction_id, secret_hash, role, unit_id, name, created_at)
    SELECT 1, sha256((period_id || ' ' || unit_id)::text::bytea), 'clerk', unit_id, 'x', at
    FROM month, (SELECT DISTINCT unit_id FROM reporting) r
    ORDER BY period_id, unit_id
"""),
]


def write(engine: Engine, *, years: int) -> None:
    """Write so many years up to the last month, all accepted and rolled up."""
    database = Database(engine)
    numbering.number(database, 1)
    with database.writing() as session:
        session.execute(_WHO, {"units": _UNITS, "indicators": _INDICATORS})
        session.execute(_MONTHS, {"last": LAST, "months": 12 * years})
        last = int(LAST[:4])
        create(session, list(range(last - years, last + 1)))
        for statement in (*_ALWAYS, *_REPORTS):
            session.execute(statement)
        rollup.rebuild(session, 1, at=NOW)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
