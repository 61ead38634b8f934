"""Send a month: a report is created, submitted and sent. What must hold on the way."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from indicators_api.api.context import VIETNAM
from indicators_api.catalogue.versions import grow
from tests.callers import Caller, assert_problem, exact
from tests.factories import JULY, NEIGHBOUR, WARD, MakeReport, done, new

#: QT041, an error: the population is that of men and women.
CONTRADICTION = {"XH020101": 100, "XH020102": 60, "XH020103": 50}
#: QT084, a warning: more poor households than households.
ODDITY = {"XH160101": 50, "XH020108": 40}


@pytest.fixture
def two_keys(session: Session) -> None:
    """The ward's policy asks for two people: its leader may not send a draft at once."""
    session.execute(text("UPDATE unit SET direct_send = FALSE WHERE code = :ward"), {"ward": WARD})
    grow(session, 1, at=datetime(2024, 7, 1, tzinfo=VIETNAM))
    session.commit()


def test_a_clerk_creates_a_draft(clerk: Caller) -> None:
    """Reports: 201 with Location, ETag, state, counts, deadline and findings."""
    answer = clerk.post("/reports", new({"XH160101": "41", "XH160105": None}))

    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/reports/{WARD}/{JULY}"
    assert answer.headers["ETag"].startswith('"1.vi-json-id-')
    assert answer.get_json() == {
        "unit": WARD,
        "period": JULY,
        "state": "draft",
        "version": 1,
        "revision": 1,
        "timeliness": "not_due",
        "due": "2024-07-17T23:59:59+07:00",
        "counts": {
            "expected": 162,
            "with_value": 1,
            "missing": 161,
            "created": 2,
            "updated": 0,
            "unchanged": 0,
            "removed": 0,
        },
        "findings": [],
    }


@pytest.mark.parametrize(
    ("role", "step", "state"),
    [
        ("clerk", "draft", "draft"),
        ("clerk", "submit", "submitted"),
        ("leader", "draft", "draft"),
        ("leader", "submit", "submitted"),
        ("leader", "send", "sent"),
    ],
)
def test_one_call_takes_a_new_report_as_far_as_its_step(
    client_of: Callable[..., Caller], role: str, step: str, state: str
) -> None:
    """Reports: `step` is draft, submit or send."""
    caller = client_of(role, unit=WARD)

    answer = done(caller.post("/reports", new(step=step)), 201)

    assert answer["state"] == state
    report = done(caller.get(f"/reports/{WARD}/{JULY}"))
    assert report["sent_version"] == (1 if state == "sent" else None)


def test_a_step_beyond_the_role_stores_nothing(clerk: Caller) -> None:
    """Reports: a step beyond the actor's role is 403 and stores nothing."""
    answer = clerk.post("/reports", new(step="send"))

    assert_problem(answer, 403, "forbidden", facts={"permission": "reports:send"})
    assert_problem(clerk.get(f"/reports/{WARD}/{JULY}"), 404, "not-found")


def test_a_change_with_a_step_beyond_the_role_stores_nothing(
    make_report: MakeReport, clerk: Caller
) -> None:
    """Reports: nor does a merge store its values when its step is refused."""
    report = make_report(state="draft")

    answer = clerk.patch(report.url, {"values": {"XH160101": 99}, "step": "send"}, seen=1)

    assert_problem(answer, 403, "forbidden")
    stored = done(clerk.get(report.url))
    assert (stored["revision"], stored["values"]["XH160101"]["value"]) == (1, 41)


def test_a_report_climbs_from_clerk_to_leader_to_the_level_above(
    clerk: Caller, leader: Caller
) -> None:
    """A report's life: draft, submitted, sent; every step says who, when, from, to and why."""
    clerk.post("/reports", new())
    done(clerk.post(f"/reports/{WARD}/{JULY}/submit", {"comment": "Complete."}, seen=1))
    done(leader.post(f"/reports/{WARD}/{JULY}/send", {"comment": "Checked."}, seen=2))

    steps = done(leader.get(f"/reports/{WARD}/{JULY}"))["steps"]

    told = [(s["action"], s["from"], s["to"], s["role"], s["comment"]) for s in steps]
    assert told == [
        ("create", None, "draft", "clerk", None),
        ("submit", "draft", "submitted", "clerk", "Complete."),
        ("send", "submitted", "sent", "leader", "Checked."),
    ]
    assert [step["by"] for step in steps] == [f"{step['role']} of {WARD}" for step in steps]
    assert {step["at"] for step in steps} == {"2024-07-16T09:00:00+07:00"}
    assert [step["sent_version"] for step in steps] == [None, None, 1]


@pytest.mark.usefixtures("two_keys")
def test_where_two_people_are_asked_for_a_draft_is_not_sent_at_once(leader: Caller) -> None:
    """A report's life: only a unit whose policy allows it goes from draft to sent in one call."""
    answer = leader.post("/reports", new(step="send"))

    assert_problem(answer, 403, "forbidden")
    assert_problem(leader.get(f"/reports/{WARD}/{JULY}"), 404, "not-found")


@pytest.mark.usefixtures("two_keys")
def test_where_two_people_are_asked_for_one_can_not_be_both(
    leader: Caller, client_of: Callable[..., Caller]
) -> None:
    """A report's life: who submitted a report can't send it, another leader can."""
    leader.post("/reports", new(step="submit"))
    url = f"/reports/{WARD}/{JULY}/send"

    assert_problem(leader.post(url, seen=1), 403, "forbidden")
    done(client_of("leader", unit=WARD).post(url, seen=1))


def test_errors_let_a_draft_be_saved_but_not_submitted(clerk: Caller) -> None:
    """A report's life: errors block the submission, whatever the comment; a draft keeps them."""
    answer = clerk.post("/reports", new(CONTRADICTION, step="submit", comment="I know."))

    body = assert_problem(answer, 422, "rules-broken", facts={"count": 1})
    (fault,) = body["errors"]
    assert (fault["pointer"], fault["code"]) == ("/values/XH020101", "QT041")
    assert fault["indicators"] == ["XH020101", "XH020102", "XH020103"]
    assert_problem(clerk.get(f"/reports/{WARD}/{JULY}"), 404, "not-found")
    draft = done(clerk.post("/reports", new(CONTRADICTION)), 201)
    assert [(f["severity"], f["rule"]) for f in draft["findings"]] == [("error", "QT041")]


def test_errors_block_the_step_of_a_draft_that_has_them(clerk: Caller, leader: Caller) -> None:
    """A report's life: the draft stays a draft until its values agree."""
    clerk.post("/reports", new(CONTRADICTION))
    url = f"/reports/{WARD}/{JULY}"

    assert_problem(clerk.post(f"{url}/submit", seen=1), 422, "rules-broken")
    assert_problem(leader.post(f"{url}/send", seen=1), 422, "rules-broken")

    repaired = clerk.patch(url, {"values": {"XH020103": 40}, "step": "submit"}, seen=1)
    assert done(repaired)["state"] == "submitted"


def test_warnings_need_a_comment(clerk: Caller) -> None:
    """A report's life: warnings are answered by a comment, which stays with the report."""
    answer = clerk.post("/reports", new(ODDITY, step="submit"))

    body = assert_problem(answer, 422, "comment-needed", facts={"count": 1})
    assert [fault["code"] for fault in body["errors"]] == ["QT084"]
    done(clerk.post("/reports", new(ODDITY, step="submit", comment="Counted twice.")), 201)
    report = done(clerk.get(f"/reports/{WARD}/{JULY}"))
    assert report["comment"] == "Counted twice."
    assert [finding["rule"] for finding in report["findings"]] == ["QT084"]


def test_a_value_a_hundred_times_the_last_one_needs_a_comment(
    make_report: MakeReport, clerk: Caller
) -> None:
    """Values and rules: more than 100 times the previous value is a warning."""
    make_report(period="2024-06", values={"XH160101": 41})

    answer = clerk.post("/reports", new({"XH160101": 4101}, step="submit"))

    (fault,) = assert_problem(answer, 422, "comment-needed")["errors"]
    assert (fault["pointer"], fault["code"]) == ("/values/XH160101", "magnitude")


def test_a_report_that_repeats_the_month_before_is_flagged(
    make_report: MakeReport, clerk: Caller
) -> None:
    """Values and rules: a whole report identical to the previous month's is a warning."""
    form = done(clerk.get(f"/reports/{WARD}/{JULY}/form"))
    values = dict.fromkeys([line["indicator"] for line in form["indicators"]][:10], 0)
    make_report(period="2024-06", values=values)

    draft = done(clerk.post("/reports", new(values)), 201)

    (finding,) = draft["findings"]
    assert (finding["severity"], finding["rule"]) == ("warning", "identical")


def test_missing_values_are_counted_as_missing_not_as_zero(clerk: Caller) -> None:
    """Vocabulary: missing is never zero, and zero is a value."""
    values = {
        "XH160101": 0,
        "XH160105": None,
        "XH020101": {"value": None, "missing": "confidential"},
        "XH020109": 7,
    }

    counts = done(clerk.post("/reports", new(values)), 201)["counts"]

    # XH020109 is quarterly: a month takes it, but doesn't expect it.
    assert (counts["with_value"], counts["missing"], counts["created"]) == (1, 161, 4)


def test_a_report_is_created_once(make_report: MakeReport, clerk: Caller) -> None:
    """Reports: 409 `report-exists`, which says how to change it."""
    make_report(state="draft")

    answer = clerk.post("/reports", new({"XH160101": 7}))

    assert_problem(answer, 409, "report-exists")
    assert done(clerk.get(f"/reports/{WARD}/{JULY}"))["values"]["XH160101"]["value"] == 41


def test_nobody_writes_for_another_unit(client_of: Callable[..., Caller]) -> None:
    """Roles: a report is written by its own unit only."""
    answer = client_of("leader", unit=NEIGHBOUR).post("/reports", new(step="send"))

    assert_problem(answer, 403, "forbidden", facts={"unit": NEIGHBOUR})


@pytest.mark.parametrize(
    ("state", "step", "slug"),
    [
        ("submitted", "submit", "wrong-state"),
        ("sent", "submit", "wrong-state"),
        ("sent", "send", "wrong-state"),
        ("accepted", "send", "wrong-state"),
        ("draft", "return", "wrong-state"),
    ],
)
def test_a_step_that_does_not_follow_is_refused(
    make_report: MakeReport, leader: Caller, state: str, step: str, slug: str
) -> None:
    """A report's life: the states and the steps between them."""
    report = make_report(state=state)

    answer = leader.post(f"{report.url}/{step}", {"comment": "Again."}, seen=report.revision)

    assert_problem(answer, 409, slug, facts={"state": state})
    assert exact(leader.get(report.url))["revision"] == report.revision
