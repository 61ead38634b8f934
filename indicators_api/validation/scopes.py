"""Which periods a rule looks at, and where else an operand may come from. Pure.

Periods go by their ids here, as facts do: a report makes thousands of look-ups by them.

Source: domain.md, "Values and rules" and "How figures add up".
"""

from functools import lru_cache
from typing import Final, NamedTuple

from indicators_api.indicators.snapshot import IndicatorFacts
from indicators_api.periods import LAST_YEAR, Period, PeriodType, months_back

#: How far back a stock's newest value may lie that isn't collected at the period's frequency.
MONTHS_BACK: Final = 12

TYPE_BY_FREQUENCY = {
    "monthly": PeriodType.MONTH,
    "quarterly": PeriodType.QUARTER,
    "half_yearly": PeriodType.HALF,
    "yearly": PeriodType.YEAR,
}


class Scope(NamedTuple):
    """What a rule is evaluated over: `period`, `year_to_date`, `crop_year` from `start_month`."""

    name: str
    start_month: int | None = None


YEAR_TO_DATE = Scope("year_to_date")


def is_flow(facts: IndicatorFacts) -> bool:
    """Tell whether values add up over time."""
    return facts.time_aggregation == "sum"


def is_stock(facts: IndicatorFacts) -> bool:
    """Tell whether a span of time has its last value."""
    return facts.time_aggregation == "last"


def is_collected(facts: IndicatorFacts, period: Period) -> bool:
    """Tell whether reports of this type ask for the indicator, by the catalogue's frequency."""
    return TYPE_BY_FREQUENCY[facts.frequency] is period.type


def earlier_in_scope(period_id: int, scope: Scope) -> tuple[int, ...]:
    """Give the periods before this one, of its type, that begin in the scope; oldest first.

    `year_to_date` begins in January of the period's year, `crop_year` with the latest `start_month`
    on or before its last month. There are none in the scope `period`, nor before a year or nine
    months.
    """
    return () if scope.name == "period" else _since(scope.start_month or 1, period_id)


@lru_cache(maxsize=512)
def _since(start_month: int, period_id: int) -> tuple[int, ...]:
    period = Period.of_id(period_id)
    last = period.last_month
    begin = Period.month(last.year - (start_month > last.number), start_month)
    found: list[Period] = []
    earlier = period.previous
    while earlier.start >= begin.start:
        found.append(earlier)
        earlier = earlier.previous
    return tuple(p.id for p in reversed(found))


@lru_cache(maxsize=512)
def parts(period_id: int, frequency: str) -> tuple[int, ...]:
    """Give the shorter periods of a frequency that make up this one exactly, in order, if any."""
    period, wanted = Period.of_id(period_id), TYPE_BY_FREQUENCY[frequency]
    months, length = len(period.months), _length(wanted)
    if length >= months or months % length:
        return ()
    ends = (month for month in period.months if month.number % length == 0)
    return tuple(Period(wanted, month.year, month.number // length).id for month in ends)


@lru_cache(maxsize=512)
def recent(period_id: int, frequency: str) -> tuple[int, ...]:
    """Give the other periods that end with this one or up to twelve months before, newest first.

    Of those with the same end, the type of the frequency comes first, then the longer one: what was
    collected goes before what was estimated for a month.
    """
    wanted = TYPE_BY_FREQUENCY[frequency]
    kinds = sorted(PeriodType, key=lambda kind: (kind is not wanted, -_length(kind)))
    months = months_back(Period.of_id(period_id).last_month, MONTHS_BACK + 1)
    ids = (
        Period(kind, month.year, month.number // _length(kind)).id
        for month in reversed(months)
        for kind in kinds
        if month.number % _length(kind) == 0
    )
    return tuple(found for found in ids if found != period_id)


def _length(kind: PeriodType) -> int:
    return len(Period(kind, LAST_YEAR).months)
