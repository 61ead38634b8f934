"""The two sides of a validation rule: sums of products of numbers and indicator codes. Pure."""

import re
from decimal import Decimal, localcontext
from typing import NamedTuple

from indicators_api.errors import Message, mark
from indicators_api.validation.exact import EXACT

_SIGNS = {"+": Decimal(1), "-": Decimal(-1)}
_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?)(?![0-9.A-Za-z_])"
    r"|(?P<code>[A-Za-z][A-Za-z0-9._]*)"
    r"|(?P<operator>[-+*])",
    re.ASCII,
)

NOT_EXPECTED = mark("“%(found)s” is not expected at position %(position)s of “%(expression)s”.")
ENDS_EARLY = mark("“%(expression)s” ends where an indicator code or a number is expected.")


class Term(NamedTuple):
    """coefficient x the product of the indicators; without indicators it is a number."""

    coefficient: Decimal
    codes: tuple[str, ...] = ()


class ExpressionInvalid(ValueError):
    """The text is no expression; `message` says where, `str()` in English."""

    def __init__(self, message: Message) -> None:
        """Take the reason as a template with its parameters."""
        super().__init__(message.text % dict(message.params))
        self.message = message


def parse(expression: str) -> tuple[Term, ...]:
    """Read `A + B * 2 - C` into terms, in order. Raises ExpressionInvalid.

    Equal terms aren't joined. `*` binds tighter; there are no brackets and no leading sign.
    """
    terms: list[Term] = []
    sign, product, wants_operand = Decimal(1), Term(Decimal(1)), True
    for kind, text, position in _tokens(expression):
        if wants_operand == (kind == "operator"):
            raise _unexpected(expression, text, position)
        wants_operand = not wants_operand
        if kind != "operator":
            product = _times(product, kind, text)
        elif text in _SIGNS:
            terms.append(_signed(product, sign))
            sign, product = _SIGNS[text], Term(Decimal(1))
    if wants_operand:
        raise ExpressionInvalid(Message(ENDS_EARLY, {"expression": expression}))
    return (*terms, _signed(product, sign))


def operands(expression: str) -> tuple[str, ...]:
    """Give an expression's indicator codes, each once, in order. Raises ExpressionInvalid."""
    return codes_of(parse(expression))


def codes_of(terms: tuple[Term, ...]) -> tuple[str, ...]:
    """Give the indicator codes of terms, each once, in order of appearance."""
    return tuple(dict.fromkeys(code for term in terms for code in term.codes))


def _tokens(expression: str) -> list[tuple[str, str, int]]:
    found, position = [], 0
    while position < len(expression):
        match = _TOKEN.match(expression, position)
        if match is None:
            raise _unexpected(expression, expression[position], position)
        if match.lastgroup and match.lastgroup != "space":
            found.append((match.lastgroup, match[0], position))
        position = match.end()
    return found


def _times(product: Term, kind: str, text: str) -> Term:
    if kind == "code":
        return Term(product.coefficient, (*product.codes, text))
    with localcontext(EXACT):
        return Term(product.coefficient * Decimal(text), product.codes)


def _signed(product: Term, sign: Decimal) -> Term:
    return Term(product.coefficient.copy_sign(sign), product.codes)


def _unexpected(expression: str, found: str, position: int) -> ExpressionInvalid:
    """Count positions from 1, as people do."""
    params = {"found": found, "position": position + 1, "expression": expression}
    return ExpressionInvalid(Message(NOT_EXPECTED, params))
