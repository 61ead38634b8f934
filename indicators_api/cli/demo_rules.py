"""Read validation rules as linear expressions, for values that obey them by construction."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from indicators_api.cli.demo_catalogue import DemoIndicator, DemoRule

_TERM = re.compile(r"\s*([+-]?)\s*([A-Z0-9.]+(?:\s*\*\s*[A-Z0-9.]+)*)")


@dataclass(frozen=True, slots=True)
class Linear:
    """A sum of multiples of indicators and a constant."""

    terms: tuple[tuple[str, Decimal], ...]
    constant: Decimal

    @property
    def codes(self) -> tuple[str, ...]:
        """The indicators in it, in order of appearance."""
        return tuple(code for code, _ in self.terms)

    @property
    def single(self) -> str | None:
        """The indicator, if the expression is one indicator and nothing else."""
        is_single = len(self.terms) == 1 and self.terms[0][1] == 1 and self.constant == 0
        return self.terms[0][0] if is_single else None

    def value(self, value_by_code: Mapping[str, Decimal]) -> Decimal:
        """The expression's value. Raises KeyError where an indicator has none."""
        return self.constant + sum(
            (value_by_code[code] * factor for code, factor in self.terms), Decimal(0)
        )


@dataclass(frozen=True, slots=True)
class Scaled:
    """A linear expression over whole numbers: values in units of their last decimal."""

    terms: tuple[tuple[str, int | Fraction], ...]
    constant: int


@dataclass(frozen=True, slots=True)
class Inequality:
    """lower <= upper, and where it was read from."""

    lower: Linear
    upper: Linear
    rule: DemoRule


def parse(expression: str) -> Linear:
    """Read `KT090102 * 1000 - KT090201 + 19`. Raises ValueError on anything else."""
    terms: list[tuple[str, Decimal]] = []
    constant, end = Decimal(0), 0
    while end < len(expression.rstrip()):
        match = _TERM.match(expression, end)
        if match is None:
            raise ValueError(f"not a sum of indicators and numbers: {expression!r}")
        code, factor = _term(match[2].replace(" ", "").split("*"))
        factor = -factor if match[1] == "-" else factor
        if code is None:
            constant += factor
        else:
            terms.append((code, factor))
        end = match.end()
    return Linear(tuple(terms), constant)


def _term(parts: list[str]) -> tuple[str | None, Decimal]:
    """The indicator of one product, None for a number, and its factor."""
    code: str | None = None
    factor = Decimal(1)
    for part in parts:
        if part[0].isalpha():
            if code is not None:
                raise ValueError(f"two indicators multiplied: {code}, {part}")
            code = part
        else:
            factor *= Decimal(part)
    return code, factor


def sums(rules: Iterable[DemoRule]) -> dict[str, tuple[str, ...]]:
    """Totals and the parts that make them, from the rules `total = part + part`.

    Where two rules tell the same total the first one counts.
    """
    parts: dict[str, tuple[str, ...]] = {}
    for rule in rules:
        total, right = parse(rule.left).single, parse(rule.right)
        is_plain = right.constant == 0 and all(factor == 1 for _, factor in right.terms)
        if rule.operator == "=" and total is not None and is_plain:
            parts.setdefault(total, right.codes)
    return parts


def inequalities(rules: Iterable[DemoRule]) -> list[Inequality]:
    """The rules with <= and >=, all turned to <=."""
    found = []
    for rule in rules:
        left, right = parse(rule.left), parse(rule.right)
        if rule.operator == "<=":
            found.append(Inequality(left, right, rule))
        elif rule.operator == ">=":
            found.append(Inequality(right, left, rule))
    return found


def caps(
    rules: Iterable[DemoRule], indicators: Mapping[str, DemoIndicator]
) -> dict[str, list[Scaled]]:
    """What an indicator must not exceed in any month.

    Rules over a year to date count too where all their indicators are flows: what holds in each
    month holds for the sum. Rules over a crop year don't: a month's harvest may exceed the month's
    planting.
    """
    bounds: dict[str, list[Scaled]] = {}
    for inequality in inequalities(rules):
        code, upper = inequality.lower.single, inequality.upper
        if code is None or code in upper.codes or not _holds_monthly(inequality, indicators):
            continue
        bounds.setdefault(code, []).append(_scaled(upper, code, indicators))
    return bounds


def _holds_monthly(inequality: Inequality, indicators: Mapping[str, DemoIndicator]) -> bool:
    """Whether the rule may be kept month by month."""
    if inequality.rule.scope == "year_to_date":
        codes = inequality.lower.codes + inequality.upper.codes
        return all(indicators[code].temporal_nature == "flow" for code in codes)
    return inequality.rule.scope == "period"


def _scaled(linear: Linear, code: str, indicators: Mapping[str, DemoIndicator]) -> Scaled:
    """The expression in units of one indicator's last decimal; exact, by fractions if needed."""
    decimals = indicators[code].decimals
    terms: list[tuple[str, int | Fraction]] = []
    for part, factor in linear.terms:
        exact = Fraction(factor) * Fraction(10) ** (decimals - indicators[part].decimals)
        terms.append((part, exact.numerator if exact.denominator == 1 else exact))
    return Scaled(tuple(terms), int(linear.constant.scaleb(decimals)))
