"""What the figures ask the database.

Which areas, which units' values, and the figures themselves.
"""

import json
from collections.abc import Generator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import TextClause, text

from indicators_api.aggregation import measures, statement
from indicators_api.aggregation.figures import Kind, Shape, Sums
from indicators_api.aggregation.measures import PLANNED, USUAL
from indicators_api.aggregation.methods import Plan
from indicators_api.aggregation.statement import Form
from indicators_api.db.arrays import literal
from indicators_api.db.copying import Form as Written
from indicators_api.db.copying import copied
from indicators_api.db.session import Session
from indicators_api.indicators.frequency import PERIOD_TYPE
from indicators_api.indicators.kept import Kept
from indicators_api.periods import Period, PeriodType
from indicators_api.units.tree import AreaFacts


class Figure(NamedTuple):
    """A figure and what was asked beside it, in the indicator's unit of measure; see measures.py.

    `value` None: there is none, `reason` says why. A measure None: it wasn't asked, or `reasons`
    says why. `coverage_differs` names the bases that rest on another coverage.
    """

    area: str
    area_id: int
    indicator: str
    period: str
    value: Decimal | None
    reason: str | None
    expected: int
    reported: int
    periods: int | None = None
    periods_with_value: int | None = None
    status: str | None = None
    previous: Decimal | None = None
    change: Decimal | None = None
    change_pct: Decimal | None = None
    same_period: Decimal | None = None
    yoy_change: Decimal | None = None
    yoy_pct: Decimal | None = None
    ytd: Decimal | None = None
    ytd_reported: Decimal | None = None
    ytd_same_period: Decimal | None = None
    ytd_yoy_pct: Decimal | None = None
    plan: Decimal | None = None
    plan_pct: Decimal | None = None
    direction: str | None = None
    reasons: Mapping[str, str] = {}
    coverage_differs: Sequence[str] = ()


#: Where a page ended: area code, indicator code, period id.
Place = tuple[str, str, int]


class Slice(NamedTuple):
    """A question: areas by indicators by periods, from after a place on, at most `limit` rows.

    A sector may be without indicators: then the plan has no groups, and there are no figures.
    """

    jurisdiction: int
    areas: Sequence[AreaFacts]
    #: First month id that an area is comparable from, of those that other areas went over into.
    comparable: Mapping[int, int]
    periods: Sequence[Period]
    plan: Plan
    places: Sequence[measures.Place]
    #: `rollup` for rolled-up figures, `reported` for what the areas' own units sent.
    source: str
    sums: Sums
    sent: bool
    after: Place | None
    limit: int
    measures: Sequence[str] = USUAL


_CHANGES = text("""
    SELECT successor_id, array_agg(effective_date) FROM area_succession
    WHERE jurisdiction_id = :jurisdiction AND successor_id = ANY(:areas)
      AND predecessor_id <> successor_id
    GROUP BY successor_id
""")
_UNEQUAL = text("""
    SELECT r.id FROM indicator r
    WHERE r.jurisdiction_id = :jurisdiction AND r.area_aggregation = 'recompute'
      AND r.value_scope = 'agency' AND r.numerator_id <> r.denominator_id
      AND EXISTS (
        SELECT FROM counting k
        WHERE k.jurisdiction_id = :jurisdiction AND k.counts
          AND k.indicator_id IN (r.numerator_id, r.denominator_id)
        GROUP BY k.unit_id, k.first_month, k.last_month
        HAVING count(*) < 2
      )
""")
#: Who counted, or lay in whom, when the transaction looks back.
_COUNTED_OTHERWISE = text("""
    SELECT CASE WHEN p.moment IS NOT NULL THEN EXISTS (
        SELECT FROM counting_history h WHERE h.jurisdiction_id = :jurisdiction
           AND (h.recorded_from > p.moment OR h.recorded_to > p.moment)) OR EXISTS (
        SELECT FROM area_closure_history h WHERE h.jurisdiction_id = :jurisdiction
           AND (h.recorded_from > p.moment OR h.recorded_to > p.moment)) END
    FROM (SELECT nullif(current_setting('indicators.as_of', TRUE), '')::timestamptz AS moment) p
""")
#: The frequency that periods of a type ask for; none asks in nine months.
_ASKED_IN: dict[PeriodType, str] = {kind: name for name, kind in PERIOD_TYPE.items()}

#: Agency ratios of unequal pairs.
_unequal: Kept[frozenset[int]] = Kept()
_statements: dict[str, TextClause] = {}


def incorporations(
    session: Session, jurisdiction: int, area_ids: Sequence[int]
) -> dict[int, list[date]]:
    """Give the days on which other areas went over into areas, for those that any did."""
    rows = session.execute(_CHANGES, {"jurisdiction": jurisdiction, "areas": list(area_ids)})
    return {row[0]: row[1] for row in rows}


def unequal_pairs(session: Session, jurisdiction: int, version: int) -> frozenset[int]:
    """Give the agency ratios whose parts are assigned to different units.

    Read once per catalogue version.
    """
    asked = {"jurisdiction": jurisdiction}
    return _unequal.get(
        session, jurisdiction, version, lambda: frozenset(session.scalars(_UNEQUAL, asked))
    )


def sums(session: Session, jurisdiction: int, *, sent: bool) -> Sums:
    """Tell where the sums of areas come from, in the present or when the transaction looks back."""
    otherwise = session.scalar(_COUNTED_OTHERWISE, {"jurisdiction": jurisdiction})
    if otherwise is None:
        return Sums.SENT if sent else Sums.STORED
    return Sums.ANEW if otherwise else Sums.SINCE


def figures(session: Session, wanted: Slice) -> tuple[list[Figure], Place | None]:
    """Give figures by area code, indicator code and period, and the place to go on from.

    None: that was all. Value, reason and coverage are always there, of the measures those asked.
    """
    if not wanted.plan.groups:
        return [], None
    asked = wanted._replace(measures=list(dict.fromkeys([*USUAL, *wanted.measures])))
    form = _form(asked)
    found = session.execute(_prepared(statement.rows(form)), _parameters(asked)).mappings().all()
    names = (*statement.KEYS, *form.columns)
    page = [Figure(**{name: row[name] for name in names}) for row in found[: wanted.limit]]
    last = found[wanted.limit - 1] if len(found) > wanted.limit else None
    return page, (last["area"], last["indicator"], last["period_id"]) if last else None


def figures_json(session: Session, wanted: Slice) -> tuple[str, Place | None]:
    """Give the asked measures of the same rows as the text of a JSON array, made by the database.

    No object per cell here.
    """
    if not wanted.plan.groups:
        return "[]", None
    rows, count, area, indicator, period = session.execute(
        _prepared(statement.rows_as_json(_form(wanted))),
        {**_parameters(wanted), "page": wanted.limit},
    ).one()
    return f"[{rows or ''}]", (area, indicator, period) if count > wanted.limit else None


def lines(session: Session, wanted: Slice, written: Written) -> Generator[bytes]:
    """Write the keys and the asked measures of the same rows, a line each, as they are read.

    One more than asked, if there is one.
    """
    if wanted.plan.groups:
        statement_ = _prepared(statement.rows_as_lines(_form(wanted), written))
        yield from copied(session, statement_, _parameters(wanted), written)


def _form(wanted: Slice) -> Form:
    upper = any(area.has_areas_below for area in wanted.areas)
    # Of no areas at all there are no figures either, but a statement.
    lowest = not upper or not all(area.has_areas_below for area in wanted.areas)
    shape = Shape(
        sums=Sums.ANEW if wanted.sums is Sums.SINCE and lowest else wanted.sums,
        sent=wanted.sent,
        upper=upper,
        lowest=lowest,
        groups=tuple(Kind(g.is_own, len(g.periods) == 1) for g in wanted.plan.groups),
        leaves=bool(wanted.plan.leaves),
        ratios=bool(wanted.plan.ratios),
        pairs=bool(wanted.plan.pairs),
        weighed_pairs=wanted.plan.weighs_pairs,
        changed=bool(wanted.comparable),
        status="status" in wanted.measures,
        ytd="ytd_reported" in wanted.measures,
    )
    return Form(shape, wanted.source == "reported", tuple(wanted.measures))


def _prepared(text_: str) -> TextClause:
    """Keep the clause of a statement: there are few, and reading its parameters out costs time."""
    if text_ not in _statements:
        _statements[text_] = text(text_)
    return _statements[text_]


def _parameters(wanted: Slice) -> dict[str, Any]:
    return {
        "jurisdiction": wanted.jurisdiction,
        **_of_question(wanted),
        **of_plan(wanted.plan, reads_leaves=_form(wanted).shape.reads_leaves),
    }


def _of_question(wanted: Slice) -> dict[str, Any]:
    after = wanted.after or (None, None, None)
    parameters: dict[str, Any] = {
        "areas": literal([area.id for area in wanted.areas]),
        "upper": literal([area.id for area in wanted.areas if area.has_areas_below]),
        "lowest": literal([area.id for area in wanted.areas if not area.has_areas_below]),
        "area_codes": json.dumps({area.id: area.code for area in wanted.areas}),
        "indicator_codes": json.dumps(wanted.plan.asked),
        "period_names": json.dumps({period.id: str(period) for period in wanted.periods}),
        "after_area": after[0],
        "after_indicator": after[1],
        "after_period": after[2],
        # One row more than asked tells whether there is another page.
        "limit": wanted.limit + 1,
    }
    if wanted.comparable:
        parameters |= {"changed": literal(wanted.comparable)}
        parameters |= {"comparable": literal(wanted.comparable.values())}
    if measures.parts(wanted.measures) != {measures.Part.VALUE}:
        parameters |= _columns("place_", wanted.places, ("periods", "parts", "spans"))
    if PLANNED.intersection(wanted.measures):
        parameters |= {"asked_periods": literal([period.id for period in wanted.periods])}
        parameters |= {"asked_ends": literal([period.end for period in wanted.periods])}
        parameters |= {"asked": literal(wanted.plan.asked)}
    return parameters


def of_plan(plan: Plan, *, reads_leaves: bool) -> dict[str, Any]:
    """Give the parameters of the parts that look something up.

    Columns are array literals: there are thousands of elements.
    """
    components = [*plan.components, *plan.weighing] if reads_leaves else plan.components
    touched = {period.id for period in plan.looked} | {c.period for c in components}
    parts = [
        (ratio.id, series, is_upper, ratio.factor)
        for ratio in plan.ratios
        for series, is_upper in ((ratio.upper, True), (ratio.lower, False))
    ]
    parameters: dict[str, Any] = {
        **_columns("", [_looked(period) for period in plan.looked], _LOOKED),
        # Said besides, so that the planner has the partitions of these years only.
        "earliest": min(touched, default=0),
        "latest": max(touched, default=0),
        **_columns("component_", components, _COMPONENT),
        **_columns("whole_", plan.wholes, _WHOLE),
        **_columns("series_", plan.series, _SERIES),
        **_columns("leaf_", plan.leaves, ("indicators", "periods")),
        **_columns("weight_", plan.weights, ("ids", "weights", "modes", "rules")),
    }
    for n, group in enumerate(plan.groups):
        parameters |= {f"ids_{n}": literal(group.indicators)}
        parameters |= {f"periods_{n}": literal(group.periods)}
        if len(group.periods) == 1:
            parameters |= _single(n, Period.of_id(group.periods[0]))
    if plan.ratios:
        parameters |= _columns("part_", parts, ("ratios", "series", "uppers", "factors"))
    if plan.pairs:
        parameters |= _columns("pair_", plan.pairs, ("ids", "numerators", "denominators"))
    return parameters


_LOOKED = ("looked", "first_months", "last_months", "frequencies")
_COMPONENT = ("modes", "spans", "periods", "ranks", "owns", "lasts")
_WHOLE = ("modes", "spans", "periods", "tiled", "firsts", "lasts", "alone")
_SERIES = ("ids", "indicators", "pairs", "rules", "modes", "asked")


def _looked(period: Period) -> tuple[int, int, int, str | None]:
    return period.id, period.first_month.id, period.last_month.id, _ASKED_IN.get(period.type)


def _single(n: int, period: Period) -> dict[str, int | str | None]:
    number, _, last_month, frequency = _looked(period)
    return {f"period_{n}": number, f"last_month_{n}": last_month, f"frequency_{n}": frequency}


def _columns(prefix: str, rows: Sequence[tuple[Any, ...]], names: Sequence[str]) -> dict[str, str]:
    """Turn rows into a parameter for each column."""
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    return {prefix + name: literal(column) for name, column in zip(names, columns, strict=True)}
