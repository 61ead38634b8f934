"""A small catalogue and what is reported under it, as plain values."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from indicators_api.periods import Period

#: First and last day; None: no end.
Validity = tuple[date, date | None]
#: What a unit says: a number, or why there is none.
Answer = Decimal | str
#: By unit and period, then by indicator: what is in force on a basis.
InForce = Mapping[tuple[str, Period], Mapping[str, Answer]]

ALWAYS: Validity = (date(2000, 1, 1), None)
LEVELS = ("province", "district", "commune")


class Area(NamedTuple):
    """A territory; `parent` None: the province."""

    code: str
    level: str
    parent: str | None
    valid: Validity


class Unit(NamedTuple):
    """Who reports for an area; `cut_off_day` None: calendar months."""

    code: str
    area: str
    cut_off_day: int | None
    valid: Validity


class Indicator(NamedTuple):
    """What is measured, and how it adds up."""

    code: str
    area_rule: str
    time_rule: str
    frequency: str
    scope: str
    valid: Validity
    weight: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    factor: Decimal | None = None


class Assignment(NamedTuple):
    """Unit x indicator; `frequency` None: the indicator's."""

    unit: str
    indicator: str
    frequency: str | None
    valid: Validity


class World(NamedTuple):
    """A catalogue, by code."""

    areas: Mapping[str, Area]
    units: Mapping[str, Unit]
    indicators: Mapping[str, Indicator]
    assignments: tuple[Assignment, ...]
