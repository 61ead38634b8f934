"""How the receiver fails when it is told to: by chance, in the ways that real partners do."""

import random
from enum import StrEnum
from typing import NamedTuple


class Fault(StrEnum):
    """A way to fail."""

    #: No answer at all, until the sender gives up; nothing is stored.
    TIMEOUT = "timeout"
    #: An error of the server; nothing is stored.
    ERROR = "500"
    #: A conflict that isn't one; nothing is stored.
    CONFLICT = "409"
    #: The line is cut after the message was stored, before the answer.
    DROP = "drop"


class Behaviour(NamedTuple):
    """How often it fails in each way: chances from 0 to 1."""

    chances: dict[Fault, float]

    @classmethod
    def read(cls, text: str) -> "Behaviour":
        """Read `drop:0.1,500:0.2`; a fault without a chance happens always. Raises ValueError."""
        chances = {}
        for part in filter(None, (each.strip() for each in text.split(","))):
            name, _, chance = part.partition(":")
            chances[Fault(name)] = float(chance or 1)
        if any(not 0 <= chance <= 1 for chance in chances.values()):
            raise ValueError(text)
        return cls(chances)

    def draw(self) -> Fault | None:
        """Say how it fails this time; None: it does not."""
        for fault, chance in self.chances.items():
            if random.random() < chance:  # noqa: S311 - what fails is nobody's secret
                return fault
        return None
