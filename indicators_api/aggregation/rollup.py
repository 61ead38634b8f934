"""Keep the stored roll-up: exact, fresh at commit. Source: performance.md, rule 4.

Only acceptances change it, each by the difference of two versions, in the order area, indicator, so
that writers of one district wait for each other and never deadlock.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.aggregation import cells, spread
from indicators_api.aggregation.counting import ASKED_FREQUENCY, LAST_MONTH, derive
from indicators_api.aggregation.spread import Spread
from indicators_api.db.session import Session
from indicators_api.periods import Period


class Change(NamedTuple):
    """A report whose version in force changes. None: no version."""

    period: Period
    unit_id: int
    old_version: int | None
    new_version: int | None


class Sum(NamedTuple):
    """What values add up to, and how many there are."""

    value_sum: Decimal
    value_count: int


class Difference(NamedTuple):
    """A stored cell that is not what follows from the accepted reports. None: no row there."""

    period: str
    area: str
    indicator: str
    stored: Sum | Spread | None
    true: Sum | Spread | None


_COLUMNS = tuple(cells.COLUMNS)
_NAMES = ", ".join(_COLUMNS)
_CELLS = f"""
    SELECT o.period_id, c.ancestor_id AS area_id, o.indicator_id,
           {cells.summed(_COLUMNS, sign="o.sign", asked="o.asked")}
    FROM facts o
    JOIN area_closure c ON c.jurisdiction_id = :jurisdiction AND c.descendant_id = o.area_id
    JOIN area a ON a.jurisdiction_id = :jurisdiction AND a.id = c.ancestor_id AND a.has_areas_below
    GROUP BY o.period_id, c.ancestor_id, o.indicator_id
"""
# Stage by stage: with their key in hand the values are one probe a report. The planner, which knows
# nothing of the arrays, would otherwise begin with all areas and whom they count; and of a young
# year, of which it has no statistics, it would read all for each report: OFFSET keeps it from that.
_APPLY = text(f"""
    WITH changed AS (
        SELECT * FROM unnest(CAST(:periods AS int[]), CAST(:months AS int[]), CAST(:units AS int[]),
                             CAST(:olds AS smallint[]), CAST(:news AS smallint[]))
            AS c(period_id, month, unit_id, old_version, new_version)
    ), picked AS MATERIALIZED (
        SELECT o.period_id, o.unit_id, o.indicator_id, o.value, o.missing, o.status, o.ytd, c.month,
               CASE WHEN o.version = c.new_version THEN 1 ELSE -1 END AS sign
        FROM changed c
        CROSS JOIN LATERAL (
            SELECT * FROM observation o
            WHERE o.jurisdiction_id = :jurisdiction AND o.period_id = c.period_id
              AND o.period_id = ANY(CAST(:periods AS int[])) AND o.unit_id = c.unit_id
              AND o.version IN (c.old_version, c.new_version)
            OFFSET 0
        ) o
    ), facts AS MATERIALIZED (
        SELECT o.period_id, o.indicator_id, k.area_id, o.value, o.missing, o.status, o.ytd, o.sign,
               k.frequency = {ASKED_FREQUENCY.format("o.period_id")} AS asked
        FROM picked o
        JOIN counting k ON k.jurisdiction_id = :jurisdiction AND k.unit_id = o.unit_id
                       AND k.indicator_id = o.indicator_id AND k.counts
                       AND o.month BETWEEN k.first_month AND k.last_month
    ), cells AS ({_CELLS})
    INSERT INTO rollup AS r (jurisdiction_id, period_id, area_id, indicator_id, {_NAMES})
    SELECT :jurisdiction, period_id, area_id, indicator_id, {_NAMES}
    FROM cells
    WHERE {cells.any_of(_COLUMNS)}
    ORDER BY period_id, area_id, indicator_id
    ON CONFLICT (jurisdiction_id, period_id, area_id, indicator_id) DO UPDATE
    SET {", ".join(f"{name} = r.{name} + excluded.{name}" for name in _COLUMNS)}
""")
_TRUE = f"""
    facts AS (
        SELECT o.period_id, o.indicator_id, k.area_id, o.value, o.missing, o.status, o.ytd,
               k.frequency = {ASKED_FREQUENCY.format("o.period_id")} AS asked, 1 AS sign
        FROM report r
        JOIN observation o ON o.jurisdiction_id = r.jurisdiction_id AND o.period_id = r.period_id
                          AND o.unit_id = r.unit_id AND o.version = r.accepted_version
        JOIN counting k ON k.jurisdiction_id = o.jurisdiction_id AND k.unit_id = o.unit_id
                       AND k.indicator_id = o.indicator_id AND k.counts
                       AND {LAST_MONTH.format("o.period_id")} BETWEEN k.first_month AND k.last_month
        WHERE r.jurisdiction_id = :jurisdiction
    ), cells AS ({_CELLS})
"""
_CLEAR = text("DELETE FROM rollup WHERE jurisdiction_id = :jurisdiction")
_FILL = text(f"""
    WITH {_TRUE}
    INSERT INTO rollup (jurisdiction_id, period_id, area_id, indicator_id, {_NAMES})
    SELECT :jurisdiction, cells.* FROM cells
""")
_COMPARE = text(f"""
    WITH {_TRUE}, stored AS (
        SELECT period_id, area_id, indicator_id, {_NAMES}
        FROM rollup WHERE jurisdiction_id = :jurisdiction AND {cells.any_of(_COLUMNS)}
    ), actual AS (
        SELECT * FROM cells WHERE {cells.any_of(_COLUMNS)}
    )
    SELECT d.period_id, a.code, i.code, d.stored_sum, d.stored_count, d.true_sum, d.true_count
    FROM (
        SELECT period_id, area_id, indicator_id, s.value_sum AS stored_sum,
               s.value_count AS stored_count, t.value_sum AS true_sum, t.value_count AS true_count
        FROM stored s FULL JOIN actual t USING (period_id, area_id, indicator_id)
        WHERE ({", ".join(f"s.{name}" for name in _COLUMNS)})
              IS DISTINCT FROM ({", ".join(f"t.{name}" for name in _COLUMNS)})
    ) d
    JOIN area a ON a.jurisdiction_id = :jurisdiction AND a.id = d.area_id
    JOIN indicator i ON i.jurisdiction_id = :jurisdiction AND i.id = d.indicator_id
    ORDER BY d.period_id, a.code, i.code
""")


def apply(session: Session, jurisdiction: int, changes: Sequence[Change]) -> None:
    """Move the roll-up from old to new versions.

    The reports are locked and the catalogue is shared.
    """
    if not changes:
        return
    columns = {
        "periods": [change.period.id for change in changes],
        "months": [change.period.last_month.id for change in changes],
        "units": [change.unit_id for change in changes],
        "olds": [change.old_version for change in changes],
        "news": [change.new_version for change in changes],
    }
    session.execute(_APPLY, {"jurisdiction": jurisdiction, **columns})
    spread.follow(session, jurisdiction, columns)


def rebuild(session: Session, jurisdiction: int, *, at: datetime) -> None:
    """Derive who counts and make the roll-up anew; the caller holds the catalogue alone."""
    derive(session, jurisdiction, at=at)
    session.execute(_CLEAR, {"jurisdiction": jurisdiction})
    session.execute(_FILL, {"jurisdiction": jurisdiction})
    spread.rebuild(session, jurisdiction)


def verify(session: Session, jurisdiction: int) -> list[Difference]:
    """Recompute every cell from the accepted reports.

    Give the cells that differ, by period, area and indicator.
    """
    rows = session.execute(_COMPARE, {"jurisdiction": jurisdiction})
    sums = [(*row[:3], _sum(*row[3:5]), _sum(*row[5:7])) for row in rows]
    found = [*sums, *spread.verify(session, jurisdiction)]
    return [Difference(str(Period.of_id(period)), *rest) for period, *rest in found]


def _sum(value_sum: Decimal | None, value_count: int | None) -> Sum | None:
    return None if value_sum is None or value_count is None else Sum(value_sum, value_count)
