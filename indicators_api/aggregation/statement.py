"""The one statement that answers a question for figures, put together from named parts.

single periods (figures.py, or reported.py) → spans (timing.py) → ratios (recompute.py) → what
stands beside each other (measures.py) → rows in order.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from indicators_api.aggregation import figures, measures, recompute, reported, timing
from indicators_api.aggregation.figures import Shape
from indicators_api.aggregation.measures import PLANNED, Part
from indicators_api.db.copying import Form as Written

#: What every row begins with.
KEYS: Final = ("area", "area_id", "indicator", "period")


class Form(NamedTuple):
    """What a statement depends on: all else are parameters."""

    shape: Shape
    #: What the areas' own units sent, instead of what rolls up.
    as_sent: bool
    measures: tuple[str, ...]

    @property
    def beside(self) -> list[Part]:
        """The parts that stand beside the value."""
        return sorted(measures.parts(self.measures) - {Part.VALUE})

    @property
    def has_more(self) -> bool:
        """Whether a row says more than a figure and its coverage."""
        return _has_more(self.measures)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a row after its keys."""
        return columns(self.measures)


_SOURCE = """
            SELECT 0 AS pair, period_id, area_id, indicator_id, value, reason, expected,
                   reported{more} FROM plain """
_FIGURE = """,
    figure(area_id, indicator_id, span_id, value, reason, expected, reported, periods,
           periods_with_value{names}) AS (
        SELECT d.area_id, d.indicator_id, d.span_id, d.value, d.reason, d.expected, d.reported,
               d.periods, d.periods_with_value{more}
        FROM dated d
        WHERE d.is_asked
        {ratios}
    )"""
_PLACE = """,
    place AS (
        SELECT * FROM unnest(CAST(:place_periods AS int[]), CAST(:place_parts AS text[]),
                             CAST(:place_spans AS int[])) AS p(period_id, part, span_id)
    )"""
# One pass for all that stands beside each other: joins of parts, whose sizes the planner can't
# know, would be many times slower.
_BESIDE = """,
    answer AS (
        SELECT f.area_id, f.indicator_id, p.period_id, {columns}
        FROM place p JOIN figure f ON f.span_id = p.span_id
        GROUP BY f.area_id, f.indicator_id, p.period_id
        HAVING bool_or(p.part = 'value')
    )"""
_ALONE = ", answer AS (SELECT f.*, f.span_id AS period_id FROM figure f)"
_PLAN = """,
    plan AS (
        SELECT DISTINCT ON (t.area_id, t.indicator_id, y.period_id)
               t.area_id, t.indicator_id, y.period_id, t.value, t.direction
        FROM unnest(CAST(:asked_periods AS int[]), CAST(:asked_ends AS date[]))
             AS y(period_id, last_day)
        JOIN annual_target t ON t.jurisdiction_id = :jurisdiction AND t.area_id = ANY(:areas)
                            AND t.indicator_id = ANY(:asked) AND t.year = y.period_id / 100
                            AND t.valid_from <= y.last_day
        ORDER BY t.area_id, t.indicator_id, y.period_id, t.valid_from DESC, t.version DESC
    ), planned AS (
        SELECT a.*, p.value AS plan, p.direction,
               (SELECT {time_rule} FROM indicator i
                WHERE i.jurisdiction_id = :jurisdiction AND i.id = a.indicator_id) AS time_rule
        FROM answer a LEFT JOIN plan p ON p.area_id = a.area_id
                                      AND p.indicator_id = a.indicator_id
                                      AND p.period_id = a.period_id
    )"""
#: What was sent as a ratio does not add up over time.
_AS_SENT = "CASE i.time_aggregation WHEN 'recompute' THEN 'none' ELSE i.time_aggregation END"
# Codes and names come with the question. They are looked up row by row: the planner, which can't
# know how many figures there are, would read a whole table for each rather than join.
_FINISHED = """
    SELECT * FROM (
        SELECT (CAST(:area_codes AS jsonb) ->> f.area_id::text) COLLATE "C" AS area, f.area_id,
               (CAST(:indicator_codes AS jsonb) ->> f.indicator_id::text) COLLATE "C" AS indicator,
               CAST(:period_names AS jsonb) ->> f.period_id::text AS period, {columns}, f.period_id
        FROM {answer} f
    ) named
    WHERE CAST(:after_area AS text) IS NULL
       OR (area, indicator, period_id) > (:after_area, :after_indicator, :after_period)
    ORDER BY area, indicator, period_id
    LIMIT :limit
"""
# Rows are written by the database: no object per cell; and member by member, for that is three
# times as fast as making records of them first.
_ROW_AS_JSON = """'{{{members}
               || CASE WHEN f.value_is_null THEN ',"reason":' || to_json(f.reason)::text ELSE '' END
               {more} || '}}'"""
_AS_JSON = """
    , page AS ({rows})
    SELECT string_agg(row, ',') FILTER (WHERE n <= :page), count(*),
           max(area) FILTER (WHERE n = :page), max(indicator) FILTER (WHERE n = :page),
           max(period_id) FILTER (WHERE n = :page)
    FROM (
        SELECT row_number() OVER () AS n, f.area, f.indicator, f.period_id, {row} AS row
        FROM page f
    ) numbered
"""
_AS_LINES = ", page AS ({rows}) SELECT {row} FROM page f"
#: What is said of several measures stands in one cell: `change_pct=base_zero plan=no_plan`.
_CELLS: Final = {
    "reasons": """(SELECT string_agg(key || '=' || value, ' ' ORDER BY key COLLATE "C")
                FROM jsonb_each_text(f.reasons))""",
    "coverage_differs": """(SELECT string_agg(name, ' ' ORDER BY n)
                FROM jsonb_array_elements_text(f.coverage_differs)
                     WITH ORDINALITY AS e(name, n))""",
}
_MORE_AS_JSON = """|| CASE WHEN f.{0} <> '{1}' THEN ',"{0}":' || f.{0}::text ELSE '' END"""


def columns(asked: Sequence[str]) -> tuple[str, ...]:
    """Name what a row says after its keys: measures, direction, and why some are null."""
    direction = ("direction",) if PLANNED.intersection(asked) else ()
    more = ("reasons", "coverage_differs") if _has_more(asked) else ()
    return (*asked, *direction, "reason", *more)


def _has_more(asked: Sequence[str]) -> bool:
    return not measures.OWN.issuperset(asked)


@lru_cache(maxsize=256)
def rows(form: Form) -> str:
    """Give the statement whose rows are the keys, `form.columns` and the period's id."""
    return f"WITH {_parts(form)} {_rows(form)}"


@lru_cache(maxsize=256)
def rows_as_json(form: Form) -> str:
    """Give the statement that writes a page of rows as JSON text, and where it ends."""
    return f"WITH {_parts(form)} " + _AS_JSON.format(rows=_rows(form), row=_row_as_json(form))


@lru_cache(maxsize=256)
def rows_as_lines(form: Form, written: Written) -> str:
    """Give the statement whose rows are the keys and `form.columns` of CSV, or one JSON text."""
    names = (*KEYS, *form.columns)
    cells = ", ".join(_CELLS.get(name, f"f.{name}") for name in names)
    row = _row_as_json(form) if written is Written.JSON else cells
    return f"WITH {_parts(form)} " + _AS_LINES.format(rows=_rows(form), row=row)


#: Columns of words; the others are numbers, or spliced in.
_WORDS: Final = {"area", "indicator", "period", "status", "direction"}
#: Members that are there only where they say something, and what an empty one looks like.
_SPLICED: Final = {"reason": "", "reasons": "{}", "coverage_differs": "[]"}


def _row_as_json(form: Form) -> str:
    names = [name for name in (*KEYS, *form.columns) if name not in _SPLICED]
    more = [_MORE_AS_JSON.format(name, empty) for name, empty in _SPLICED.items() if empty]
    return _ROW_AS_JSON.format(
        members=" || ',".join(f"""\"{name}":' || {_as_json(name)}""" for name in names),
        more=" ".join(more) if form.has_more else "",
    )


def _as_json(name: str) -> str:
    written = f"to_json(f.{name})::text" if name in _WORDS else f"f.{name}::text"
    return written if name in KEYS else f"coalesce({written}, 'null')"


def _rows(form: Form) -> str:
    written = [f"{_expression(name, form)} AS {name}" for name in form.columns]
    answer = "planned" if PLANNED.intersection(form.measures) else "answer"
    columns = ", ".join([*written, "f.value IS NULL AS value_is_null"])
    return _FINISHED.format(columns=columns, answer=answer)


def _expression(column: str, form: Form) -> str:
    if column == "reasons":
        return measures.reasons(form.measures)
    if column == "coverage_differs":
        return measures.coverage_differs(form.measures)
    if column in {"reason", "direction", "expected", "reported", "periods", "periods_with_value"}:
        return f"f.{column}"
    if column == "status":
        return "(ARRAY['A', 'P', 'E'])[f.status]"
    return f"trim_scale({measures.expression(column)})"


def _parts(form: Form) -> str:
    """Give all named parts, up to `answer` or `planned`."""
    shape = form.shape
    source = reported.plain(shape) if form.as_sent else figures.plain(shape)
    sources = _SOURCE.format(more=timing.further(shape))
    if shape.pairs:
        sources += recompute.PAIRED.format(more=", status" * shape.status + _NO_YTD * shape.ytd)
    parts = [figures.LOOKED, timing.COMPONENT, source]
    parts += [recompute.pairs(shape)] if shape.pairs else []
    parts += [timing.dated(shape, sources)]
    parts += [recompute.parts(shape)] if shape.ratios else []
    parts += [_figure(shape), _answer(form)]
    if PLANNED.intersection(form.measures):
        parts.append(_PLAN.format(time_rule=_AS_SENT if form.as_sent else "i.time_aggregation"))
    return "".join(parts)


_NO_YTD = ", NULL::numeric, NULL"


def _figure(shape: Shape) -> str:
    names = ", status" * shape.status + ", ytd_reported, reason_ytd_reported" * shape.ytd
    return _FIGURE.format(
        names=names,
        more=timing.further(shape, "d."),
        ratios=recompute.ratio_figures(shape) if shape.ratios else "",
    )


def _answer(form: Form) -> str:
    """Put the figures of an asked period side by side, where there is more than one."""
    if not form.beside:
        return _ALONE
    own = ["value", "reason", "expected", "reported", "periods", "periods_with_value"]
    own += ["status"] if form.shape.status else []
    own += ["ytd_reported", "reason_ytd_reported"] if form.shape.ytd else []
    columns = [f"max(f.{name}) FILTER (WHERE p.part = 'value') AS {name}" for name in own]
    for part in form.beside:
        for name in ("value", "reason", "expected", "reported"):
            alias = part if name == "value" else f"{name}_{part}"
            columns.append(f"max(f.{name}) FILTER (WHERE p.part = '{part}') AS {alias}")
    return _PLACE + _BESIDE.format(columns=", ".join(columns))
