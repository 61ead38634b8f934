"""The demonstration's figures of all areas: one field for each indicator and month.

Figures are made at the finest areas and added up, so that the levels agree. What validation rules
ask is kept by the order in which figures are made: parts before totals, the larger before the
smaller, the planting before its harvest.
"""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from math import floor

from indicators_api.cli.demo_catalogue import DemoIndicator, DemoRule, DemoUnit
from indicators_api.cli.demo_chance import Chance, Draw
from indicators_api.cli.demo_laws import (
    children,
    combined,
    divided,
    fallback,
    free_codes,
    without_circles,
)
from indicators_api.cli.demo_places import Places
from indicators_api.cli.demo_rules import Scaled, caps, sums
from indicators_api.cli.demo_shares import Shares
from indicators_api.cli.demo_sizes import Size, seasons, sizes

Field = list[int]

#: The month that sizes are of: July 2024, counted from year 0.
_MIDDLE = 2024 * 12 + 6
#: Greatest relative deviation by chance, where the sizes don't say.
_SPREADS = {"size": 0.15, "share": 0.04, "split": 0.06, "level": 0.03}
#: Some thirteen months of a whole catalogue; a field is about 4 kB.
_KEPT_FIELDS = 8_000
#: How often an area's own figure isn't the sum of those below, where no rule forbids it.
_DIFFERENCE_RATE = 0.015


class Fields:
    """Fields of a province, made on demand; the same for the same seed in whatever order asked."""

    def __init__(
        self,
        indicators: Mapping[str, DemoIndicator],
        units: Iterable[DemoUnit],
        rules: Iterable[DemoRule],
        places: Places,
        seed: int,
    ) -> None:
        rules = list(rules)
        self._indicators, self._places = indicators, places
        self._shares = Shares(indicators, units, places)
        self._chance = Chance(seed, len(places.codes))
        self._parts = {**children(indicators), **sums(rules)}
        self._sizes = {
            code: sizes().get(code) or fallback(indicator, self._parts)
            for code, indicator in indicators.items()
            if indicator.is_filed
        }
        self._caps = without_circles(caps(rules, indicators), self._sizes.values(), self._parts)
        self._may_differ = free_codes(rules, self._sizes.values())
        self._laws: dict[str, Callable[[Size, int], Field]] = {
            "sum": self._sum,
            "size": self._sized,
            "share": self._share,
            "split": self._part,
            "lag": self._lag,
            "level": self._level,
        }
        self.at = lru_cache(_KEPT_FIELDS)(self._make)
        self._split = lru_cache(200)(self._split_total)

    def _make(self, code: str, month: int) -> Field:
        """The field of an indicator in a month (counted from year 0), in units of its last decimal.

        Never change it: it is kept.
        """
        size = self._sizes[code]
        return self._laws[size.law](size, month)

    def _sum(self, size: Size, month: int) -> Field:
        """The total of its parts, at each area."""
        decimals = self._indicators[size.code].decimals
        fields = [
            [number * 10 ** (decimals - self._indicators[part].decimals) for number in field]
            for part in self._parts[size.code]
            for field in [self.at(part, month)]
        ]
        return [sum(numbers) for numbers in zip(*fields, strict=True)]

    def _sized(self, size: Size, month: int) -> Field:
        """The province's size, divided over the areas, by season, growth and chance."""
        amount = size.size * self._unit(size.code) * self._growth(size, month)
        if self._is_flow(size.code):
            amount *= seasons()[size.season][month % 12]
        weights = self._shares.weights(size.code, size.geography)
        field = [
            floor(amount * weight * factor + rounding) if weight else 0
            for weight, (factor, rounding) in zip(weights, self._draw(size, month), strict=True)
        ]
        return self._finished(size, month, field)

    def _share(self, size: Size, month: int) -> Field:
        """A part of another indicator: a flow of a stock is told by the year, all else directly."""
        ratio = size.size * self._growth(size, month)
        ratio *= self._unit(size.code) / self._unit(size.of)
        season = seasons()[size.season][month % 12]
        of_stock = self._is_flow(size.code) and not self._is_flow(size.of)
        ratio *= season if of_stock else 12 * season
        field = [
            floor(ratio * share * whole * factor + rounding) if share else 0
            for whole, share, (factor, rounding) in zip(
                self.at(size.of, month),
                self._shares.factors(size.code, size.geography),
                self._draw(size, month),
                strict=True,
            )
        ]
        return self._finished(size, month, field)

    def _lag(self, size: Size, month: int) -> Field:
        """What a flow of earlier months leads to; rounded down, so that its sum stays below."""
        ratio = size.size * self._unit(size.code) / self._unit(size.of) / len(size.lags)
        causes = [self.at(size.of, month - lag) for lag in size.lags]
        field = [
            floor(ratio * sum(numbers)) if own else 0
            for own, *numbers in zip(self._shares.is_open(size.code), *causes, strict=True)
        ]
        return self._finished(size, month, field)

    def _part(self, size: Size, month: int) -> Field:
        """One part of a total that is divided without remainder."""
        dimension = self._indicators[size.code].parent_dimension
        return self._split(size.of, dimension, month)[size.code]

    def _split_total(self, total: str, dimension: str | None, month: int) -> dict[str, Field]:
        """Divide a total among the parts of one dimension: at each area they make the total."""
        parts = self._parts_in(total, dimension)
        weights = [self._split_weights(size, month) for size in parts]
        draw = self._chance.stock(total, month)
        open_places = self._shares.is_open(total)
        rows = [
            divided(whole, here, rounding) if own else [0] * len(parts)
            for whole, own, rounding, *here in zip(
                self.at(total, month), open_places, draw.roundings, *weights, strict=True
            )
        ]
        fields = [[row[k] for row in rows] for k in range(len(parts))]
        if self._shares.is_territory(total):
            fields = [self._places.add_up(field) for field in fields]
        return {size.code: field for size, field in zip(parts, fields, strict=True)}

    def _parts_in(self, total: str, dimension: str | None) -> list[Size]:
        """The parts that a total is split into along one dimension, by code."""
        return [
            self._sizes[code]
            for code in sorted(self._sizes)
            if (self._sizes[code].law, self._sizes[code].of) == ("split", total)
            and self._indicators[code].parent_dimension == dimension
        ]

    def _split_weights(self, size: Size, month: int) -> list[float]:
        """How a part stands against the other parts at each area."""
        territory = self._shares.is_territory(size.code)
        usual = [1.0] * len(self._places.codes)
        here = self._places.intensities(size.geography) if territory else usual
        draw = self._draw(size, month)
        return [size.size * own * factor for own, (factor, _) in zip(here, draw, strict=True)]

    def _level(self, size: Size, month: int) -> Field:
        """A price, rate or index of each area; those above have it from those below."""
        indicator = self._indicators[size.code]
        amount = size.size * self._unit(size.code) * self._growth(size, month)
        amount *= 12 * seasons()[size.season][month % 12]
        field = [
            self._within(indicator, floor(amount * factor + rounding))
            for factor, rounding in self._draw(size, month)
        ]
        if indicator.value_scope != "territory":
            return field
        weights = self.at(indicator.weight, month) if indicator.weight else None
        finest = self._shares.finest(size.code)
        return combined(field, weights, finest, self._places, indicator.area_aggregation)

    def _within(self, indicator: DemoIndicator, number: int) -> int:
        """The nearest number within the indicator's bounds."""
        unit = 10**indicator.decimals
        if indicator.maximum is not None:
            number = min(number, int(indicator.maximum * unit))
        return number if indicator.minimum is None else max(number, int(indicator.minimum * unit))

    def _finished(self, size: Size, month: int, field: Field) -> Field:
        """Keep below the caps, add up, let a few areas differ, keep below the caps again."""
        bounds = [self._bound(cap, month) for cap in self._caps.get(size.code, [])]
        field = _capped(field, bounds)
        if not self._shares.is_territory(size.code):
            return field
        total = self._places.add_up(list(field))
        for place, difference in self._differences(size.code, month, total):
            field[place] = difference
            total = []
        return _capped(total or self._places.add_up(field), bounds)

    def _differences(self, code: str, month: int, total: Field) -> list[tuple[int, int]]:
        """Where an area's own figure will not be the sum of those below it, and by how much."""
        if code not in self._may_differ or not self._shares.is_filed_by_leaves(code):
            return []
        random = self._chance.once(code, month, "difference")
        found = []
        for place in self._places.middle:
            chosen, part = random.random() < _DIFFERENCE_RATE, random.uniform(-0.015, 0.015)
            if chosen and total[place] > 0:
                found.append((place, round(total[place] * part) or 1))
        return found

    def _bound(self, cap: Scaled, month: int) -> list[int | Fraction]:
        """The greatest number allowed at each area, in units of the capped one's last decimal."""
        fields = [(factor, self.at(part, month)) for part, factor in cap.terms]
        return [
            cap.constant + sum(factor * field[place] for factor, field in fields)
            for place in range(len(self._places.codes))
        ]

    def _draw(self, size: Size, month: int) -> list[tuple[float, float]]:
        """For each area a factor near 1 and where to round."""
        spread = _SPREADS[size.law] if size.spread is None else size.spread
        draw: Draw
        if self._indicators[size.code].temporal_nature == "stock":
            draw = self._chance.stock(size.code, month)
        else:
            draw = self._chance.flow(size.code, month)
        factors = [1 + spread * deviation for deviation in draw.deviations]
        return list(zip(factors, draw.roundings, strict=True))

    def _growth(self, size: Size, month: int) -> float:
        """Growth since the middle of 2024; a plan's in steps, on 1 January."""
        if not size.growth:
            return 1.0
        months = month // 12 * 12 + 6 - _MIDDLE if size.season == "plan" else month - _MIDDLE
        return float((1 + size.growth) ** (months / 12))

    def _is_flow(self, code: str) -> bool:
        """Whether it counts what happens in a month."""
        return self._indicators[code].temporal_nature == "flow"

    def _unit(self, code: str) -> int:
        """How many of its last decimals make one."""
        return int(10 ** self._indicators[code].decimals)


def _capped(field: Field, bounds: list[list[int | Fraction]]) -> Field:
    """The field, nowhere above a bound."""
    for bound in bounds:
        field = [min(number, floor(most)) for number, most in zip(field, bound, strict=True)]
    return field
