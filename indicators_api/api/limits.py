"""What a field may hold: marshmallow's validators, telling what is wrong in the reader's language.

Each still is marshmallow's own for the OpenAPI document, which shows `enum`, `minimum`, `minItems`.
"""

from collections.abc import Sequence
from typing import Any

from marshmallow import validate

from indicators_api.errors import Message, mark


class Choice(validate.OneOf):
    """One of the given words."""

    def _format_error(self, value: Any) -> Any:
        return [Message(mark("Must be one of: %(choices)s."), {"choices": self.choices_text})]


class Between(validate.Range):
    """A number from a lowest to a highest, both included."""

    def _format_error(self, value: Any, message: str) -> Any:
        params = {"lowest": self.min, "highest": self.max}
        return [Message(mark("Must be from %(lowest)s to %(highest)s."), params)]


class Size(validate.Length):
    """A list of a least to a most entries."""

    def _format_error(self, value: Any, message: str) -> Any:
        params = {"least": self.min, "most": self.max, "given": len(value)}
        text = mark("From %(least)s to %(most)s entries are expected, not %(given)s.")
        return [Message(text, params)]


def choice(allowed: Sequence[str]) -> Choice:
    """Let a field hold one of the given words only."""
    return Choice(allowed)


def between(lowest: int, highest: int) -> Between:
    """Let a field hold a number from a lowest to a highest."""
    return Between(lowest, highest)


def size(least: int, most: int) -> Size:
    """Let a list have a least to a most entries."""
    return Size(least, most)
