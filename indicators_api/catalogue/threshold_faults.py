"""What must hold for thresholds. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from indicators_api.catalogue.faults import unknown_indicator
from indicators_api.errors import Fault, Message, mark
from indicators_api.indicators.snapshot import IndicatorFacts

#: Indicator, area, measure, direction: what there is one threshold of.
Key = tuple[int, int, str, str]


class NewThreshold(NamedTuple):
    """A threshold by codes. `on` is a day on which the area bears the code, None: now or last."""

    indicator: str
    area: str
    on: date | None
    measure: str
    direction: str
    #: In the measure's unit. None: there is none.
    warning: Decimal | None
    alarm: Decimal | None


class Known(NamedTuple):
    """What thresholds are judged by."""

    indicators: Mapping[str, IndicatorFacts]
    #: Ids of areas by code and day.
    areas: Mapping[tuple[str, date | None], int]

    def key(self, new: NewThreshold) -> Key | None:
        """Give what a threshold is of; None where a code is unknown."""
        indicator = self.indicators.get(new.indicator)
        area = self.areas.get((new.area, new.on))
        return (indicator.id, area, new.measure, new.direction) if indicator and area else None


def threshold_faults(given: Sequence[NewThreshold], known: Known) -> list[Fault]:
    """Give all that is wrong with thresholds, in their order."""
    faults: list[Fault] = []
    seen: set[Key] = set()
    for number, new in enumerate(given):
        within, key = f"/items/{number}", known.key(new)
        faults += _code_faults(within, new, known)
        faults += _limit_faults(within, new)
        if key in seen:
            text = mark(
                "The list has a threshold of this indicator, area, measure and direction already."
            )
            faults.append(Fault(within, "repeated", Message(text)))
        elif key:
            seen.add(key)
    return faults


def _code_faults(within: str, new: NewThreshold, known: Known) -> Iterator[Fault]:
    if new.indicator not in known.indicators:
        yield unknown_indicator(f"{within}/indicator", new.indicator)
    if (new.area, new.on) not in known.areas:
        message = Message(mark("No area bears or bore the code %(code)s."), {"code": new.area})
        if new.on is not None:
            params = {"code": new.area, "day": new.on.isoformat()}
            message = Message(mark("No area has the code %(code)s on %(day)s."), params)
        yield Fault(f"{within}/area", "unknown-area", message)


def _limit_faults(within: str, new: NewThreshold) -> Iterator[Fault]:
    if new.warning is None and new.alarm is None:
        message = Message(mark("Give warning, alarm or both."))
        yield Fault(within, "no-limit", message)
    elif new.warning is not None and new.alarm is not None:
        first, then = sorted((new.warning, new.alarm), reverse=new.direction == "below")
        if (first, then) != (new.warning, new.alarm):
            message = Message(mark("A figure must pass the warning before it can pass the alarm."))
            yield Fault(f"{within}/alarm", "out-of-order", message)
