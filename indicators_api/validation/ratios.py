"""Computed ratios that a report sends, with their parts. Pure. Source: domain.md, `recompute`."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from indicators_api.indicators.snapshot import IndicatorFacts, Snapshot
from indicators_api.validation.findings import SentRatio
from indicators_api.validation.operands import Given, flow_in
from indicators_api.validation.scopes import YEAR_TO_DATE, earlier_in_scope, is_flow, is_stock


class Ratio(NamedTuple):
    """A ratio and its parts."""

    facts: IndicatorFacts
    numerator: IndicatorFacts
    denominator: IndicatorFacts

    @property
    def is_cumulated(self) -> bool:
        """Whether the numerator is taken from January on: a flow over a stock."""
        return is_flow(self.numerator) and is_stock(self.denominator)


def ratios_in(values: Mapping[str, Decimal], snapshot: Snapshot) -> list[Ratio]:
    """Find the ratios whose parts have values beside theirs, the denominator's not 0; by code."""
    return [
        ratio
        for ratio in snapshot.remembered(Ratio, lambda: _ratios(snapshot))
        if ratio.facts.code in values
        and ratio.numerator.code in values
        and values.get(ratio.denominator.code)
    ]


def _ratios(snapshot: Snapshot) -> tuple[Ratio, ...]:
    """Find all computed ratios of a catalogue, by code."""
    return tuple(
        Ratio(facts, snapshot.by_id[facts.numerator_id], snapshot.by_id[facts.denominator_id])
        for _, facts in sorted(snapshot.by_code.items())
        if facts.numerator_id is not None and facts.denominator_id is not None
    )


def with_parts(
    ratios: Iterable[Ratio], values: Mapping[str, Decimal], given: Given
) -> list[SentRatio]:
    """Give the ratios with their parts, but those whose numerator lacks a period since January."""
    found = []
    for ratio in ratios:
        numerator = _numerator(ratio, values, given)
        if numerator is not None:
            denominator = values[ratio.denominator.code]
            value = values[ratio.facts.code]
            found.append(SentRatio(ratio.facts, value, numerator, denominator))
    return found


def _numerator(ratio: Ratio, values: Mapping[str, Decimal], given: Given) -> Decimal | None:
    code = ratio.numerator.code
    total = values[code]
    since_january = earlier_in_scope(given.period_id, YEAR_TO_DATE)
    for period_id in since_january if ratio.is_cumulated else ():
        earlier = flow_in(given, code, period_id)
        if earlier is None:
            return None
        total += earlier
    return total
