"""`as_of`: what would have been answered at a moment, to the digit."""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from indicators_api.api.context import wall_clock
from tests.callers import Caller, Clock, assert_problem
from tests.factories import CITY, DEPARTMENT, JULY, NEIGHBOUR, WARD, MakeReport, done

POOR = "XH160101"
CALLS = (
    f"/aggregates?area={CITY}&period={JULY}&indicator={POOR}&measures=value,reported,ytd,previous",
    f"/aggregates?area={CITY}&period={JULY}&indicator={POOR}&basis=sent",
    f"/aggregates?level=commune&area={CITY}&period={JULY}&indicator={POOR}",
    f"/observations?period={JULY}",
    f"/observations?period={JULY}&basis=sent",
    f"/completeness?period={JULY}&area={CITY}",
    f"/completeness?period={JULY}&level=unit",
    f"/reconciliation?area={CITY}&period={JULY}&indicator={POOR}",
    f"/bulletin?area={CITY}&period={JULY}&sector=XH1601",
    f"/operations-centre/snapshot?area={CITY}&period={JULY}",
)

Answers = dict[str, object]


@pytest.fixture
def clock() -> Clock:
    """After the catalogue was loaded: before that there was nothing to be asked."""
    return Clock(wall_clock() + timedelta(hours=1))


@pytest.fixture
def answers(operations: Caller) -> Callable[..., Answers]:
    """Give what all calls answer, now or as of a moment."""

    def ask(as_of: datetime | None = None) -> Answers:
        more = f"&as_of={quote(as_of.isoformat())}" if as_of else ""
        return {call: done(operations.get(call + more)) for call in CALLS}

    return ask


def test_what_was_answered_is_answered_again(
    make_report: MakeReport, clock: Clock, answers: Callable[..., Answers]
) -> None:
    """Versions through time: sends, returns, resends and acceptances later change nothing."""
    seen: dict[datetime, Answers] = {}

    def look() -> None:
        seen[clock()] = answers()
        clock.forward(minutes=1)

    look()
    first = make_report(unit=WARD, state="accepted", values={POOR: 41})
    look()
    second = make_report(unit=NEIGHBOUR, state="sent", values={POOR: 7})
    look()
    second = make_report.take(second, "reviewer", "return")
    look()
    second = make_report.take(second, "leader", "send")
    make_report.take(second, "reviewer", "accept")
    make_report(unit=DEPARTMENT, state="sent")
    look()

    assert first.state == "accepted"
    assert {at: answers(at) for at in seen} == seen
    assert len({str(answer) for answer in seen.values()}) == len(seen)


def test_a_draft_that_is_thrown_away_has_changed_nothing(
    make_report: MakeReport, clock: Clock, answers: Callable[..., Answers]
) -> None:
    """Versions through time: what was never sent is in no answer, nor in when it changed."""
    make_report(unit=WARD, state="accepted", values={POOR: 41})
    before = answers()
    clock.forward(minutes=1)
    draft = make_report(unit=NEIGHBOUR, state="draft")
    meanwhile, then = answers(), clock()
    clock.forward(minutes=1)
    make_report.caller("clerk", NEIGHBOUR).delete(draft.url, seen=draft.revision)

    assert meanwhile == before
    assert answers(then) == before


def test_a_later_change_of_deadlines_is_not_seen(
    make_report: MakeReport, clock: Clock, client_of: Callable[..., Caller], operations: Caller
) -> None:
    """Versions through time: catalogue and deadlines as recorded then."""
    make_report(unit=WARD, state="sent")
    call, then = f"/completeness?period={JULY}&level=unit", clock()
    before = done(operations.get(call))
    clock.forward(hours=1)
    body = {"period": JULY, "units": [WARD], "due": "2024-07-24", "reason": "Storm"}
    done(client_of("administrator").post("/deadline-exceptions", body))

    again = done(operations.get(f"{call}&as_of={quote(then.isoformat())}"))
    now = done(operations.get(call))

    assert again == before
    assert now != before


def test_the_past_has_an_etag_that_stays(make_report: MakeReport, clock: Clock) -> None:
    """Conventions: a 304 for what can't change any more."""
    make_report(unit=WARD, state="accepted", values={POOR: 41})
    call = f"{CALLS[0]}&as_of={quote(clock().isoformat())}"
    clock.forward(minutes=1)
    make_report(unit=NEIGHBOUR, state="accepted", values={POOR: 7})
    reader = make_report._client_of("operations")
    first = reader.get(call)
    clock.forward(minutes=1)
    make_report(unit=DEPARTMENT, state="sent")

    again = reader.get(call, headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304


@pytest.mark.parametrize(
    "moment",
    ["2024-07-16", "yesterday", "2024-07-16T09:00:00", "2024-07-16T09:00:00.1234567Z", "1"],
)
def test_a_moment_is_told_with_its_offset(operations: Caller, moment: str) -> None:
    """`as_of` is RFC 3339; what could be read in two ways is refused."""
    answer = operations.get(f"{CALLS[0]}&as_of={moment}")

    assert assert_problem(answer, 422, "invalid-request")["errors"][0]["pointer"] == "/as_of"


def test_a_moment_in_the_future_is_refused(operations: Caller, clock: Clock) -> None:
    """`as_of` in the future is 422."""
    clock.forward(seconds=1)
    future = quote(clock().isoformat())
    clock.forward(seconds=-1)

    answers: list[TestResponse] = [operations.get(f"{call}&as_of={future}") for call in CALLS]

    for answer in answers:
        assert_problem(answer, 422, "invalid-request")


def test_a_plus_sign_that_became_a_blank_is_read(operations: Caller, clock: Clock) -> None:
    """Clients often send the offset's plus sign as it is, which means a blank in an address."""
    moment = clock().isoformat()

    said = done(operations.get(f"{CALLS[0]}&as_of={moment}"))

    assert "+07:00" in moment
    assert said == done(operations.get(f"{CALLS[0]}&as_of={quote(moment)}"))


def test_before_the_catalogue_there_is_nothing(operations: Caller, clock: Clock) -> None:
    """What would have been answered then: no area had this code."""
    clock.forward(days=1)

    answer = operations.get(f"{CALLS[0]}&as_of=2020-01-01T00:00:00Z")

    errors = assert_problem(answer, 422, "invalid-request")["errors"]
    assert {fault["pointer"] for fault in errors} == {"/area", "/indicator"}
