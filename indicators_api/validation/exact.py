"""Decimal arithmetic that does not round, and the limits of a value.

Source: domain.md, "Values and rules".
"""

from decimal import Context, Decimal

#: Digits a value may have before and after the point.
WHOLE_DIGITS, PLACES = 20, 10

#: A product of six values of 30 digits still fits, so no rule is decided by a rounded number.
EXACT = Context(prec=200)

#: The last place at a number of decimals: `QUANTA[2]` is 0.01.
QUANTA = tuple(Decimal(1).scaleb(-places) for places in range(PLACES + 1))


def plain(number: Decimal) -> str:
    """Print a number with all its digits, no exponent and no trailing zeros: `1500`, `-0.25`."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
