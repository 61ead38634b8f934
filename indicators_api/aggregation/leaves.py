"""What is read from the units' values: weighted means, minima and maxima of areas.

They can't be kept by differences: an extreme that is taken back is unknown, and a weight is another
indicator's value. Named parts of a statement; `spread` is the last. What is in force now is stored
by spread.py, which reads the leaves with these very parts; so do questions for all else.
"""

from typing import Final

from indicators_api.aggregation.counting import LAST_MONTH

# Stage by stage, so that each report is one probe, and its values another with their whole key: in
# one join the planner reads all reports of a unit and all indicators of a report to find one. At a
# time a unit is assigned an indicator in one area, which is looked up in the arrays, not joined.
_READ = """{name}_unit AS MATERIALIZED (
        SELECT k.indicator_id, k.area_id, k.unit_id, k.first_month, k.last_month
        FROM {places} n
        JOIN counting k ON k.jurisdiction_id = :jurisdiction AND k.area_id = n.area_id AND {which}
    ), {name}_due AS MATERIALIZED (
        SELECT p.period_id, k.unit_id, array_agg(k.indicator_id) AS indicators,
               array_agg(k.area_id) AS areas
        FROM {name}_period p
        JOIN {name}_unit k ON k.indicator_id = p.indicator_id
                          AND p.last_month BETWEEN k.first_month AND k.last_month
        GROUP BY p.period_id, k.unit_id
    ), {name}_report AS MATERIALIZED (
        SELECT d.*, q.{version} AS version
        FROM {name}_due d
        JOIN report q ON q.jurisdiction_id = :jurisdiction AND q.period_id = d.period_id
                     AND q.unit_id = d.unit_id
    ), {name}_value AS MATERIALIZED (
        SELECT r.period_id, o.indicator_id, o.value,
               r.areas[array_position(r.indicators, o.indicator_id)] AS area_id
        FROM {name}_report r
        CROSS JOIN LATERAL (
            SELECT o.indicator_id, o.value FROM observation o
            WHERE o.jurisdiction_id = :jurisdiction AND o.period_id = r.period_id
              AND o.period_id BETWEEN :earliest AND :latest AND o.unit_id = r.unit_id
              AND o.version = r.version AND o.indicator_id = ANY(r.indicators)
              AND o.value IS NOT NULL
            OFFSET 0
        ) o
    )"""
# The weight of a value is the weight indicator's value of the value's own area, whichever unit gave
# it. Values and weights meet in a window: a join, whose sizes the planner can't know, is a hundred
# times slower when it guesses wrong.
_LEAVES = """,
    weight AS (
        SELECT * FROM unnest(CAST(:weight_ids AS int[]), CAST(:weight_weights AS int[]),
                             CAST(:weight_modes AS text[]), CAST(:weight_rules AS text[]))
            AS w(indicator_id, weight_id, mode, rule)
    ), leaf_period AS (
        SELECT f.indicator_id, s.period_id, s.last_month
        FROM unnest(CAST(:leaf_indicators AS int[]), CAST(:leaf_periods AS int[]))
             AS f(indicator_id, period_id)
        JOIN looked s ON s.period_id = f.period_id
    ), inside AS MATERIALIZED (
        SELECT DISTINCT descendant_id AS area_id FROM area_closure
        WHERE jurisdiction_id = :jurisdiction AND ancestor_id = ANY(:{areas})
    ), {leaf}, weighing AS MATERIALIZED (
        SELECT DISTINCT w.weight_id AS indicator_id, l.area_id
        FROM leaf_value l JOIN weight w ON w.indicator_id = l.indicator_id
    ), weight_period AS (
        SELECT DISTINCT w.weight_id AS indicator_id, s.period_id, {last_month} AS last_month
        FROM weight w JOIN component s ON s.mode = w.mode
    ), {weight}, area_weight AS (
        SELECT indicator_id, period_id, area_id, sum(value) AS total
        FROM weight_value GROUP BY indicator_id, period_id, area_id
    ), leaf_weight AS (
        SELECT s.span_id AS period_id, v.area_id, w.indicator_id,
               CASE WHEN w.rule = 'sum' THEN sum(v.total)
                    ELSE (array_agg(v.total ORDER BY s.rank))[1] END AS value
        FROM weight w
        JOIN component s ON s.mode = w.mode
        JOIN area_weight v ON v.indicator_id = w.weight_id AND v.period_id = s.period_id
        GROUP BY s.span_id, v.area_id, w.indicator_id, w.rule
    ), weighed AS (
        SELECT period_id, area_id, indicator_id, value,
               max(weight) OVER (PARTITION BY period_id, area_id, indicator_id) AS weight
        FROM (SELECT period_id, area_id, indicator_id, value, NULL AS weight FROM leaf_value
              UNION ALL
              SELECT period_id, area_id, indicator_id, NULL, nullif(value, 0) FROM leaf_weight) u
    ), spread AS ({stored}
        SELECT w.period_id, c.ancestor_id AS area_id, w.indicator_id, min(w.value) AS lowest,
               max(w.value) AS highest,
               sum(w.value * w.weight)
                   / nullif(sum(w.weight) FILTER (WHERE w.value IS NOT NULL), 0) AS weighted
        FROM weighed w
        JOIN area_closure c ON c.jurisdiction_id = :jurisdiction AND c.descendant_id = w.area_id
                           AND c.ancestor_id = ANY(:{areas})
        GROUP BY w.period_id, c.ancestor_id, w.indicator_id
    )"""
_STORED = """
        SELECT period_id, area_id, indicator_id, lowest, highest, weighted
        FROM rollup_spread
        WHERE jurisdiction_id = :jurisdiction AND period_id = ANY(:leaf_periods)
          AND area_id = ANY(:upper) AND indicator_id = ANY(:leaf_indicators)"""
#: How `plain` takes them over.
CASES: Final = (
    "WHEN 'weighted_mean' THEN x.weighted WHEN 'min' THEN x.lowest WHEN 'max' THEN x.highest"
)
JOIN: Final = """LEFT JOIN spread x ON x.period_id = c.period_id AND x.area_id = c.area_id
                          AND x.indicator_id = c.indicator_id"""


def read(version: str, *, areas: str = "areas", stored: bool = False) -> str:
    """Give the named parts up to `spread`, of the areas in a parameter; and those `stored`.

    They need `looked` and `component`.
    """
    asked = "k.indicator_id = ANY(:leaf_indicators) AND k.counts"
    weighing = "k.indicator_id = n.indicator_id"
    return _LEAVES.format(
        leaf=_READ.format(name="leaf", places="inside", which=asked, version=version),
        weight=_READ.format(name="weight", places="weighing", which=weighing, version=version),
        last_month=LAST_MONTH.format("s.period_id"),
        areas=areas,
        stored=f"{_STORED} UNION ALL" if stored else "",
    )


def stored() -> str:
    """Give `spread` where all that is asked is stored."""
    return f""",
    spread AS ({_STORED}
    )"""
