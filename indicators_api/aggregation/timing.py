"""Figures over spans of time, as named parts of one statement; `dated` is their last.

Areas first, then time: `plain` (and `paired`) hold the figures of areas in single periods, which
each series puts together by its rule. Source: domain.md, "How figures add up".
"""

from typing import Final

from indicators_api.aggregation.figures import Shape

#: What each mode looks at for each span: see methods.Component.
COMPONENT: Final = """,
    component AS (
        SELECT * FROM unnest(CAST(:component_modes AS text[]), CAST(:component_spans AS int[]),
                             CAST(:component_periods AS int[]), CAST(:component_ranks AS int[]),
                             CAST(:component_owns AS bool[]), CAST(:component_lasts AS bool[]))
            AS x(mode, span_id, period_id, rank, is_own, is_last)
    )"""
_SERIES = """,
    whole AS (
        SELECT h.*, h.first_month / 100 <= (SELECT max(year) FROM archived_year) AS is_archived
        FROM unnest(CAST(:whole_modes AS text[]), CAST(:whole_spans AS int[]),
                    CAST(:whole_periods AS int[]), CAST(:whole_tiled AS bool[]),
                    CAST(:whole_firsts AS int[]), CAST(:whole_lasts AS bool[]),
                    CAST(:whole_alone AS bool[]))
            AS h(mode, span_id, periods, is_tiled, first_month, has_last, is_alone)
    ), series AS (
        SELECT * FROM unnest(CAST(:series_ids AS int[]), CAST(:series_indicators AS int[]),
                             CAST(:series_pairs AS int[]), CAST(:series_rules AS text[]),
                             CAST(:series_modes AS text[]), CAST(:series_asked AS bool[]))
            AS w(id, indicator_id, pair, rule, mode, is_asked)
    )"""
_CHANGED = """,
    changed AS (
        SELECT * FROM unnest(CAST(:changed AS int[]), CAST(:comparable AS int[]))
            AS t(area_id, comparable_from)
    )"""
_MEASURED = """,
    measured AS NOT MATERIALIZED (
        SELECT m.pair, m.period_id, m.area_id, m.indicator_id, m.value, m.reason, m.expected,
               m.reported{more}
        FROM ({sources}) m
    )"""
_MEASURED_IF_COMPARABLE = """,
    measured AS NOT MATERIALIZED (
        SELECT m.pair, m.period_id, m.area_id, m.indicator_id,
               CASE WHEN {before} THEN NULL ELSE m.value END AS value,
               CASE WHEN {before} THEN 'not_comparable' ELSE m.reason END AS reason,
               m.expected, m.reported{more}
        FROM ({sources}) m
        JOIN looked l ON l.period_id = m.period_id
        LEFT JOIN changed t ON t.area_id = m.area_id
    )"""
_BEFORE = "l.first_month < t.comparable_from"
# Of a stock the newest period with a value says all; of all else each period of the span does.
# A span that is one period of its own says what the period says: nothing is put together.
_TIMED = """,
    timed AS (
        SELECT w.id AS series_id, max(w.indicator_id) AS indicator_id,
               bool_or(w.is_asked) AS is_asked, max(w.rule) AS rule, max(w.mode) AS mode,
               x.span_id, m.area_id,
               CASE max(w.rule) WHEN 'last' THEN {newest_value} WHEN 'mean' THEN avg(m.value)
                           ELSE sum(m.value) END AS value,
               (array_agg(m.reason ORDER BY x.rank) FILTER (WHERE x.is_own))[1] AS reason,
               CASE max(w.rule) WHEN 'last' THEN coalesce({newest_expected}, {own_expected})
                           ELSE sum(m.expected) FILTER (WHERE x.is_own) END AS expected,
               CASE max(w.rule) WHEN 'last' THEN coalesce({newest_reported}, {own_reported})
                           ELSE sum(m.reported) FILTER (WHERE x.is_own) END AS reported,
               count(m.value) FILTER (WHERE x.is_own OR w.rule = 'last') AS periods_with_value{more}
        FROM series w
        JOIN component x ON x.mode = w.mode
        JOIN measured m ON {same_pair}m.indicator_id = w.indicator_id
                       AND m.period_id = x.period_id
        GROUP BY w.id, x.span_id, m.area_id
        HAVING bool_or(x.is_own)
        UNION ALL
        SELECT w.id, w.indicator_id, w.is_asked, w.rule, w.mode, m.period_id, m.area_id, m.value,
               m.reason, m.expected, m.reported, CASE WHEN m.value IS NULL THEN 0 ELSE 1 END{alone}
        FROM whole h
        JOIN series w ON w.mode = h.mode
        JOIN measured m ON {same_pair}m.indicator_id = w.indicator_id
                       AND m.period_id = h.span_id
        WHERE h.is_alone
    )"""
_NEWEST = "(array_agg(m.{0} ORDER BY x.rank) FILTER (WHERE m.value IS NOT NULL))[1]"
_NEWEST_OWN = "(array_agg(m.{0} ORDER BY x.rank) FILTER (WHERE x.is_own))[1]"
_TIMED_STATUS = f""",
               CASE max(w.rule) WHEN 'last' THEN {_NEWEST.format("status")}
                           ELSE max(m.status) FILTER (WHERE m.value IS NOT NULL) END AS status"""
_TIMED_YTD = """,
               max(m.ytd) FILTER (WHERE x.is_last) AS ytd,
               max(m.ytd_reason) FILTER (WHERE x.is_last) AS ytd_reason"""
_ALONE_STATUS = ", CASE WHEN m.value IS NOT NULL THEN m.status END"
_ALONE_YTD = ", m.ytd, m.ytd_reason"
_ADDED = "t.rule IN ('sum', 'mean', 'since')"
_DATED = """,
    dated AS {materialized} (
        SELECT t.series_id, t.indicator_id, t.is_asked, t.span_id, t.area_id,
               CASE WHEN {refused} IS NULL THEN t.value END AS value,
               CASE WHEN {refused} IS NOT NULL THEN {refused}
                    WHEN t.value IS NULL THEN t.reason END AS reason,
               t.expected::int AS expected, t.reported::int AS reported, h.periods,
               least(t.periods_with_value, h.periods)::int AS periods_with_value{more}
        FROM timed t
        JOIN whole h ON h.mode = t.mode AND h.span_id = t.span_id
        {changed}
    )"""
_REFUSED = f"""CASE
            WHEN h.is_archived THEN 'archived'
            WHEN h.periods = 0 THEN 'not_collected'
            WHEN t.rule = 'none' AND NOT (h.is_tiled AND h.periods = 1)
                THEN 'not_additive_over_time'
            WHEN {_ADDED} AND NOT h.is_tiled THEN 'not_collected'
            {{changed}}
            WHEN t.rule = 'since' AND t.periods_with_value = 0 THEN t.reason END"""
_REFUSED_IF_CHANGED = f"WHEN {_ADDED} AND h.first_month < c.comparable_from THEN 'not_comparable'"
_DATED_STATUS = ", CASE WHEN {refused} IS NULL THEN t.status END AS status"
_DATED_YTD = """, t.ytd, CASE WHEN t.ytd IS NOT NULL THEN NULL
                    WHEN NOT h.has_last THEN 'not_collected'
                    ELSE coalesce(t.ytd_reason, 'not_reported') END AS ytd_reason"""


def dated(shape: Shape, sources: str) -> str:
    """Give the named parts up to `dated`; they need `component` and what `sources` reads.

    `sources` are rows of (pair, period, area, indicator, value, reason, expected, reported, and
    where asked status, reported year to date and why there is none).
    """
    refused = _REFUSED.format(changed=_REFUSED_IF_CHANGED if shape.changed else "")
    more = _DATED_STATUS.format(refused=refused) if shape.status else ""
    more += _DATED_YTD if shape.ytd else ""
    return "".join(
        [
            _SERIES,
            _CHANGED if shape.changed else "",
            _measured(shape, sources),
            _timed(shape),
            _DATED.format(
                materialized="MATERIALIZED" if shape.ratios else "",
                refused=refused,
                more=more,
                changed="LEFT JOIN changed c ON c.area_id = t.area_id" if shape.changed else "",
            ),
        ]
    )


def further(shape: Shape, prefix: str = "") -> str:
    """Give the columns of a source beyond the first eight."""
    names = (("status",) if shape.status else ()) + (("ytd", "ytd_reason") if shape.ytd else ())
    return "".join(f", {prefix}{name}" for name in names)


def _measured(shape: Shape, sources: str) -> str:
    if not shape.changed:
        return _MEASURED.format(more=further(shape, "m."), sources=sources)
    more = ", m.status" if shape.status else ""
    if shape.ytd:
        more += f""", CASE WHEN {_BEFORE} THEN NULL ELSE m.ytd END AS ytd,
               CASE WHEN {_BEFORE} THEN 'not_comparable' ELSE m.ytd_reason END AS ytd_reason"""
    return _MEASURED_IF_COMPARABLE.format(before=_BEFORE, more=more, sources=sources)


def _timed(shape: Shape) -> str:
    names = ("value", "expected", "reported")
    newest = {f"newest_{name}": _NEWEST.format(name) for name in names}
    own = {f"own_{name}": _NEWEST_OWN.format(name) for name in names}
    more = (_TIMED_STATUS if shape.status else "") + (_TIMED_YTD if shape.ytd else "")
    alone = (_ALONE_STATUS if shape.status else "") + (_ALONE_YTD if shape.ytd else "")
    # Said only where it tells anything apart: the planner takes it for a rare coincidence.
    same_pair = "m.pair = w.pair AND " if shape.pairs else ""
    return _TIMED.format(**newest, **own, more=more, alone=alone, same_pair=same_pair)
