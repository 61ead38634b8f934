"""The figures of ratios, as named parts of the statement in figures.py.

Parts of a ratio stand under a `pair`: 0 for the areas' figures, the ratio's id for those over the
units that count for both. Areas first, then time: each period's figure of the area, then the span.
Source: domain.md, `recompute`.
"""

# One pass gives a part's figure whatever its mode; a self-join of these parts, whose sizes the
# planner can't know, took seconds for all communes. Each mode looks at the month itself, with rank
# 1: what isn't there has no figure, and the sum from January ends with the month's own value.
_PARTS = """,
    ratio AS (
        SELECT r.*, CASE WHEN r.paired THEN r.id ELSE 0 END AS pair
        FROM unnest(CAST(:ratio_ids AS int[]), CAST(:numerators AS int[]),
                    CAST(:numerator_modes AS text[]), CAST(:denominators AS int[]),
                    CAST(:denominator_modes AS text[]), CAST(:paired AS bool[]))
            AS r(id, numerator, numerator_mode, denominator, denominator_mode, paired)
    ), part AS (
        SELECT id, pair, TRUE AS is_upper, numerator AS indicator_id, numerator_mode AS mode
        FROM ratio
        UNION ALL SELECT id, pair, FALSE, denominator, denominator_mode FROM ratio
    ){pairs}, measured AS (
        SELECT 0 AS pair, period_id, area_id, indicator_id, value, expected, reported FROM plain
        {paired}
    ), looked_at AS (
        SELECT t.id, t.is_upper, t.mode, s.month_id, s.rank, m.period_id = s.month_id AS is_own,
               m.area_id, m.value, m.expected, m.reported
        FROM part t
        JOIN span s ON s.mode = t.mode
        JOIN measured m ON m.pair = t.pair AND m.indicator_id = t.indicator_id
                       AND m.period_id = s.period_id
    ), part_figure AS (
        SELECT id, is_upper, month_id, area_id,
               CASE WHEN mode <> 'ytd'
                    THEN (array_agg(value ORDER BY rank) FILTER (WHERE {taken}))[1]
                    WHEN bool_or(is_own AND value IS NOT NULL) THEN sum(value) END AS value,
               coalesce((array_agg(expected ORDER BY rank) FILTER (WHERE {taken}))[1],
                        max(expected) FILTER (WHERE is_own)) AS expected,
               coalesce((array_agg(reported ORDER BY rank) FILTER (WHERE {taken}))[1],
                        max(reported) FILTER (WHERE is_own)) AS reported
        FROM looked_at
        GROUP BY id, is_upper, mode, month_id, area_id
        HAVING bool_or(is_own)
    ), parts AS (
        SELECT id, month_id AS period_id, area_id,
               max(value) FILTER (WHERE is_upper) AS upper,
               max(expected) FILTER (WHERE is_upper) AS upper_expected,
               max(reported) FILTER (WHERE is_upper) AS upper_reported,
               max(value) FILTER (WHERE NOT is_upper) AS lower,
               max(expected) FILTER (WHERE NOT is_upper) AS lower_expected,
               max(reported) FILTER (WHERE NOT is_upper) AS lower_reported
        FROM part_figure
        GROUP BY id, month_id, area_id
        HAVING count(*) = 2
    )"""
_TAKEN = "value IS NOT NULL AND (mode <> 'ytd' OR is_own)"
# Read one by one from the units: the stored roll-up adds up all that count for a part.
_PAIRS = """,
    side AS (
        SELECT pair, numerator AS indicator_id, denominator AS other FROM ratio WHERE paired
        UNION ALL SELECT pair, denominator, numerator FROM ratio WHERE paired
    ), both_sides AS (
        SELECT b.pair, s.period_id, c.ancestor_id AS area_id, b.indicator_id,
               i.area_aggregation AS rule, k.frequency IS NOT DISTINCT FROM s.frequency AS asked,
               o.value, o.missing, {weight} AS weight
        FROM side b
        JOIN indicator i ON i.jurisdiction_id = :jurisdiction AND i.id = b.indicator_id
        CROSS JOIN {span} s
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
                               AND o.unit_id = q.unit_id AND o.version = q.{version}
                               AND o.indicator_id = b.indicator_id
        {weight_join}
    ), paired AS (
        SELECT pair, period_id, area_id, indicator_id,
               CASE rule WHEN 'sum' THEN sum(value) WHEN 'mean' THEN avg(value)
                         WHEN 'min' THEN min(value) WHEN 'max' THEN max(value)
                         WHEN 'none' THEN CASE WHEN count(*) = 1 THEN sum(value) END
                         WHEN 'weighted_mean' THEN sum(value * weight)
                              / nullif(sum(weight) FILTER (WHERE value IS NOT NULL), 0)
               END AS value,
               CASE WHEN bool_or(asked)
                    THEN count(*) FILTER (WHERE asked AND missing IS DISTINCT FROM 'not_applicable')
                    ELSE count(value) END AS expected,
               CASE WHEN bool_or(asked) THEN count(value) FILTER (WHERE asked)
                    ELSE count(value) END AS reported
        FROM both_sides
        GROUP BY pair, period_id, area_id, indicator_id, rule
    )"""
_PAIRED = """UNION ALL
        SELECT pair, period_id, area_id, indicator_id, value, expected, reported FROM paired"""
_WEIGHT_JOIN = """LEFT JOIN leaf_weight w ON w.period_id = s.period_id AND w.leaf_area = k.area_id
                               AND w.indicator_id = k.indicator_id"""
_UPPER_COVERS_LESS = "p.upper_reported * p.lower_expected <= p.lower_reported * p.upper_expected"
#: The ratios' rows of `figure`.
RATIO_FIGURES = f"""UNION ALL
        SELECT p.area_id, p.id, p.period_id, i.factor * p.upper / nullif(p.lower, 0),
               CASE WHEN p.upper IS NULL THEN 'numerator_missing'
                    WHEN p.lower IS NULL THEN 'denominator_missing'
                    WHEN p.lower = 0 THEN 'denominator_zero' END,
               CASE WHEN {_UPPER_COVERS_LESS} THEN p.upper_expected ELSE p.lower_expected END,
               CASE WHEN {_UPPER_COVERS_LESS} THEN p.upper_reported ELSE p.lower_reported END
        FROM parts p JOIN indicator i ON i.jurisdiction_id = :jurisdiction AND i.id = p.id"""


def ratio_parts(version: str, span: str, *, pairs: bool, leaves: bool) -> str:
    """Give the named parts up to `parts`, which `RATIO_FIGURES` reads.

    They need `plain` and `span`. `version` is the column of the basis; `span` names the periods
    looked at; `pairs`: some ratio is over the units that count for both of its parts; `leaves`:
    there are weights.
    """
    if not pairs:
        return _PARTS.format(pairs="", paired="", taken=_TAKEN)
    both = _PAIRS.format(
        span=span,
        version=version,
        weight="w.value" if leaves else "NULL::numeric",
        weight_join=_WEIGHT_JOIN if leaves else "",
    )
    return _PARTS.format(pairs=both, paired=_PAIRED, taken=_TAKEN)
