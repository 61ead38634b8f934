"""Spans of time that figures are asked of, and the periods that each is made of. Pure.

A span is a period, or January to a month. Source: domain.md, "How figures add up".
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from indicators_api.indicators.frequency import PERIOD_TYPE
from indicators_api.periods import LAST_YEAR, Period, PeriodType, months_back
from indicators_api.validation.scopes import MONTHS_BACK

MONTHS_IN: Final = {kind: len(Period(kind, LAST_YEAR).months) for kind in PeriodType}
#: The periods that begin in January, by their length in months.
_FROM_JANUARY: Final = {length: kind for kind, length in MONTHS_IN.items()}


class YearToDate(NamedTuple):
    """January to a month, where that is no period of its own."""

    year: int
    month: int

    @property
    def id(self) -> int:
        """The span's number among the ids of periods: yyyy × 100 + 60 + month."""
        return self.year * 100 + 60 + self.month

    @property
    def first_month(self) -> Period:
        """January."""
        return Period.month(self.year, 1)

    @property
    def last_month(self) -> Period:
        """The month that it ends with."""
        return Period.month(self.year, self.month)


Span = Period | YearToDate


class Components(NamedTuple):
    """What a span's figure is made of, the newest first."""

    periods: Sequence[Period]
    #: Of these, the ones in the span itself; the others are earlier.
    own: frozenset[Period]
    #: Whether the periods cover, without a gap, what they must add up to.
    tiled: bool
    #: Whether nothing is collected in the span; its last month then tells who would be asked.
    is_empty: bool = False

    @property
    def inside(self) -> int:
        """Count the periods in the span itself."""
        return 0 if self.is_empty else len(self.own)


def year_to_date(period: Period) -> Span:
    """Give January to the end of a period: a period itself if one is just that."""
    last = period.last_month
    kind = _FROM_JANUARY.get(last.number)
    return Period(kind, last.year) if kind else YearToDate(last.year, last.number)


def length(span: Span) -> int:
    """Count a span's months."""
    return MONTHS_IN[span.type] if isinstance(span, Period) else span.month


def is_longer(frequency: str, span: Span) -> bool:
    """Tell whether what is collected at a frequency is collected more rarely than a span.

    Of January to a month, where that is no period, whatever isn't collected every month is.
    """
    collected = MONTHS_IN[PERIOD_TYPE[frequency]]
    return collected > (length(span) if isinstance(span, Period) else 1)


@lru_cache(maxsize=4096)
def own(frequency: str, span: Span) -> Components:
    """Give what an indicator's figure of a span is made of.

    Values sent for that very period if it is collected as often or more rarely, else the periods
    of its own frequency in the span. Never a mix.
    """
    kind = PERIOD_TYPE[frequency]
    if isinstance(span, Period) and MONTHS_IN[kind] >= length(span):
        return Components([span], frozenset([span]), tiled=True)
    inside = _between(span.first_month, span.last_month, kind)
    if not inside:
        month = span.last_month
        return Components([month], frozenset([month]), tiled=False, is_empty=True)
    return _all_own(inside, length(span))


@lru_cache(maxsize=4096)
def stock(frequency: str, span: Span) -> Components:
    """Give where a part that is a stock is looked for.

    Collected more rarely than the span: the newest within twelve months, else as `own` says.
    """
    if not is_longer(frequency, span):
        return own(frequency, span)
    here = span if isinstance(span, Period) else span.last_month
    candidates = newest_within_a_year(span.last_month, frequency)
    return Components(candidates, frozenset([here]), tiled=True)


@lru_cache(maxsize=4096)
def since_january(frequency: str, span: Span) -> Components:
    """Give what a flow over a stock is made of: from January to the end of the span."""
    inside = own(frequency, span)
    if inside.is_empty:
        return inside
    kind = PERIOD_TYPE[frequency]
    if isinstance(span, Period) and MONTHS_IN[kind] >= length(span):
        kind = span.type
    last = span.last_month
    found = _between(Period.month(last.year, 1), last, kind)
    tiled = _covers(found, last.number)
    return Components(found, inside.own, tiled=tiled)


@lru_cache(maxsize=4096)
def weight(time_rule: str, frequency: str, period: Period) -> Components:
    """Give where the weight of a value in a period is looked for."""
    if time_rule == "last":
        return stock(frequency, period)
    if time_rule == "sum":
        inside = own(frequency, period)
        return inside if inside.tiled else Components([], frozenset(), tiled=False)
    return _all_own([period], length(period))


def newest_within_a_year(month: Period, frequency: str = "monthly") -> list[Period]:
    """Give the periods that end with a month or up to twelve months before, the newest first.

    Of periods that end together the frequency's own type stands first, then the longer: what was
    collected goes before what was estimated for a month.
    """
    kind = PERIOD_TYPE[frequency]
    candidates = [period for m in months_back(month, MONTHS_BACK + 1) for period in ending_with(m)]
    return sorted(
        candidates, key=lambda p: (p.end, p.type is kind, -p.start.toordinal()), reverse=True
    )


def ending_within_a_year(month: Period) -> list[Period]:
    """Give the periods that end with a month or up to twelve months after, the oldest first."""
    months = [month]
    while len(months) <= MONTHS_BACK:
        months.append(months[-1].next)
    return [period for m in months if m.year <= LAST_YEAR for period in ending_with(m)]


def ending_with(month: Period) -> list[Period]:
    """Give the periods of all types that end with a month."""
    return [
        Period(kind, month.year, month.number // months)
        for kind, months in MONTHS_IN.items()
        if month.number % months == 0
    ]


def rests_on(spans: Iterable[Span]) -> list[int]:
    """Give the ids of all periods that figures of some spans may rest on, ascending.

    What a ratio of the year so far weighs may be a year older than January.
    """
    months = {
        month
        for span in spans
        for month in months_back(span.last_month, span.last_month.number + MONTHS_BACK)
    }
    return sorted(period.id for month in months for period in ending_with(month))


def _between(first: Period, last: Period, kind: PeriodType) -> list[Period]:
    """Give the periods of a type that lie in some months of one year, the newest first."""
    months = MONTHS_IN[kind]
    begin, end = (first.number - 1 + months - 1) // months + 1, last.number // months
    return [Period(kind, last.year, number) for number in range(end, begin - 1, -1)]


def _all_own(periods: list[Period], months: int) -> Components:
    return Components(periods, frozenset(periods), tiled=_covers(periods, months))


def _covers(periods: Sequence[Period], months: int) -> bool:
    return sum(length(period) for period in periods) == months
