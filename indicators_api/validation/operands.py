"""What the operands of a rule amount to: this report's answers, and the unit's earlier ones. Pure.

An answer is a value, or `not_applicable`, which counts as 0; any other missing value is none.
Source: domain.md, "Values and rules", and of operands not collected at the period's frequency "How
figures add up".
"""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple, Self

from indicators_api.indicators.snapshot import IndicatorFacts
from indicators_api.observations.entry import Entry
from indicators_api.periods import Period
from indicators_api.validation.scopes import (
    Scope,
    earlier_in_scope,
    is_collected,
    is_flow,
    is_stock,
    parts,
    recent,
)

#: By indicator code.
Answers = Mapping[str, Decimal]

_ZERO = Decimal(0)
_NONE: Answers = {}


class Given(NamedTuple):
    """A unit's answers: the `present` report's, and these and earlier ones by id of the period."""

    period: Period
    period_id: int
    present: Answers
    answers: Mapping[int, Answers]
    by_code: Mapping[str, IndicatorFacts]

    @classmethod
    def of(
        cls,
        period: Period,
        present: Answers,
        past: Mapping[int, Answers],
        by_code: Mapping[str, IndicatorFacts],
    ) -> Self:
        """Put a report's answers beside the past ones."""
        return cls(period, period.id, present, {**past, period.id: present}, by_code)


class Needed(NamedTuple):
    """Which indicators are needed of which earlier periods, by id; all of these of all of those."""

    indicators: frozenset[int]
    periods: frozenset[int]


def answer(value: Decimal | None, missing: str | None) -> Decimal | None:
    """Give what a value or missing reason counts as in a rule; None leaves the rule out."""
    return _ZERO if missing == "not_applicable" else value


def answers(entries: Mapping[str, Entry]) -> dict[str, Decimal]:
    """Give what a report's entries count as in rules."""
    return {
        code: found
        for code, entry in entries.items()
        if (found := answer(entry.value, entry.missing)) is not None
    }


def figures(given: Given, scope: Scope, codes: Collection[str]) -> Answers | None:
    """Give operands over a scope, each in its own unit; None if the present period lacks one.

    Over `year_to_date` and `crop_year` flows are summed, each over the same periods: an earlier one
    counts only if every flow has an answer in it. All else takes the figure of the present period,
    which is its last.
    """
    periods = earlier_in_scope(given.period_id, scope)
    if not periods and _are_own(given, codes):
        return given.present
    found = {}
    for code in codes:
        figure = present_figure(given, code)
        if figure is None:
            return None
        found[code] = figure
    flows = [code for code in found if is_flow(given.by_code[code])] if periods else []
    for period_id in periods:
        earlier = [flow_in(given, code, period_id) for code in flows]
        if None not in earlier:
            for code, figure in zip(flows, earlier, strict=True):
                found[code] += figure or 0
    return found


def present_figure(given: Given, code: str) -> Decimal | None:
    """Give an operand's figure in the present period; None if it has none.

    The report's own answer; else, of an indicator that such reports don't ask, a stock's newest
    answer within twelve months, a flow's sum over the shorter periods in this one.
    """
    own = given.present.get(code)
    if own is not None or is_collected(given.by_code[code], given.period):
        return own
    facts = given.by_code[code]
    if is_stock(facts):
        return _newest(given, facts)
    return flow_in(given, code, given.period_id) if is_flow(facts) else None


def flow_in(given: Given, code: str, period_id: int) -> Decimal | None:
    """Give a flow's answer for a period, else its sum over the shorter periods in it.

    None if one of these has no answer, or none make up the period.
    """
    own = given.answers.get(period_id, _NONE).get(code)
    if own is not None:
        return own
    shorter = parts(period_id, given.by_code[code].frequency)
    found = [given.answers.get(part, _NONE).get(code) for part in shorter]
    return sum((f or _ZERO for f in found), _ZERO) if found and None not in found else None


def needed(given: Given, wanted: Iterable[tuple[Scope, Collection[str]]]) -> Needed:
    """Tell what of the past `figures` looks at for these scopes and codes; no past is read."""
    indicators: set[int] = set()
    periods: set[int] = set()
    for scope, codes in wanted:
        if not earlier_in_scope(given.period_id, scope) and _are_own(given, codes):
            continue
        facts = [given.by_code[code] for code in codes]
        if not all(_may_have_figure(given, one) for one in facts):
            continue
        for one in facts:
            places = _looked_at(given, scope, one)
            if places:
                indicators.add(one.id)
                periods |= places
    return Needed(frozenset(indicators), frozenset(periods))


def _are_own(given: Given, codes: Iterable[str]) -> bool:
    """Tell whether the report itself answers all of them, as most rules find it."""
    return all(map(given.present.__contains__, codes))


def _may_have_figure(given: Given, facts: IndicatorFacts) -> bool:
    return facts.code in given.present or (
        not is_collected(facts, given.period)
        and (is_stock(facts) or (is_flow(facts) and bool(parts(given.period_id, facts.frequency))))
    )


def _looked_at(given: Given, scope: Scope, facts: IndicatorFacts) -> set[int]:
    """Give the periods of the past in which an operand is looked for."""
    is_own, present_id = facts.code in given.present, given.period_id
    if not is_flow(facts):
        return set() if is_own else set(recent(present_id, facts.frequency))
    whole = earlier_in_scope(present_id, scope)
    split = whole if is_own else (*whole, present_id)
    return {*whole, *(part for one in split for part in parts(one, facts.frequency))}


def _newest(given: Given, facts: IndicatorFacts) -> Decimal | None:
    for period_id in recent(given.period_id, facts.frequency):
        found = given.answers.get(period_id, _NONE).get(facts.code)
        if found is not None:
            return found
    return None
