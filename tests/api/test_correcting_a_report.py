"""Corrections: the unit requests, its reviewer agrees or refuses; singly and in bulk."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.callers import Caller, assert_problem
from tests.factories import (
    CITY,
    DEPARTMENT,
    DISTRICT,
    DIVISION,
    JULY,
    PROVINCE,
    WARD,
    MakeReport,
    Report,
    done,
    request,
)

POOR = "XH160101"
OFFICIAL = {POOR: {"value": 41, "status": "A", "note": "Counted."}}
WHY = {"comment": "Three households were left out."}
SEEN = {"comment": "The list was seen."}


@pytest.fixture
def accepted(make_report: MakeReport) -> Report:
    return make_report(state="accepted", values=OFFICIAL)


@pytest.fixture
def requested(make_report: MakeReport) -> Report:
    return make_report(state="requested", values=OFFICIAL)


def test_a_request_leaves_the_report_as_it_is(accepted: Report, leader: Caller) -> None:
    """Correction: the unit requests, with a reason; the report stays accepted."""
    answer = leader.post(f"{accepted.url}/corrections", WHY, seen=accepted.revision)

    made = done(answer, 201)
    assert made == {
        "unit": WARD,
        "area": "29236",
        "period": JULY,
        "number": 1,
        "state": "requested",
        "reason": WHY["comment"],
        "requested_at": "2024-07-16T09:00:00+07:00",
        "requested_by": f"leader of {WARD}",
        "decision": None,
        "decided_at": None,
        "decided_by": None,
        "version": None,
        "revision": 4,
    }
    assert answer.headers["ETag"].startswith('"4.vi-json-id-')
    found = done(leader.get(accepted.url))
    assert (found["state"], found["version"], found["revision"]) == ("accepted", 1, 4)
    last = found["steps"][-1]
    assert (last["action"], last["from"], last["to"]) == (
        "request_correction",
        "accepted",
        "accepted",
    )
    assert last["comment"] == WHY["comment"]
    assert done(leader.get(f"{accepted.url}/corrections")) == {"data": [made]}


def test_an_agreement_opens_a_version_with_what_was_accepted(
    requested: Report, reviewer: Caller, clerk: Caller
) -> None:
    """Correction: agreed with a reason; a new draft version, official values too."""
    before = done(clerk.get(requested.url))["values"]

    url = f"{requested.url}/corrections/1/agree"
    agreed = done(reviewer.post(url, SEEN, seen=requested.revision))

    assert (agreed["state"], agreed["decision"], agreed["version"]) == (
        "agreed",
        SEEN["comment"],
        2,
    )
    assert (agreed["decided_by"], agreed["revision"]) == (f"reviewer of {CITY}", 5)
    found = done(clerk.get(requested.url))
    assert (found["state"], found["version"], found["values"]) == ("draft", 2, before)
    assert (found["sent_version"], found["accepted_version"]) == (1, 1)
    assert found["comment"] is None
    versions = done(clerk.get(f"{requested.url}/versions"))["data"]
    assert [version["kind"] for version in versions] == ["original", "correction"]
    assert done(clerk.get(f"{requested.url}/corrections"))["data"] == [agreed]


def test_a_refusal_leaves_the_report_as_it_is_and_lets_the_unit_ask_again(
    requested: Report, make_report: MakeReport, reviewer: Caller, leader: Caller
) -> None:
    """Correction: refused with a reason; requests and decisions all stay."""
    url = f"{requested.url}/corrections/1/refuse"
    refused = done(reviewer.post(url, {"comment": "Too late."}, seen=requested.revision))

    again = done(leader.post(f"{requested.url}/corrections", WHY, seen=refused["revision"]), 201)

    assert (refused["state"], refused["version"]) == ("refused", None)
    assert (again["number"], again["state"]) == (2, "requested")
    assert make_report.look(requested).state == "accepted"
    kept = done(reviewer.get(f"{requested.url}/corrections"))["data"]
    assert [(each["number"], each["state"], each["decision"]) for each in kept] == [
        (1, "refused", "Too late."),
        (2, "requested", None),
    ]


def test_accepted_figures_stay_in_force_until_the_correction_is_accepted(
    requested: Report, make_report: MakeReport, operations: Caller
) -> None:
    """Correction: basis `accepted` and `sent` through the whole life of a corrected report."""

    def figures() -> list[int]:
        asked = f"/aggregates?period={JULY}&area=29236&indicator={POOR}&basis="
        found = [done(operations.get(asked + basis))["data"] for basis in ("accepted", "sent")]
        return [rows[0]["value"] for rows in found]

    report = make_report.take(requested, "reviewer", "corrections/1/agree")
    clerk = make_report.caller("clerk", WARD)
    done(clerk.patch(report.url, {"values": {POOR: 44}}, seen=report.revision))
    report, seen = make_report.look(report), [figures()]
    for role, step in (("leader", "send"), ("reviewer", "return"), ("leader", "send")):
        report = make_report.take(report, role, step)
        seen.append(figures())
    make_report.take(report, "reviewer", "accept")
    seen.append(figures())

    assert seen == [[41, 41], [41, 44], [41, 41], [41, 44], [44, 44]]
    done(operations.get(f"{report.url}/versions/1"))


@pytest.mark.parametrize("comment", [{}, {"comment": None}])
def test_requests_and_decisions_have_a_reason(
    accepted: Report,
    make_report: MakeReport,
    leader: Caller,
    reviewer: Caller,
    comment: dict[str, Any],
) -> None:
    """Correction: both with a reason."""
    url = f"{accepted.url}/corrections"
    assert_problem(leader.post(url, comment, seen=3), 422, "comment-needed")

    report = make_report.take(accepted, "leader", "corrections")

    for decision in ("agree", "refuse"):
        one = reviewer.post(f"{url}/1/{decision}", comment, seen=report.revision)
        many = reviewer.post(f"/corrections/{decision}", {"items": [request(report)], **comment})
        assert_problem(one, 422, "comment-needed")
        assert_problem(many, 422, "comment-needed")
    assert make_report.look(report) == report


@pytest.mark.parametrize("state", ["draft", "submitted", "sent", "returned", "correcting"])
def test_only_an_accepted_report_is_corrected(
    make_report: MakeReport, leader: Caller, state: str
) -> None:
    """Correction: a request to reopen an accepted report."""
    report = make_report(state=state)

    answer = leader.post(f"{report.url}/corrections", WHY, seen=report.revision)

    assert_problem(answer, 409, "wrong-state", facts={"step": "request_correction"})
    assert make_report.look(report) == report


def test_a_report_has_one_open_request(requested: Report, leader: Caller) -> None:
    """Correction: one at a time."""
    answer = leader.post(f"{requested.url}/corrections", WHY, seen=requested.revision)

    assert_problem(answer, 409, "correction-open")


def test_the_database_keeps_one_open_request(session: Session, requested: Report) -> None:
    """The database guards what must always hold; a reader is told in the same words."""
    twin = text("""
        INSERT INTO correction (jurisdiction_id, period_id, unit_id, number, state, reason,
                                requested_at, requester_id, requester_name)
        SELECT jurisdiction_id, period_id, unit_id, 2, state, reason, requested_at, requester_id,
               requester_name
        FROM correction
    """)

    with pytest.raises(IntegrityError, match="uq_correction_open"):
        session.execute(twin)

    assert requested.state == "accepted"


@pytest.mark.parametrize("first", ["agree", "refuse"])
@pytest.mark.parametrize("second", ["agree", "refuse"])
def test_a_request_is_decided_once(
    requested: Report, make_report: MakeReport, reviewer: Caller, first: str, second: str
) -> None:
    """Correction: whoever comes second is told what was decided."""
    report = make_report.take(requested, "reviewer", f"corrections/1/{first}")

    answer = reviewer.post(f"{report.url}/corrections/1/{second}", SEEN, seen=report.revision)

    facts = {"number": 1, "state": f"{first}d"}
    assert_problem(answer, 409, "correction-decided", facts=facts)
    assert make_report.look(report) == report


@pytest.mark.parametrize("call", ["corrections", "corrections/1/agree", "corrections/1/refuse"])
def test_a_step_says_what_was_seen(make_report: MakeReport, call: str) -> None:
    """Conventions: 428 without If-Match, 412 with a stale one."""
    report = make_report(state="accepted" if call == "corrections" else "requested")
    caller = make_report.caller("leader" if call == "corrections" else "reviewer", WARD)
    url = f"{report.url}/{call}"

    assert_problem(caller.post(url, WHY), 428, "precondition-required")
    stale = caller.post(url, WHY, seen=1)
    assert_problem(stale, 412, "precondition-failed", facts={"revision": report.revision})
    assert make_report.look(report) == report


def test_there_is_no_other_request(requested: Report, reviewer: Caller) -> None:
    """Correction: 404 for a number that there is not."""
    for number in (0, 2, 10**30):
        url = f"{requested.url}/corrections/{number}/agree"
        assert_problem(reviewer.post(url, SEEN, seen=requested.revision), 404, "not-found")


@pytest.mark.parametrize(
    ("unit", "area", "status"),
    [
        (WARD, CITY, 200),
        (WARD, PROVINCE, 403),
        (WARD, DISTRICT, 404),
        (DIVISION, CITY, 403),
        (DIVISION, PROVINCE, 200),
        (DEPARTMENT, PROVINCE, 200),
    ],
)
@pytest.mark.parametrize("decision", ["agree", "refuse"])
def test_a_request_is_decided_where_the_report_is_accepted(
    make_report: MakeReport,
    client_of: Callable[..., Caller],
    unit: str,
    area: str,
    status: int,
    decision: str,
) -> None:
    """Roles: a reviewer decides on corrections of the units whose reports it accepts."""
    report = make_report(unit=unit, state="requested")
    reviewer = client_of("reviewer", area=area)

    answer = reviewer.post(f"{report.url}/corrections/1/{decision}", SEEN, seen=report.revision)

    assert answer.status_code == status, answer.text


def test_what_was_given_up_stays_in_the_list_without_its_version(
    make_report: MakeReport, clerk: Caller, leader: Caller
) -> None:
    """Correction: agreed and given up; the next one opens a version of the same number."""
    report = make_report(state="correcting", values=OFFICIAL)

    clerk.delete(f"{report.url}/versions/2", seen=report.revision)
    report = make_report.take(make_report.look(report), "leader", "corrections")
    make_report.take(report, "reviewer", "corrections/2/agree")

    kept = done(leader.get(f"{report.url}/corrections"))["data"]
    assert [(each["state"], each["version"]) for each in kept] == [("agreed", None), ("agreed", 2)]


def test_a_correction_can_be_corrected(make_report: MakeReport, clerk: Caller) -> None:
    """Correction: each goes its own way, and all versions stay."""
    report = make_report(state="correcting", values=OFFICIAL)
    for number in (2, 3):
        poor = {"values": {POOR: {"value": 41 + number, "status": "A"}}}
        done(clerk.patch(report.url, poor, seen=report.revision))
        for role, step in (
            ("leader", "send"),
            ("reviewer", "accept"),
            ("leader", "corrections"),
            ("reviewer", f"corrections/{number}/agree"),
        ):
            report = make_report.take(make_report.look(report), role, step)

    versions = done(clerk.get(f"{report.url}/versions"))["data"]

    assert [version["kind"] for version in versions] == ["original", *["correction"] * 3]
    assert [version["is_accepted"] for version in versions] == [False, False, True, False]
    poor = [
        done(clerk.get(f"{report.url}/versions/{number}"))["values"][POOR]["value"]
        for number in (1, 2, 3, 4)
    ]
    assert poor == [41, 43, 44, 44]


def test_what_did_not_change_is_not_sent_again(requested: Report, reviewer: Caller) -> None:
    """Conventions: strong ETags; a decision is a change."""
    url = f"{requested.url}/corrections"
    known = {"If-None-Match": reviewer.get(url).headers["ETag"]}

    again = reviewer.get(url, headers=known)
    done(reviewer.post(f"{url}/1/refuse", SEEN, seen=requested.revision))
    after = reviewer.get(url, headers=known)

    assert (again.status_code, after.status_code) == (304, 200)


def test_words_of_a_problem_are_vietnamese(requested: Report, leader: Caller) -> None:
    """Conventions: problems speak the reader's language."""
    answer = leader.post(f"{requested.url}/corrections", WHY, seen=requested.revision)

    assert assert_problem(answer, 409, "correction-open")["title"] == "Đã có đề nghị đính chính"
