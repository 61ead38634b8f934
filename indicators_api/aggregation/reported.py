"""What areas' own units sent, as named parts of the statement: never rolled up.

A ratio is shown as it was sent. Source: domain.md, "A *reported* figure".
"""

from indicators_api.aggregation import cells
from indicators_api.aggregation.figures import Shape

_OWN_OF = """
        SELECT k.area_id, k.indicator_id, s.period_id, count(*) AS assigned,
               count(*) FILTER (WHERE k.frequency = s.frequency) AS asked,
               avg(o.value) AS mean, min(o.value) AS lowest, max(o.value) AS highest, {sums}
        FROM looked s
        JOIN counting k ON k.jurisdiction_id = :jurisdiction AND k.area_id = ANY(:areas)
                       AND k.indicator_id = ANY(:ids_{n})
                       AND s.last_month BETWEEN k.first_month AND k.last_month
        LEFT JOIN report r ON r.jurisdiction_id = :jurisdiction AND r.period_id = s.period_id
                          AND r.unit_id = k.unit_id
        LEFT JOIN observation o ON o.jurisdiction_id = :jurisdiction AND o.period_id = s.period_id
                               AND o.period_id BETWEEN :earliest AND :latest
                               AND o.unit_id = k.unit_id AND o.version = r.{version}
                               AND o.indicator_id = k.indicator_id
        WHERE s.period_id = ANY(:periods_{n})
        GROUP BY k.area_id, k.indicator_id, s.period_id"""
_SENT = """, own AS ({own}
    ), plain AS MATERIALIZED (
        SELECT c.period_id, c.area_id, c.indicator_id,
               trim_scale(CASE WHEN c.value_count = 0 THEN NULL
                    WHEN c.assigned = 1 OR i.area_aggregation = 'sum' THEN c.value_sum
                    WHEN i.area_aggregation = 'mean' THEN c.mean
                    WHEN i.area_aggregation = 'min' THEN c.lowest
                    WHEN i.area_aggregation = 'max' THEN c.highest END) AS value,
               CASE WHEN c.value_count = 0 THEN 'missing'
                    WHEN c.assigned > 1
                     AND i.area_aggregation IN ('none', 'recompute', 'weighted_mean')
                         THEN 'not_additive' END AS reason,
               CASE WHEN c.asked > 0 THEN c.asked - c.not_applicable_count
                    ELSE c.value_count END AS expected,
               CASE WHEN c.asked > 0 THEN c.asked_count ELSE c.value_count END AS reported{more}
        FROM own c JOIN indicator i ON i.jurisdiction_id = :jurisdiction AND i.id = c.indicator_id
    )"""


def plain(shape: Shape) -> str:
    """Give the named parts up to `plain`; they need `looked`."""
    sums = cells.summed(shape.columns, asked="k.frequency = s.frequency")
    own = [_OWN_OF.format(n=n, sums=sums, version=shape.version) for n in range(len(shape.groups))]
    more = f", {cells.STATUS} AS status" if shape.status else ""
    more += f", {cells.YTD.format(assigned='c.assigned')}" if shape.ytd else ""
    return _SENT.format(own=" UNION ALL ".join(own), more=more)
