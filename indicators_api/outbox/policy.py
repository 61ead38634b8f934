"""When a message is tried again, and when a line is given a rest. Pure; waits in seconds.

Exponential with jitter, so that many waiting messages don't come back all at once.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Final, NamedTuple

#: After so many attempts a message is dead: an administrator looks at it.
MOST_ATTEMPTS: Final = 12
#: The first wait, doubled each time: with an hour at most, twelve attempts take about five hours.
FIRST_WAIT: Final = 10.0
LONGEST_WAIT: Final = 3600.0
#: After so many failures in a row the line rests, then one message at a time tries it.
FAILURES_BEFORE_REST: Final = 5
FIRST_REST: Final = 15.0
LONGEST_REST: Final = 600.0

#: There is nobody any more who would take it, and won't be (RFC 9110, 15.5.11).
GONE: Final = 410
#: Refused for what it says or where it goes: the same message would be refused again.
_REFUSALS: Final = frozenset({400, GONE, 413, 415, 422})
#: Answers that say nothing of the message but of the line.
_LINE_FAILURES: Final = frozenset({401, 403, 404, 408, 425, 429})
_SERVER_ERRORS: Final = 500


class Outcome(NamedTuple):
    """What came of an attempt. `status` None: there was no answer, `error` says why."""

    status: int | None
    answer: bytes
    error: str | None
    milliseconds: int
    #: Seconds that the partner asked to wait. None: it did not say.
    retry_after: float | None = None


class Verdict(StrEnum):
    """What an outcome means for the message."""

    TAKEN = "taken"
    AGAIN = "again"
    DEAD = "dead"


def verdict(outcome: Outcome, attempts: int) -> Verdict:
    """Judge the outcome of a message's attempt, the last of so many."""
    if outcome.status is not None and outcome.error is None:
        return Verdict.TAKEN
    if is_refusal(outcome) or attempts >= MOST_ATTEMPTS:
        return Verdict.DEAD
    return Verdict.AGAIN


def is_refusal(outcome: Outcome) -> bool:
    """Tell whether the same message would be refused again."""
    return outcome.status in _REFUSALS


def is_line_failure(outcome: Outcome) -> bool:
    """Tell whether a failure says that no message would get through now."""
    status = outcome.status
    return outcome.error is not None and (
        status is None or status >= _SERVER_ERRORS or status in _LINE_FAILURES
    )


def wait(attempts: int, chance: float, asked: float | None = None) -> timedelta:
    """Give how long to wait after so many attempts; `chance` from 0 to 1.

    Not shorter than the partner asked, as far as that is no longer than the longest wait.
    """
    doubled = _doubled(FIRST_WAIT, attempts - 1, LONGEST_WAIT)
    jittered = doubled * (0.5 + chance / 2)
    return timedelta(seconds=max(jittered, min(asked or 0.0, LONGEST_WAIT)))


def rest(failures: int, chance: float) -> timedelta | None:
    """Give how long a line rests after so many failures in a row. None: not yet."""
    if failures < FAILURES_BEFORE_REST:
        return None
    doubled = _doubled(FIRST_REST, failures - FAILURES_BEFORE_REST, LONGEST_REST)
    return timedelta(seconds=doubled * (0.5 + chance / 2))


def _doubled(first: float, times: int, longest: float) -> float:
    """Double a wait, without ever computing what is longer than the longest."""
    return longest if times > 30 else min(longest, first * 2.0**times)  # noqa: PLR2004 - 2³⁰ of any
