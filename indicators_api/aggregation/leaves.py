"""What is read from the units' values: weighted means, minima and maxima of areas.

The stored roll-up cannot hold them: an extreme that is taken back is unknown, and a weight is
another indicator's value. Named parts of the statement in figures.py; `spread` is the last.
"""

from typing import Final

from indicators_api.aggregation.counting import LAST_MONTH

_IN_FORCE = """
            JOIN report q ON q.jurisdiction_id = :jurisdiction AND q.period_id = {period}
                         AND q.unit_id = {unit}
            JOIN observation o ON o.jurisdiction_id = :jurisdiction AND o.period_id = q.period_id
                              AND o.unit_id = q.unit_id AND o.version = q.{version}
                              AND o.indicator_id = {indicator} AND o.value IS NOT NULL"""
# The weight of a value is the weight indicator's value of the value's own area, whichever unit gave
# it. Values and weights meet in a window: a join, whose sizes the planner can't know, is a hundred
# times slower when it guesses wrong.
_LEAVES = """,
    weight AS (
        SELECT * FROM unnest(CAST(:weight_ids AS int[]), CAST(:weight_weights AS int[]),
                             CAST(:weight_modes AS text[]), CAST(:weight_rules AS text[]))
            AS w(indicator_id, weight_id, mode, rule)
    ), spread_out AS (
        SELECT * FROM unnest(CAST(:leaf_indicators AS int[]), CAST(:leaf_periods AS int[]))
            AS f(indicator_id, period_id)
    ), inside AS MATERIALIZED (
        SELECT DISTINCT descendant_id AS area_id FROM area_closure
        WHERE jurisdiction_id = :jurisdiction AND ancestor_id = ANY(:areas)
    ), leaf AS MATERIALIZED (
        SELECT s.period_id, k.indicator_id, k.area_id, o.value
        FROM spread_out f
        JOIN looked s ON s.period_id = f.period_id
        JOIN counting k ON k.jurisdiction_id = :jurisdiction AND k.indicator_id = f.indicator_id
                       AND k.counts AND s.last_month BETWEEN k.first_month AND k.last_month
        JOIN inside n ON n.area_id = k.area_id
        {leaf_in_force}
    ), weighing AS MATERIALIZED (
        SELECT DISTINCT w.weight_id, l.area_id
        FROM leaf l JOIN weight w ON w.indicator_id = l.indicator_id
    ), weight_value AS MATERIALIZED (
        SELECT g.weight_id, g.period_id, k.area_id, sum(o.value) AS total
        FROM (SELECT DISTINCT w.weight_id, s.period_id, {last_month} AS last_month
              FROM weight w JOIN component s ON s.mode = w.mode) g
        JOIN weighing a ON a.weight_id = g.weight_id
        JOIN counting k ON k.jurisdiction_id = :jurisdiction AND k.indicator_id = g.weight_id
                       AND k.area_id = a.area_id
                       AND g.last_month BETWEEN k.first_month AND k.last_month
        {weight_in_force}
        GROUP BY g.weight_id, g.period_id, k.area_id
    ), leaf_weight AS (
        SELECT s.span_id AS period_id, v.area_id, w.indicator_id,
               CASE WHEN w.rule = 'sum' THEN sum(v.total)
                    ELSE (array_agg(v.total ORDER BY s.rank))[1] END AS value
        FROM weight w
        JOIN component s ON s.mode = w.mode
        JOIN weight_value v ON v.weight_id = w.weight_id AND v.period_id = s.period_id
        GROUP BY s.span_id, v.area_id, w.indicator_id, w.rule
    ), weighed AS (
        SELECT period_id, area_id, indicator_id, value,
               max(weight) OVER (PARTITION BY period_id, area_id, indicator_id) AS weight
        FROM (SELECT period_id, area_id, indicator_id, value, NULL AS weight FROM leaf
              UNION ALL
              SELECT period_id, area_id, indicator_id, NULL, nullif(value, 0) FROM leaf_weight) u
    ), spread AS (
        SELECT w.period_id, c.ancestor_id AS area_id, w.indicator_id, min(w.value) AS lowest,
               max(w.value) AS highest,
               sum(w.value * w.weight)
                   / nullif(sum(w.weight) FILTER (WHERE w.value IS NOT NULL), 0) AS weighted
        FROM weighed w
        JOIN area_closure c ON c.jurisdiction_id = :jurisdiction AND c.descendant_id = w.area_id
                           AND c.ancestor_id = ANY(:areas)
        GROUP BY w.period_id, c.ancestor_id, w.indicator_id
    )"""
#: How `plain` takes them over.
CASES: Final = (
    "WHEN 'weighted_mean' THEN x.weighted WHEN 'min' THEN x.lowest WHEN 'max' THEN x.highest"
)
JOIN: Final = """LEFT JOIN spread x ON x.period_id = b.period_id AND x.area_id = b.area_id
                          AND x.indicator_id = b.indicator_id"""


def parts(version: str) -> str:
    """Give the named parts up to `spread`; they need `looked` and `component`."""
    leaf = {"period": "s.period_id", "unit": "k.unit_id", "version": version}
    return _LEAVES.format(
        leaf_in_force=_IN_FORCE.format(**leaf, indicator="k.indicator_id"),
        weight_in_force=_IN_FORCE.format(
            period="g.period_id", unit="k.unit_id", version=version, indicator="g.weight_id"
        ),
        last_month=LAST_MONTH.format("s.period_id"),
    )
