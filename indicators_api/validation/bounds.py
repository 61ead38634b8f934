"""Whether the catalogue takes a report's entries: known, assigned, decimals, bounds. Pure."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal, localcontext
from difflib import get_close_matches
from typing import Any

from indicators_api.errors import Fault, Message, mark
from indicators_api.indicators.snapshot import IndicatorFacts
from indicators_api.observations.entry import Entry
from indicators_api.validation.exact import EXACT, QUANTA, plain
from indicators_api.validation.number import pointer_to, shown

#: Looking for near codes costs milliseconds: for how many unknown codes, and how many each.
_HELPED, _NEAR = 5, 3
#: A longer code is no slip of the pen.
_LONGEST = 32

UNKNOWN = mark("There is no indicator %(code)s.")
UNKNOWN_NEAR = mark("There is no indicator %(code)s; near to it: %(near)s.")
NOT_ASSIGNED = mark("%(code)s (%(name)s) is not assigned to this unit in this period.")
TOO_MANY_DECIMALS = mark("%(name)s has at most %(decimals)s decimals.")
WHOLE_NUMBERS = mark("%(name)s is counted in whole numbers.")
BELOW = mark("%(name)s is at least %(minimum)s.")
ABOVE = mark("%(name)s is at most %(maximum)s.")


def check_entries(
    entries: Mapping[str, Entry],
    assigned: Mapping[str, IndicatorFacts],
    known: Mapping[str, IndicatorFacts],
) -> list[Fault]:
    """Give every fault of entries against the catalogue.

    First those of codes, then those of values, each in the entries' order. Trailing zeros are no
    decimals. The year to date is checked for decimals only: the bounds are those of one period.
    """
    strangers = entries.keys() - assigned.keys()
    faults = _of_codes([code for code in entries if code in strangers], known) if strangers else []
    for code in _suspects(entries, assigned):
        faults += _of_entry(entries[code], assigned[code])
    return faults


def _suspects(entries: Mapping[str, Entry], assigned: Mapping[str, IndicatorFacts]) -> list[str]:
    """Find the codes with a value out of order, in one pass that calls and builds nothing else."""
    with localcontext(EXACT):
        return [
            code
            for code, (value, _, _, ytd, _) in entries.items()
            if (facts := assigned.get(code)) is not None
            and (
                (
                    value is not None
                    and (
                        value % QUANTA[0 if facts.value_type == "integer" else facts.decimals]
                        or ((low := facts.minimum) is not None and value < low)
                        or ((high := facts.maximum) is not None and value > high)
                    )
                )
                or (ytd is not None and _too_fine(ytd, facts))
            )
        ]


def _too_fine(number: Decimal, facts: IndicatorFacts) -> bool:
    return number % QUANTA[_decimals(facts)] != 0


def _outside(number: Decimal, facts: IndicatorFacts) -> bool:
    return (facts.minimum is not None and number < facts.minimum) or (
        facts.maximum is not None and number > facts.maximum
    )


def _decimals(facts: IndicatorFacts) -> int:
    return 0 if facts.value_type == "integer" else facts.decimals


def _of_codes(strangers: Iterable[str], known: Mapping[str, IndicatorFacts]) -> list[Fault]:
    faults, helped = [], 0
    for code in strangers:
        pointer = f"/values/{pointer_to(code)}"
        if code in known:
            message = Message(NOT_ASSIGNED, {"code": code, **_names(known[code])})
            faults.append(Fault(pointer, "not-assigned", message))
            continue
        near = _near(code, known.keys()) if helped < _HELPED else []
        helped += 1
        faults.append(Fault(pointer, "unknown-indicator", _unknown(code, near), {"near": near}))
    return faults


def _unknown(code: str, near: list[str]) -> Message:
    if near:
        return Message(UNKNOWN_NEAR, {"code": shown(code), "near": ", ".join(near)})
    return Message(UNKNOWN, {"code": shown(code)})


def _near(code: str, known: Collection[str]) -> list[str]:
    if len(code) > _LONGEST:
        return []
    return get_close_matches(code.strip().upper(), known, n=_NEAR, cutoff=0.8)


def _of_entry(entry: Entry, facts: IndicatorFacts) -> list[Fault]:
    pointer = f"/values/{pointer_to(facts.code)}"
    faults = []
    with localcontext(EXACT):
        if entry.value is not None and _too_fine(entry.value, facts):
            faults.append(_decimals_fault(pointer, facts))
        if entry.value is not None and _outside(entry.value, facts):
            faults.append(_bounds_fault(pointer, entry.value, facts))
        if entry.ytd is not None and _too_fine(entry.ytd, facts):
            faults.append(_decimals_fault(f"{pointer}/ytd", facts))
    return faults


def _decimals_fault(pointer: str, facts: IndicatorFacts) -> Fault:
    decimals = _decimals(facts)
    text = TOO_MANY_DECIMALS if decimals else WHOLE_NUMBERS
    params = {"decimals": decimals, **_names(facts)}
    return Fault(pointer, "too-many-decimals", Message(text, params), {"decimals": decimals})


def _bounds_fault(pointer: str, value: Decimal, facts: IndicatorFacts) -> Fault:
    bounds: dict[str, Any] = {
        "minimum": None if facts.minimum is None else plain(facts.minimum),
        "maximum": None if facts.maximum is None else plain(facts.maximum),
    }
    is_below = facts.minimum is not None and value < facts.minimum
    message = Message(BELOW if is_below else ABOVE, {**bounds, **_names(facts)})
    return Fault(pointer, "out-of-bounds", message, bounds)


def _names(facts: IndicatorFacts) -> dict[str, str]:
    return {"name_vi": facts.name_vi, "name_en": facts.name_en}
