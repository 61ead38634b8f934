"""A value as a unit gives it."""

from decimal import Decimal
from typing import NamedTuple


class Entry(NamedTuple):
    """What a unit says about one indicator in one period.

    `value` in the indicator's unit of measure; None with `missing` saying why (`not_available`,
    `not_collected`, `not_applicable`, `confidential`). `status`: E, P or A; None where the request
    leaves it to the report. `ytd` is the year to date as the unit reports it.
    """

    value: Decimal | None
    missing: str | None = None
    status: str | None = None
    ytd: Decimal | None = None
    note: str | None = None
