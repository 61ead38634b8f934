"""Figures held against thresholds. Pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from indicators_api.aggregation.queries import Figure
from indicators_api.catalogue.thresholds import ThresholdFacts

#: What a threshold can become, the gravest first.
LEVELS: Final = ("alarm", "warning")
#: Why there is no figure where no unit is assigned the indicator.
_NOBODY: Final = "not_assigned"


class Crossing(NamedTuple):
    """A threshold that a figure has passed, and which of its limits."""

    threshold: ThresholdFacts
    figure: Decimal
    limit: Decimal
    level: str


class Unknown(NamedTuple):
    """A threshold without a figure, and why there is none."""

    threshold: ThresholdFacts
    reason: str


class Judged(NamedTuple):
    """What became of thresholds; each list in their order, alarms before warnings."""

    crossed: list[Crossing]
    unknown: list[Unknown]
    #: How many are not crossed.
    clear: int

    @property
    def counts(self) -> dict[str, int]:
        """How many thresholds are crossed by level, not crossed, and without a figure."""
        levels = [crossing.level for crossing in self.crossed]
        counted = {level: levels.count(level) for level in LEVELS}
        return {**counted, "clear": self.clear, "unknown": len(self.unknown)}


def judge(
    thresholds: Iterable[ThresholdFacts], figures: Mapping[tuple[int, str], Figure]
) -> Judged:
    """Hold figures, by area's id and indicator, against thresholds.

    A limit itself is not passed; the alarm goes before the warning. What is missing crosses
    nothing.
    """
    crossed: list[Crossing] = []
    unknown: list[Unknown] = []
    clear = 0
    for threshold in thresholds:
        figure = figures.get((threshold.area_id, threshold.indicator))
        value = None if figure is None else getattr(figure, threshold.measure)
        if value is None:
            unknown.append(Unknown(threshold, _why(figure, threshold.measure)))
        elif (passed := _passed(threshold, value)) is not None:
            crossed.append(passed)
        else:
            clear += 1
    crossed.sort(key=lambda crossing: LEVELS.index(crossing.level))
    return Judged(crossed, unknown, clear)


def _passed(threshold: ThresholdFacts, value: Decimal) -> Crossing | None:
    for level in LEVELS:
        limit: Decimal | None = getattr(threshold, level)
        if limit is None:
            continue
        if value > limit if threshold.direction == "above" else value < limit:
            return Crossing(threshold, value, limit, level)
    return None


def _why(figure: Figure | None, measure: str) -> str:
    if figure is None:
        return _NOBODY
    reason = figure.reason if measure == "value" else figure.reasons[measure]
    return str(reason)
