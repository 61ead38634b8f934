"""Where a report stands for its unit, and for all others: the whole table of states."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from tests.callers import Caller
from tests.factories import JULY, WARD, MakeReport, Report, done

POOR = "XH160101"
WHY = {"comment": "Seen and discussed."}

#: What the unit and its reviewer do one after the other; what the unit then sees; what others do:
#: the state, the version and the poor households of what they see. None: there is no report.
TABLE: list[tuple[str, str, str | None, int | None, int | None]] = [
    ("", "draft", None, None, None),
    ("submit", "submitted", None, None, None),
    ("submit, give back", "returned", None, None, None),
    ("submit, give back, edit", "returned", None, None, None),
    ("send", "sent", "sent", 1, 41),
    ("submit, send", "sent", "sent", 1, 41),
    ("send, return", "returned", "returned", None, None),
    ("send, return, open", "returned", "returned", None, None),
    ("send, return, edit", "returned", "returned", None, None),
    ("send, return, edit, submit", "submitted", "returned", None, None),
    ("send, return, edit, submit, give back", "returned", "returned", None, None),
    ("send, return, edit, send", "sent", "sent", 2, 42),
    ("send, accept", "accepted", "accepted", 1, 41),
    ("send, accept, request", "accepted", "accepted", 1, 41),
    ("send, accept, request, refuse", "accepted", "accepted", 1, 41),
    ("send, accept, request, agree", "draft", "accepted", 1, 41),
    ("send, accept, request, agree, edit", "draft", "accepted", 1, 41),
    ("send, accept, request, agree, edit, submit", "submitted", "accepted", 1, 41),
    ("send, accept, request, agree, edit, submit, give back", "returned", "accepted", 1, 41),
    ("send, accept, request, agree, edit, submit, give back, edit", "returned", "accepted", 1, 41),
    (
        "send, accept, request, agree, edit, submit, give back, withdraw",
        "accepted",
        "accepted",
        1,
        41,
    ),
    ("send, accept, request, agree, edit, withdraw", "accepted", "accepted", 1, 41),
    ("send, accept, request, agree, edit, send", "sent", "sent", 2, 42),
    ("send, accept, request, agree, edit, send, return", "returned", "returned", 1, 41),
    ("send, accept, request, agree, edit, send, return, edit", "returned", "returned", 1, 41),
    ("send, accept, request, agree, edit, send, return, submit", "submitted", "returned", 1, 41),
    (
        "send, accept, request, agree, edit, send, return, submit, give back",
        *("returned", "returned", 1, 41),
    ),
    ("send, accept, request, agree, edit, send, return, edit, send", "sent", "sent", 3, 43),
    ("send, accept, request, agree, edit, send, accept", "accepted", "accepted", 2, 42),
    ("send, accept, open", "draft", "accepted", 1, 41),
    ("send, accept, open, edit, submit", "submitted", "accepted", 1, 41),
    ("send, accept, open, edit, submit, give back", "returned", "accepted", 1, 41),
    ("send, accept, open, withdraw", "accepted", "accepted", 1, 41),
    ("send, accept, open, edit, send", "sent", "sent", 2, 42),
    ("send, accept, open, edit, send, return", "returned", "returned", 1, 41),
    ("send, accept, open, edit, send, return, edit, send, accept", "accepted", "accepted", 3, 43),
    ("send, accept, open, edit, send, accept, open", "draft", "accepted", 2, 42),
    ("send, return, edit, send, accept, request, agree", "draft", "accepted", 2, 42),
]

#: Each step's role and call; where it has a number, that of the newest.
_CALLS = {
    "submit": ("clerk", "submit"),
    "send": ("leader", "send"),
    "give back": ("leader", "return"),
    "return": ("reviewer", "return"),
    "accept": ("reviewer", "accept"),
    "open": ("clerk", "versions"),
    "request": ("leader", "corrections"),
    "agree": ("reviewer", "corrections/1/agree"),
    "refuse": ("reviewer", "corrections/1/refuse"),
}
#: What others are told of a report's life.
_SEEN = {"send", "return", "accept", "request", "agree", "refuse"}


class Lived(NamedTuple):
    """A report after some steps."""

    report: Report
    steps: list[str]


def live(make_report: MakeReport, told: str) -> Lived:
    """Make a ward's report of 41 poor households and take it on; each edit counts one more."""
    report = make_report(state="draft")
    clerk, poor = make_report.caller("clerk", WARD), 41
    steps = told.split(", ") if told else []
    for step in steps:
        if step == "edit":
            poor += 1
            done(clerk.patch(report.url, {"values": {POOR: poor}}, seen=report.revision))
        elif step == "withdraw":
            answer = clerk.delete(f"{report.url}/versions/2", seen=report.revision)
            assert answer.status_code == 204, answer.text
        else:
            report = make_report.take(report, *_CALLS[step])
        report = make_report.look(report)
    return Lived(report, steps)


@pytest.mark.parametrize(("told", "inside", "outside", "version", "poor"), TABLE)
def test_what_the_unit_and_others_see(
    make_report: MakeReport,
    reviewer: Caller,
    operations: Caller,
    told: str,
    inside: str,
    outside: str | None,
    version: int | None,
    poor: int | None,
) -> None:
    """A report's life: outside it stands where the last step that left its unit took it."""
    report, steps = live(make_report, told)

    whole = reviewer.get(report.url)
    listed = done(reviewer.get("/reports"))["data"]
    units = done(operations.get(f"/completeness?period={JULY}&level=unit"))["data"]

    assert report.state == inside
    assert [row["state"] for row in units if row["unit"] == WARD] == [outside]
    if outside is None:
        assert (whole.status_code, listed) == (404, [])
        return
    seen = done(whole)
    assert (seen["state"], seen["version"]) == (outside, version)
    assert {code: said["value"] for code, said in seen["values"].items()} == (
        {} if poor is None else {POOR: poor}
    )
    (line,) = listed
    assert line == {key: seen[key] for key in line if key != "area"} | {"area": "29236"}
    assert len(seen["steps"]) == len([step for step in steps if is_seen(steps, step)])


def is_seen(steps: list[str], step: str) -> bool:
    """Of what was given up, others are told where they had agreed to it."""
    return step in _SEEN or (step == "withdraw" and "agree" in steps)


@pytest.mark.parametrize(
    ("told", "sent", "accepted", "returned"),
    [
        ("submit", 0, 0, 0),
        ("send, return", 0, 0, 1),
        ("send, return, edit, submit", 0, 0, 1),
        ("send, accept, request, agree", 1, 1, 0),
        ("send, accept, open, edit, submit, give back", 1, 1, 0),
        ("send, accept, open, edit, send", 1, 1, 0),
        ("send, accept, open, edit, send, return", 1, 1, 1),
        ("send, accept, open, edit, send, return, edit, submit", 1, 1, 1),
    ],
)
def test_completeness_counts_what_is_in_force(
    make_report: MakeReport, operations: Caller, told: str, sent: int, accepted: int, returned: int
) -> None:
    """A report's life: accepted figures stay in force; a report under correction isn't returned."""
    live(make_report, told)

    (total, *_) = done(operations.get(f"/completeness?period={JULY}&area=29236"))["data"]

    assert [total[key] for key in ("sent", "accepted", "returned")] == [sent, accepted, returned]


@pytest.mark.parametrize("state", ["accepted", "returned"])
def test_a_list_is_filtered_by_the_state_that_its_reader_sees(
    make_report: MakeReport, client_of: Callable[..., Caller], state: str
) -> None:
    """Reports: `state=` means what the list shows."""
    live(make_report, "send, accept, request, agree")

    def listed(role: str, **bound: str) -> list[Any]:
        return done(client_of(role, **bound).get(f"/reports?state={state}"))["data"]

    assert len(listed("reviewer")) == (1 if state == "accepted" else 0)
    assert listed("clerk", unit=WARD) == []


def test_a_step_from_outside_is_refused_in_words_that_give_nothing_away(
    make_report: MakeReport, reviewer: Caller
) -> None:
    """Roles: what the unit does with a report again is its own affair, in problems too."""
    report, _ = live(make_report, "send, accept, request, agree, submit")

    present = reviewer.post(f"{report.url}/accept", seen=report.revision).get_json()
    stale = reviewer.post(f"{report.url}/accept", seen=1).get_json()

    assert (present["status"], present["facts"]["state"]) == (409, "accepted")
    assert (stale["status"], stale["facts"]["state"]) == (412, "accepted")
    assert "submitted" not in str([present, stale])
