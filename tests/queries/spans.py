"""Spans of time and the periods that each is made of, found by looking at all periods there are.

Written from domain.md ("How figures add up") and decision 9.
"""

from typing import NamedTuple

from indicators_api.periods import Period, PeriodType

ASKED = {
    PeriodType.MONTH: "monthly",
    PeriodType.QUARTER: "quarterly",
    PeriodType.HALF: "half_yearly",
    PeriodType.YEAR: "yearly",
}
COLLECTED = {frequency: kind for kind, frequency in ASKED.items()}
LENGTH = {kind: len(Period(kind, 2024).months) for kind in PeriodType}


class Span(NamedTuple):
    """Some months of a year, first and last; they may be those of a period."""

    year: int
    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1

    def has(self, period: Period) -> bool:
        """Tell whether a period lies in it."""
        return (
            period.year == self.year
            and self.first <= period.first_month.number
            and period.last_month.number <= self.last
        )


def span_of(period: Period) -> Span:
    return Span(period.year, period.first_month.number, period.last_month.number)


def since_january(span: Span) -> Span:
    """Give January to the end of a span."""
    return span._replace(first=1)


def periods_of(year: int) -> list[Period]:
    """Give all periods of a year, the newest first; of those that end together the longer first."""
    found = [
        Period(kind, year, number)
        for kind, length in LENGTH.items()
        for number in range(1, (1 if kind is PeriodType.NINE_MONTHS else 12 // length) + 1)
    ]
    return sorted(found, key=lambda period: (period.end, LENGTH[period.type]), reverse=True)


def as_period(span: Span) -> Period | None:
    """Give the period that a span is. None: it is none, as January to July."""
    return next((period for period in periods_of(span.year) if span_of(period) == span), None)


def is_rarer(frequency: str, span: Span) -> bool:
    """Tell whether an indicator is collected more rarely than a span's figure is asked for.

    For January to a month that is no period nothing is sent: only monthly values lead there.
    """
    return LENGTH[COLLECTED[frequency]] > (span.length if as_period(span) else 1)


def made_of(frequency: str, span: Span) -> list[Period]:
    """Give the periods that a span's figure is made of, the newest first.

    Of itself where values are sent for it as often or more rarely, else of the periods of the
    indicator's own frequency in it. Never a mix.
    """
    whole, kind = as_period(span), COLLECTED[frequency]
    if whole is not None and LENGTH[kind] >= span.length:
        return [whole]
    return [period for period in periods_of(span.year) if period.type is kind and span.has(period)]


def cover(periods: list[Period], span: Span) -> bool:
    """Tell whether periods are a span without a gap."""
    months = {month.number for period in periods for month in period.months}
    return months == set(range(span.first, span.last + 1))


def of_stock(frequency: str, span: Span) -> list[Period]:
    """Give where a part or weight that is a stock is looked for, the best place first.

    Collected more rarely than asked for, it is its newest value collected at a period that ends no
    later than the span, within twelve months; of periods that end together that of its own
    frequency goes first, then the longer.
    """
    if not is_rarer(frequency, span):
        return made_of(frequency, span)
    end = span.year * 12 + span.last
    found = [
        period
        for year in (span.year, span.year - 1)
        for period in periods_of(year)
        if end - 12 <= period.year * 12 + period.last_month.number <= end
    ]
    own = COLLECTED[frequency]
    return sorted(found, key=lambda period: (period.end, period.type is own), reverse=True)
