"""Who plays which part in a month of the demonstration. Pure: the same for the same seed."""

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import NamedTuple

from indicators_api.cli.demo_chance import Chance

#: Reports that a reviewer sends back; that turn out wrong after they were accepted.
_RETURNED, _CORRECTED = 3, 2
#: Of the units, how many have a leader who sends without a clerk, or a clerk who drafts first.
_DIRECT, _DRAFTED = 0.25, 0.10


class Way(StrEnum):
    """How a unit comes to its report."""

    #: The leader enters and sends it in one call.
    DIRECT = "direct"
    #: The clerk enters and submits it in one call, the leader sends it.
    SUBMITTED = "submitted"
    #: The clerk saves a draft, adds to it and submits it, the leader sends it.
    DRAFTED = "drafted"


class Cast(NamedTuple):
    """Who plays what. A unit with a report from before plays no part."""

    #: Those that send, in order.
    ways: dict[str, Way]
    #: Of these, those without more time.
    late: frozenset[str]
    #: Of these, those whose first report leaves something out and is returned.
    returned: frozenset[str]
    #: Of these, those that ask for a correction once theirs is accepted.
    corrected: frozenset[str]
    #: Those that don't send.
    missing: frozenset[str]


def cast(
    units: Iterable[str],
    month: str,
    *,
    seed: int,
    late: int,
    missing: int,
    reported: Collection[str] = (),
) -> Cast:
    """Give the parts, drawn for each unit and month.

    Whoever has `reported` isn't missing, so that playing a month again leaves the same ones out.
    """
    draw = {unit: Chance(seed, 0).once("cast", month, unit).random() for unit in units}
    ranked = sorted(draw, key=lambda unit: draw[unit])
    silent = [unit for unit in ranked if unit not in reported][:missing]
    others = [unit for unit in ranked if unit not in silent]
    sending = [unit for unit in draw if unit in others and unit not in reported]
    return Cast(
        ways={unit: _way(seed, month, unit) for unit in sending},
        late=frozenset(others[:late]).intersection(sending),
        returned=frozenset(others[late : late + _RETURNED]).intersection(sending),
        corrected=frozenset(others[late + _RETURNED :][:_CORRECTED]).intersection(sending),
        missing=frozenset(silent),
    )


def _way(seed: int, month: str, unit: str) -> Way:
    number = Chance(seed, 0).once("way", month, unit).random()
    if number < _DIRECT:
        return Way.DIRECT
    return Way.DRAFTED if number < _DIRECT + _DRAFTED else Way.SUBMITTED
