"""That deadlines cascade by level: whoever adds up has longer than who is added up. Pure.

Source: domain.md, "Periods …".
"""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import NamedTuple


class Deadline(NamedTuple):
    """A level's deadline under one regime."""

    level: str
    #: 1 is the widest.
    rank: int
    months_after: int
    day: int


def later_below(deadlines: Iterable[Deadline]) -> Iterator[tuple[Deadline, Deadline]]:
    """Yield each pair of which the lower level has longer than the one above it, lower first.

    Days off move both in the same direction, so that the order of the rules is that of the days.
    """
    for high, low in combinations(sorted(deadlines, key=lambda each: each.rank), 2):
        if (low.months_after, low.day) > (high.months_after, high.day):
            yield low, high
