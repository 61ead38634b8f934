"""What must hold for new versions of annual targets. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext
from typing import NamedTuple

from indicators_api.catalogue.faults import unknown_indicator
from indicators_api.errors import Fault, Message, mark
from indicators_api.indicators.snapshot import IndicatorFacts

#: At most 20 digits before and 10 after the point: no arithmetic on them is ever rounded.
_DIGITS = 40

#: Indicator, area and year: what has versions.
Key = tuple[int, int, int]


class NewTarget(NamedTuple):
    """A plan as a decision sets it, by codes; `value` in the indicator's unit of measure."""

    indicator: str
    area: str
    year: int
    value: Decimal
    direction: str
    decision_number: str
    valid_from: date
    note: str


class Newest(NamedTuple):
    """The newest version of a plan."""

    id: int
    version: int
    value: Decimal
    direction: str
    decision_number: str | None
    valid_from: date
    note: str


class Known(NamedTuple):
    """What plans are judged by."""

    indicators: Mapping[str, IndicatorFacts]
    #: Ids of areas by code and year.
    areas: Mapping[tuple[str, int], int]
    newest: Mapping[Key, Newest]

    def key(self, plan: NewTarget) -> Key | None:
        """Give what a plan is a version of; None where a code is unknown."""
        indicator = self.indicators.get(plan.indicator)
        area = self.areas.get((plan.area, plan.year))
        return (indicator.id, area, plan.year) if indicator and area else None


def plan_faults(plans: Sequence[NewTarget], known: Known) -> list[Fault]:
    """Give all that is wrong with new plans, in their order."""
    faults: list[Fault] = []
    seen: set[Key] = set()
    for number, plan in enumerate(plans):
        within, key = f"/items/{number}", known.key(plan)
        faults += _code_faults(within, plan, known)
        if plan.indicator in known.indicators:
            faults += _value_faults(f"{within}/value", plan, known.indicators[plan.indicator])
        if plan.valid_from > date(plan.year, 12, 31):
            message = Message(mark("A plan can't begin to hold after its year."))
            faults.append(Fault(f"{within}/valid_from", "after-the-year", message))
        if key in seen:
            message = Message(mark("The list has a plan of this indicator, area and year already."))
            faults.append(Fault(within, "repeated", message))
        elif key:
            seen.add(key)
            faults += _version_faults(within, plan, known.newest.get(key))
    return faults


def is_said(plan: NewTarget, newest: Newest | None) -> bool:
    """Tell whether the newest version says all that a plan says."""
    said = (plan.value, plan.direction, plan.decision_number, plan.valid_from, plan.note)
    return newest is not None and newest[2:] == said


def _code_faults(within: str, plan: NewTarget, known: Known) -> Iterator[Fault]:
    if plan.indicator not in known.indicators:
        yield unknown_indicator(f"{within}/indicator", plan.indicator)
    if (plan.area, plan.year) not in known.areas:
        params = {"code": plan.area, "year": plan.year}
        message = Message(mark("No area has the code %(code)s in %(year)s."), params)
        yield Fault(f"{within}/area", "unknown-area", message)


def _value_faults(pointer: str, plan: NewTarget, indicator: IndicatorFacts) -> Iterator[Fault]:
    decimals = 0 if indicator.value_type == "integer" else indicator.decimals
    with localcontext(prec=_DIGITS):
        is_too_fine = bool(plan.value % Decimal(1).scaleb(-decimals))
    if is_too_fine:
        names = {"name_vi": indicator.name_vi, "name_en": indicator.name_en}
        text = mark("%(name)s has at most %(decimals)s decimals.")
        if not decimals:
            text = mark("%(name)s is counted in whole numbers.")
        yield Fault(pointer, "too-many-decimals", Message(text, {"decimals": decimals, **names}))
    low, high = indicator.minimum, indicator.maximum
    if (low is not None and plan.value < low) or (high is not None and plan.value > high):
        text = mark("The target is outside the bounds of %(code)s.")
        yield Fault(pointer, "out-of-bounds", Message(text, {"code": indicator.code}))


def _version_faults(within: str, plan: NewTarget, newest: Newest | None) -> Iterator[Fault]:
    if newest is None or is_said(plan, newest):
        return
    params = {"version": newest.version, "valid_from": newest.valid_from.isoformat()}
    same = (newest.value, newest.direction, newest.decision_number)
    if (plan.value, plan.direction, plan.decision_number) == same:
        text = mark("Version %(version)s says the same, valid from %(valid_from)s on.")
        yield Fault(within, "same-plan", Message(text, params))
    elif plan.valid_from < newest.valid_from:
        text = mark("Version %(version)s holds from %(valid_from)s on; a newer one can't before.")
        yield Fault(f"{within}/valid_from", "before-the-newest", Message(text, params))
