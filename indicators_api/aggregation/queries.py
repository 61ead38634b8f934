"""What the figures ask the database.

Which areas, which units' values, and the figures themselves.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, TextClause, text

from indicators_api.aggregation.counting import ASKED_FREQUENCY, LAST_MONTH
from indicators_api.aggregation.figures import Shape, rolled_up
from indicators_api.aggregation.methods import Plan
from indicators_api.db.session import Session
from indicators_api.periods import Period
from indicators_api.units.tree import AreaFacts


class Figure(NamedTuple):
    """A figure, in the indicator's unit of measure. None: there is none, `reason` says why."""

    area: str
    area_id: int
    indicator: str
    period: str
    value: Decimal | None
    reason: str | None
    expected: int
    reported: int


#: Where a page ended: area code, indicator code, period id.
Place = tuple[str, str, int]

_KEYS = ("area", "area_id", "indicator", "period")


class Slice(NamedTuple):
    """A question: areas by indicators by months, from after a place on, at most `limit` rows."""

    jurisdiction: int
    areas: Sequence[AreaFacts]
    #: First month id that an area is comparable from, of those that other areas went over into.
    comparable: Mapping[int, int]
    months: Sequence[int]
    plan: Plan
    sent: bool
    after: Place | None
    limit: int


_CHANGES = text("""
    SELECT successor_id, array_agg(effective_date) FROM area_succession
    WHERE jurisdiction_id = :jurisdiction AND successor_id = ANY(:areas)
      AND predecessor_id <> successor_id
    GROUP BY successor_id
""")
_UNEQUAL = text("""
    SELECT r.id FROM indicator r
    WHERE r.jurisdiction_id = :jurisdiction AND r.area_aggregation = 'recompute'
      AND r.value_scope = 'agency' AND r.numerator_id <> r.denominator_id
      AND EXISTS (
        SELECT FROM counting k
        WHERE k.jurisdiction_id = :jurisdiction AND k.counts
          AND k.indicator_id IN (r.numerator_id, r.denominator_id)
        GROUP BY k.unit_id, k.first_month, k.last_month
        HAVING count(*) < 2
      )
""")

# Codes are looked up row by row: beside figures, whose number the planner can't know, it would
# read a whole table for each row rather than join.
_FINISHED = """
    SELECT * FROM (
        SELECT (SELECT code FROM area a
                WHERE a.jurisdiction_id = :jurisdiction AND a.id = f.area_id) AS area,
               f.area_id,
               (SELECT code FROM indicator i
                WHERE i.jurisdiction_id = :jurisdiction AND i.id = f.indicator_id) AS indicator,
               p.name AS period,
               CASE WHEN f.period_id < t.comparable_from THEN NULL ELSE trim_scale(f.value) END
                   AS value,
               CASE WHEN f.period_id < t.comparable_from THEN 'not_comparable' ELSE f.reason END
                   AS reason,
               f.expected, f.reported, f.period_id
        FROM figure f
        JOIN unnest(CAST(:months AS int[]), CAST(:month_names AS text[])) AS p(month_id, name)
          ON p.month_id = f.period_id
        LEFT JOIN unnest(CAST(:changed AS int[]), CAST(:comparable AS int[]))
             AS t(area_id, comparable_from) ON t.area_id = f.area_id
    ) named
    WHERE CAST(:after_area AS text) IS NULL
       OR (area, indicator, period_id) > (:after_area, :after_indicator, :after_period)
    ORDER BY area, indicator, period_id
    LIMIT :limit
"""
# What the area's own units sent: never rolled up. A ratio is shown as it was sent.
_REPORTED = """
    looked AS (
        SELECT p AS period_id, {last_month} AS last_month, {frequency} AS frequency
        FROM unnest(CAST(:months AS int[])) AS p
    ), own AS (
        SELECT k.area_id, k.indicator_id, s.period_id, count(*) AS assigned,
               count(*) FILTER (WHERE k.frequency = s.frequency) AS asked,
               count(o.value) AS given,
               count(o.value) FILTER (WHERE k.frequency = s.frequency) AS asked_given,
               count(*) FILTER (WHERE o.missing = 'not_applicable' AND k.frequency = s.frequency)
                   AS not_applicable,
               sum(o.value) AS total, avg(o.value) AS mean, min(o.value)
                   AS lowest, max(o.value) AS highest
        FROM looked s
        JOIN counting k ON k.jurisdiction_id = :jurisdiction AND k.area_id = ANY(:areas)
                       AND k.indicator_id = ANY(:asked)
                       AND s.last_month BETWEEN k.first_month AND k.last_month
        LEFT JOIN report r ON r.jurisdiction_id = :jurisdiction AND r.period_id = s.period_id
                          AND r.unit_id = k.unit_id
        LEFT JOIN observation o ON o.jurisdiction_id = :jurisdiction AND o.period_id = s.period_id
                               AND o.unit_id = k.unit_id AND o.version = r.{version}
                               AND o.indicator_id = k.indicator_id
        GROUP BY k.area_id, k.indicator_id, s.period_id
    ), figure AS (
        SELECT w.area_id, w.indicator_id, w.period_id,
               CASE WHEN w.assigned = 1 OR i.area_aggregation = 'sum' THEN w.total
                    WHEN i.area_aggregation = 'mean' THEN w.mean
                    WHEN i.area_aggregation = 'min' THEN w.lowest
                    WHEN i.area_aggregation = 'max' THEN w.highest END AS value,
               CASE WHEN w.given = 0 THEN 'missing'
                    WHEN w.assigned > 1
                     AND i.area_aggregation IN ('none', 'recompute', 'weighted_mean')
                         THEN 'not_additive'
               END AS reason,
               CASE WHEN w.asked > 0 THEN w.asked - w.not_applicable ELSE w.given END AS expected,
               CASE WHEN w.asked > 0 THEN w.asked_given ELSE w.given END AS reported
        FROM own w JOIN indicator i ON i.jurisdiction_id = :jurisdiction AND i.id = w.indicator_id
    )
"""

#: Agency ratios of unequal pairs, by engine and (jurisdiction, catalogue version).
_unequal: WeakKeyDictionary[Engine, dict[tuple[int, int], frozenset[int]]] = WeakKeyDictionary()
_statements: dict[str, TextClause] = {}


def incorporations(
    session: Session, jurisdiction: int, area_ids: Sequence[int]
) -> dict[int, list[date]]:
    """Give the days on which other areas went over into areas, for those that any did."""
    rows = session.execute(_CHANGES, {"jurisdiction": jurisdiction, "areas": list(area_ids)})
    return {row[0]: row[1] for row in rows}


def unequal_pairs(session: Session, jurisdiction: int, version: int) -> frozenset[int]:
    """Give the agency ratios whose parts are assigned to different units.

    Read once per catalogue version.
    """
    kept = _unequal.setdefault(session.get_bind().engine, {})
    if (jurisdiction, version) not in kept:
        kept.clear()
        ids = session.scalars(_UNEQUAL, {"jurisdiction": jurisdiction})
        kept[jurisdiction, version] = frozenset(ids)
    return kept[jurisdiction, version]


def figures(session: Session, wanted: Slice, *, source: str) -> tuple[list[Figure], Place | None]:
    """Give figures by area code, indicator code and period, and the place to go on from.

    None: that was all.

    `source`: `rollup` for rolled-up figures, `reported` for what the areas' own units sent.
    """
    statement = f"WITH {_parts(wanted, source)} {_FINISHED}"
    rows = session.execute(_prepared(statement), _parameters(wanted)).all()
    page = [Figure(*row[:8]) for row in rows[: wanted.limit]]
    last = rows[wanted.limit - 1] if len(rows) > wanted.limit else None
    return page, (last.area, last.indicator, last.period_id) if last else None


def figures_json(
    session: Session, wanted: Slice, *, source: str, measures: Sequence[str]
) -> tuple[str, Place | None]:
    """Give the same rows as the text of a JSON array, made by the database.

    No object per cell here.
    """
    with_value = ", ".join(f"f.{name}" for name in (*_KEYS, *measures))
    statement = f"""
        WITH {_parts(wanted, source)}, page AS ({_FINISHED})
        SELECT string_agg(row, ',') FILTER (WHERE n <= :page), count(*),
               max(area) FILTER (WHERE n = :page), max(indicator) FILTER (WHERE n = :page),
               max(period_id) FILTER (WHERE n = :page)
        FROM (
            SELECT row_number() OVER () AS n, f.area, f.indicator, f.period_id,
                   CASE WHEN f.value IS NULL
                        THEN row_to_json((SELECT r FROM (SELECT {with_value}, f.reason) r))
                        ELSE row_to_json((SELECT r FROM (SELECT {with_value}) r)) END::text AS row
            FROM page f
        ) numbered
    """
    rows, count, area, indicator, period = session.execute(
        _prepared(statement), {**_parameters(wanted), "page": wanted.limit}
    ).one()
    return f"[{rows or ''}]", (area, indicator, period) if count > wanted.limit else None


def _parts(wanted: Slice, source: str) -> str:
    version = "sent_version" if wanted.sent else "accepted_version"
    if source == "reported":
        names = {"last_month": LAST_MONTH.format("p"), "frequency": ASKED_FREQUENCY.format("p")}
        return _REPORTED.format(version=version, **names)
    upper = any(area.has_areas_below for area in wanted.areas)
    return rolled_up(
        Shape(
            sent=wanted.sent,
            upper=upper,
            # Of no areas at all there are no figures either, but a statement.
            lowest=not upper or not all(area.has_areas_below for area in wanted.areas),
            earlier=bool(wanted.plan.carried and wanted.plan.earlier),
            leaves=bool(wanted.plan.leaves),
            earlier_leaves=not set(wanted.plan.leaves).isdisjoint(wanted.plan.carried),
            ratios=bool(wanted.plan.ratios),
            pairs=any(ratio.paired for ratio in wanted.plan.ratios),
        )
    )


def _prepared(statement: str) -> TextClause:
    """Keep the clause of a statement: there are few, and reading its parameters out costs time."""
    if statement not in _statements:
        _statements[statement] = text(statement)
    return _statements[statement]


def _parameters(wanted: Slice) -> dict[str, Any]:
    plan, spans = wanted.plan, wanted.plan.spans
    after = wanted.after or (None, None, None)
    return {
        "jurisdiction": wanted.jurisdiction,
        "areas": [area.id for area in wanted.areas],
        "changed": list(wanted.comparable),
        "comparable": list(wanted.comparable.values()),
        "upper": [area.id for area in wanted.areas if area.has_areas_below],
        "lowest": [area.id for area in wanted.areas if not area.has_areas_below],
        "months": list(wanted.months),
        "month_names": [str(Period.of_id(month)) for month in wanted.months],
        "earlier": plan.earlier,
        "asked": list(plan.asked),
        "looked_up": list(plan.looked_up),
        "carried": list(plan.carried),
        "leaves": list(plan.leaves),
        "weighted": [weight.id for weight in plan.weights],
        "weights": [weight.weight for weight in plan.weights],
        "weight_modes": [weight.mode for weight in plan.weights],
        "span_modes": [span.mode for span in spans],
        "span_months": [span.month for span in spans],
        "span_periods": [span.period for span in spans],
        "span_ranks": [span.rank for span in spans],
        "ratio_ids": [ratio.id for ratio in plan.ratios],
        "numerators": [ratio.numerator for ratio in plan.ratios],
        "numerator_modes": [ratio.numerator_mode for ratio in plan.ratios],
        "denominators": [ratio.denominator for ratio in plan.ratios],
        "denominator_modes": [ratio.denominator_mode for ratio in plan.ratios],
        "paired": [ratio.paired for ratio in plan.ratios],
        "after_area": after[0],
        "after_indicator": after[1],
        "after_period": after[2],
        # One row more than asked tells whether there is another page.
        "limit": wanted.limit + 1,
    }
