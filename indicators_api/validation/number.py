"""One number as JSON carries it, read exactly or refused with the reason. Pure.

A number is a JSON number (int, or Decimal: the decoder never makes floats) or a decimal string with
`.`, an optional sign and exponent, and no grouping. Source: domain.md, "Values and rules".
"""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from indicators_api.errors import Fault, Message, mark
from indicators_api.validation.exact import EXACT, PLACES, QUANTA, WHOLE_DIGITS

#: Of a text that is refused, the characters that the message repeats.
_SHOWN = 40

#: Lines that need no second look: within the digits, no exponent; then, unless zero has a minus.
_USUAL = re.compile(rf"(?:-?+[0-9]{{1,{WHOLE_DIGITS}}}+(?:\.[0-9]{{1,{PLACES}}}+)?+\n)*+")
_NEGATIVE_ZERO = re.compile(r"-[0.]++\n")
_DECIMAL = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_GROUPED = re.compile(r"\s*[+-]?[0-9][0-9.,'’_\s]*")
_NOT_FINITE = re.compile(r"\s*[+-]?(?:s?nan|inf(?:inity)?)\s*", re.IGNORECASE)
_SURROGATE = re.compile("[\ud800-\udfff]")

NOT_A_NUMBER = mark("A decimal number is expected: a JSON number, text such as 1234.56, or null.")
NOT_FINITE = mark("NaN and infinity are no values; send null and the reason in `missing`.")
AMBIGUOUS = mark(
    "“%(text)s” can't be read without guessing: write a point before the decimals, no grouping and"
    " no spaces, such as 1234.56."
)
TOO_MANY_DIGITS = mark(
    "A value has at most %(whole)s digits before the point and %(places)s after it."
)


def are_usual(numbers: Iterable[object]) -> bool:
    """Tell whether every number is plainly within the limits, by one look at all of them.

    False proves nothing: such numbers are read one by one. Takes Decimal, int and str only.
    """
    try:
        texts = [*map(str, numbers), ""]
    except ValueError:  # an int beyond sys.get_int_max_str_digits()
        return False
    together = "\n".join(texts)
    return (
        together.count("\n") == len(texts) - 1
        and _USUAL.fullmatch(together) is not None
        and ("-" not in together or _NEGATIVE_ZERO.search(together) is None)
    )


def read_number(said: object, pointer: str, faults: list[Fault]) -> Decimal | None:
    """Read one number; None, with a fault added, where it can't be taken.

    Trailing zeros are kept as sent up to 10 places, those beyond are dropped. -0 becomes 0, and
    1E+3 becomes 1000.
    """
    number = _decimal(said, pointer, faults)
    if number is None:
        return None
    if not number.is_finite():
        faults.append(Fault(pointer, "not-finite", Message(NOT_FINITE)))
        return None
    fitted = _fitted(number)
    if fitted is None:
        faults.append(_too_many_digits(pointer))
    return fitted


def shown(text: str) -> str:
    """Give the beginning of a foreign text, fit for a message in UTF-8."""
    cut = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return _SURROGATE.sub("\ufffd", cut)


def pointer_to(key: str) -> str:
    """Give a key as a token of a JSON pointer (RFC 6901); half a surrogate pair becomes U+FFFD."""
    return _SURROGATE.sub("\ufffd", key.replace("~", "~0").replace("/", "~1"))


def _decimal(said: object, pointer: str, faults: list[Fault]) -> Decimal | None:
    if isinstance(said, str):
        return _decimal_of_text(said, pointer, faults)
    if isinstance(said, Decimal):
        return said
    if not isinstance(said, int) or isinstance(said, bool):
        faults.append(Fault(pointer, "not-a-number", Message(NOT_A_NUMBER)))
        return None
    if abs(said) >= 10**WHOLE_DIGITS:  # before Decimal() walks through a million digits
        faults.append(_too_many_digits(pointer))
        return None
    return Decimal(said)


def _decimal_of_text(said: str, pointer: str, faults: list[Fault]) -> Decimal | None:
    if _DECIMAL.fullmatch(said):
        try:
            return Decimal(said)
        except InvalidOperation:  # an exponent beyond what decimal can hold
            faults.append(_too_many_digits(pointer))
            return None
    if _GROUPED.fullmatch(said):
        message = Message(AMBIGUOUS, {"text": shown(said)})
        faults.append(Fault(pointer, "ambiguous-number", message))
    elif _NOT_FINITE.fullmatch(said):
        faults.append(Fault(pointer, "not-finite", Message(NOT_FINITE)))
    else:
        faults.append(Fault(pointer, "not-a-number", Message(NOT_A_NUMBER)))
    return None


def _fitted(number: Decimal) -> Decimal | None:
    """Write a finite number within the limits, None if it has more digits.

    The exponent decides before any arithmetic, so that 1e999999999 costs nothing.
    """
    if not number:
        places = min(max(-_exponent(number), 0), PLACES)
        return Decimal((0, (0,), -places))
    if not -PLACES <= number.adjusted() < WHOLE_DIGITS:
        return None
    exponent = _exponent(number)
    if -PLACES <= exponent <= 0:
        return number
    if exponent > 0:
        return number.quantize(QUANTA[0], context=EXACT)
    excess = -exponent - PLACES
    if any(number.as_tuple().digits[-excess:]):
        return None
    return Decimal((number.as_tuple().sign, number.as_tuple().digits[:-excess], -PLACES))


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0  # letters are for NaN and infinity alone


def _too_many_digits(pointer: str) -> Fault:
    message = Message(TOO_MANY_DIGITS, {"whole": WHOLE_DIGITS, "places": PLACES})
    return Fault(pointer, "too-many-digits", message)
