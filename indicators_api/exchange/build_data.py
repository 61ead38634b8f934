"""Packages that say something of a period, made of accepted figures and of who has reported."""

from collections.abc import Mapping, Sequence
from typing import Final

from indicators_api.aggregation import queries
from indicators_api.aggregation.queries import Figure as FigureRow
from indicators_api.aggregation.service import Limits, Question, prepare
from indicators_api.db.session import Session
from indicators_api.errors import ExchangeNotReady, mark
from indicators_api.exchange.job import Job
from indicators_api.exchange.packages import (
    Counts,
    Figure,
    KpiData,
    KpiFigure,
    ReportData,
    ReportStatus,
)
from indicators_api.reports import completeness
from indicators_api.security.actors import Actor
from indicators_api.units import tree
from indicators_api.units.areas import GEOGRAPHY_CUT_OFF
from indicators_api.units.tree import AreaFacts

#: Measures of the two packages with figures; corrections are looked for in what these rest on.
REPORTED: Final = ("value", "expected", "reported", "status", "ytd")
WATCHED: Final = (*REPORTED, "plan", "plan_pct")

#: Why there is no figure where no unit is assigned the indicator: there is no row either.
_NOBODY: Final = "not_assigned"
#: Indicators by areas directly below a province, with room for many.
_LIMITS: Final = Limits(cells=1_000_000)
_Figures = Mapping[tuple[str, str], FigureRow]


def report_data(session: Session, job: Job) -> ReportData:
    """Give the province's accepted figures of the period. Raises ExchangeNotReady."""
    province = _province(session, job)
    found = _figures(session, job, None, REPORTED)
    return ReportData(
        form="monthly",
        period=job.period,
        unit=job.mapping.sender,
        area=province.code,
        figures=tuple(
            _figure(facts.code, facts.unit_of_measure, found.get((province.code, facts.code)))
            for facts in job.exchanged
        ),
    )


def kpi_data(session: Session, job: Job) -> KpiData:
    """Give accepted figures beside plans: of the province, then of the areas directly below it.

    By area code and in the form's order; areas have rows where a unit is assigned the indicator.
    Raises ExchangeNotReady.
    """
    province = _province(session, job).code
    found = dict(_figures(session, job, None, WATCHED))
    for level in job.known.levels[1:2]:
        found |= _figures(session, job, level, WATCHED)
    units = {facts.code: facts.unit_of_measure for facts in job.exchanged}
    order = {code: place for place, code in enumerate(units)}
    keys = sorted(found, key=lambda key: (key[0] != province, key[0], order[key[1]]))
    return KpiData(
        form="kpi",
        period=job.period,
        unit=job.mapping.sender,
        figures=tuple(_kpi(found[key], units[key[1]]) for key in keys),
    )


def report_status(session: Session, job: Job, package: str | None) -> ReportStatus:
    """Tell how many reports of the period are due, sent, accepted, and which package tells it."""
    province = _province(session, job)
    counted = completeness.by_area(session, job.jurisdiction, job.period, [province.id], at=job.at)
    whole = next((row for row in counted if row.unit_level is None), None)
    counts = Counts(*(getattr(whole, name, 0) for name in Counts._fields))
    state = "complete" if counts.accepted == counts.due > 0 else "partial"
    return ReportStatus(package, job.period, state, None, counts)


def says_something(package: ReportData | KpiData) -> bool:
    """Tell whether there is any figure."""
    return any(figure.value is not None for figure in package.figures)


def _province(session: Session, job: Job) -> AreaFacts:
    day = job.period.cut_off(GEOGRAPHY_CUT_OFF)
    found = tree.roots_on(session, job.jurisdiction, day)
    if len(found) != 1:
        raise ExchangeNotReady(
            mark("In %(period)s there are %(count)s widest areas; packages are of one."),
            period=str(job.period),
            count=len(found),
        )
    return found[0]


def _figures(session: Session, job: Job, level: str | None, measures: Sequence[str]) -> _Figures:
    """Give figures by area and indicator: of the province, or of the areas of a level."""
    codes = [facts.code for facts in job.exchanged]
    if not codes:
        return {}
    # Whoever asks for the package may send it: nobody's own sight limits what it says.
    everything = Actor(0, "exchange", "operations", job.jurisdiction, None, None, 0, "")
    asked = Question([job.period], level=level, indicators=codes, measures=measures)
    wanted = prepare(session, everything, asked, _LIMITS)
    rows, _ = queries.figures(session, wanted._replace(limit=len(codes) * len(wanted.areas) + 1))
    return {(row.area, row.indicator): row for row in rows}


def _figure(indicator: str, unit: str, row: FigureRow | None) -> Figure:
    if row is None:
        return Figure(indicator, unit, None, _NOBODY, None, None, 0, 0)
    return Figure(
        indicator=indicator,
        unit_of_measure=unit,
        value=row.value,
        missing=row.reason,
        status=row.status,
        ytd=row.ytd,
        expected=row.expected,
        reported=row.reported,
    )


def _kpi(row: FigureRow, unit: str) -> KpiFigure:
    return KpiFigure(
        indicator=row.indicator,
        area=row.area,
        unit_of_measure=unit,
        value=row.value,
        missing=row.reason,
        status=row.status,
        ytd=row.ytd,
        plan=row.plan,
        plan_pct=row.plan_pct,
    )
