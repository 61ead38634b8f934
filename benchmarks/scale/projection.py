"""What the country would need in ten years, from what was measured; each with its assumption."""

from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.scale.measures import Storage, Taken

#: 10,000 units x 649 indicators x 120 months.
UNITS, INDICATORS, MONTHS = 10_000, 649, 120
OBSERVATIONS = UNITS * INDICATORS * MONTHS
#: Units of a province here, and so the provinces that 10,000 units are.
UNITS_OF_ONE = 194
PROVINCES = UNITS / UNITS_OF_ONE
#: Months that reports and readers are busy with: this one, the one before, the year before that.
BUSY_MONTHS = 3

_GIB = 2**30


class Line(NamedTuple):
    """What is needed, how much, and on what that rests."""

    what: str
    value: str
    assumption: str


def project(
    storage: Sequence[Storage], taken: Sequence[Taken], *, rows_a_second: float, months: int
) -> list[Line]:
    """Give the lines of the extrapolation, from the largest size that was measured."""
    largest = max(each.provinces for each in storage)
    tables = {each.table: each for each in storage if each.provinces == largest}
    values = tables["observation"].rows
    heap = sum(each.heap for each in tables.values()) / values * OBSERVATIONS
    indexes = sum(each.indexes for each in tables.values()) / values * OBSERVATIONS
    seconds = {each.what: each.median for each in taken if each.provinces == largest}
    return [
        Line("observations", f"{OBSERVATIONS / 1e6:,.0f} M", "one version of each report"),
        Line("disk: rows", _gib(heap), "bytes a value as measured, of all fact tables"),
        Line("disk: indexes", _gib(indexes), "filled in order of months; none is left out"),
        Line(
            "memory: months at work",
            _gib((heap + indexes) * BUSY_MONTHS / MONTHS),
            f"{BUSY_MONTHS} of {MONTHS} months in the page cache, all provinces",
        ),
        Line(
            "loading by COPY",
            _hours(OBSERVATIONS / rows_a_second),
            "one connection, this machine, indexes in place",
        ),
        Line(
            "adding up all again",
            _hours(seconds["roll up a province's month"] * PROVINCES * MONTHS),
            "one connection, month by month",
        ),
        Line(
            "verify all",
            _hours(seconds["verify a province"] / months * PROVINCES * MONTHS),
            "one connection; its time grows with the months of a province",
        ),
        Line(
            "a month's reports sent and accepted",
            _hours((seconds["send a report"] + seconds["accept a report"]) * UNITS),
            "one after the other in one process: the shortest window that it can take",
        ),
    ]


def _gib(size: float) -> str:
    return f"{size / _GIB:,.1f} GiB"


def _hours(seconds: float) -> str:
    minutes = seconds / 60
    return f"{minutes:,.1f} min" if minutes < 120 else f"{minutes / 60:,.1f} h"  # noqa: PLR2004 - 2 h
