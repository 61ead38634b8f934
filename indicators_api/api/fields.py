"""Fields of our own: periods, lists in one parameter, and a report's values in one pass."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields

from indicators_api.api.context import demand_present, now
from indicators_api.errors import Fault, mark
from indicators_api.observations.entry import Entry
from indicators_api.periods import FIRST_YEAR, LAST_YEAR, Period, PeriodType, within
from indicators_api.validation.number import read_number
from indicators_api.validation.values import parse_values

#: marshmallow's own words that clients can meet, marked for translation.
WORDS = (
    mark("Missing data for required field."),
    mark("Unknown field."),
    mark("Field may not be null."),
    mark("Not a valid string."),
    mark("Not a valid integer."),
    mark("Not a valid date."),
    mark("Not a valid list."),
    mark("Not a valid mapping type."),
    mark("Invalid input type."),
    mark("Not a valid boolean."),
)

#: Letters, digits and what stands between them in official codes.
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
#: Of periods, for the document; years are from 1990 to 2100.
PERIOD_PATTERN = "^[12][0-9]{3}(-(0[1-9]|1[0-2]|Q[1-4]|S[12]|9M))?$"
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: RFC 3339. Where nobody escaped the plus of an offset in an address, a space arrives.
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
    r"(?:[Zz]|[-+ ][0-9]{2}:[0-9]{2})"
)
#: As many codes as a question may name; the reference catalogue has 649 indicators.
MOST_CODES = 2000
#: As many periods as a question may name: fifty years of months.
MOST_PERIODS = 600


class PeriodField(fields.Field[Period]):
    """A reporting period: `2024-07`, `2024-Q3`, `2024-S1`, `2024-9M` or `2024`."""

    def __init__(self, **kwargs: Any) -> None:
        """Document the text that it is read from."""
        super().__init__(**kwargs)
        self.metadata = {"type": "string", "pattern": PERIOD_PATTERN, **self.metadata}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Period:
        return read_period(value)


class PeriodsField(fields.Field[list[Period]]):
    """Periods, comma separated, each once: `2024-06,2024-07`."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[Period]:
        parts = _parts(value, MOST_PERIODS)
        return sorted((read_period(part) for part in parts), key=lambda period: period.id)


class CodesField(fields.Field[list[str]]):
    """Codes, comma separated, each once: `KT070101,KT070102`."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[str]:
        codes = _parts(value, MOST_CODES)
        strange = [code for code in codes if not CODE.fullmatch(code)]
        if strange:
            raise ValidationError(mark("Not a code."))
        return codes


class CodeField(fields.Field[str]):
    """A code: letters, digits, points, hyphens and underscores."""

    def __init__(self, **kwargs: Any) -> None:
        """Document the text that it is read from."""
        super().__init__(**kwargs)
        self.metadata = {"type": "string", "pattern": f"^{CODE.pattern}$", **self.metadata}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        if not isinstance(value, str) or not CODE.fullmatch(value):
            raise ValidationError(mark("Not a code."))
        return value


class DayField(fields.Date):
    """A day in the years that periods lie in."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> date:
        try:
            return read_day(value)
        except (TypeError, ValueError) as error:
            raise ValidationError(mark("Not a valid date.")) from error


class MomentField(fields.Field[datetime]):
    """A moment with its offset from UTC: `2024-07-16T09:00:00+07:00`."""

    def __init__(self, **kwargs: Any) -> None:
        """Document the text that it is read from."""
        super().__init__(**kwargs)
        self.metadata = {"type": "string", "format": "date-time", **self.metadata}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> datetime:
        try:
            if not MOMENT.fullmatch(value):
                raise ValueError(value)  # noqa: TRY301 - told below like all else that is wrong
            moment = datetime.fromisoformat(value.replace(" ", "+").upper())
        except (TypeError, ValueError) as error:
            raise ValidationError(mark("Not a moment; write 2024-07-16T09:00:00+07:00.")) from error
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValidationError(mark("Not a moment; write 2024-07-16T09:00:00+07:00."))
        return moment


class NumberField(fields.Field[Decimal]):
    """An exact decimal: a JSON number, or a text such as `1234.56`."""

    def __init__(self, **kwargs: Any) -> None:
        """Document both."""
        super().__init__(**kwargs)
        self.metadata = {"type": ["number", "string"], **self.metadata}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Decimal:
        faults: list[Fault] = []
        number = read_number(value, "", faults)
        if number is None:
            raise ValidationError([fault.message for fault in faults])
        return number


class FlagField(fields.Boolean):
    """True or false, not what looks like them."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class PastField(MomentField):
    """A moment that is not in the future."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> datetime:
        moment = super()._deserialize(value, attr, data, **kwargs)
        if moment > now():
            raise ValidationError(mark("The moment lies in the future."))
        return moment


class TextField(fields.String):
    """Text for people: at most 2,000 characters, not blank, without control characters."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if len(text) > 2000 or any(c < " " and c not in "\n\t" for c in text):  # noqa: PLR2004
            raise ValidationError(mark("At most 2000 characters, no control characters."))
        if not text.strip() or any("\ud800" <= c <= "\udfff" for c in text):
            raise ValidationError(mark("Not a text."))
        return text


class ValuesField(fields.Field[Mapping[str, Entry]]):
    """A report's values: indicator code → number, decimal string, null or an object.

    Read as one set.
    """

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Mapping[str, Entry]:
        if not isinstance(value, dict):
            raise ValidationError(mark("Not a valid mapping type."))
        entries, faults = parse_values(value)
        if faults:
            raise ValidationError({"_schema": faults})
        return entries


def read_day(value: str) -> date:
    """Read a day, written 2024-07-31, of the years that periods lie in. Raises ValueError."""
    day = date.fromisoformat(value) if DAY.fullmatch(value) else None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(value)
    return day


def read_period(value: Any) -> Period:
    """Read a period, or say what one looks like. Raises YearArchived."""
    try:
        period = Period.parse(value)
    except (TypeError, ValueError) as error:
        raise ValidationError(
            mark("Not a period; write 2024-07, 2024-Q3, 2024-S1, 2024-9M or 2024.")
        ) from error
    demand_present(period)
    return period


def span(start: Period, end: Period, kind: PeriodType | None) -> list[Period]:
    """Give the periods from one to another, both included, or say why there are none.

    Those of a kind, or without one of the type that start and end have.
    """
    if (kind is None and start.type is not end.type) or start.start > end.end:
        raise ValidationError(mark("start and end must be of one type, start first."), "start")
    if (end.year - start.year) * 12 > MOST_PERIODS:
        raise ValidationError(mark("Too many at once."), "start")
    found = within(start.start, end.end, kind or start.type)
    if not found:
        raise ValidationError(mark("No such period lies between start and end."), "frequency")
    return found


def _parts(value: Any, most: int) -> list[str]:
    if not isinstance(value, str):
        raise ValidationError(mark("Not a valid string."))
    parts = [part.strip() for part in value.split(",")]
    if not all(parts):
        raise ValidationError(mark("An entry of the list is empty."))
    if len(parts) > most:
        raise ValidationError(mark("Too many at once."))
    if len(set(parts)) < len(parts):
        raise ValidationError(mark("An entry stands in the list twice."))
    return parts
