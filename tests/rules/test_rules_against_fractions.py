"""Validation rules against the obvious: fractions, months from year 0, Python's arithmetic."""

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from indicators_api.indicators.snapshot import IndicatorFacts, RuleFacts
from indicators_api.periods import Period, PeriodType
from tests.rules.judging import REASONS, Reports, catalogue, findings, rule

Make = Callable[..., IndicatorFacts]


class Span(NamedTuple):
    """A period as its first and last month, counted from year 0."""

    first: int
    last: int


LENGTHS = {"month": 1, "quarter": 3, "half": 6, "nine_months": 9, "year": 12}
LENGTH_OF = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}
Kind = Literal["flow", "stock", "rate"]
#: Code → what it is, and the length of its own period.
THINGS: dict[str, tuple[Kind, str]] = {
    "FA": ("flow", "monthly"), "FB": ("flow", "monthly"), "FQ": ("flow", "quarterly"),
    "SM": ("stock", "monthly"), "SQ": ("stock", "quarterly"), "SY": ("stock", "yearly"),
    "RM": ("rate", "monthly"),
}  # fmt: skip
TIME_RULES = {"flow": "sum", "stock": "last", "rate": "mean"}


def span(text: str) -> Span:
    """Count a period's months."""
    period = Period.parse(text)
    length = LENGTHS[period.type.value]
    first = period.year * 12 + (period.number - 1) * length
    return Span(first, first + length - 1)


class Reference:
    """What a rule says about a report, worked out the slow way."""

    def __init__(self, reports: Reports, period: str) -> None:
        self.reports = {span(text): values for text, values in reports.items()}
        self.here = span(period)

    def answer(self, where: Span, code: str) -> Fraction | None:
        said = self.reports.get(where, {}).get(code)
        if said == "not_applicable":
            return Fraction(0)
        return None if said is None or said in REASONS else Fraction(said)

    def flow(self, where: Span, code: str) -> Fraction | None:
        own = self.answer(where, code)
        length = LENGTH_OF[THINGS[code][1]]
        whole = where.last - where.first + 1
        if own is not None or whole <= length or whole % length:
            return own
        steps = range(where.first, where.last + 1, length)
        pieces = [self.answer(Span(m, m + length - 1), code) for m in steps]
        return None if None in pieces else sum((p for p in pieces if p is not None), Fraction(0))

    def newest(self, code: str) -> Fraction | None:
        own_length = LENGTH_OF[THINGS[code][1]]
        candidates = [
            (where.last, where.last - where.first + 1 == own_length, -where.first, found)
            for where in self.reports
            if self.here.last - 12 <= where.last <= self.here.last
            and where != self.here
            and (found := self.answer(where, code)) is not None
        ]
        return max(candidates)[-1] if candidates else None

    def present(self, code: str) -> Fraction | None:
        kind, frequency = THINGS[code]
        own = self.answer(self.here, code)
        is_asked = LENGTH_OF[frequency] == self.here.last - self.here.first + 1
        if own is not None or is_asked or kind == "rate":
            return own
        return self.newest(code) if kind == "stock" else self.flow(self.here, code)

    def earlier(self, facts: RuleFacts) -> list[Span]:
        if facts.evaluation_scope == "period":
            return []
        begin = self.here.last
        while begin % 12 != (facts.scope_start_month or 1) - 1:
            begin -= 1
        length = self.here.last - self.here.first + 1
        step = 12 if length == 9 else length
        first, found = self.here.first - step, []
        while first >= begin:
            found.append(Span(first, first + length - 1))
            first -= step
        return found

    def is_broken(self, facts: RuleFacts) -> bool:
        codes = set(re.findall(r"[A-Z]+", f"{facts.left_expression} {facts.right_expression}"))
        figures = {code: self.present(code) for code in codes}
        if None in figures.values():
            return False
        flows = [code for code in codes if THINGS[code][0] == "flow"]
        for where in self.earlier(facts):
            then = {code: self.flow(where, code) for code in flows}
            if None not in then.values():
                figures |= {code: figures[code] + then[code] for code in flows}  # type: ignore[operator]
        left, right = (
            eval(re.sub(r"([0-9.]+)", r"Fraction('\1')", side), {"Fraction": Fraction, **figures})  # noqa: S307 - our own expressions
            for side in (facts.left_expression, facts.right_expression)
        )
        tolerance = Fraction(facts.tolerance)
        match facts.operator:
            case "=":
                return bool(abs(left - right) > tolerance)
            case "<=":
                return bool(left > right + tolerance)
            case _:
                return bool(left < right - tolerance)


CODES = st.sampled_from(sorted(THINGS))
FACTORS = st.one_of(CODES, CODES, st.sampled_from(["0.9", "2", "1000"]))
PRODUCTS = st.lists(FACTORS, min_size=1, max_size=2).map(" * ".join)
SIDES = st.builds(
    lambda first, rest: first + "".join(f" {sign} {product}" for sign, product in rest),
    PRODUCTS,
    st.lists(st.tuples(st.sampled_from("+-"), PRODUCTS), max_size=2),
)
SCOPES = st.one_of(
    st.sampled_from([("period", None), ("year_to_date", None)]),
    st.tuples(st.just("crop_year"), st.integers(1, 12)),
)
RULES = st.builds(
    lambda left, operator, right, scope, tolerance: rule(
        f"{left} {operator} {right}",
        evaluation_scope=scope[0],
        scope_start_month=scope[1],
        tolerance=tolerance,
    ),
    SIDES,
    st.sampled_from(["=", "<=", ">="]),
    SIDES,
    SCOPES,
    st.sampled_from([Decimal(0), Decimal("0.015"), Decimal(5)]),
)
PERIODS = [
    str(Period(kind, year, number))
    for year in (2023, 2024)
    for kind in PeriodType
    for number in range(1, 2 if kind is PeriodType.NINE_MONTHS else 12 // LENGTHS[kind.value] + 1)
]


@settings(max_examples=100, deadline=None)
@given(facts=RULES, seed=st.randoms(use_true_random=False), period=st.sampled_from(PERIODS[8:]))
def test_a_rule_is_broken_exactly_when_the_obvious_sum_says_so(
    indicator: Make, facts: RuleFacts, seed: Any, period: str
) -> None:
    """All operators, scopes and kinds of operands, in every kind of period, against fractions."""
    snapshot = catalogue([facts], [
        indicator(code, time_aggregation=TIME_RULES[kind], frequency=frequency)
        for code, (kind, frequency) in THINGS.items()
    ])  # fmt: skip
    words = ["0", "0.01", "not_applicable", None, *REASONS, *map(str, range(-9, 10))]
    reports = {
        text: {code: seed.choice(words) for code in THINGS if seed.random() < 0.9}
        for text in PERIODS
    }

    found = findings(snapshot, period, reports)

    assert bool(found) == Reference(reports, period).is_broken(facts)
