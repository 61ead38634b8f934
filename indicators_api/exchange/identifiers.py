"""Electronic identifiers of organisations, in both spellings. Pure.

Decision 20/2020/QĐ-TTg writes the widest level first and as many levels as there are: `H59.21.11`.
QCVN 102:2016/BTTTT wrote four levels, the narrowest first, with zeros: `000.11.21.H59`.
"""

import re
from typing import Final

#: How identifiers can be written.
SPELLINGS: Final = ("new", "old")

_NEW = re.compile(r"(?P<first>[A-Z][0-9]{2})(?:\.[0-9A-Z]{2,3})*")
#: Only such identifiers have an old spelling: two digits at levels two and three, three at four.
_OLD_HAS_ROOM = re.compile(
    r"(?P<first>[A-Z][0-9]{2})"
    r"(?:\.(?P<second>[0-9]{2})(?:\.(?P<third>[0-9]{2})(?:\.(?P<fourth>[0-9]{3}))?)?)?"
)
_OLD = re.compile(
    r"(?P<fourth>[0-9]{3})\.(?P<third>[0-9]{2})\.(?P<second>[0-9]{2})\.(?P<first>[A-Z][0-9]{2})"
)


def is_identifier(code: str) -> bool:
    """Tell whether a code is an identifier in the new spelling."""
    return _NEW.fullmatch(code) is not None


def old_spelling(code: str) -> str | None:
    """Write an identifier in the old spelling; None where it has no room there."""
    match = _OLD_HAS_ROOM.fullmatch(code)
    if match is None:
        return None
    second, third, fourth = (match[name] or "" for name in ("second", "third", "fourth"))
    return f"{fourth or '000'}.{third or '00'}.{second or '00'}.{match['first']}"


def new_spelling(code: str) -> str | None:
    """Write an identifier of either spelling in the new one; None where it is none."""
    if is_identifier(code):
        return code
    match = _OLD.fullmatch(code)
    if match is None:
        return None
    parts = [match["first"], match["second"], match["third"], match["fourth"]]
    while not parts[-1].strip("0"):
        parts.pop()
    return ".".join(parts)
