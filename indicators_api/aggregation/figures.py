"""The figures of areas in months, as one statement put together from named parts.

Every part is a constant; what varies with the question is which parts are there. Values are
parameters always. A row: area id, indicator id, period id, value (None with a reason), expected,
reported.
"""

from functools import lru_cache
from typing import NamedTuple

from indicators_api.aggregation.counting import ASKED_FREQUENCY, LAST_MONTH
from indicators_api.aggregation.recompute import RATIO_FIGURES, ratio_parts


class Shape(NamedTuple):
    """Which parts a question needs."""

    #: Basis `sent`: the stored roll-up and the differences of reports that aren't accepted as sent.
    sent: bool
    #: Areas with a stored roll-up, areas of the lowest level.
    upper: bool
    lowest: bool
    #: Parts of earlier periods.
    earlier: bool
    leaves: bool
    #: Parts of earlier periods that are read from the leaf observations.
    earlier_leaves: bool
    ratios: bool
    pairs: bool


_LOOKED = """
    looked AS (
        SELECT p AS period_id, {last_month} AS last_month, {frequency} AS frequency
        FROM unnest(CAST(:months AS int[])) AS p
    )
"""
_EARLIER = """,
    earlier AS (
        SELECT p AS period_id, {last_month} AS last_month, {frequency} AS frequency
        FROM unnest(CAST(:earlier AS int[])) AS p
    )
"""
_ALL_SPANS = "(SELECT * FROM looked UNION ALL SELECT * FROM earlier)"
_CELL = (
    "period_id, area_id, indicator_id, value_sum, value_count, asked_count, not_applicable_count"
)
_ASKED = """CASE s.frequency WHEN 'monthly' THEN c.monthly WHEN 'quarterly' THEN c.quarterly
                WHEN 'half_yearly' THEN c.half_yearly WHEN 'yearly' THEN c.yearly ELSE 0 END"""
_BASE_OF = """
        SELECT s.period_id, c.area_id, c.indicator_id, c.assigned, {asked} AS asked
        FROM {span} s
        JOIN coverage c ON c.jurisdiction_id = :jurisdiction AND c.area_id = ANY(:areas)
                       AND c.indicator_id = ANY(:{ids})
                       AND s.last_month BETWEEN c.first_month AND c.last_month"""
_STORED_OF = """
        SELECT period_id, area_id, indicator_id, value_sum, value_count, asked_count,
                not_applicable_count
        FROM rollup
        WHERE jurisdiction_id = :jurisdiction AND period_id = ANY(:{span}) AND area_id = ANY(:upper)
          AND indicator_id = ANY(:{ids})"""
_OBSERVED_OF = """
        SELECT s.period_id, k.area_id, k.indicator_id, coalesce(sum(o.value), 0), count(o.value),
               count(o.value) FILTER (WHERE k.frequency = s.frequency),
               count(*) FILTER (WHERE o.missing = 'not_applicable' AND k.frequency = s.frequency)
        FROM {span} s
        JOIN report r ON r.jurisdiction_id = :jurisdiction AND r.period_id = s.period_id
        JOIN unit u ON u.jurisdiction_id = :jurisdiction AND u.id = r.unit_id
                AND u.area_id = ANY(:lowest)
        JOIN observation o ON o.jurisdiction_id = :jurisdiction AND o.period_id = r.period_id
                          AND o.unit_id = r.unit_id AND o.version = r.{version}
                          AND o.indicator_id = ANY(:{ids})
        JOIN counting k ON k.jurisdiction_id = :jurisdiction AND k.unit_id = o.unit_id
                       AND k.indicator_id = o.indicator_id AND k.counts
                       AND s.last_month BETWEEN k.first_month AND k.last_month
        GROUP BY s.period_id, k.area_id, k.indicator_id"""
_PENDING_OF = """
        SELECT s.period_id, c.ancestor_id, o.indicator_id, coalesce(sum(g.sign * o.value), 0),
               coalesce(sum(g.sign) FILTER (WHERE o.value IS NOT NULL), 0),
               coalesce(sum(g.sign) FILTER (WHERE o.value IS NOT NULL
                   AND k.frequency = s.frequency), 0),
               coalesce(sum(g.sign) FILTER (WHERE o.missing = 'not_applicable'
                                              AND k.frequency = s.frequency), 0)
        FROM {span} s
        JOIN report r ON r.jurisdiction_id = :jurisdiction AND r.period_id = s.period_id
                     AND r.sent_version IS DISTINCT FROM r.accepted_version
        CROSS JOIN LATERAL (VALUES (r.sent_version, 1), (r.accepted_version, -1))
                AS g(version, sign)
        JOIN observation o ON o.jurisdiction_id = :jurisdiction AND o.period_id = r.period_id
                          AND o.unit_id = r.unit_id AND o.version = g.version
                          AND o.indicator_id = ANY(:{ids})
        JOIN counting k ON k.jurisdiction_id = :jurisdiction AND k.unit_id = o.unit_id
                       AND k.indicator_id = o.indicator_id AND k.counts
                       AND s.last_month BETWEEN k.first_month AND k.last_month
        JOIN area_closure c ON c.jurisdiction_id = :jurisdiction AND c.descendant_id = k.area_id
                           AND c.ancestor_id = ANY(:upper)
        GROUP BY s.period_id, c.ancestor_id, o.indicator_id"""
_IN_FORCE = """
            JOIN report q ON q.jurisdiction_id = :jurisdiction AND q.period_id = {period}
                         AND q.unit_id = {unit}
            JOIN observation o ON o.jurisdiction_id = :jurisdiction AND o.period_id = q.period_id
                              AND o.unit_id = q.unit_id AND o.version = q.{version}
                              AND o.indicator_id = {indicator} AND o.value IS NOT NULL"""
_SPANS = """,
    span AS (
        SELECT * FROM unnest(CAST(:span_modes AS text[]), CAST(:span_months AS int[]),
                             CAST(:span_periods AS int[]), CAST(:span_ranks AS int[]))
            AS s(mode, month_id, period_id, rank)
    )"""
# The weight of a value is the weight indicator's value of the value's own area, whichever unit gave
# it.
_LEAVES = """,
    weight AS (
        SELECT * FROM unnest(CAST(:weighted AS int[]), CAST(:weights
                AS int[]), CAST(:weight_modes AS text[]))
            AS w(indicator_id, weight_id, mode)
    ), leaf AS (
        SELECT s.period_id, c.ancestor_id AS area_id, k.indicator_id, k.area_id
                AS leaf_area, o.value
        FROM {leaf_span} s
        JOIN counting k ON k.jurisdiction_id = :jurisdiction AND k.indicator_id = ANY(:leaves)
                AND k.counts
                       AND s.last_month BETWEEN k.first_month AND k.last_month
        JOIN area_closure c ON c.jurisdiction_id = :jurisdiction AND c.descendant_id = k.area_id
                           AND c.ancestor_id = ANY(:areas)
        {leaf_in_force}
    ), leaf_weight AS (
        SELECT l.period_id, l.leaf_area, l.indicator_id, found.value
        FROM (SELECT DISTINCT period_id, leaf_area, indicator_id FROM leaf) l
        JOIN weight w ON w.indicator_id = l.indicator_id
        CROSS JOIN LATERAL (
            SELECT (array_agg(t.total ORDER BY t.rank))[1] AS value
            FROM (SELECT s.rank, sum(o.value) AS total
                  FROM span s
                  JOIN counting k ON k.jurisdiction_id = :jurisdiction AND k.area_id = l.leaf_area
                                 AND k.indicator_id = w.weight_id
                                 AND {span_last_month} BETWEEN k.first_month AND k.last_month
                  {weight_in_force}
                  WHERE s.mode = w.mode AND s.month_id = l.period_id
                  GROUP BY s.rank) t
        ) found
    ), spread AS (
        SELECT l.period_id, l.area_id, l.indicator_id, min(l.value) AS lowest, max(l.value)
                AS highest,
               sum(l.value * w.value) / nullif(sum(w.value), 0) AS weighted
        FROM leaf l
        LEFT JOIN leaf_weight w ON w.period_id = l.period_id AND w.leaf_area = l.leaf_area
                               AND w.indicator_id = l.indicator_id AND w.value <> 0
        GROUP BY l.period_id, l.area_id, l.indicator_id
    )"""
_PLAIN = """,
    plain AS {materialized} (
        SELECT b.period_id, b.area_id, b.indicator_id,
               CASE i.area_aggregation
                   WHEN 'sum' THEN CASE WHEN c.value_count > 0 THEN c.value_sum END
                   WHEN 'mean' THEN c.value_sum / nullif(c.value_count, 0)
                   WHEN 'none' THEN CASE WHEN b.assigned = 1 AND c.value_count > 0
                       THEN c.value_sum END
                   {spread_cases}
               END AS value,
               CASE WHEN i.area_aggregation = 'none' AND b.assigned > 1 THEN 'not_additive'
                    WHEN coalesce(c.value_count, 0) = 0 THEN 'missing'
                    WHEN i.area_aggregation = 'weighted_mean' THEN 'weight_missing' END AS reason,
               CASE WHEN b.asked > 0 THEN b.asked - coalesce(c.not_applicable_count, 0)
                    ELSE coalesce(c.value_count, 0) END AS expected,
               CASE WHEN b.asked > 0 THEN coalesce(c.asked_count, 0)
                    ELSE coalesce(c.value_count, 0) END AS reported
        FROM base b
        JOIN indicator i ON i.jurisdiction_id = :jurisdiction AND i.id = b.indicator_id
        LEFT JOIN cell c ON c.period_id = b.period_id AND c.area_id = b.area_id
                        AND c.indicator_id = b.indicator_id
        {spread_join}
        WHERE b.period_id = ANY(:months) OR c.value_count > 0
    )"""
_SPREAD_CASES = (
    "WHEN 'weighted_mean' THEN x.weighted WHEN 'min' THEN x.lowest WHEN 'max' THEN x.highest"
)
_SPREAD_JOIN = """LEFT JOIN spread x ON x.period_id = b.period_id AND x.area_id = b.area_id
                          AND x.indicator_id = b.indicator_id"""
_FIGURES = """,
    figure AS (
        SELECT p.area_id, p.indicator_id, p.period_id, p.value,
               CASE WHEN p.value IS NULL THEN p.reason END AS reason, p.expected, p.reported
        FROM plain p
        WHERE p.indicator_id = ANY(:asked) AND p.period_id = ANY(:months)
        {ratios}
    )"""


@lru_cache(maxsize=128)
def rolled_up(shape: Shape) -> str:
    """Give the named parts of a question; the last is `figure`, a row as the module says."""
    version = "sent_version" if shape.sent else "accepted_version"
    spans = [("looked", "months", "looked_up")]
    if shape.earlier:
        spans.append(("earlier", "earlier", "carried"))
    everywhere = _ALL_SPANS if shape.earlier else "looked"
    names = {"last_month": LAST_MONTH.format("p"), "frequency": ASKED_FREQUENCY.format("p")}
    parts = [_LOOKED.format(**names)]
    parts += [_EARLIER.format(**names)] if shape.earlier else []
    base = [_BASE_OF.format(span=s, ids=ids, asked=_ASKED) for s, _, ids in spans]
    parts.append(f", base AS ({' UNION ALL '.join(base)})")
    parts.append(f", cell({_CELL}) AS ({_cells(shape, version, spans)})")
    if shape.leaves or shape.ratios:
        parts.append(_SPANS)
    if shape.leaves:
        parts.append(_leaves(version, everywhere if shape.earlier_leaves else "looked"))
    parts.append(
        _PLAIN.format(
            materialized="MATERIALIZED" if shape.ratios else "",
            spread_cases=_SPREAD_CASES if shape.leaves else "",
            spread_join=_SPREAD_JOIN if shape.leaves else "",
        )
    )
    if shape.ratios:
        parts.append(ratio_parts(version, everywhere, pairs=shape.pairs, leaves=shape.leaves))
    parts.append(_FIGURES.format(ratios=RATIO_FIGURES if shape.ratios else ""))
    return "".join(parts)


def _cells(shape: Shape, version: str, spans: list[tuple[str, str, str]]) -> str:
    """Put sums and counts together.

    Stored, observed at the lowest level, and what is sent but not accepted.
    """
    found = []
    for span, periods, ids in spans:
        names = {"span": span, "ids": ids, "version": version}
        if shape.upper:
            found.append(_STORED_OF.format(**{**names, "span": periods}))
        if shape.upper and shape.sent:
            found.append(_PENDING_OF.format(**names))
        if shape.lowest:
            found.append(_OBSERVED_OF.format(**names))
    together = " UNION ALL ".join(found)
    if not shape.sent:
        return together
    return f"""SELECT period_id, area_id, indicator_id, sum(value_sum), sum(value_count),
               sum(asked_count), sum(not_applicable_count)
        FROM ({together}) AS t({_CELL}) GROUP BY period_id, area_id, indicator_id"""


def _leaves(version: str, span: str) -> str:
    leaf = {"period": "s.period_id", "unit": "k.unit_id", "version": version}
    return _LEAVES.format(
        leaf_span=span,
        leaf_in_force=_IN_FORCE.format(**leaf, indicator="k.indicator_id"),
        weight_in_force=_IN_FORCE.format(**leaf, indicator="w.weight_id"),
        span_last_month=LAST_MONTH.format("s.period_id"),
    )
