"""When a message is tried again: waits double, are spread, and end."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators_api.outbox import policy
from indicators_api.outbox.policy import Outcome, Verdict

CHANCES = st.floats(0, 1)


@given(st.integers(1, 10_000), CHANCES, CHANCES)
def test_waits_grow_and_have_an_end(attempts: int, chance: float, other: float) -> None:
    """Exponential with jitter: between half of the doubled wait and all of it, at most an hour."""
    wait, next_wait = policy.wait(attempts, chance), policy.wait(attempts + 1, other)

    assert timedelta(seconds=policy.FIRST_WAIT / 2) <= wait
    assert wait <= timedelta(seconds=policy.LONGEST_WAIT)
    assert next_wait >= wait / 2 * 0.999


@given(st.integers(1, 20), CHANCES, st.floats(0, 10**9))
def test_a_partner_may_ask_for_more_time_but_not_for_ever(
    attempts: int, chance: float, asked: float
) -> None:
    """`Retry-After` up to the longest wait."""
    wait = policy.wait(attempts, chance, asked).total_seconds()

    assert wait >= min(asked, policy.LONGEST_WAIT) - 1e-6
    assert wait <= policy.LONGEST_WAIT


@given(st.integers(0, 10_000), CHANCES)
def test_a_line_rests_after_several_failures(failures: int, chance: float) -> None:
    """A circuit opens after some failures in a row, for ten minutes at most."""
    rest = policy.rest(failures, chance)

    assert (rest is None) is (failures < policy.FAILURES_BEFORE_REST)
    assert rest is None or rest <= timedelta(seconds=policy.LONGEST_REST)


@pytest.mark.parametrize(
    ("status", "error", "verdict", "line_failed"),
    [
        (200, None, Verdict.TAKEN, False),
        (202, None, Verdict.TAKEN, False),
        (None, "refused", Verdict.AGAIN, True),
        (302, "HTTP status 302", Verdict.AGAIN, False),
        (400, "HTTP status 400", Verdict.DEAD, False),
        (401, "HTTP status 401", Verdict.AGAIN, True),
        (404, "HTTP status 404", Verdict.AGAIN, True),
        (409, "HTTP status 409", Verdict.AGAIN, False),
        (410, "HTTP status 410", Verdict.DEAD, False),
        (413, "HTTP status 413", Verdict.DEAD, False),
        (422, "HTTP status 422", Verdict.DEAD, False),
        (429, "HTTP status 429", Verdict.AGAIN, True),
        (500, "HTTP status 500", Verdict.AGAIN, True),
        (503, "HTTP status 503", Verdict.AGAIN, True),
    ],
)
def test_an_outcome_tells_of_the_message_or_of_the_line(
    status: int | None,
    error: str | None,
    verdict: Verdict,
    line_failed: bool,  # noqa: FBT001 - a case's expectation
) -> None:
    """What is refused for what it says is dead; all else is tried again."""
    outcome = Outcome(status, b"", error, 1)

    assert policy.verdict(outcome, 1) is verdict
    assert policy.is_line_failure(outcome) is line_failed
    assert policy.verdict(outcome, policy.MOST_ATTEMPTS) is not Verdict.AGAIN
