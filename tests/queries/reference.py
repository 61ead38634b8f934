"""How figures add up, the slow and obvious way: loops, dictionaries, exact fractions.

Written from domain.md alone ("How figures add up", "Vocabulary"): SQL is held against it.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from indicators_api.periods import Period, PeriodType
from tests.queries.world import Indicator, InForce, Validity, World

ASKED = {
    PeriodType.MONTH: "monthly",
    PeriodType.QUARTER: "quarterly",
    PeriodType.HALF: "half_yearly",
    PeriodType.YEAR: "yearly",
}
LENGTH = {
    PeriodType.MONTH: 1,
    PeriodType.QUARTER: 3,
    PeriodType.HALF: 6,
    PeriodType.NINE_MONTHS: 9,
    PeriodType.YEAR: 12,
}


class Figure(NamedTuple):
    """A figure with its coverage. `value` None: there is none, `reason` says why."""

    value: Fraction | None
    reason: str | None
    expected: int
    reported: int


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


def rolled_up(
    world: World, in_force: InForce, area: str, indicator: str, month: Period
) -> Figure | None:
    """Give an area's rolled-up figure of a month. None: no row, since no unit is assigned."""
    if world.indicators[indicator].area_rule == "recompute":
        return _ratio(world, in_force, area, indicator, month)
    units = counting_units(world, indicator, month, area)
    return _added_up(world, in_force, units, indicator, month)


def reported(
    world: World, in_force: InForce, area: str, indicator: str, month: Period
) -> Figure | None:
    """Give what the area's own unit sent; of several, what the rule makes of them, if it can."""
    assigned = asked_units(world, indicator, month)
    units = {code: often for code, often in assigned.items() if world.units[code].area == area}
    if not units:
        return None
    values = _values(in_force, units, indicator, month)
    expected, given = _coverage(in_force, units, indicator, month)
    rule = world.indicators[indicator].area_rule
    if not values:
        return Figure(None, "missing", expected, given)
    if len(units) > 1 and rule in {"none", "recompute", "weighted_mean"}:
        return Figure(None, "not_additive", expected, given)
    value = _by_rule(rule if len(units) > 1 else "none", list(values.values()))
    return Figure(value, None, expected, given)


def _values(
    in_force: InForce, units: Iterable[str], indicator: str, period: Period
) -> dict[str, Fraction]:
    """Give the values of those units that have one. Missing is never zero."""
    found = {}
    for unit in units:
        answer = in_force.get((unit, period), {}).get(indicator)
        if isinstance(answer, Decimal):
            found[unit] = Fraction(answer)
    return found


def _coverage(
    in_force: InForce, units: Mapping[str, str], indicator: str, period: Period
) -> tuple[int, int]:
    """Give expected and reported: of the units asked, less those to whom it does not apply."""
    values = _values(in_force, units, indicator, period)
    asked = [unit for unit, often in units.items() if often == ASKED.get(period.type)]
    if not asked:
        return len(values), len(values)
    excused = [
        unit
        for unit in asked
        if in_force.get((unit, period), {}).get(indicator) == "not_applicable"
    ]
    return len(asked) - len(excused), len([unit for unit in asked if unit in values])


def _by_rule(rule: str, values: list[Fraction]) -> Fraction:
    """Put values together; for `none` there is but one."""
    if rule in {"sum", "none"}:
        return sum(values, Fraction(0))
    if rule == "mean":
        return sum(values, Fraction(0)) / len(values)
    return min(values) if rule == "min" else max(values)


def _added_up(
    world: World, in_force: InForce, units: Mapping[str, str], indicator: str, period: Period
) -> Figure | None:
    """Add up the values of units by the rule over areas. None: no units."""
    if not units:
        return None
    rule = world.indicators[indicator].area_rule
    values = _values(in_force, units, indicator, period)
    expected, given = _coverage(in_force, units, indicator, period)
    if rule == "none" and len(units) > 1:
        return Figure(None, "not_additive", expected, given)
    if not values:
        return Figure(None, "missing", expected, given)
    if rule != "weighted_mean":
        return Figure(_by_rule(rule, list(values.values())), None, expected, given)
    weights = {unit: _weight(world, in_force, unit, indicator, period) for unit in values}
    total = sum(weights.values(), Fraction(0))
    if total == 0:
        return Figure(None, "weight_missing", expected, given)
    weighted = sum((values[unit] * weights[unit] for unit in values), Fraction(0))
    return Figure(weighted / total, None, expected, given)


def _weight(world: World, in_force: InForce, unit: str, indicator: str, period: Period) -> Fraction:
    """Give the weight of a unit's value: the weight indicator's value of the unit's own area."""
    weight = world.indicators[indicator].weight or ""
    area = world.units[unit].area
    for place in _places(world, weight, period):
        owners = [u for u in asked_units(world, weight, place) if world.units[u].area == area]
        values = _values(in_force, owners, weight, place)
        if values:
            return sum(values.values(), Fraction(0))
    return Fraction(0)


def _places(world: World, part: str, month: Period) -> list[Period]:
    """Give the periods that a part or weight is looked for in, the first that has it being right.

    A stock that isn't collected monthly: the newest value collected at a period ending no later
    than this one's end, within twelve months; of periods that end together the indicator's own
    frequency first, then the longer.
    """
    facts = world.indicators[part]
    if facts.time_rule != "last" or facts.frequency == "monthly":
        return [month]
    found = []
    for year in (month.year - 1, month.year):
        for kind, length in LENGTH.items():
            last = 1 if kind is PeriodType.NINE_MONTHS else 12 // length
            found += [Period(kind, year, number) for number in range(1, last + 1)]
    year_before = (month.year - 1, month.number)
    near = [p for p in found if year_before <= (p.end.year, p.end.month) and p.end <= month.end]
    near.sort(key=lambda p: (p.end, ASKED.get(p.type) == facts.frequency, LENGTH[p.type]))
    return near[::-1]


def _ratio(
    world: World, in_force: InForce, area: str, indicator: str, month: Period
) -> Figure | None:
    """Give factor x the area's figure of the numerator / that of the denominator."""
    facts = world.indicators[indicator]
    above = _part(world, in_force, area, facts, facts.numerator or "", month)
    below = _part(world, in_force, area, facts, facts.denominator or "", month)
    if above is None or below is None:
        return None
    covers_less = above.reported * below.expected <= below.reported * above.expected
    coverage = (above if covers_less else below)[2:]
    if above.value is None:
        return Figure(None, "numerator_missing", *coverage)
    if below.value is None:
        return Figure(None, "denominator_missing", *coverage)
    if below.value == 0:
        return Figure(None, "denominator_zero", *coverage)
    return Figure(Fraction(facts.factor or 1) * above.value / below.value, None, *coverage)


def _part(
    world: World, in_force: InForce, area: str, ratio: Indicator, part: str, month: Period
) -> Figure | None:
    """Give a part's figure: areas first, then time."""

    def figure(period: Period) -> Figure | None:
        units = counting_units(world, part, period, area)
        if ratio.scope == "agency":  # Both parts over the units assigned both.
            for other in (ratio.numerator or "", ratio.denominator or ""):
                both = counting_units(world, other, period, area)
                units = {unit: often for unit, often in units.items() if unit in both}
        return _added_up(world, in_force, units, part, period)

    own = figure(month)
    if own is None:
        return None
    upper = world.indicators[ratio.numerator or ""]
    lower = world.indicators[ratio.denominator or ""]
    if part == upper.code and (upper.time_rule, lower.time_rule) == ("sum", "last"):
        return _since_january(own, [figure(p) for p in _until(month)])
    for place in _places(world, part, month):
        newest = figure(place)
        if newest is not None and newest.value is not None:
            return newest
    return own


def _until(month: Period) -> list[Period]:
    return [Period.month(month.year, number) for number in range(1, month.number + 1)]


def _since_january(own: Figure, months: list[Figure | None]) -> Figure:
    """Add a flow up from January on; without the month's own figure there is none."""
    if own.value is None:
        return own
    values = [figure.value for figure in months if figure is not None and figure.value is not None]
    return own._replace(value=sum(values, Fraction(0)))
