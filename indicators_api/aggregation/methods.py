"""How each indicator adds up: from the catalogue to what the figures' query must look up. Pure.

Source: domain.md, "How figures add up".
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from indicators_api.indicators.frequency import PERIOD_TYPE
from indicators_api.indicators.snapshot import IndicatorFacts
from indicators_api.periods import Period, PeriodType, months_back
from indicators_api.validation.scopes import MONTHS_BACK


class Mode(StrEnum):
    """Where a part or weight of a figure is taken from."""

    #: The period itself.
    PERIOD = "period"
    #: From January to the end of the period: a flow over a stock.
    YEAR_TO_DATE = "ytd"
    #: The newest value within twelve months: a stock not collected every month, by its frequency.
    NEWEST_QUARTERLY = "quarterly"
    NEWEST_HALF_YEARLY = "half_yearly"
    NEWEST_YEARLY = "yearly"


class Ratio(NamedTuple):
    """A `recompute` indicator: factor x numerator / denominator."""

    id: int
    numerator: int
    numerator_mode: Mode
    denominator: int
    denominator_mode: Mode
    #: Whether only units that count for both parts do, which are then read one by one.
    paired: bool


class Weight(NamedTuple):
    """A `weighted_mean` indicator and where its weights are."""

    id: int
    weight: int
    mode: Mode


class Span(NamedTuple):
    """A period to look up for an asked month; the newest has rank 1."""

    mode: Mode
    month: int
    period: int
    rank: int


class Plan(NamedTuple):
    """What the query of figures looks up for asked indicators and months."""

    asked: Sequence[int]
    #: The asked indicators that aren't recomputed, and the parts of those that are.
    looked_up: Sequence[int]
    #: Parts that are needed for earlier periods too.
    carried: Sequence[int]
    ratios: Sequence[Ratio]
    weights: Sequence[Weight]
    #: `weighted_mean`, `min` and `max`: read from the leaf observations.
    leaves: Sequence[int]
    spans: Sequence[Span]

    @property
    def earlier(self) -> list[int]:
        """Ids of the periods looked up for parts, beside the asked months themselves."""
        months = {span.month for span in self.spans}
        return sorted({span.period for span in self.spans} - months)


_FROM_LEAVES = frozenset({"weighted_mean", "min", "max"})


def plan(
    indicators: Iterable[IndicatorFacts],
    months: Sequence[Period],
    by_id: Mapping[int, IndicatorFacts],
    unequal: frozenset[int],
) -> Plan:
    """Say what to look up for the figures of some indicators in some months.

    `unequal` holds the agency ratios for whose parts different units count.
    """
    asked = sorted(indicators)
    ratios = [_ratio(i, by_id, paired=i.id in unequal) for i in asked if i.numerator_id is not None]
    parts = {
        (number, mode)
        for r in ratios
        for number, mode in ((r.numerator, r.numerator_mode), (r.denominator, r.denominator_mode))
    }
    plain = {i.id for i in asked if i.numerator_id is None}
    looked_up = sorted(plain | {number for number, _ in parts})
    weights = [_weight(by_id[n], by_id) for n in looked_up if by_id[n].weight_id is not None]
    modes = {mode for _, mode in parts} | {w.mode for w in weights} | {Mode.PERIOD}
    return Plan(
        asked=[i.id for i in asked],
        looked_up=looked_up,
        carried=sorted({number for number, mode in parts if mode is not Mode.PERIOD}),
        ratios=ratios,
        weights=weights,
        leaves=[n for n in looked_up if by_id[n].area_aggregation in _FROM_LEAVES],
        spans=[span for month in months for mode in sorted(modes) for span in _spans(mode, month)],
    )


def newest_within_a_year(month: Period, frequency: str = "monthly") -> list[Period]:
    """Give the periods that end with a month or up to twelve months before, the newest first.

    Of periods that end together the frequency's own type stands first, then the longer: what was
    collected goes before what was estimated for a month.
    """
    own = PERIOD_TYPE[frequency]
    candidates = [period for m in months_back(month, MONTHS_BACK + 1) for period in _ending_with(m)]
    return sorted(
        candidates, key=lambda p: (p.end, p.type is own, -p.start.toordinal()), reverse=True
    )


def collected_in(facts: IndicatorFacts, period_type: PeriodType) -> bool:
    """Tell whether an indicator is collected at the frequency of a period type."""
    return PERIOD_TYPE[facts.frequency] is period_type


def _ratio(facts: IndicatorFacts, by_id: Mapping[int, IndicatorFacts], *, paired: bool) -> Ratio:
    numerator, denominator = by_id[facts.numerator_id or 0], by_id[facts.denominator_id or 0]
    flow_over_stock = numerator.time_aggregation == "sum" and denominator.time_aggregation == "last"
    return Ratio(
        facts.id,
        numerator.id,
        Mode.YEAR_TO_DATE if flow_over_stock else _mode(numerator),
        denominator.id,
        _mode(denominator),
        paired,
    )


def _weight(facts: IndicatorFacts, by_id: Mapping[int, IndicatorFacts]) -> Weight:
    weight = by_id[facts.weight_id or 0]
    return Weight(facts.id, weight.id, _mode(weight))


def _mode(part: IndicatorFacts) -> Mode:
    if part.time_aggregation == "last" and not collected_in(part, PeriodType.MONTH):
        return Mode(part.frequency)
    return Mode.PERIOD


def _spans(mode: Mode, month: Period) -> list[Span]:
    match mode:
        case Mode.PERIOD:
            return [Span(mode, month.id, month.id, 1)]
        case Mode.YEAR_TO_DATE:
            return [Span(mode, month.id, month.id - n, n + 1) for n in range(month.number)]
        case _:
            periods = newest_within_a_year(month, mode)
            return [Span(mode, month.id, p.id, n) for n, p in enumerate(periods, 1)]


def _ending_with(month: Period) -> list[Period]:
    """Give the periods of all types that end with a month."""
    found = [month]
    if month.number % 3 == 0:
        found.append(Period(PeriodType.QUARTER, month.year, month.number // 3))
    if month.number % 6 == 0:
        found.append(Period(PeriodType.HALF, month.year, month.number // 6))
    if month.number == 9:  # noqa: PLR2004 - nine months end with September
        found.append(Period(PeriodType.NINE_MONTHS, month.year))
    if month.number == 12:  # noqa: PLR2004 - the year ends with December
        found.append(Period(PeriodType.YEAR, month.year))
    return found


def comparable_from(changes: Iterable[date], geography: date, cut_off_day: int | None) -> int:
    """Give the first month id that an area's figures are comparable from.

    `changes` are the days on which other areas went over into it; those after `geography` don't
    matter.
    """
    days = [day for day in changes if day <= geography]
    if not days:
        return 0
    last = max(days)
    month = Period.month(last.year, last.month)
    return month.id if month.cut_off(cut_off_day) >= last else _next(month).id


def _next(month: Period) -> Period:
    if month.number == 12:  # noqa: PLR2004 - the year's last month
        return Period.month(month.year + 1, 1)
    return Period.month(month.year, month.number + 1)
