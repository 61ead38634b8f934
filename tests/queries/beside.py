"""What is shown beside a value, the slow and obvious way.

Written from domain.md ("Shown beside a value …") and decision 9.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from indicators_api.periods import Period
from tests.queries.measured import Measured, measured
from tests.queries.reference import Told, stated_year_to_date
from tests.queries.spans import made_of, since_january, span_of
from tests.queries.world import Target

#: A number, or why there is none.
Outcome = tuple[Fraction | None, str | None]


class Beside(NamedTuple):
    """An area's figure of a period and all that stands beside it."""

    own: Measured
    #: By measure, those that are not the figure's own.
    others: Mapping[str, Outcome]
    direction: str | None
    coverage_differs: list[str]


def beside(told: Told, area: str, indicator: str, period: Period) -> Beside | None:
    """Give a figure and what stands beside it. None: no row."""
    spans = {
        "value": span_of(period),
        "previous": span_of(period.previous),
        "same_period": span_of(period.same_last_year),
        "ytd": since_january(span_of(period)),
        "ytd_same_period": since_january(span_of(period.same_last_year)),
    }
    figures = {name: measured(told, area, indicator, span) for name, span in spans.items()}
    own = figures["value"]
    if own is None:
        return None
    target = plan_in_force(told, area, indicator, period)
    rates = _is_held_by_its_value(told, indicator)
    others: dict[str, Outcome] = {name: _outcome(figures[name]) for name in spans}
    of = {name: outcome[0] for name, outcome in others.items()}
    others |= {
        "change": _change(of["value"], of["previous"]),
        "change_pct": _growth(of["value"], of["previous"]),
        "yoy_change": _change(of["value"], of["same_period"]),
        "yoy_pct": _growth(of["value"], of["same_period"]),
        "ytd_yoy_pct": _growth(of["ytd"], of["ytd_same_period"]),
        "ytd_reported": _stated(told, area, indicator, period),
        "plan": (Fraction(target.value), None) if target else (None, "no_plan"),
        "plan_pct": _attained(of["value"] if rates else of["ytd"], target),
    }
    del others["value"]
    pairs = (("value", "previous"), ("value", "same_period"), ("ytd", "ytd_same_period"))
    differs = [base for of_own, base in pairs if _differ(figures[of_own], figures[base])]
    return Beside(own, others, target.direction if target else None, differs)


def plan_in_force(told: Told, area: str, indicator: str, period: Period) -> Target | None:
    """Give the newest version of the year's plan that is valid at the end of the period."""
    versions = [
        target
        for target in told.world.targets
        if (target.area, target.indicator, target.year) == (area, indicator, period.year)
        and target.valid_from <= period.end
    ]
    return max(versions, key=lambda target: target.version, default=None)


def _is_held_by_its_value(told: Told, indicator: str) -> bool:
    """Tell whether the value itself, not the year to date, is held against the plan.

    Where nothing adds up over time; so with a ratio as it was sent.
    """
    facts = told.world.indicators[indicator]
    return facts.time_rule == "none" or (
        facts.area_rule == "recompute" and told.source == "reported"
    )


def _outcome(figure: Measured | None) -> Outcome:
    return figure[:2] if figure else (None, "missing")


def _change(value: Fraction | None, base: Fraction | None) -> Outcome:
    if value is None or base is None:
        return None, "value_missing" if value is None else "base_missing"
    return value - base, None


def _growth(value: Fraction | None, base: Fraction | None) -> Outcome:
    """Growth in percent; over 0 it is undefined."""
    if value is None or base is None:
        return _change(value, base)
    if base == 0:
        return None, "base_zero"
    return value / base * 100 - 100, None


def _attained(value: Fraction | None, target: Target | None) -> Outcome:
    """Percent attained, whatever the direction."""
    if target is None:
        return None, "no_plan"
    if value is None:
        return None, "value_missing"
    if target.value == 0:
        return None, "plan_zero"
    return 100 * value / Fraction(target.value), None


def _stated(told: Told, area: str, indicator: str, period: Period) -> Outcome:
    """Give what units say in the newest period behind the figure, if that ends with it."""
    facts = told.world.indicators[indicator]
    newest = made_of(facts.frequency, span_of(period))[0]
    is_rolled_up = facts.area_rule == "recompute" and told.source == "rollup"
    if newest.end != period.end and not is_rolled_up:
        return None, "not_collected"
    return stated_year_to_date(told, area, indicator, newest)


def _differ(own: Measured | None, base: Measured | None) -> bool:
    """Tell whether two figures that are compared rest on another coverage."""
    if own is None or base is None or own.value is None or base.value is None:
        return False
    return (own.expected, own.reported) != (base.expected, base.reported)
