"""Reporting periods: parse, print, dates, neighbours.

Pure. Source: Decree 09/2019/NĐ-CP art. 12; domain.md.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

FIRST_YEAR, LAST_YEAR = 1990, 2100

_ROMAN = ("I", "II", "III", "IV")

_TEXT = re.compile(
    r"(?P<year>\d{4})(?:-(?:(?P<month>\d{2})|Q(?P<quarter>[1-4])|S(?P<half>[12])|(?P<nine>9M)))?"
)


class PeriodType(StrEnum):
    """What a period spans; the values are the API's `frequency` names."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    NINE_MONTHS = "nine_months"
    YEAR = "year"


_MONTHS_IN = {
    PeriodType.MONTH: 1,
    PeriodType.QUARTER: 3,
    PeriodType.HALF: 6,
    PeriodType.NINE_MONTHS: 9,
    PeriodType.YEAR: 12,
}
#: The last two digits of a period's id, before its number within the year is added (performance.md,
#: rule 7).
_ID_BASE = {
    PeriodType.MONTH: 0,
    PeriodType.QUARTER: 20,
    PeriodType.HALF: 30,
    PeriodType.NINE_MONTHS: 40,
    PeriodType.YEAR: 50,
}


@dataclass(frozen=True, slots=True)
class Period:
    """A reporting period.

    Its type, year and number within the year (July is 7, Q3 is 3, a year is 1).
    """

    type: PeriodType
    year: int
    number: int = 1

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2024-07`, `2024-Q3`, `2024-S1`, `2024-9M` or `2024`. Raises ValueError."""
        match = _TEXT.fullmatch(text)
        if match is None or not FIRST_YEAR <= int(match["year"]) <= LAST_YEAR:
            raise ValueError(text)
        year = int(match["year"])
        if match["month"]:
            if not 1 <= int(match["month"]) <= 12:  # noqa: PLR2004 - months in a year
                raise ValueError(text)
            return cls(PeriodType.MONTH, year, int(match["month"]))
        if match["quarter"]:
            return cls(PeriodType.QUARTER, year, int(match["quarter"]))
        if match["half"]:
            return cls(PeriodType.HALF, year, int(match["half"]))
        return cls(PeriodType.NINE_MONTHS if match["nine"] else PeriodType.YEAR, year)

    @classmethod
    def month(cls, year: int, month: int) -> Self:
        """Give a month's period."""
        return cls(PeriodType.MONTH, year, month)

    @classmethod
    def of_id(cls, period_id: int) -> Self:
        """Read the id that facts are stored under."""
        year, rest = divmod(period_id, 100)
        for kind, base in reversed(_ID_BASE.items()):
            if rest > base or (kind is PeriodType.YEAR and rest == base):
                return cls(kind, year, max(rest - base, 1))
        raise ValueError(period_id)

    @property
    def id(self) -> int:
        """The key of facts.

        Yyyy × 100 + 1–12 month, 21–24 quarter, 31–32 half, 41 nine months, 50 year.
        """
        within = 0 if self.type is PeriodType.YEAR else self.number
        return self.year * 100 + _ID_BASE[self.type] + within

    def __str__(self) -> str:
        """Print as the API does: the reverse of `parse`."""
        match self.type:
            case PeriodType.MONTH:
                return f"{self.year:04}-{self.number:02}"
            case PeriodType.QUARTER:
                return f"{self.year:04}-Q{self.number}"
            case PeriodType.HALF:
                return f"{self.year:04}-S{self.number}"
            case PeriodType.NINE_MONTHS:
                return f"{self.year:04}-9M"
            case PeriodType.YEAR:
                return f"{self.year:04}"

    @property
    def name_vi(self) -> str:
        """The Vietnamese name: `tháng 7/2024`, `quý III/2024`, `6 tháng đầu năm 2024`."""
        match self.type:
            case PeriodType.MONTH:
                return f"tháng {self.number}/{self.year}"
            case PeriodType.QUARTER:
                return f"quý {_ROMAN[self.number - 1]}/{self.year}"
            case PeriodType.HALF:
                return f"6 tháng {'đầu' if self.number == 1 else 'cuối'} năm {self.year}"
            case PeriodType.NINE_MONTHS:
                return f"9 tháng năm {self.year}"
            case PeriodType.YEAR:
                return f"năm {self.year}"

    @property
    def first_month(self) -> Self:
        """The month that the period begins with."""
        return type(self).month(self.year, (self.number - 1) * _MONTHS_IN[self.type] + 1)

    @property
    def last_month(self) -> Self:
        """The month that the period ends with; its cut-off day is the period's."""
        return type(self).month(self.year, self.number * _MONTHS_IN[self.type])

    @property
    def start(self) -> date:
        """First calendar day."""
        return date(self.year, self.first_month.number, 1)

    @property
    def end(self) -> date:
        """Last calendar day."""
        month = self.last_month.number
        return date(self.year, month, calendar.monthrange(self.year, month)[1])

    @property
    def months(self) -> list[Self]:
        """The months in it, in order."""
        span = range(self.first_month.number, self.last_month.number + 1)
        return [type(self).month(self.year, month) for month in span]

    @property
    def previous(self) -> Self:
        """The period of the same type before this one; of nine months and years a year earlier."""
        return self._moved(-1)

    @property
    def next(self) -> Self:
        """The period of the same type after this one; of nine months and years a year later."""
        return self._moved(1)

    def _moved(self, steps: int) -> Self:
        per_year = 1 if self.type is PeriodType.NINE_MONTHS else 12 // _MONTHS_IN[self.type]
        year, number = divmod(self.year * per_year + self.number - 1 + steps, per_year)
        return type(self)(self.type, year, number + 1)

    @property
    def same_last_year(self) -> Self:
        """Cùng kỳ: the same period of the previous year."""
        return type(self)(self.type, self.year - 1, self.number)

    def window(self, cut_off_day: int | None) -> tuple[date, date]:
        """Give first and last day of the data window under a regime.

        `cut_off_day` is the last day of the window within the period's last month (14 under Decree
        09/2019/NĐ-CP, the window then begins on day 15 of the month before the first one); None:
        calendar months.
        """
        if cut_off_day is None:
            return self.start, self.end
        before_start = self.first_month.previous
        opens = date(before_start.year, before_start.number, cut_off_day) + timedelta(days=1)
        return opens, date(self.year, self.last_month.number, cut_off_day)

    def cut_off(self, cut_off_day: int | None) -> date:
        """Give the last day of the data window.

        What is valid on it, is owed, asked and exists in the period.
        """
        return self.window(cut_off_day)[1]


def months_back(last: Period, count: int) -> list[Period]:
    """Give `count` months up to and including `last`, oldest first."""
    months = [last]
    while len(months) < count:
        months.append(months[-1].previous)
    return months[::-1]


def within(first: date, last: date, kind: PeriodType) -> list[Period]:
    """Give the periods of a type that lie wholly between two days, both included, in order."""
    found = []
    period = Period(kind, first.year)
    while period.end <= last:
        if period.start >= first:
            found.append(period)
        period = period.next
    return found
