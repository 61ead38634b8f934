"""The smallest worlds, for truths that anybody can check by hand: a province and its towns."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from indicators_api.aggregation.measures import MEASURES
from indicators_api.aggregation.queries import Figure
from indicators_api.aggregation.service import Question
from indicators_api.db.session import Session
from indicators_api.periods import Period
from tests.queries.filing import rows
from tests.queries.play import Play
from tests.queries.world import (
    ALWAYS,
    Answer,
    Area,
    Assignment,
    Indicator,
    Succession,
    Target,
    Unit,
    World,
    said,
)
from tests.queries.world_rows import store

PROVINCE = "1"
#: The towns' areas, and the unit of each.
HERE, THERE = "11", "12"
UNITS = {HERE: "U11", THERE: "U12"}

#: What a unit says about an indicator: a number, why there is none, or both with more.
Saying = int | str | Decimal | Answer
#: By town and period, what each indicator's value is said to be.
Reports = Mapping[tuple[str, str], Mapping[str, Saying]]


def measured(
    code: str,
    time_rule: str,
    frequency: str = "monthly",
    *,
    area_rule: str = "sum",
    weight: str | None = None,
) -> Indicator:
    """Make an indicator of territories that always was."""
    return Indicator(code, area_rule, time_rule, frequency, "territory", ALWAYS, weight=weight)


def ratio(code: str, numerator: str, denominator: str, *, frequency: str = "monthly") -> Indicator:
    """Make a percentage of territories that always was."""
    made = measured(code, "recompute", frequency, area_rule="recompute")
    return made._replace(numerator=numerator, denominator=denominator, factor=Decimal(100))


#: A flow and a stock that are collected every month, their ratio; a flow collected by quarters.
BIRTHS, PEOPLE, BIRTH_RATE = measured("B", "sum"), measured("P", "last"), ratio("R", "B", "P")
OUTPUT = measured("O", "sum", "quarterly")


def plan(indicator: str, value: int, direction: str, *, area: str = PROVINCE) -> Target:
    """Make the first version of an area's plan of 2024."""
    return Target(area, indicator, 2024, 1, Decimal(value), direction, date(2024, 1, 1))


def world_of(
    *indicators: Indicator,
    targets: Sequence[Target] = (),
    successions: Sequence[Succession] = (),
) -> World:
    """Make a province of two towns, whose units report all indicators."""
    towns = {code: Area(code, "district", PROVINCE, ALWAYS) for code in UNITS}
    return World(
        {PROVINCE: Area(PROVINCE, "province", None, ALWAYS), **towns},
        {unit: Unit(unit, area, None, ALWAYS) for area, unit in UNITS.items()},
        {indicator.code: indicator for indicator in indicators},
        tuple(
            Assignment(unit, indicator.code, None, ALWAYS)
            for unit in UNITS.values()
            for indicator in indicators
        ),
        tuple(targets),
        tuple(successions),
    )


def tell(session: Session, world: World, reports: Reports) -> Play:
    """Store a world, and have reports accepted."""
    play = Play(session, world, store(session, world), dice=0)
    for (area, period), sayings in reports.items():
        values = {
            code: saying if isinstance(saying, Answer) else said(saying)
            for code, saying in sayings.items()
        }
        play.file(UNITS[area], period, values)
    return play


def ask(
    session: Session, indicator: str, *periods: str, area: str = PROVINCE, source: str = "rollup"
) -> Sequence[Figure]:
    """Give an area's figures of some periods with all that stands beside them, in their order."""
    asked = [Period.parse(period) for period in periods]
    question = Question(asked, area=area, indicators=[indicator], source=source, measures=MEASURES)
    found = {figure.period: figure for figure in rows(session, question)}
    return [found[period] for period in periods]
