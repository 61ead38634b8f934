"""What a field may hold: marshmallow's validators, telling what is wrong in the reader's language.

Each still is marshmallow's own for the OpenAPI document, which shows `enum`, `minimum`, `minItems`.
"""

from collections.abc import Sequence
from typing import Any

from marshmallow import ValidationError, validate

from indicators_api.errors import Message, mark


class Choice(validate.OneOf):
    """One of the given words."""

    def __call__(self, value: Any) -> Any:
        """Give the value back. Raises ValidationError."""
        try:
            return super().__call__(value)
        except ValidationError as error:
            params = {"choices": self.choices_text}
            raise _fault(mark("Must be one of: %(choices)s."), **params) from error


class Between(validate.Range):
    """A number from a lowest to a highest, both included."""

    def __call__(self, value: Any) -> Any:
        """Give the value back. Raises ValidationError."""
        try:
            return super().__call__(value)
        except ValidationError as error:
            params = {"lowest": self.min, "highest": self.max}
            raise _fault(mark("Must be from %(lowest)s to %(highest)s."), **params) from error


class Size(validate.Length):
    """A list of a least to a most entries."""

    def __call__(self, value: Any) -> Any:
        """Give the value back. Raises ValidationError."""
        try:
            return super().__call__(value)
        except ValidationError as error:
            params = {"least": self.min, "most": self.max, "given": len(value)}
            raise _fault(
                mark("From %(least)s to %(most)s entries are expected, not %(given)s."), **params
            ) from error


def choice(allowed: Sequence[str]) -> Choice:
    """Let a field hold one of the given words only."""
    return Choice(allowed)


def between(lowest: int, highest: int) -> Between:
    """Let a field hold a number from a lowest to a highest."""
    return Between(lowest, highest)


def size(least: int, most: int) -> Size:
    """Let a list have a least to a most entries."""
    return Size(least, most)


def _fault(text: str, **params: Any) -> ValidationError:
    """Make an error that `rest.faults_of` takes over as it is."""
    return ValidationError([Message(text, params)])
