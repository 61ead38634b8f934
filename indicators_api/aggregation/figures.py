"""The figures of areas in single periods, as named parts of one statement; `plain` is their last.

Every part is a constant; what varies with the question is which parts are there. Values are
parameters always. A row of `plain`: area, indicator, period, value (None with a reason), expected,
reported, and where asked the worst status behind it and the year to date that was reported.
"""

from typing import NamedTuple

from indicators_api.aggregation import cells
from indicators_api.aggregation.counting import LAST_MONTH


class Shape(NamedTuple):
    """Which parts a question needs."""

    #: Basis `sent`: the stored roll-up and the differences of reports that aren't accepted as sent.
    sent: bool
    #: Areas with a stored roll-up, areas of the lowest level.
    upper: bool
    lowest: bool
    #: For each group of indicators and periods, whether cells without a value are figures too.
    groups: tuple[bool, ...]
    leaves: bool
    ratios: bool
    pairs: bool
    #: Areas that others went over into.
    changed: bool
    status: bool
    ytd: bool

    @property
    def version(self) -> str:
        """The column that points at the version of a report that the basis reads."""
        return "sent_version" if self.sent else "accepted_version"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a cell that the question needs."""
        more = (cells.OF_STATUS if self.status else ()) + (cells.OF_YTD if self.ytd else ())
        return cells.ALWAYS + more


LOOKED = """
    looked AS (
        SELECT * FROM unnest(CAST(:looked AS int[]), CAST(:first_months AS int[]),
                             CAST(:last_months AS int[]), CAST(:frequencies AS text[]))
            AS p(period_id, first_month, last_month, frequency)
    )"""
_ASKED = """CASE s.frequency WHEN 'monthly' THEN c.monthly WHEN 'quarterly' THEN c.quarterly
                WHEN 'half_yearly' THEN c.half_yearly WHEN 'yearly' THEN c.yearly ELSE 0 END"""
_BASE_OF = f"""
        SELECT s.period_id, c.area_id, c.indicator_id, c.assigned, {_ASKED} AS asked,
               {{is_own}} AS is_own
        FROM looked s
        JOIN coverage c ON c.jurisdiction_id = :jurisdiction AND c.area_id = ANY(:areas)
                       AND c.indicator_id = ANY(:ids_{{n}})
                       AND s.last_month BETWEEN c.first_month AND c.last_month
        WHERE s.period_id = ANY(:periods_{{n}})"""
_STORED_OF = """
        SELECT period_id, area_id, indicator_id, {columns}
        FROM rollup
        WHERE jurisdiction_id = :jurisdiction AND period_id = ANY(:periods_{n})
          AND area_id = ANY(:upper) AND indicator_id = ANY(:ids_{n})"""
_COUNTED = """
        JOIN counting k ON k.jurisdiction_id = :jurisdiction AND k.unit_id = o.unit_id
                       AND k.indicator_id = o.indicator_id AND k.counts
                       AND s.last_month BETWEEN k.first_month AND k.last_month"""
_OBSERVED_OF = f"""
        SELECT s.period_id, k.area_id, k.indicator_id, {{sums}}
        FROM looked s
        JOIN report r ON r.jurisdiction_id = :jurisdiction AND r.period_id = s.period_id
        JOIN unit u ON u.jurisdiction_id = :jurisdiction AND u.id = r.unit_id
                AND u.area_id = ANY(:lowest)
        JOIN observation o ON o.jurisdiction_id = :jurisdiction AND o.period_id = r.period_id
                          AND o.unit_id = r.unit_id AND o.version = r.{{version}}
                          AND o.indicator_id = ANY(:ids_{{n}}){_COUNTED}
        WHERE s.period_id = ANY(:periods_{{n}})
        GROUP BY s.period_id, k.area_id, k.indicator_id"""
_PENDING_OF = f"""
        SELECT s.period_id, c.ancestor_id, o.indicator_id, {{sums}}
        FROM looked s
        JOIN report r ON r.jurisdiction_id = :jurisdiction AND r.period_id = s.period_id
                     AND r.sent_version IS DISTINCT FROM r.accepted_version
        CROSS JOIN LATERAL (VALUES (r.sent_version, 1), (r.accepted_version, -1))
                AS g(version, sign)
        JOIN observation o ON o.jurisdiction_id = :jurisdiction AND o.period_id = r.period_id
                          AND o.unit_id = r.unit_id AND o.version = g.version
                          AND o.indicator_id = ANY(:ids_{{n}}){_COUNTED}
        JOIN area_closure c ON c.jurisdiction_id = :jurisdiction AND c.descendant_id = k.area_id
                           AND c.ancestor_id = ANY(:upper)
        WHERE s.period_id = ANY(:periods_{{n}})
        GROUP BY s.period_id, c.ancestor_id, o.indicator_id"""
_IN_FORCE = """
            JOIN report q ON q.jurisdiction_id = :jurisdiction AND q.period_id = {period}
                         AND q.unit_id = {unit}
            JOIN observation o ON o.jurisdiction_id = :jurisdiction AND o.period_id = q.period_id
                              AND o.unit_id = q.unit_id AND o.version = q.{version}
                              AND o.indicator_id = {indicator} AND o.value IS NOT NULL"""
# The weight of a value is the weight indicator's value of the value's own area, whichever unit gave
# it.
_LEAVES = """,
    weight AS (
        SELECT * FROM unnest(CAST(:weight_ids AS int[]), CAST(:weight_weights AS int[]),
                             CAST(:weight_modes AS text[]), CAST(:weight_rules AS text[]))
            AS w(indicator_id, weight_id, mode, rule)
    ), spread_out AS (
        SELECT * FROM unnest(CAST(:leaf_indicators AS int[]), CAST(:leaf_periods AS int[]))
            AS f(indicator_id, period_id)
    ), leaf AS (
        SELECT s.period_id, c.ancestor_id AS area_id, k.indicator_id, k.area_id AS leaf_area,
               o.value
        FROM spread_out f
        JOIN looked s ON s.period_id = f.period_id
        JOIN counting k ON k.jurisdiction_id = :jurisdiction AND k.indicator_id = f.indicator_id
                       AND k.counts AND s.last_month BETWEEN k.first_month AND k.last_month
        JOIN area_closure c ON c.jurisdiction_id = :jurisdiction AND c.descendant_id = k.area_id
                           AND c.ancestor_id = ANY(:areas)
        {leaf_in_force}
    ), leaf_weight AS (
        SELECT t.period_id, t.leaf_area, t.indicator_id,
               CASE WHEN t.rule = 'sum' THEN sum(t.total)
                    ELSE (array_agg(t.total ORDER BY t.rank))[1] END AS value
        FROM (SELECT l.period_id, l.leaf_area, l.indicator_id, w.rule, s.rank,
                     sum(o.value) AS total
              FROM (SELECT DISTINCT period_id, leaf_area, indicator_id FROM leaf) l
              JOIN weight w ON w.indicator_id = l.indicator_id
              JOIN component s ON s.mode = w.mode AND s.span_id = l.period_id
              JOIN counting k ON k.jurisdiction_id = :jurisdiction AND k.area_id = l.leaf_area
                             AND k.indicator_id = w.weight_id
                             AND {last_month} BETWEEN k.first_month AND k.last_month
              {weight_in_force}
              GROUP BY l.period_id, l.leaf_area, l.indicator_id, w.rule, s.rank) t
        GROUP BY t.period_id, t.leaf_area, t.indicator_id, t.rule
    ), spread AS (
        SELECT l.period_id, l.area_id, l.indicator_id, min(l.value) AS lowest,
               max(l.value) AS highest,
               sum(l.value * w.value) / nullif(sum(w.value), 0) AS weighted
        FROM leaf l
        LEFT JOIN leaf_weight w ON w.period_id = l.period_id AND w.leaf_area = l.leaf_area
                               AND w.indicator_id = l.indicator_id AND w.value <> 0
        GROUP BY l.period_id, l.area_id, l.indicator_id
    )"""
_PLAIN = """,
    plain AS MATERIALIZED (
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
                    ELSE coalesce(c.value_count, 0) END AS reported{more}
        FROM base b
        JOIN indicator i ON i.jurisdiction_id = :jurisdiction AND i.id = b.indicator_id
        LEFT JOIN cell c ON c.period_id = b.period_id AND c.area_id = b.area_id
                        AND c.indicator_id = b.indicator_id
        {spread_join}
        WHERE b.is_own OR c.value_count > 0
    )"""
_SPREAD_CASES = (
    "WHEN 'weighted_mean' THEN x.weighted WHEN 'min' THEN x.lowest WHEN 'max' THEN x.highest"
)
_SPREAD_JOIN = """LEFT JOIN spread x ON x.period_id = b.period_id AND x.area_id = b.area_id
                          AND x.indicator_id = b.indicator_id"""
_FREQUENCY_IS_ASKED = "k.frequency = s.frequency"


def plain(shape: Shape) -> str:
    """Give the named parts up to `plain`; they need `looked`, and `component` for weights."""
    base = [
        _BASE_OF.format(n=n, is_own="TRUE" if is_own else "FALSE")
        for n, is_own in enumerate(shape.groups)
    ]
    head = ", ".join(("period_id", "area_id", "indicator_id", *shape.columns))
    parts = [f", base AS ({' UNION ALL '.join(base)}), cell({head}) AS ({_cells(shape)})"]
    if shape.leaves:
        parts.append(_leaves(shape.version))
    more = f", {cells.STATUS} AS status" if shape.status else ""
    more += f", {cells.YTD.format(assigned='b.assigned')}" if shape.ytd else ""
    parts.append(
        _PLAIN.format(
            more=more,
            spread_cases=_SPREAD_CASES if shape.leaves else "",
            spread_join=_SPREAD_JOIN if shape.leaves else "",
        )
    )
    return "".join(parts)


def _cells(shape: Shape) -> str:
    """Put sums and counts together.

    Stored, observed at the lowest level, and what is sent but not accepted.
    """
    columns = ", ".join(shape.columns)
    sums = cells.summed(shape.columns, asked=_FREQUENCY_IS_ASKED)
    differences = cells.summed(shape.columns, sign="g.sign", asked=_FREQUENCY_IS_ASKED)
    found = []
    for n in range(len(shape.groups)):
        if shape.upper:
            found.append(_STORED_OF.format(n=n, columns=columns))
        if shape.upper and shape.sent:
            found.append(_PENDING_OF.format(n=n, sums=differences))
        if shape.lowest:
            found.append(_OBSERVED_OF.format(n=n, sums=sums, version=shape.version))
    together = " UNION ALL ".join(found)
    if not shape.sent:
        return together
    totals = ", ".join(f"sum({name})" for name in shape.columns)
    return f"""SELECT period_id, area_id, indicator_id, {totals}
        FROM ({together}) AS t(period_id, area_id, indicator_id, {columns})
        GROUP BY period_id, area_id, indicator_id"""


def _leaves(version: str) -> str:
    leaf = {"period": "s.period_id", "unit": "k.unit_id", "version": version}
    return _LEAVES.format(
        leaf_in_force=_IN_FORCE.format(**leaf, indicator="k.indicator_id"),
        weight_in_force=_IN_FORCE.format(**leaf, indicator="w.weight_id"),
        last_month=LAST_MONTH.format("s.period_id"),
    )
