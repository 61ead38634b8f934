"""What must hold for validation rules and annual targets."""

import re
from collections.abc import Container, Iterator

from indicators_api.catalogue.faults import in_cell
from indicators_api.catalogue.files import Catalogue
from indicators_api.catalogue.lookup import AreaIndex
from indicators_api.catalogue.rows import IndicatorRow, RuleRow, TargetRow
from indicators_api.errors import Fault, mark

#: Operands and operators take turns: there are no brackets and no sign before a number.
_OPERAND = re.compile(r"\s*(?:(?P<code>[A-Za-z][A-Za-z0-9._]*)|\d+(?:\.\d+)?)\s*", re.ASCII)
_OPERATOR = re.compile(r"[-+*]")


def plan_faults(catalogue: Catalogue) -> list[Fault]:
    """Give all that is wrong with rules and targets."""
    by_code = {indicator.code: indicator for indicator in catalogue.indicators.rows}
    areas = AreaIndex(catalogue.areas.rows)
    known: Container[str] | None = None
    if catalogue.indicators.complete:
        known = by_code.keys() | catalogue.indicators.unread
    faults: list[Fault] = []
    for rule in catalogue.rules.rows:
        faults += _expressions(rule, known)
        faults += _scope(rule)
    for target in catalogue.targets.rows:
        faults += _target(target, by_code.get(target.indicator_code))
        faults += _target_area(target, areas, catalogue)
    return faults


def codes_in(expression: str) -> list[str] | None:
    """Give the indicator codes of an expression in their order; None where it isn't one."""
    codes = []
    position = 0
    while operand := _OPERAND.match(expression, position):
        if operand["code"]:
            codes.append(operand["code"])
        if operand.end() == len(expression):
            return codes
        if not _OPERATOR.match(expression, operand.end()):
            return None
        position = operand.end() + 1
    return None


def _expressions(rule: RuleRow, known: Container[str] | None) -> Iterator[Fault]:
    named = []
    for column in ("left_expression", "right_expression"):
        codes = codes_in(getattr(rule, column))
        if codes is None:
            text = mark(
                "An expression is made of indicator codes and numbers with +, - or * between them."
            )
            yield in_cell(rule.place, column, "bad-expression", text)
            return
        for code in dict.fromkeys(codes):
            if known is not None and code not in known:
                text = mark("%(code)s is not in the catalogue.")
                yield in_cell(rule.place, column, "unknown-reference", text, code=code)
        named += codes
    if not named:
        yield in_cell(
            rule.place, "left_expression", "bad-expression", mark("The rule names no indicator.")
        )


def _scope(rule: RuleRow) -> Iterator[Fault]:
    if (rule.evaluation_scope == "crop_year") != (rule.scope_start_month is not None):
        text = mark("A crop year, and nothing else, has a first month.")
        yield in_cell(rule.place, "scope_start_month", "incomplete", text)
    if rule.tolerance < 0:
        yield in_cell(rule.place, "tolerance", "out-of-range", mark("A tolerance is not below 0."))


def _target(target: TargetRow, indicator: IndicatorRow | None) -> Iterator[Fault]:
    if indicator is None:
        return
    if target.unit_of_measure_code != indicator.unit_of_measure_code:
        text = mark("%(code)s is measured in %(unit)s.")
        params = {"code": indicator.code, "unit": indicator.unit_of_measure_code}
        yield in_cell(target.place, "unit_of_measure_code", "other-unit", text, **params)
    low, high = indicator.min_value, indicator.max_value
    if (low is not None and target.target_value < low) or (
        high is not None and target.target_value > high
    ):
        text = mark("The target is outside the bounds of %(code)s.")
        yield in_cell(target.place, "target_value", "out-of-range", text, code=indicator.code)


def _target_area(target: TargetRow, areas: AreaIndex, catalogue: Catalogue) -> Iterator[Fault]:
    known = not catalogue.areas.complete or target.area_code in catalogue.areas.unread
    if not known and areas.planned_for(target) is None:
        text = mark("No area has the code %(code)s in %(year)s.")
        params = {"code": target.area_code, "year": target.year}
        yield in_cell(target.place, "area_code", "unknown-reference", text, **params)
