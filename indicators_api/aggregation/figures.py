"""The figures of areas in single periods, as named parts of one statement; `plain` is their last.

Every part is a constant; what varies with the question is which parts are there. Values are
parameters always. A row of `plain`: area, indicator, period, value (None with a reason), expected,
reported, and where asked the worst status behind it and the year to date that was reported.
"""

from enum import StrEnum
from typing import NamedTuple

from indicators_api.aggregation import cells, leaves


class Sums(StrEnum):
    """Where the sums of areas come from."""

    #: The stored roll-up: accepted figures of the present.
    STORED = "stored"
    #: Basis `sent`: and the differences of reports that aren't accepted as sent.
    SENT = "sent"
    #: The past: and the differences of reports in whose place another version is in force now.
    SINCE = "since"
    #: The past, when other units counted: the observations alone.
    ANEW = "anew"


class Shape(NamedTuple):
    """Which parts a question needs."""

    sums: Sums
    sent: bool
    #: Areas with a stored roll-up, areas of the lowest level.
    upper: bool
    lowest: bool
    #: For each group of indicators and periods, whether cells without a value are figures too.
    groups: tuple[bool, ...]
    leaves: bool
    ratios: bool
    pairs: bool
    #: Ratios of weighted means among the pairs: their weights are read from the leaves.
    weighed_pairs: bool
    #: Areas that others went over into.
    changed: bool
    status: bool
    ytd: bool

    @property
    def version(self) -> str:
        """The column that points at the version of a report that the basis reads."""
        return "sent_version" if self.sent else "accepted_version"

    @property
    def reads_leaves(self) -> bool:
        """Whether weighted means and extremes are read from units' values; else all are stored."""
        is_stored = self.sums is Sums.STORED and not (self.lowest or self.weighed_pairs)
        return self.leaves and not is_stored

    @property
    def has_differences(self) -> bool:
        """Whether anything is added to the stored sums, or stands for them."""
        return self.sums is Sums.ANEW or (self.upper and self.sums is not Sums.STORED)

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
_OBSERVED_OF = """
        SELECT s.period_id, k.area_id, k.indicator_id, {sums}
        FROM looked s
        JOIN report r ON r.jurisdiction_id = :jurisdiction AND r.period_id = s.period_id
        JOIN unit u ON u.jurisdiction_id = :jurisdiction AND u.id = r.unit_id
                AND u.area_id = ANY(:lowest)
        JOIN observation o ON o.jurisdiction_id = :jurisdiction AND o.period_id = r.period_id
                          AND o.period_id BETWEEN :earliest AND :latest
                          AND o.unit_id = r.unit_id AND o.version = r.{version}
                          AND o.indicator_id = ANY(:ids_{n})
        JOIN counting k ON k.jurisdiction_id = :jurisdiction AND k.unit_id = o.unit_id
                       AND k.indicator_id = o.indicator_id AND k.counts
                       AND s.last_month BETWEEN k.first_month AND k.last_month
        WHERE s.period_id = ANY(:periods_{n})
        GROUP BY s.period_id, k.area_id, k.indicator_id"""
#: Versions to add to the stored roll-up (sign 1) or to take back (-1), by what is asked.
_PENDING = {
    Sums.SENT: """
        SELECT r.period_id, r.unit_id, g.version, g.sign
        FROM looked s
        JOIN report r ON r.jurisdiction_id = :jurisdiction AND r.period_id = s.period_id
                     AND r.sent_version IS DISTINCT FROM r.accepted_version
        CROSS JOIN LATERAL (VALUES (r.sent_version, 1), (r.accepted_version, -1))
                AS g(version, sign)
        WHERE g.version IS NOT NULL""",
    Sums.SINCE: """
        SELECT n.period_id, n.unit_id, g.version, g.sign
        FROM looked s
        JOIN public.report n ON n.jurisdiction_id = :jurisdiction AND n.period_id = s.period_id
        LEFT JOIN report r ON r.jurisdiction_id = :jurisdiction AND r.period_id = n.period_id
                          AND r.unit_id = n.unit_id
        CROSS JOIN LATERAL (VALUES (r.{version}, 1), (n.accepted_version, -1))
                AS g(version, sign)
        WHERE n.accepted_version IS DISTINCT FROM r.{version} AND g.version IS NOT NULL""",
    Sums.ANEW: """
        SELECT r.period_id, r.unit_id, r.{version} AS version, 1 AS sign
        FROM looked s
        JOIN report r ON r.jurisdiction_id = :jurisdiction AND r.period_id = s.period_id
        WHERE r.{version} IS NOT NULL""",
}
# Stage by stage: with their key in hand the values are one probe a version. The planner, which
# knows nothing of the arrays, would otherwise begin with all areas and whom they count.
_TAKEN = """,
    pending AS MATERIALIZED ({pending}
    ), picked AS MATERIALIZED ({picked}
    ), taken AS MATERIALIZED (
        SELECT p.*, k.area_id, k.frequency = s.frequency AS asked
        FROM picked p
        JOIN looked s ON s.period_id = p.period_id
        JOIN counting k ON k.jurisdiction_id = :jurisdiction AND k.unit_id = p.unit_id
                       AND k.indicator_id = p.indicator_id AND k.counts
                       AND s.last_month BETWEEN k.first_month AND k.last_month
    )"""
_PICKED_OF = """
        SELECT p.period_id, p.unit_id, p.sign, o.indicator_id, o.value, o.missing, o.status, o.ytd
        FROM pending p
        JOIN observation o ON o.jurisdiction_id = :jurisdiction AND o.period_id = p.period_id
                          AND o.period_id BETWEEN :earliest AND :latest
                          AND o.unit_id = p.unit_id AND o.version = p.version
                          AND o.indicator_id = ANY(:ids_{n})
        WHERE p.period_id = ANY(:periods_{n})"""
_DIFFERENCES = """
        SELECT o.period_id, c.ancestor_id, o.indicator_id, {sums}
        FROM taken o
        JOIN area_closure c ON c.jurisdiction_id = :jurisdiction AND c.descendant_id = o.area_id
                           AND c.ancestor_id = ANY(:{areas})
        GROUP BY o.period_id, c.ancestor_id, o.indicator_id"""
# A quotient gets its places from those of what is divided, and a sum keeps the places of all that
# ever came into it and left it again. Without them equal figures give equal quotients.
_PLAIN = """,
    plain AS MATERIALIZED (
        SELECT b.period_id, b.area_id, b.indicator_id,
               trim_scale(CASE i.area_aggregation
                   WHEN 'sum' THEN CASE WHEN c.value_count > 0 THEN c.value_sum END
                   WHEN 'mean' THEN trim_scale(c.value_sum) / nullif(c.value_count, 0)
                   WHEN 'none' THEN CASE WHEN b.assigned = 1 AND c.value_count > 0
                       THEN c.value_sum END
                   {spread_cases}
               END) AS value,
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
_IS_ASKED = "k.frequency = s.frequency"


def plain(shape: Shape) -> str:
    """Give the named parts up to `plain`; they need `looked`, and `component` for weights."""
    base = [
        _BASE_OF.format(n=n, is_own="TRUE" if is_own else "FALSE")
        for n, is_own in enumerate(shape.groups)
    ]
    head = ", ".join(("period_id", "area_id", "indicator_id", *shape.columns))
    parts = [_taken(shape)] if shape.has_differences else []
    parts.append(f", base AS ({' UNION ALL '.join(base)}), cell({head}) AS ({_cells(shape)})")
    if shape.leaves:
        parts.append(_spread(shape))
    more = f", {cells.STATUS} AS status" if shape.status else ""
    more += f", {cells.YTD.format(assigned='b.assigned')}" if shape.ytd else ""
    parts.append(
        _PLAIN.format(
            more=more,
            spread_cases=leaves.CASES if shape.leaves else "",
            spread_join=leaves.JOIN if shape.leaves else "",
        )
    )
    return "".join(parts)


def _spread(shape: Shape) -> str:
    """Give weighted means and extremes: stored as sums are, or read from the leaves."""
    if shape.sums is not Sums.STORED or shape.weighed_pairs or not shape.upper:
        return leaves.read(shape.version)
    return (
        leaves.read(shape.version, areas="lowest", stored=True) if shape.lowest else leaves.stored()
    )


def _cells(shape: Shape) -> str:
    """Put sums and counts together.

    Stored, observed at the lowest level, and what differs from the stored ones.
    """
    columns = ", ".join(shape.columns)
    sums = cells.summed(shape.columns, asked=_IS_ASKED)
    found = []
    for n in range(len(shape.groups)):
        if shape.upper and shape.sums is not Sums.ANEW:
            found.append(_STORED_OF.format(n=n, columns=columns))
        if shape.lowest and shape.sums is not Sums.ANEW:
            found.append(_OBSERVED_OF.format(n=n, sums=sums, version=shape.version))
    if shape.has_differences:
        differences = cells.summed(shape.columns, sign="o.sign", asked="o.asked")
        areas = "areas" if shape.sums is Sums.ANEW else "upper"
        found.append(_DIFFERENCES.format(areas=areas, sums=differences))
    together = " UNION ALL ".join(found)
    if not shape.has_differences:
        return together
    totals = ", ".join(f"sum({name})" for name in shape.columns)
    return f"""SELECT period_id, area_id, indicator_id, {totals}
        FROM ({together}) AS t(period_id, area_id, indicator_id, {columns})
        GROUP BY period_id, area_id, indicator_id"""


def _taken(shape: Shape) -> str:
    picked = [_PICKED_OF.format(n=n) for n in range(len(shape.groups))]
    pending = _PENDING[shape.sums].format(version=shape.version)
    return _TAKEN.format(pending=pending, picked=" UNION ALL ".join(picked))
