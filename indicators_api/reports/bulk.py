"""Many reports in one call: each named once, those that fail set aside, the others go on."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from indicators_api.errors import DomainError, Fault, InvalidRequest, Message, mark
from indicators_api.periods import Period


class Named(Protocol):
    """What an item of a bulk call says at least."""

    @property
    def unit(self) -> str:
        """Code of the unit."""

    @property
    def period(self) -> Period:
        """The report's period."""


Item = TypeVar("Item", bound=Named)
Plan = TypeVar("Plan")


def plan_each(
    items: Sequence[Item], plan: Callable[[Item], Plan]
) -> tuple[dict[Item, Plan], dict[Item, DomainError]]:
    """Plan the items in order of period and unit, in which they lock their reports.

    Gives the plans, and the problems of those that can't be planned. Raises InvalidRequest when a
    report is named twice.
    """
    _demand_each_once(items)
    planned: dict[Item, Plan] = {}
    problems: dict[Item, DomainError] = {}
    for item in sorted(items, key=lambda each: (each.period.id, each.unit)):
        try:
            planned[item] = plan(item)
        except DomainError as problem:
            problems[item] = problem
    return planned, problems


def _demand_each_once(items: Sequence[Named]) -> None:
    named = [(item.unit, item.period) for item in items]
    faults = [
        Fault(
            f"/items/{n}",
            "repeated",
            Message(
                mark("Unit %(unit)s and period %(period)s are named twice."),
                {"unit": unit, "period": str(period)},
            ),
        )
        for n, (unit, period) in enumerate(named)
        if (unit, period) in named[:n]
    ]
    if faults:
        raise InvalidRequest(mark("Some reports are named twice."), faults=faults)
