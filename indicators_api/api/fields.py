"""Fields of our own: periods, lists in one parameter, and a report's values in one pass."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from marshmallow import ValidationError, fields

from indicators_api.api.context import now
from indicators_api.errors import mark
from indicators_api.observations.entry import Entry
from indicators_api.periods import FIRST_YEAR, LAST_YEAR, Period, PeriodType, within
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
)

#: Letters, digits and what stands between them in official codes.
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
#: RFC 3339: what `datetime` reads beyond it (weeks, no offset) is nobody's.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_BLANK_OFFSET = re.compile(r" (\d\d:\d\d)$", re.ASCII)
#: Of periods, for the document; years are from 1990 to 2100.
PERIOD_PATTERN = "^[12][0-9]{3}(-(0[1-9]|1[0-2]|Q[1-4]|S[12]|9M))?$"
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
        day = super()._deserialize(value, attr, data, **kwargs)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(mark("Not a valid date."))
        return day


class MomentField(fields.Field[datetime]):
    """A moment that has passed, RFC 3339 with its offset: `2024-08-02T09:00:00+07:00`."""

    def __init__(self, **kwargs: Any) -> None:
        """Document the text that it is read from."""
        super().__init__(**kwargs)
        self.metadata = {"type": "string", "format": "date-time", **self.metadata}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> datetime:
        # A plus sign that stands in an address as it is means a blank there.
        said = _BLANK_OFFSET.sub(r"+\1", value) if isinstance(value, str) else ""
        if not _MOMENT.fullmatch(said):
            raise ValidationError(mark("Not a moment; write 2024-08-02T09:00:00+07:00."))
        try:
            moment = datetime.fromisoformat(said.upper())
        except ValueError as error:
            raise ValidationError(mark("Not a moment; write 2024-08-02T09:00:00+07:00.")) from error
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValidationError(mark("Not a moment; write 2024-08-02T09:00:00+07:00."))
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


def read_period(value: Any) -> Period:
    """Read a period, or say what one looks like."""
    try:
        return Period.parse(value)
    except (TypeError, ValueError) as error:
        raise ValidationError(
            mark("Not a period; write 2024-07, 2024-Q3, 2024-S1, 2024-9M or 2024.")
        ) from error


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
