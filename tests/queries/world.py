"""A small catalogue and what is reported under it, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from indicators_api.periods import Period

#: First and last day; None: no end.
Validity = tuple[date, date | None]

ALWAYS: Validity = (date(2000, 1, 1), None)
LEVELS = ("province", "district", "commune")


class Answer(NamedTuple):
    """What a unit says: a number or why there is none, how sure it is, and its year to date."""

    value: Decimal | None
    missing: str | None = None
    status: str = "E"
    ytd: Decimal | None = None


#: By unit and period, then by indicator: what is in force on a basis.
InForce = Mapping[tuple[str, Period], Mapping[str, Answer]]


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


class Target(NamedTuple):
    """A version of an area's plan of a year; `valid_from` is its first day."""

    area: str
    indicator: str
    year: int
    version: int
    value: Decimal
    direction: str
    valid_from: date


class Succession(NamedTuple):
    """A territory went over into another one on a day."""

    predecessor: str
    successor: str
    day: date


@dataclass(frozen=True, eq=False)
class World:
    """A catalogue, by code."""

    areas: Mapping[str, Area]
    units: Mapping[str, Unit]
    indicators: Mapping[str, Indicator]
    assignments: tuple[Assignment, ...]
    targets: tuple[Target, ...] = ()
    successions: tuple[Succession, ...] = ()


def said(answer: Decimal | int | str, *, ytd: int | None = None, status: str = "E") -> Answer:
    """Make an answer of a number, or of the reason why there is none."""
    year_to_date = None if ytd is None else Decimal(ytd)
    if isinstance(answer, str):
        return Answer(None, answer, status, year_to_date)
    return Answer(Decimal(answer), None, status, year_to_date)
