"""How figures add up over areas, the slow and obvious way: loops, dictionaries, exact fractions.

Written from domain.md alone ("How figures add up", "Vocabulary"): SQL is held against it. Here the
figures of single periods; measured.py puts them together over time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from indicators_api.periods import Period
from tests.queries.spans import ASKED, cover, made_of, of_stock, span_of
from tests.queries.world import Answer, InForce, Validity, World


@dataclass(frozen=True, eq=False)
class Told:
    """What is known when figures are asked for.

    A world, what is in force in it on a basis, whether figures are rolled up or what the areas' own
    units reported, and the day by which areas go.
    """

    world: World
    in_force: InForce
    source: str
    geography: date

    def answer(self, unit: str, indicator: str, period: Period) -> Answer | None:
        return self.in_force.get((unit, period), {}).get(indicator)


class Figure(NamedTuple):
    """An area's figure of a period, with its coverage. `value` None: none, `reason` says why.

    `status` is the worst behind the value: E before P before A; of all values that the coverage
    counts, those without a weight too.
    """

    value: Fraction | None
    reason: str | None
    expected: int
    reported: int
    status: str | None


def is_on(valid: Validity, day: date) -> bool:
    return valid[0] <= day and (valid[1] is None or day <= valid[1])


def cut_off(period: Period, day: int | None) -> date:
    """Give the last day of a period's data window."""
    return period.end if day is None else period.end.replace(day=day)


def lies_in(world: World, area: str, other: str) -> bool:
    """Tell whether an area is, or lies in, another one."""
    above: str | None = area
    while above is not None and above != other:
        above = world.areas[above].parent
    return above == other


def worst(statuses: list[str]) -> str | None:
    """Give the least sure of statuses. None: there are none."""
    return next((status for status in "EPA" if status in statuses), None)


def average(values: list[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


@lru_cache(maxsize=10_000)
def asked_units(world: World, indicator: str, period: Period) -> dict[str, str]:
    """Give the units that are assigned an indicator in a period, and how often each is asked."""
    measured, found = world.indicators[indicator], {}
    for assignment in world.assignments:
        unit = world.units[assignment.unit]
        day = cut_off(period, unit.cut_off_day)
        validities = (assignment.valid, unit.valid, world.areas[unit.area].valid, measured.valid)
        if assignment.indicator == indicator and all(is_on(valid, day) for valid in validities):
            found[unit.code] = assignment.frequency or measured.frequency
    return found


def counting_units(world: World, indicator: str, period: Period, area: str) -> dict[str, str]:
    """Give the units in an area that count in its rolled-up figure, and how often each is asked.

    Territory: the leaf units, with no unit assigned in any area below theirs. Agency: all.
    """
    assigned = asked_units(world, indicator, period)
    found = {}
    for code, frequency in assigned.items():
        own = world.units[code].area
        below = [
            other
            for other in assigned
            if world.units[other].area != own and lies_in(world, world.units[other].area, own)
        ]
        is_counted = world.indicators[indicator].scope == "agency" or not below
        if is_counted and lies_in(world, own, area):
            found[code] = frequency
    return found


def own_units(world: World, indicator: str, period: Period, area: str) -> dict[str, str]:
    """Give the area's own units that are assigned an indicator, and how often each is asked."""
    assigned = asked_units(world, indicator, period)
    return {code: often for code, often in assigned.items() if world.units[code].area == area}


@lru_cache(maxsize=10_000)
def in_period(
    told: Told, area: str, indicator: str, period: Period, both: str = ""
) -> Figure | None:
    """Give an area's figure of a period that values are sent for. None: no unit is assigned.

    `both`: the agency ratio whose part it is, taken over the units that count for both its parts.
    Before the area was the territory that it is, there is none.
    """
    units = _units(told, area, indicator, period, both)
    if not units:
        return None
    figure = _together(told, units, indicator, period)
    if not is_comparable(told, area, period):
        return figure._replace(value=None, reason="not_comparable", status=None)
    return figure


def is_comparable(told: Told, area: str, period: Period) -> bool:
    """Tell whether an area was its present territory when a period's first month was cut off.

    What goes over after the day that areas go by does not matter yet.
    """
    days = [change.day for change in told.world.successions if change.successor == area]
    first = cut_off(period.first_month, 14)
    return all(day <= first or day > told.geography for day in days)


def stated_year_to_date(
    told: Told, area: str, indicator: str, period: Period
) -> tuple[Fraction | None, str | None]:
    """Give the year to date that units report of their own, put together by the rule over areas.

    It is no value: of several units only sums and means are put together. A ratio's is what its
    unit sent, never rolled up.
    """
    rule = told.world.indicators[indicator].area_rule
    if told.source == "rollup" and rule == "recompute":
        return None, "not_additive"
    units = _units(told, area, indicator, period)
    if units and not is_comparable(told, area, period):
        return None, "not_comparable"
    if len(units) > 1 and rule not in {"sum", "mean"}:
        return None, "not_additive"
    answers = [told.answer(unit, indicator, period) for unit in units]
    stated = [Fraction(a.ytd) for a in answers if a is not None and a.ytd is not None]
    if not stated:
        return None, "not_reported"
    return (average(stated) if rule == "mean" else sum(stated, Fraction(0))), None


def _units(told: Told, area: str, indicator: str, period: Period, both: str = "") -> dict[str, str]:
    """Give the units that are behind a figure."""
    if told.source == "reported":
        return own_units(told.world, indicator, period, area)
    units = counting_units(told.world, indicator, period, area)
    if not both:
        return units
    ratio = told.world.indicators[both]
    for part in (ratio.numerator or "", ratio.denominator or ""):
        others = counting_units(told.world, part, period, area)
        units = {unit: often for unit, often in units.items() if unit in others}
    return units


def _together(told: Told, units: Mapping[str, str], indicator: str, period: Period) -> Figure:
    """Put the values of units together by the rule over areas; where it can't, say why."""
    answers = {unit: told.answer(unit, indicator, period) for unit in units}
    given = {unit: a for unit, a in answers.items() if a is not None and a.value is not None}
    values = {unit: Fraction(a.value or 0) for unit, a in given.items()}
    asked = [unit for unit, often in units.items() if often == ASKED.get(period.type)]
    excused = [u for u in asked if (a := answers[u]) and a.missing == "not_applicable"]
    expected = len(asked) - len(excused) if asked else len(values)
    reported = len([unit for unit in asked if unit in values]) if asked else len(values)
    value, reason = _by_rule(told, values, indicator, period, is_alone=len(units) == 1)
    status = worst([a.status for a in given.values()]) if value is not None else None
    return Figure(value, reason, expected, reported, status)


def _by_rule(
    told: Told, values: dict[str, Fraction], indicator: str, period: Period, *, is_alone: bool
) -> tuple[Fraction | None, str | None]:
    """Give what the rule makes of values, or why nothing. Missing is never zero.

    What an area's only own unit reported is shown as it is; of several, weights don't help.
    """
    rule, is_own = told.world.indicators[indicator].area_rule, told.source == "reported"
    if rule == "none" and not is_alone and (values or not is_own):
        return None, "not_additive"
    if not values:
        return None, "missing"
    if is_own and not is_alone and rule in {"recompute", "weighted_mean"}:
        return None, "not_additive"
    if rule == "weighted_mean" and not is_own:
        return _weighted(told, values, indicator, period)
    return _plain(rule if not is_alone else "none", list(values.values())), None


def _plain(rule: str, values: list[Fraction]) -> Fraction:
    """Put values together; for `none` there is but one."""
    if rule == "mean":
        return average(values)
    if rule in {"min", "max"}:
        return min(values) if rule == "min" else max(values)
    return sum(values, Fraction(0))


def _weighted(
    told: Told, values: dict[str, Fraction], indicator: str, period: Period
) -> tuple[Fraction | None, str | None]:
    weight = told.world.indicators[indicator].weight or ""
    weights = {unit: _weight(told, unit, weight, period) for unit in values}
    total = sum(weights.values(), Fraction(0))
    if total == 0:
        return None, "weight_missing"
    return sum((values[unit] * weights[unit] for unit in values), Fraction(0)) / total, None


def _weight(told: Told, unit: str, weight: str, period: Period) -> Fraction:
    """Give the weight of a unit's value: the weight indicator's value of the unit's own area.

    Looked for as a part is: of a stock the newest, of a flow the sum over the period. What is
    neither has to be sent for the very period.
    """
    facts, span = told.world.indicators[weight], span_of(period)
    area = told.world.units[unit].area
    if facts.time_rule == "last":
        found = [_sent_for(told, area, weight, place) for place in of_stock(facts.frequency, span)]
        return next((value for value in found if value is not None), Fraction(0))
    places = made_of(facts.frequency, span) if facts.time_rule == "sum" else [period]
    if not cover(places, span):
        return Fraction(0)
    return sum((_sent_for(told, area, weight, place) or 0 for place in places), Fraction(0))


def _sent_for(told: Told, area: str, indicator: str, period: Period) -> Fraction | None:
    """Give what an area's own units sent together, whatever the rule. None: no value."""
    units = own_units(told.world, indicator, period, area)
    answers = [told.answer(unit, indicator, period) for unit in units]
    values = [Fraction(a.value) for a in answers if a is not None and a.value is not None]
    return sum(values, Fraction(0)) if values else None
