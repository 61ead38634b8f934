"""The figures of ratios, as named parts of the statement: factor x numerator / denominator.

A ratio of sums, never a mean of ratios. Agency ratios whose parts are assigned to different units
are taken over the units that count for both, read one by one under the ratio's id as their `pair`.
Source: domain.md, `recompute`.
"""

from typing import Final

from indicators_api.aggregation.figures import Shape

# Read one by one from the units: the stored roll-up adds up all that count for a part.
_PAIRS = """,
    paired_ratio AS (
        SELECT * FROM unnest(CAST(:pair_ids AS int[]), CAST(:pair_numerators AS int[]),
                             CAST(:pair_denominators AS int[]))
            AS r(pair, numerator, denominator)
    ), side AS (
        SELECT pair, numerator AS indicator_id, denominator AS other FROM paired_ratio
        UNION ALL SELECT pair, denominator, numerator FROM paired_ratio
    ), both_sides AS (
        SELECT b.pair, s.period_id, c.ancestor_id AS area_id, b.indicator_id,
               i.area_aggregation AS rule, k.frequency IS NOT DISTINCT FROM s.frequency AS asked,
               o.value, o.missing, o.status, {weight} AS weight
        FROM side b
        JOIN indicator i ON i.jurisdiction_id = :jurisdiction AND i.id = b.indicator_id
        CROSS JOIN looked s
        JOIN counting k ON k.jurisdiction_id = :jurisdiction AND k.indicator_id = b.indicator_id
                       AND k.counts AND s.last_month BETWEEN k.first_month AND k.last_month
        JOIN counting l ON l.jurisdiction_id = :jurisdiction AND l.indicator_id = b.other
                       AND l.counts AND s.last_month BETWEEN l.first_month AND l.last_month
                       AND l.unit_id = k.unit_id
        JOIN area_closure c ON c.jurisdiction_id = :jurisdiction AND c.descendant_id = k.area_id
                           AND c.ancestor_id = ANY(:areas)
        LEFT JOIN report q ON q.jurisdiction_id = :jurisdiction AND q.period_id = s.period_id
                          AND q.unit_id = k.unit_id
        LEFT JOIN observation o ON o.jurisdiction_id = :jurisdiction AND o.period_id = q.period_id
                               AND o.period_id BETWEEN :earliest AND :latest
                               AND o.unit_id = q.unit_id AND o.version = q.{version}
                               AND o.indicator_id = b.indicator_id
        {weight_join}
    ), paired AS MATERIALIZED (
        SELECT pair, period_id, area_id, indicator_id,
               trim_scale(CASE rule
                   WHEN 'sum' THEN sum(value) WHEN 'mean' THEN avg(value)
                   WHEN 'min' THEN min(value) WHEN 'max' THEN max(value)
                   WHEN 'none' THEN CASE WHEN count(*) = 1 THEN sum(value) END
                   WHEN 'weighted_mean' THEN sum(value * weight)
                        / nullif(sum(weight) FILTER (WHERE value IS NOT NULL), 0)
               END) AS value,
               CASE WHEN bool_or(asked)
                    THEN count(*) FILTER (WHERE asked AND missing IS DISTINCT FROM 'not_applicable')
                    ELSE count(value) END AS expected,
               CASE WHEN bool_or(asked) THEN count(value) FILTER (WHERE asked)
                    ELSE count(value) END AS reported,
               max(CASE status WHEN 'E' THEN 3 WHEN 'P' THEN 2 ELSE 1 END)
                   FILTER (WHERE value IS NOT NULL) AS status
        FROM both_sides
        GROUP BY pair, period_id, area_id, indicator_id, rule
    )"""
_WEIGHT_JOIN = """LEFT JOIN leaf_weight w ON w.period_id = s.period_id AND w.area_id = k.area_id
                               AND w.indicator_id = k.indicator_id"""
#: Rows of `measured` beside those of `plain`.
PAIRED: Final = """UNION ALL
            SELECT pair, period_id, area_id, indicator_id, value, 'missing', expected,
                   reported{more} FROM paired"""
# One pass over the parts: a self-join, whose sizes the planner can't know, took seconds for all
# communes.
_PARTS = """,
    part AS (
        SELECT * FROM unnest(CAST(:part_ratios AS int[]), CAST(:part_series AS int[]),
                             CAST(:part_uppers AS bool[]), CAST(:part_factors AS numeric[]))
            AS r(id, series_id, is_upper, factor)
    ), parts AS (
        SELECT p.id, p.factor, d.span_id, d.area_id, {columns},
               max(d.reason) FILTER (WHERE d.reason IN ('not_comparable', 'archived')) AS refused
        FROM part p JOIN dated d ON d.series_id = p.series_id
        GROUP BY p.id, d.span_id, d.area_id, p.factor
        HAVING count(*) = 2
    )"""
_COVERS_LESS = "p.upper_reported * p.lower_expected <= p.lower_reported * p.upper_expected"
_RATIO_FIGURES = """UNION ALL
        SELECT p.area_id, p.id, p.span_id,
               CASE WHEN p.refused IS NULL
                    THEN p.factor * p.upper_value / nullif(p.lower_value, 0) END,
               CASE WHEN p.refused IS NOT NULL THEN p.refused
                    WHEN p.upper_value IS NULL THEN 'numerator_missing'
                    WHEN p.lower_value IS NULL THEN 'denominator_missing'
                    WHEN p.lower_value = 0 THEN 'denominator_zero' END{of_the_lower}{more}
        FROM parts p"""
_STATUS = """, CASE WHEN p.upper_value IS NOT NULL AND p.lower_value <> 0
                    AND p.refused IS NULL
                    THEN greatest(p.upper_status, p.lower_status) END"""
_COVERAGE = ("expected", "reported", "periods", "periods_with_value")


def pairs(shape: Shape) -> str:
    """Give the named parts up to `paired`; they need `looked`, and with weights `leaf_weight`."""
    return _PAIRS.format(
        version=shape.version,
        weight="w.value" if shape.weighed_pairs else "NULL::numeric",
        weight_join=_WEIGHT_JOIN if shape.weighed_pairs else "",
    )


def parts(shape: Shape) -> str:
    """Give the named parts up to `parts`, a row for each ratio, span and area; they need `dated`.

    Not where either part has no figure at all.
    """
    names = ("value", *_COVERAGE, *(("status",) if shape.status else ()))
    sides = (("upper", "p.is_upper"), ("lower", "NOT p.is_upper"))
    columns = [
        f"max(d.{name}) FILTER (WHERE {holds}) AS {side}_{name}"
        for side, holds in sides
        for name in names
    ]
    return _PARTS.format(columns=", ".join(columns))


def ratio_figures(shape: Shape) -> str:
    """Give the ratios' rows of `figure`; the coverage is that of the part with the lower one."""
    of_the_lower = "".join(
        f",\n               CASE WHEN {_COVERS_LESS} THEN p.upper_{name} ELSE p.lower_{name} END"
        for name in _COVERAGE
    )
    more = _STATUS if shape.status else ""
    more += ", NULL::numeric, 'not_additive'" if shape.ytd else ""
    return _RATIO_FIGURES.format(of_the_lower=of_the_lower, more=more)
