"""Derive which units count and how many are asked: the tables `counting` and `coverage`.

Follows from assignments alone, never from who happened to report. Source: domain.md, "How figures
add up".
"""

from datetime import datetime

from sqlalchemy import text

from indicators_api.catalogue.history import remember_whole
from indicators_api.db.base import Base
from indicators_api.db.session import Session
from indicators_api.db.statistics import count_anew
from indicators_api.models import Counting, Coverage

#: The last month of a period, from the period's id.
LAST_MONTH = """(({0}) / 100 * 100 + CASE
    WHEN ({0}) % 100 <= 12 THEN ({0}) % 100
    WHEN ({0}) % 100 BETWEEN 21 AND 24 THEN (({0}) % 100 - 20) * 3
    WHEN ({0}) % 100 BETWEEN 31 AND 32 THEN (({0}) % 100 - 30) * 6
    WHEN ({0}) % 100 = 41 THEN 9 ELSE 12 END)"""

#: The frequency that a period asks for, from the period's id; none asks in a period of nine months.
ASKED_FREQUENCY = """(CASE WHEN ({0}) % 100 <= 12 THEN 'monthly'
    WHEN ({0}) % 100 BETWEEN 21 AND 24 THEN 'quarterly'
    WHEN ({0}) % 100 BETWEEN 31 AND 32 THEN 'half_yearly'
    WHEN ({0}) % 100 = 50 THEN 'yearly' END)"""

# An assignment is in force in a month when assignment, unit, area and indicator are all valid on
# the month's cut-off day under the unit's regime. Month ids are no dense numbers (202412 is
# followed by 202501), which does no harm: the ids between are no month's.
_MONTHS = """
    valid AS (
        SELECT a.unit_id, a.indicator_id, a.area_id, a.value_scope, r.cut_off_day AS cut,
               coalesce(a.frequency, i.frequency) AS frequency,
               greatest(a.valid_from, u.valid_from, t.valid_from, i.valid_from) AS first_day,
               least(coalesce(a.valid_to, 'infinity'), coalesce(u.valid_to, 'infinity'),
                     coalesce(t.valid_to, 'infinity'), coalesce(i.valid_to, 'infinity')) AS last_day
        FROM assignment a
        JOIN unit u ON u.jurisdiction_id = a.jurisdiction_id AND u.id = a.unit_id
        JOIN area t ON t.jurisdiction_id = a.jurisdiction_id AND t.id = a.area_id
        JOIN indicator i ON i.jurisdiction_id = a.jurisdiction_id AND i.id = a.indicator_id
        JOIN regime r ON r.jurisdiction_id = u.jurisdiction_id AND r.id = u.regime_id
        WHERE a.jurisdiction_id = :jurisdiction
    ), dated AS (
        SELECT v.*,
               CASE WHEN extract(day FROM first_day) <= coalesce(cut, 31) THEN first_day
                    ELSE first_day + interval '1 month' END AS first_date,
               CASE WHEN last_day = 'infinity' THEN NULL
                    WHEN extract(day FROM last_day) >= cut
                      OR (cut IS NULL AND extract(day FROM last_day + 1) = 1) THEN last_day
                    ELSE date_trunc('month', last_day) - interval '1 month' END AS last_date
        FROM valid v
    ), months AS MATERIALIZED (
        SELECT unit_id, indicator_id, area_id, value_scope, frequency,
               to_char(first_date, 'YYYYMM')::int AS first_month,
               coalesce(to_char(last_date, 'YYYYMM')::int, 999912) AS last_month
        FROM dated
        WHERE last_date IS NULL OR to_char(first_date, 'YYYYMM') <= to_char(last_date, 'YYYYMM')
    )
"""
_COUNTING = f"""
    WITH {_MONTHS}, below AS (
        SELECT m.unit_id, m.indicator_id, m.first_month,
               range_agg(int4range(b.first_month, b.last_month, '[]')) AS taken
        FROM months m
        JOIN area_closure c ON c.jurisdiction_id = :jurisdiction AND c.ancestor_id = m.area_id
                           AND c.distance > 0
        JOIN months b ON b.area_id = c.descendant_id AND b.indicator_id = m.indicator_id
        WHERE m.value_scope = 'territory'
        GROUP BY m.unit_id, m.indicator_id, m.first_month
    ), split AS (
        SELECT m.*, int4multirange(int4range(m.first_month, m.last_month, '[]')) AS whole,
               coalesce(b.taken, '{{}}'::int4multirange) AS taken
        FROM months m LEFT JOIN below b USING (unit_id, indicator_id, first_month)
    ), pieces AS (
        SELECT s.*, p.piece, TRUE AS counts FROM split s, unnest(s.whole - s.taken) AS p(piece)
        UNION ALL
        SELECT s.*, p.piece, FALSE FROM split s, unnest(s.whole * s.taken) AS p(piece)
    )
    SELECT CAST(:jurisdiction AS int) AS jurisdiction_id, unit_id, indicator_id,
           lower(piece) AS first_month, upper(piece) - 1 AS last_month, area_id, counts, frequency
    FROM pieces
"""
_COVERAGE = """
    WITH turns AS (
        SELECT c.ancestor_id AS area_id, k.indicator_id, e.month,
               sum(e.change) AS assigned,
               sum(e.change) FILTER (WHERE k.frequency = 'monthly') AS monthly,
               sum(e.change) FILTER (WHERE k.frequency = 'quarterly') AS quarterly,
               sum(e.change) FILTER (WHERE k.frequency = 'half_yearly') AS half_yearly,
               sum(e.change) FILTER (WHERE k.frequency = 'yearly') AS yearly
        FROM counting k
        JOIN area_closure c ON c.jurisdiction_id = k.jurisdiction_id AND c.descendant_id = k.area_id
        CROSS JOIN LATERAL (VALUES (k.first_month, 1), (k.last_month + 1, -1)) AS e(month, change)
        WHERE k.jurisdiction_id = :jurisdiction AND k.counts
        GROUP BY c.ancestor_id, k.indicator_id, e.month
    ), running AS (
        SELECT area_id, indicator_id, month AS first_month, lead(month) OVER w - 1 AS last_month,
               sum(assigned) OVER w AS assigned, coalesce(sum(monthly) OVER w, 0) AS monthly,
               coalesce(sum(quarterly) OVER w, 0) AS quarterly,
               coalesce(sum(half_yearly) OVER w, 0) AS half_yearly,
               coalesce(sum(yearly) OVER w, 0) AS yearly
        FROM turns WINDOW w AS (PARTITION BY area_id, indicator_id ORDER BY month)
    )
    SELECT CAST(:jurisdiction AS int) AS jurisdiction_id, area_id, indicator_id, first_month,
           last_month, assigned, monthly, quarterly, half_yearly, yearly
    FROM running WHERE assigned > 0
"""
_COUNTING_COLUMNS = """jurisdiction_id, unit_id, indicator_id, first_month, last_month, area_id,
    counts, frequency"""
_COVERAGE_COLUMNS = """jurisdiction_id, area_id, indicator_id, first_month, last_month, assigned,
    monthly, quarterly, half_yearly, yearly"""
_FILL = [
    text(f"INSERT INTO counting ({_COUNTING_COLUMNS}) {_COUNTING}"),
    text(f"INSERT INTO coverage ({_COVERAGE_COLUMNS}) {_COVERAGE}"),
]
_WRONG = """
    SELECT (SELECT count(*) FROM (SELECT {columns} FROM {table}
                                  WHERE jurisdiction_id = :jurisdiction
                                  EXCEPT ({rows})) stored)
         + (SELECT count(*) FROM (({rows}) EXCEPT SELECT {columns} FROM {table}
                                  WHERE jurisdiction_id = :jurisdiction) missing)
"""
_STALE = {
    "counting": text(_WRONG.format(table="counting", columns=_COUNTING_COLUMNS, rows=_COUNTING)),
    "coverage": text(_WRONG.format(table="coverage", columns=_COVERAGE_COLUMNS, rows=_COVERAGE)),
}
_CLEAR = [
    text(f"DELETE FROM {table} WHERE jurisdiction_id = :jurisdiction")
    for table in ("counting", "coverage")
]


def derive(session: Session, jurisdiction: int, *, at: datetime) -> None:
    """Make `counting` and `coverage` anew and remember what they were.

    The caller holds the catalogue alone.
    """
    for statement in (*_CLEAR, *_FILL):
        session.execute(statement, {"jurisdiction": jurisdiction})
    for model in (Counting, Coverage):
        remember_whole(session, Base.metadata.tables[model.__tablename__], jurisdiction, at=at)
    count_anew(session, ["counting", "coverage"])


def stale_rows(session: Session, jurisdiction: int) -> dict[str, int]:
    """Count the rows of each derived table that are not what follows from the assignments."""
    parameters = {"jurisdiction": jurisdiction}
    return {table: session.execute(q, parameters).scalar_one() for table, q in _STALE.items()}
