"""Validation rules: compiled once per catalogue, evaluated exactly. Pure.

Source: domain.md, "Values and rules".
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import NamedTuple, Self

from indicators_api.indicators.kept import MOST
from indicators_api.indicators.snapshot import RuleFacts, Snapshot
from indicators_api.validation.exact import EXACT
from indicators_api.validation.expressions import Term, codes_of, parse
from indicators_api.validation.operands import Given, figures
from indicators_api.validation.scopes import Scope

#: Sets of assigned codes whose rules are kept of each catalogue.
_SETS = 256

_ZERO = Decimal(0)


class Side(NamedTuple):
    """A side of a rule: the indicators that are simply added, and what else it has."""

    added: tuple[str, ...]
    others: tuple[Term, ...]

    @classmethod
    def of(cls, terms: Sequence[Term]) -> Self:
        """Part the terms."""
        simple = [term for term in terms if term.coefficient == 1 and len(term.codes) == 1]
        others = tuple(term for term in terms if term not in simple)
        return cls(tuple(term.codes[0] for term in simple), others)


class Rule(NamedTuple):
    """A validation rule ready to run. `codes`: its operands, each once, in order of appearance."""

    facts: RuleFacts
    scope: Scope
    left: Side
    right: Side
    codes: tuple[str, ...]


class Broken(NamedTuple):
    """A rule that doesn't hold, with the figures of its two sides."""

    rule: Rule
    left: Decimal
    right: Decimal


def compile_rules(facts: Iterable[RuleFacts]) -> tuple[Rule, ...]:
    """Parse the expressions of rules, in the order given. Raises ExpressionInvalid."""
    compiled = []
    for rule in facts:
        left, right = parse(rule.left_expression), parse(rule.right_expression)
        scope = Scope(rule.evaluation_scope, rule.scope_start_month)
        codes = codes_of((*left, *right))
        compiled.append(Rule(rule, scope, Side.of(left), Side.of(right), codes))
    return tuple(compiled)


def applicable(rules: Iterable[Rule], assigned_codes: frozenset[str]) -> tuple[Rule, ...]:
    """Give the rules whose indicators are all among the assigned ones."""
    return tuple(rule for rule in rules if assigned_codes >= set(rule.codes))


def broken(rules: Iterable[Rule], given: Given) -> list[Broken]:
    """Evaluate rules, exactly, and give those that don't hold, in their order.

    A rule that lacks an operand is left out.
    """
    found = []
    with localcontext(EXACT):
        for rule in rules:
            value_by_code = figures(given, rule.scope, rule.codes)
            if value_by_code is None:
                continue
            left, right = _side(rule.left, value_by_code), _side(rule.right, value_by_code)
            if not holds(left, rule.facts.operator, right, rule.facts.tolerance):
                found.append(Broken(rule, left, right))
    return found


def holds(left: Decimal, operator: str, right: Decimal, tolerance: Decimal) -> bool:
    """Compare two sides; the tolerance is absolute, on the right one."""
    match operator:
        case "=":
            return right - tolerance <= left <= right + tolerance
        case "<=":
            return left <= right + tolerance
        case ">=":
            return left >= right - tolerance
        case _:
            raise ValueError(operator)


def _side(side: Side, value_by_code: Mapping[str, Decimal]) -> Decimal:
    total = sum(map(value_by_code.__getitem__, side.added), _ZERO)
    for coefficient, codes in side.others:
        product = coefficient
        for code in codes:
            product *= value_by_code[code]
        total += product
    return total


class RuleBook:
    """The compiled rules of one catalogue, and which of them a set of assigned codes runs."""

    def __init__(self, facts: Iterable[RuleFacts]) -> None:
        """Compile the rules."""
        self.rules = compile_rules(facts)
        self._by_codes: dict[frozenset[str], tuple[Rule, ...]] = {}

    def applicable(self, codes: frozenset[str]) -> tuple[Rule, ...]:
        """Give what `applicable` gives, found once per set: the units of a kind share theirs."""
        known = self._by_codes.get(codes)
        if known is None:
            known = applicable(self.rules, codes)
            if len(self._by_codes) >= _SETS:
                self._by_codes.clear()
            self._by_codes[codes] = known
        return known


class _Same:
    """A snapshot as a key, by identity: it holds dicts, and each database numbers its own."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def __hash__(self) -> int:
        return id(self.snapshot)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.snapshot is other.snapshot


def rule_book(snapshot: Snapshot) -> RuleBook:
    """Give a catalogue's rules, compiled at its first use."""
    return _rule_book(_Same(snapshot))


@lru_cache(maxsize=MOST)
def _rule_book(key: _Same) -> RuleBook:
    return RuleBook(key.snapshot.rules)
