"""Plausible values for the demonstration: what each unit of a province sends for a month.

Pure: made of catalogue facts, the packaged sizes and a seed; the same whatever is asked in whatever
order. The values are sized like Trà Vinh's published figures of 2024, agree between the levels, and
keep the validation rules: errors always, warnings but for about one report in a hundred, so that
comments are seen.
"""

from collections.abc import Iterable
from decimal import Decimal

from indicators_api.cli.demo_catalogue import DemoArea, DemoIndicator, DemoRule, DemoUnit, Month
from indicators_api.cli.demo_chance import Chance
from indicators_api.cli.demo_fields import Fields
from indicators_api.cli.demo_places import Places
from indicators_api.cli.demo_rules import Inequality, inequalities, parse

__all__ = ["DemoArea", "DemoIndicator", "DemoRule", "DemoUnit", "Month", "Province"]

#: How many of the reports that could break a warning do.
_WARNING_RATE = 0.01
_DECEMBER = 12
#: Months in what a flow of that frequency covers when it is sent.
_MONTHS_COVERED = {"monthly": 1, "quarterly": 3, "yearly": 12}


class Province:
    """A province whose units can be asked for their values."""

    def __init__(
        self,
        indicators: Iterable[DemoIndicator],
        units: Iterable[DemoUnit],
        areas: Iterable[DemoArea],
        rules: Iterable[DemoRule],
        seed: int = 2024,
    ) -> None:
        self._indicators = {indicator.code: indicator for indicator in indicators}
        self._units = {unit.code: unit for unit in units}
        self._places = Places(areas, self._units.values(), seed)
        kinds = {frozenset(unit.indicators) for unit in self._units.values()}
        rules = [rule for rule in rules if any(_codes(rule) <= kind for kind in kinds)]
        self._operands = _operands(rules, self._indicators.values())
        self._breakable = _breakable(rules)
        self._fields = Fields(self._indicators, self._units.values(), rules, self._places, seed)
        self._chance = Chance(seed, len(self._places.codes))

    def values(self, unit_code: str, month: Month) -> dict[str, Decimal]:
        """Values of all that a unit can send for a month, by code: computed ratios are left out.

        Flows are those of the month, whatever the frequency. A yearly flow is known in December
        only and missing before. Exact, with the indicator's decimals, within its bounds. Raises
        KeyError: no such unit.
        """
        unit = self._units[unit_code]
        values = {
            code: self._value(code, unit, month)
            for code in self._filed(unit)
            if month[1] == _DECEMBER or not self._is_yearly_flow(code)
        }
        return values | self._slip(unit, month, values)

    def due_values(self, unit_code: str, month: Month) -> dict[str, Decimal]:
        """What a unit sends for a month by frequency: the values of `due_codes`.

        A flow collected by quarter or year comes in its last month and then covers the whole
        quarter or year, so that the year to date adds up. Raises KeyError: no such unit.
        """
        unit, values = self._units[unit_code], self.values(unit_code, month)
        due = self.due_codes(unit_code, month)
        return {
            code: self._covered(code, unit, month) if self._covers(code) > 1 else value
            for code, value in values.items()
            if code in due
        }

    def due_codes(
        self, unit_code: str, month: Month, *, with_operands: bool = True
    ) -> frozenset[str]:
        """Which of its indicators a unit is asked in a month.

        Monthly ones always, quarterly ones in March, June, September and December, yearly ones in
        December. With operands, also the stocks of any frequency that ratios, weighted means or
        validation rules need. Raises KeyError: no such unit.
        """
        codes = self._filed(self._units[unit_code])
        due = {
            code
            for code in codes
            if month[1] % _MONTHS_COVERED[self._indicators[code].frequency] == 0
        }
        return frozenset(due | (self._operands & codes if with_operands else frozenset()))

    def _filed(self, unit: DemoUnit) -> frozenset[str]:
        """A unit's indicators without computed ratios."""
        return frozenset(code for code in unit.indicators if self._indicators[code].is_filed)

    def _value(self, code: str, unit: DemoUnit, month: Month) -> Decimal:
        """A unit's value before any slip."""
        field = self._fields.at(code, _number(month))
        number = field[self._places.index[unit.area]]
        return Decimal(number).scaleb(-self._indicators[code].decimals)

    def _covers(self, code: str) -> int:
        """How many months' flow is sent at once; 1 for all that isn't a flow to be added up."""
        indicator = self._indicators[code]
        is_added = indicator.temporal_nature == "flow" and indicator.time_aggregation == "sum"
        return _MONTHS_COVERED[indicator.frequency] if is_added else 1

    def _is_yearly_flow(self, code: str) -> bool:
        """Whether it happens once a year."""
        return self._covers(code) == _MONTHS_COVERED["yearly"]

    def _covered(self, code: str, unit: DemoUnit, month: Month) -> Decimal:
        """A flow of the quarter or year that ends with the month."""
        year, last = month
        months = range(last - self._covers(code) + 1, last + 1)
        return sum((self._value(code, unit, (year, each)) for each in months), Decimal(0))

    def _slip(self, unit: DemoUnit, month: Month, values: dict[str, Decimal]) -> dict[str, Decimal]:
        """Now and then one value that breaks a warning; else nothing.

        Just above what the rule allows, and only where the value was near it anyway.
        """
        random = self._chance.once("slip", unit.code, month)
        if random.random() >= _WARNING_RATE:
            return {}
        due = self.due_codes(unit.code, month)
        found = [
            (code, most)
            for code, inequality in self._breakable
            if due.issuperset((code, *inequality.upper.codes))
            and 0 < (most := inequality.upper.value(values)) <= 2 * values[code]
        ]
        if not found:
            return {}
        code, most = random.choice(found)
        return {code: self._just_above(code, most * Decimal("1.01"))}

    def _just_above(self, code: str, value: Decimal) -> Decimal:
        """The next value of the indicator's decimals, not above its maximum."""
        indicator = self._indicators[code]
        step = Decimal(1).scaleb(-indicator.decimals)
        above = (value // step + 1) * step
        return above if indicator.maximum is None else min(above, indicator.maximum)


def _number(month: Month) -> int:
    """Months since January of the year 0."""
    return month[0] * 12 + month[1] - 1


def _codes(rule: DemoRule) -> frozenset[str]:
    """The indicators that a rule reads."""
    return frozenset(parse(rule.left).codes + parse(rule.right).codes)


def _operands(rules: list[DemoRule], indicators: Iterable[DemoIndicator]) -> frozenset[str]:
    """Stocks that something else is computed or checked with."""
    indicators = list(indicators)
    used = {code for rule in rules for code in _codes(rule)}
    for each in indicators:
        used.update(code for code in (each.weight, each.numerator, each.denominator) if code)
    return frozenset(each.code for each in indicators if each.temporal_nature == "stock") & used


def _breakable(rules: list[DemoRule]) -> list[tuple[str, Inequality]]:
    """Warnings that a single value can break without breaking anything else."""
    found = inequalities(rules)
    counts: dict[str, int] = {}
    for rule in rules:
        for code in _codes(rule):
            counts[code] = counts.get(code, 0) + 1
    return [
        (single, inequality)
        for inequality in found
        if (single := inequality.lower.single) is not None
        and counts[single] == 1
        and inequality.rule.severity == "warning"
        and inequality.rule.scope == "period"
        and inequality.upper.terms
    ]
