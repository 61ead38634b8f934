"""Chance that doesn't depend on the order of calls: each draw has a seed made of what it is for."""

from dataclasses import dataclass
from functools import cache
from math import pi, sin
from random import Random

# The generator is Python's own everywhere: what is drawn is a demonstration, not a secret (S311).

#: Months of a stock's slow swing.
_SWING = 18


@dataclass(frozen=True, slots=True)
class Draw:
    """For each place a deviation between -1 and 1, and where to round (0 ≤ rounding < 1)."""

    deviations: list[float]
    roundings: list[float]


class Chance:
    """Draws for indicators and months over a number of places."""

    def __init__(self, seed: int, places: int) -> None:
        self._seed, self._places = seed, places
        self._steady = cache(self._draw_steady)

    def flow(self, code: str, month: int) -> Draw:
        """Draw for what happens in a month: partly a place's own, the month's and all places'.

        Rounding by chance keeps small counts honest: 0.3 cases a month are one case in every third.
        """
        own, _, _ = self._steady(code)
        random = Random(f"{self._seed}|{code}|{month}")  # noqa: S311
        common = 0.2 * random.uniform(-1, 1)
        numbers = [random.random() for _ in range(2 * self._places)]
        deviations = [
            0.4 * mine + 0.4 * (2 * number - 1) + common
            for mine, number in zip(own, numbers, strict=False)
        ]
        return Draw(deviations, numbers[self._places :])

    def stock(self, code: str, month: int) -> Draw:
        """Draw for what is there: the place's own deviation and a slow swing; always rounded alike.

        From month to month the deviation moves by less than 0.15 * 2π / 18 = 0.053.
        """
        own, phases, roundings = self._steady(code)
        turn = month / _SWING
        deviations = [
            0.85 * mine + 0.15 * sin(2 * pi * (turn + phase))
            for mine, phase in zip(own, phases, strict=True)
        ]
        return Draw(deviations, roundings)

    def once(self, *purpose: object) -> Random:
        """Draws for one purpose."""
        return Random("|".join(str(part) for part in (self._seed, *purpose)))  # noqa: S311

    def _draw_steady(self, code: str) -> tuple[list[float], list[float], list[float]]:
        """An indicator's own deviations, phases and roundings, the same in all months."""
        random = Random(f"{self._seed}|{code}")  # noqa: S311
        own = [random.uniform(-1, 1) for _ in range(self._places)]
        phases = [random.random() for _ in range(self._places)]
        return own, phases, [random.random() for _ in range(self._places)]
