"""What a cell of a catalogue file may hold.

Each reader takes the text, trimmed and in Unicode's composed form (NFC), and gives the value or
says what is wrong. They are written beside the fields of `catalogue/rows.py`.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from indicators_api.errors import Message, mark
from indicators_api.periods import LAST_YEAR

Reader = Callable[[str], Any]

#: Codes stand in addresses and in comma-separated lists, and fill a column of 64.
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
#: Codes of indicators stand in expressions too: no minus, and no digit first.
_TERM = re.compile(r"[A-Za-z][A-Za-z0-9._]{0,63}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
#: Areas and units may be much older than the first period.
_FIRST_YEAR = 1900
#: Letters of a cell that a message repeats.
_SHOWN = 80
_WHOLE = re.compile(r"-?\d{1,9}", re.ASCII)
#: At most 20 digits before and 10 after the point (domain.md, "Values and rules").
_NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,10})?", re.ASCII)


class CellRefused(Exception):
    """A cell holds what its column doesn't take."""

    def __init__(self, code: str, text: str, **params: object) -> None:
        """Take a fault's code and an English template."""
        super().__init__(text)
        self.code = code
        self.message = Message(text, {name: _short(value) for name, value in params.items()})


def _short(value: object) -> object:
    return f"{value[:_SHOWN]}…" if isinstance(value, str) and len(value) > _SHOWN else value


def code(text: str) -> str:
    """Read a code: letters, digits, `.`, `_` and `-`, at most 64."""
    if not _CODE.fullmatch(text):
        raise CellRefused("bad-code", mark("“%(found)s” is not a code."), found=text)
    return text


def term(text: str) -> str:
    """Read an indicator's code: as other codes, but it begins with a letter and has no `-`."""
    if not _TERM.fullmatch(text):
        raise CellRefused("bad-code", mark("“%(found)s” is not an indicator's code."), found=text)
    return text


def words(text: str) -> str:
    """Read a text that may not be empty and has no control characters."""
    if not text:
        raise CellRefused("empty", mark("The cell is empty."))
    return remark(text)


def remark(text: str) -> str:
    """Read a text that may be empty and has no control characters, line breaks included."""
    if any(letter < " " or "\x7f" <= letter < "\xa0" for letter in text):
        raise CellRefused(
            "control-character", mark("The text has line breaks or control characters.")
        )
    return text


def day(text: str) -> date:
    """Read a date as `2024-07-31`."""
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or not _FIRST_YEAR <= found.year <= LAST_YEAR:
        raise CellRefused(
            "bad-date", mark("“%(found)s” is not a date like 2024-07-31."), found=text
        )
    return found


def number(text: str) -> Decimal:
    """Read a decimal with a point: at most 20 digits before it and 10 after."""
    if not _NUMBER.fullmatch(text):
        raise CellRefused(
            "bad-number", mark("“%(found)s” is not a number like -1234.5."), found=text
        )
    return Decimal(text)


def flag(text: str) -> bool:
    """Read `true` or `false`."""
    if text not in ("true", "false"):
        raise CellRefused("bad-word", mark("“%(found)s” is neither true nor false."), found=text)
    return text == "true"


def whole(low: int, high: int) -> Reader:
    """Give a reader of whole numbers from `low` to `high`."""

    def read(text: str) -> int:
        if not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
            message = mark("“%(found)s” is not a whole number from %(low)s to %(high)s.")
            raise CellRefused("bad-number", message, found=text, low=low, high=high)
        return int(text)

    return read


def one_of(allowed: Sequence[str]) -> Reader:
    """Give a reader of one of the given words."""

    def read(text: str) -> str:
        if text not in allowed:
            message = mark("“%(found)s” is not one of: %(allowed)s.")
            raise CellRefused("bad-word", message, found=text, allowed=", ".join(allowed))
        return text

    return read


def listed(text: str) -> tuple[str, ...]:
    """Read one or more codes with `;` between them, none twice."""
    found = tuple(code(part.strip()) for part in text.split(";"))
    if len(set(found)) < len(found):
        raise CellRefused("duplicate", mark("“%(found)s” names something twice."), found=text)
    return found


def optional(reader: Reader) -> Reader:
    """Let a reader's cell be empty, which is None."""
    return lambda text: reader(text) if text else None
