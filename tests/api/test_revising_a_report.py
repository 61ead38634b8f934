"""Routine revisions: a unit opens a new version of accepted values that aren't official yet."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.callers import Caller, Clock, assert_problem
from tests.factories import JULY, NEIGHBOUR, WARD, MakeReport, Report, done

POOR, NEAR_POOR = "XH160101", "XH160105"
VALUES = {
    POOR: {"value": "41", "status": "E", "ytd": 44, "note": "Counted on 10 July."},
    NEAR_POOR: {"missing": "not_collected", "status": "P"},
}


@pytest.fixture
def accepted(make_report: MakeReport) -> Report:
    return make_report(state="accepted", values=VALUES)


def test_a_revision_begins_with_what_was_accepted(accepted: Report, clerk: Caller) -> None:
    """Routine revision: the values are copied, with status, reason, year to date and note."""
    before = done(clerk.get(accepted.url))

    opened = clerk.post(f"{accepted.url}/versions", seen=accepted.revision)

    assert done(opened, 201) == {
        "unit": WARD,
        "period": JULY,
        "state": "draft",
        "version": 2,
        "revision": 4,
        "kind": "revision",
    }
    assert opened.headers["Location"] == f"/api/v1{accepted.url}/versions/2"
    assert opened.headers["ETag"].startswith('"4.vi-json-id-')
    after = done(clerk.get(accepted.url))
    assert after["values"] == before["values"]
    assert after["counts"] == before["counts"]
    assert (after["sent_version"], after["accepted_version"]) == (1, 1)


def test_the_status_of_values_rises_by_later_versions(
    make_report: MakeReport, clerk: Caller, operations: Caller, clock: Clock
) -> None:
    """Periods: a value is an estimate (E) first; later versions bring P, then A."""
    report = make_report(state="accepted", values={POOR: 41, NEAR_POOR: 3})
    seen = [status(operations)]
    clock.forward(days=20)  # July is over

    for edit in ({"values": {POOR: 41}}, {"values": {POOR: 40, NEAR_POOR: 3}, "status": "A"}):
        report = make_report.take(report, "clerk", "versions")
        done(clerk.patch(report.url, edit, seen=report.revision))
        for role, step in (("leader", "send"), ("reviewer", "accept")):
            report = make_report.take(make_report.look(report), role, step)
        seen.append(status(operations))

    assert seen == [
        {POOR: ("E", 41, 1), NEAR_POOR: ("E", 3, 1)},
        {POOR: ("P", 41, 2), NEAR_POOR: ("E", 3, 2)},
        {POOR: ("A", 40, 3), NEAR_POOR: ("A", 3, 3)},
    ]
    closed = clerk.post(f"{report.url}/versions", seen=report.revision)
    assert_problem(closed, 409, "all-official", facts={"state": "accepted"})


def status(caller: Caller) -> dict[str, tuple[str, int, int]]:
    """Give status, value and version of what is in force."""
    rows = done(caller.get(f"/observations?period={JULY}&unit={WARD}"))["data"]
    return {row["indicator"]: (row["status"], row["value"], row["version"]) for row in rows}


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({POOR: {"value": 41, "status": "A"}}, 409),
        ({POOR: {"value": 41, "status": "A"}, NEAR_POOR: {"value": 3, "status": "P"}}, 201),
        ({POOR: {"missing": "not_applicable", "status": "A"}}, 409),
        ({}, 201),
    ],
)
def test_what_is_official_changes_through_a_correction_only(
    make_report: MakeReport, clerk: Caller, values: dict[str, Any], status: int
) -> None:
    """Routine revision: while the values aren't all A; a report without any isn't official."""
    report = make_report(state="accepted", values=values)

    answer = clerk.post(f"{report.url}/versions", seen=report.revision)

    assert answer.status_code == status, answer.text
    if status == 409:
        assert_problem(answer, 409, "all-official")
        assert make_report.look(report) == report


def test_accepted_figures_stay_in_force_until_the_revision_is_accepted(
    accepted: Report, make_report: MakeReport, clerk: Caller, operations: Caller
) -> None:
    """Routine revision: same way up, accepted figures in force meanwhile."""

    def figures() -> tuple[int, int]:
        asked = f"/aggregates?period={JULY}&area=29236&indicator={POOR}&basis="
        found = [done(operations.get(asked + basis))["data"] for basis in ("accepted", "sent")]
        return found[0][0]["value"], found[1][0]["value"]

    report = make_report.take(accepted, "clerk", "versions")
    done(clerk.patch(report.url, {"values": {POOR: 50}}, seen=report.revision))
    report = make_report.look(report)
    seen = [figures()]
    for role, step in (
        ("clerk", "submit"),
        ("leader", "send"),
        ("reviewer", "return"),
        ("leader", "send"),
        ("reviewer", "accept"),
    ):
        report = make_report.take(report, role, step)
        seen.append(figures())

    assert seen == [(41, 41), (41, 41), (41, 50), (41, 41), (41, 50), (50, 50)]


def test_after_a_return_the_version_to_edit_is_opened_by_asking_for_it(
    make_report: MakeReport, clerk: Caller
) -> None:
    """Reports: `POST …/versions` edits after a return; once: then it is open."""
    report = make_report(state="returned", values=VALUES)
    before = done(clerk.get(report.url))["values"]

    opened = done(clerk.post(f"{report.url}/versions", seen=report.revision), 201)
    again = clerk.post(f"{report.url}/versions", seen=opened["revision"])

    assert (opened["kind"], opened["version"], opened["state"]) == ("resend", 2, "returned")
    assert done(clerk.get(report.url))["values"] == before
    assert_problem(again, 409, "wrong-state", facts={"version": 2, "state": "returned"})
    saved = done(clerk.patch(report.url, {"values": {POOR: 9}}, seen=opened["revision"]))
    assert (saved["version"], saved["counts"]["updated"]) == (2, 1)


@pytest.mark.parametrize("state", ["draft", "submitted", "sent", "revising", "correcting"])
def test_a_version_is_opened_of_an_accepted_or_returned_report_only(
    make_report: MakeReport, clerk: Caller, state: str
) -> None:
    """A report's life: beside a version that is on its way there is no other one."""
    report = make_report(state=state)

    answer = clerk.post(f"{report.url}/versions", seen=report.revision)

    assert_problem(answer, 409, "wrong-state", facts={"step": "open_version"})
    assert make_report.look(report) == report


def test_nothing_is_opened_beside_a_request(make_report: MakeReport, clerk: Caller) -> None:
    """Corrections: a request waits for the reviewer; the unit doesn't go round it meanwhile."""
    report = make_report(state="requested")

    answer = clerk.post(f"{report.url}/versions", seen=report.revision)

    assert_problem(answer, 409, "correction-open")


def test_opening_says_what_was_seen(
    accepted: Report, clerk: Caller, client_of: Callable[..., Caller]
) -> None:
    """Conventions: 428 without If-Match, 412 with a stale one, 404 for another unit's."""
    url = f"{accepted.url}/versions"

    assert_problem(clerk.post(url), 428, "precondition-required")
    assert_problem(clerk.post(url, seen=2), 412, "precondition-failed", facts={"revision": 3})
    assert_problem(client_of("clerk", unit=NEIGHBOUR).post(url, seen=3), 404, "not-found")
    assert_problem(clerk.post(f"/reports/{WARD}/2024-06/versions", seen=3), 404, "not-found")


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_accepted_report_is_edited_in_an_opened_version_only(
    accepted: Report, clerk: Caller, method: str
) -> None:
    """A report's life: accepted values don't change by writing to them."""
    answer = clerk.call(method, accepted.url, {"values": {POOR: 7}}, seen=accepted.revision)

    assert_problem(answer, 409, "report-closed", facts={"state": "accepted"})


@pytest.mark.parametrize("state", ["revising", "correcting"])
def test_an_opened_version_can_be_given_up(
    session: Session, make_report: MakeReport, clerk: Caller, state: str
) -> None:
    """Reports: `DELETE …/versions/{n}`: the report is what was accepted, and accepted."""
    report = make_report(state=state)
    done(clerk.patch(report.url, {"values": {POOR: 99}}, seen=report.revision))
    report = make_report.look(report)

    answer = clerk.delete(f"{report.url}/versions/2", seen=report.revision)

    assert (answer.status_code, answer.data) == (204, b"")
    found = done(clerk.get(report.url))
    assert answer.headers["ETag"].startswith(f'"{found["revision"]}.vi-json-id-')
    assert (found["state"], found["version"], found["values"][POOR]["value"]) == ("accepted", 1, 41)
    assert (found["steps"][-1]["action"], found["steps"][-1]["from"]) == ("withdraw", "draft")
    left = "SELECT (SELECT count(*) FROM report_version), (SELECT max(version) FROM observation)"
    assert session.execute(text(left)).one() == (1, 1)
    again = make_report.take(make_report.look(report), "clerk", "versions")
    assert done(clerk.get(again.url))["values"][POOR]["value"] == 41


@pytest.mark.parametrize(
    ("state", "number", "status", "slug"),
    [
        ("draft", 1, 409, "report-closed"),
        ("sent", 1, 409, "report-closed"),
        ("accepted", 1, 409, "report-closed"),
        ("returned", 1, 409, "report-closed"),
        ("revising", 1, 409, "report-closed"),
        ("revising", 3, 404, "not-found"),
        ("revising", 0, 404, "not-found"),
        ("revising", 10**30, 404, "not-found"),
    ],
)
def test_nothing_else_can_be_given_up(
    make_report: MakeReport, clerk: Caller, state: str, number: int, status: int, slug: str
) -> None:
    """Reports: everything ever sent stays; a draft that was never sent is deleted as a report."""
    report = make_report(state=state)

    answer = clerk.delete(f"{report.url}/versions/{number}", seen=report.revision)

    assert_problem(answer, status, slug)
    assert make_report.look(report) == report


def test_what_follows_a_return_is_not_given_up(make_report: MakeReport, clerk: Caller) -> None:
    """A report's life: a returned report stays returned until it is sent again."""
    report = make_report(state="revising")
    for role, step in (("leader", "send"), ("reviewer", "return"), ("clerk", "versions")):
        report = make_report.take(report, role, step)

    answer = clerk.delete(f"{report.url}/versions/3", seen=report.revision)

    assert_problem(answer, 409, "report-closed", facts={"version": 3, "state": "returned"})


def test_what_lies_with_the_leader_is_not_given_up(make_report: MakeReport, clerk: Caller) -> None:
    """A report's life: a submitted report is the leader's to send or return."""
    report = make_report.take(make_report(state="revising"), "clerk", "submit")
    url = f"{report.url}/versions/2"

    assert_problem(clerk.delete(url, seen=report.revision), 409, "wrong-state")
    returned = make_report.take(report, "leader", "return")
    assert clerk.delete(url, seen=returned.revision).status_code == 204
    assert make_report.look(report).state == "accepted"


def test_an_unchanged_revision_is_a_version_of_its_own(
    make_report: MakeReport, reviewer: Caller
) -> None:
    """Versions: the same values sent again are a version again; timeliness is the first one's."""
    report = make_report.take(make_report(state="revising"), "leader", "send")

    seen = done(reviewer.get(report.url))

    assert (seen["sent_version"], seen["accepted_version"]) == (2, 1)
    assert seen["timeliness"] == "on_time"
