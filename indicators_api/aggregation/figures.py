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


class Kind(NamedTuple):
    """What parts a group of indicators and periods needs; see methods.Group."""

    #: Whether cells without a value are figures too.
    is_own: bool
    #: Whether it is one period: then nothing need be sorted to meet its coverage.
    is_single: bool


class Shape(NamedTuple):
    """Which parts a question needs."""

    sums: Sums
    sent: bool
    #: Areas with a stored roll-up, areas of the lowest level.
    upper: bool
    lowest: bool
    groups: tuple[Kind, ...]
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
_ASKED = """CASE s.frequency WHEN 'monthly' THEN k.monthly WHEN 'quarterly' THEN k.quarterly
                WHEN 'half_yearly' THEN k.half_yearly WHEN 'yearly' THEN k.yearly ELSE 0 END"""
# Without a value only a cell of the span itself is a figure. The planner, which knows nothing of
# arrays and named parts, would probe both tables for each cell rather than read them once.
_FOUND_OF = f"""
        SELECT s.period_id, k.area_id, k.indicator_id, k.assigned, {_ASKED} AS asked, {{columns}}
        FROM {{looked}} s
        JOIN (WITH covered AS MATERIALIZED (
                  SELECT * FROM coverage
                  WHERE jurisdiction_id = :jurisdiction AND area_id = ANY(:areas)
                    AND indicator_id = ANY(:ids_{{n}})
              ) SELECT * FROM covered) k
          ON s.last_month BETWEEN k.first_month AND k.last_month
        {{join}} (WITH known AS MATERIALIZED (SELECT * FROM {{cells}}) SELECT * FROM known) c
          ON c.period_id = s.period_id AND c.area_id = k.area_id
         AND c.indicator_id = k.indicator_id{{with_value}}
        WHERE s.period_id {{periods}}"""
#: By whether the periods are those of the span itself.
_JOIN = {True: "LEFT JOIN", False: "JOIN"}
_WITH_VALUE = {True: "", False: " AND c.value_count > 0"}
_STORED_OF = """
        SELECT period_id, area_id, indicator_id, {columns}
        FROM rollup
        WHERE jurisdiction_id = :jurisdiction AND period_id {periods}
          AND area_id = ANY(:upper) AND indicator_id = ANY(:ids_{n})"""
_MANY_PERIODS = ("looked", "= ANY(:periods_{n})")
# What the planner knows to be one period it reads in the order of areas and indicators.
_ONE_PERIOD = (
    """(SELECT CAST(:period_{n} AS int) AS period_id, CAST(:last_month_{n} AS int) AS last_month,
                         CAST(:frequency_{n} AS text) AS frequency)""",
    "= :period_{n}",
)
# Of a young year the planner has no statistics and would read all of it for each report: OFFSET
# keeps values to be probed by their whole key, here and wherever else single reports are read.
_OBSERVED_OF = """
        SELECT s.period_id, k.area_id, k.indicator_id, {sums}
        FROM looked s
        JOIN report r ON r.jurisdiction_id = :jurisdiction AND r.period_id = s.period_id
        JOIN unit u ON u.jurisdiction_id = :jurisdiction AND u.id = r.unit_id
                AND u.area_id = ANY(:lowest)
        CROSS JOIN LATERAL (
            SELECT * FROM observation o
            WHERE o.jurisdiction_id = :jurisdiction AND o.period_id = r.period_id
              AND o.period_id BETWEEN :earliest AND :latest AND o.unit_id = r.unit_id
              AND o.version = r.{version} AND o.indicator_id = ANY(:ids_{n})
            OFFSET 0
        ) o
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
        CROSS JOIN LATERAL (
            SELECT * FROM observation o
            WHERE o.jurisdiction_id = :jurisdiction AND o.period_id = p.period_id
              AND o.period_id BETWEEN :earliest AND :latest AND o.unit_id = p.unit_id
              AND o.version = p.version AND o.indicator_id = ANY(:ids_{n})
            OFFSET 0
        ) o
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
        SELECT c.period_id, c.area_id, c.indicator_id,
               trim_scale(CASE i.area_aggregation
                   WHEN 'sum' THEN CASE WHEN c.value_count > 0 THEN c.value_sum END
                   WHEN 'mean' THEN trim_scale(c.value_sum) / nullif(c.value_count, 0)
                   WHEN 'none' THEN CASE WHEN c.assigned = 1 AND c.value_count > 0
                       THEN c.value_sum END
                   {spread_cases}
               END) AS value,
               CASE WHEN i.area_aggregation = 'none' AND c.assigned > 1 THEN 'not_additive'
                    WHEN coalesce(c.value_count, 0) = 0 THEN 'missing'
                    WHEN i.area_aggregation = 'weighted_mean' THEN 'weight_missing' END AS reason,
               CASE WHEN c.asked > 0 THEN c.asked - coalesce(c.not_applicable_count, 0)
                    ELSE coalesce(c.value_count, 0) END AS expected,
               CASE WHEN c.asked > 0 THEN coalesce(c.asked_count, 0)
                    ELSE coalesce(c.value_count, 0) END AS reported{more}
        FROM ({found}) c
        JOIN indicator i ON i.jurisdiction_id = :jurisdiction AND i.id = c.indicator_id
        {spread_join}
    )"""
_IS_ASKED = "k.frequency = s.frequency"


def plain(shape: Shape) -> str:
    """Give the named parts up to `plain`; they need `looked`, and `component` for weights."""
    parts = [_taken(shape), _differing(shape)] if shape.has_differences else []
    if shape.leaves:
        parts.append(_spread(shape))
    more = f", {cells.STATUS} AS status" if shape.status else ""
    more += f", {cells.YTD.format(assigned='c.assigned')}" if shape.ytd else ""
    parts.append(
        _PLAIN.format(
            found=" UNION ALL ".join(_found(shape, n) for n in range(len(shape.groups))),
            more=more,
            spread_cases=leaves.CASES if shape.leaves else "",
            spread_join=leaves.JOIN if shape.leaves else "",
        )
    )
    return "".join(parts)


def _found(shape: Shape, n: int) -> str:
    """Put the cells of a group beside what is expected of them."""
    is_own, is_single = shape.groups[n]
    looked, periods = _ONE_PERIOD if is_single else _MANY_PERIODS
    return _FOUND_OF.format(
        n=n,
        looked=looked.format(n=n),
        periods=periods.format(n=n),
        join=_JOIN[is_own],
        cells="cell" if shape.has_differences else f"({_cells_of(shape, n)}) t",
        with_value=_WITH_VALUE[is_own],
        columns=", ".join(f"c.{name}" for name in shape.columns),
    )


def _spread(shape: Shape) -> str:
    """Give weighted means and extremes: stored as sums are, or read from the leaves."""
    if not shape.reads_leaves:
        return leaves.stored()
    if shape.sums is Sums.STORED and shape.upper and not shape.weighed_pairs:
        return leaves.read(shape.version, areas="lowest", stored=True)
    return leaves.read(shape.version)


def _cells_of(shape: Shape, n: int) -> str:
    """Put the sums and counts of a group together: stored, and observed at the lowest level."""
    _, periods = _ONE_PERIOD if shape.groups[n].is_single else _MANY_PERIODS
    found = []
    if shape.upper:
        columns = ", ".join(shape.columns)
        found.append(_STORED_OF.format(n=n, columns=columns, periods=periods.format(n=n)))
    if shape.lowest:
        sums = cells.summed(shape.columns, asked=_IS_ASKED)
        found.append(_OBSERVED_OF.format(n=n, sums=sums, version=shape.version))
    return " UNION ALL ".join(found)


def _differing(shape: Shape) -> str:
    """Give `cell`: the sums and counts of all groups, and what differs from the stored ones."""
    columns = ", ".join(("period_id", "area_id", "indicator_id", *shape.columns))
    is_anew = shape.sums is Sums.ANEW
    found = [] if is_anew else [_cells_of(shape, n) for n in range(len(shape.groups))]
    differences = cells.summed(shape.columns, sign="o.sign", asked="o.asked")
    found.append(_DIFFERENCES.format(areas="areas" if is_anew else "upper", sums=differences))
    totals = ", ".join(f"sum({name}) AS {name}" for name in shape.columns)
    return f""", cell AS MATERIALIZED (
        SELECT period_id, area_id, indicator_id, {totals}
        FROM ({" UNION ALL ".join(found)}) AS t({columns})
        GROUP BY period_id, area_id, indicator_id
    )"""


def _taken(shape: Shape) -> str:
    picked = [_PICKED_OF.format(n=n) for n in range(len(shape.groups))]
    pending = _PENDING[shape.sums].format(version=shape.version)
    return _TAKEN.format(pending=pending, picked=" UNION ALL ".join(picked))
