"""Numbers as people read them in Vietnam: 1.234.567,89. Pure.

Rounded half up, as in bulletins, and only here: what is stored and answered keeps all digits.
"""

from decimal import ROUND_HALF_UP, Context, Decimal

#: More digits than any value or product of values has, so that only the asked place is rounded.
_WIDE = Context(prec=200, rounding=ROUND_HALF_UP)
_SWAPPED = str.maketrans(",.", ".,")


def half_up(number: Decimal, places: int) -> Decimal:
    """Round to a number of decimals, half away from zero; nothing is left of a negative zero."""
    rounded = number.quantize(Decimal(1).scaleb(-places), context=_WIDE)
    return rounded or abs(rounded)


def vietnamese(number: Decimal, places: int) -> str:
    """Write with points between thousands and a comma before exactly `places` decimals."""
    return f"{half_up(number, places):,f}".translate(_SWAPPED)
