"""Accept and return: by whom, why, singly and in bulk, and what it does to the figures."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.callers import Caller, assert_problem
from tests.factories import (
    CITY,
    DEPARTMENT,
    DISTRICT,
    DIVISION,
    JULY,
    NEIGHBOUR,
    PROVINCE,
    VILLAGE,
    WARD,
    MakeReport,
    Report,
    done,
)

WHY = {"comment": "Ten times last month's."}


@pytest.mark.parametrize(
    ("unit", "area", "status"),
    [
        (WARD, CITY, 200),
        (WARD, PROVINCE, 403),
        (WARD, DISTRICT, 404),
        (VILLAGE, CITY, 404),
        (DIVISION, CITY, 403),
        (DIVISION, PROVINCE, 200),
        (DEPARTMENT, PROVINCE, 200),
        (DEPARTMENT, CITY, 404),
    ],
)
@pytest.mark.parametrize(("step", "state"), [("accept", "accepted"), ("return", "returned")])
def test_each_unit_is_reviewed_in_one_area(
    make_report: MakeReport,
    client_of: Callable[..., Caller],
    unit: str,
    area: str,
    status: int,
    step: str,
    state: str,
) -> None:
    """A report's life: areas strictly below one's own by policy, the province all else."""
    report = make_report(unit=unit)
    reviewer = client_of("reviewer", area=area)

    answer = reviewer.post(f"{report.url}/{step}", WHY, seen=2)

    if status == 200:
        assert done(answer) == {
            "unit": unit,
            "period": JULY,
            "state": state,
            "version": 1,
            "revision": 3,
        }
        assert answer.headers["ETag"].startswith('"3.vi-json-id-')
    else:
        slug = {403: "forbidden", 404: "not-found"}[status]
        facts = {"area": CITY if unit == WARD else PROVINCE} if status == 403 else {}
        assert_problem(answer, status, slug, facts=facts)


@pytest.mark.parametrize("comment", [{}, {"comment": None}])
def test_a_return_needs_its_reason(
    make_report: MakeReport, reviewer: Caller, comment: dict[str, Any]
) -> None:
    """A report's life: returned always with a reason; acceptance needs none."""
    report = make_report()
    bulk = {"items": [item(report)], **comment}

    assert_problem(reviewer.post(f"{report.url}/return", comment, seen=2), 422, "comment-needed")
    assert_problem(reviewer.post("/reports/return", bulk), 422, "comment-needed")

    assert done(reviewer.post(f"{report.url}/accept", comment, seen=2))["state"] == "accepted"


def item(report: Report, **other: Any) -> dict[str, Any]:
    """Name a report in a bulk call."""
    said = {"unit": report.unit, "period": report.period, "revision": report.revision}
    return {**said, **other}


@pytest.mark.parametrize("state", ["submitted", "accepted", "returned"])
def test_only_what_was_sent_is_reviewed(
    make_report: MakeReport, reviewer: Caller, state: str
) -> None:
    """A report's life: the states; what the unit does with a report again is its own affair."""
    report = make_report(state=state)

    answer = reviewer.post(f"{report.url}/accept", seen=report.revision)

    if state == "submitted":  # never sent: it doesn't exist for others
        assert_problem(answer, 404, "not-found")
    else:
        assert_problem(answer, 409, "wrong-state", facts={"state": state})


@pytest.mark.parametrize("step", ["accept", "return"])
def test_a_review_says_what_was_seen(make_report: MakeReport, reviewer: Caller, step: str) -> None:
    """Conventions: 428 without If-Match, 412 with a stale one."""
    report = make_report()
    url = f"{report.url}/{step}"

    assert_problem(reviewer.post(url, WHY), 428, "precondition-required")
    assert_problem(reviewer.post(url, WHY, seen=1), 412, "precondition-failed")


def test_a_bulk_call_sets_aside_what_can_not_be_done(
    make_report: MakeReport, reviewer: Caller
) -> None:
    """Reports: in bulk, an answer per report, in the order of the items; the others go on."""
    ward, neighbour = make_report(), make_report(unit=NEIGHBOUR)
    items = [
        item(neighbour),
        item(make_report(unit=VILLAGE)),
        item(make_report(unit=DIVISION)),
        item(make_report(period="2024-06", state="accepted")),
        item(make_report(period="2024-05"), revision=1),
        item(ward, period="2024-04"),
        item(ward),
    ]

    answer = done(reviewer.post("/reports/accept", {"items": items}))

    assert (answer["done"], answer["failed"]) == (2, 5)
    assert [line["problem"] and line["problem"]["type"] for line in answer["data"]] == [
        None,
        "/problems/not-found",
        "/problems/forbidden",
        "/problems/wrong-state",
        "/problems/precondition-failed",
        "/problems/not-found",
        None,
    ]
    assert [line["unit"] for line in answer["data"]] == [given["unit"] for given in items]
    accepted = item(ward, revision=3, state="accepted", version=1)
    assert answer["data"][6] == {**accepted, "problem": None}
    assert done(reviewer.get(neighbour.url))["state"] == "accepted"
    assert done(reviewer.get(f"/reports/{WARD}/2024-05"))["state"] == "sent"


def test_a_bulk_return_gives_one_reason_to_all(
    make_report: MakeReport, reviewer: Caller, clerk: Caller
) -> None:
    """Reports: `POST /reports/return`."""
    reports = [make_report(), make_report(unit=NEIGHBOUR)]

    answer = done(reviewer.post("/reports/return", {"items": [*map(item, reports)], **WHY}))

    assert [line["state"] for line in answer["data"]] == ["returned", "returned"]
    assert done(clerk.get(reports[0].url))["steps"][-1]["comment"] == WHY["comment"]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/items"]),
        ({"items": []}, ["/items"]),
        ({"items": "all"}, ["/items"]),
        ({"items": [{}]}, ["/items/0/period", "/items/0/revision", "/items/0/unit"]),
        (
            {"items": [{"unit": WARD, "period": JULY, "revision": "1", "note": 1}]},
            ["/items/0/note", "/items/0/revision"],
        ),
    ],
)
def test_faults_of_a_bulk_call_have_their_pointers(
    reviewer: Caller, body: dict[str, Any], pointers: list[str]
) -> None:
    """Conventions: every fault at once, with a pointer into the list."""
    answer = reviewer.post("/reports/accept", body)

    faults = assert_problem(answer, 422, "invalid-request")["errors"]
    assert sorted(fault["pointer"] for fault in faults) == pointers


def figure(caller: Caller, basis: str) -> Any:
    """Give the ward's figure as the operations centre gets it."""
    asked = f"/aggregates?period={JULY}&area=29236&indicator=XH160101&basis={basis}"
    (row,) = done(caller.get(asked))["data"]
    return row["value"]


def figures(caller: Caller) -> dict[str, Any]:
    return {basis: figure(caller, basis) for basis in ("accepted", "sent")}


def test_figures_come_into_force_with_the_acceptance(
    make_report: MakeReport, operations: Caller
) -> None:
    """A report's life: basis `sent` reads what was sent last, `accepted` what was accepted."""
    report = make_report(state="draft")
    seen = [figures(operations)]

    for role, step in (
        ("leader", "send"),
        ("reviewer", "return"),
        ("leader", "send"),
        ("reviewer", "accept"),
    ):
        report = make_report.take(report, role, step)
        seen.append(figures(operations))

    assert seen == [
        {"accepted": None, "sent": None},
        {"accepted": None, "sent": 41},
        {"accepted": None, "sent": None},
        {"accepted": None, "sent": 41},
        {"accepted": 41, "sent": 41},
    ]


def test_accepted_figures_stay_in_force_while_another_version_is_under_way(
    session: Session, make_report: MakeReport, operations: Caller
) -> None:
    """A report's life: the accepted version counts until a new one is accepted."""
    report = make_report(state="accepted")
    clerk = make_report.caller("clerk", WARD)
    reopen(session)
    seen = [figures(operations)]

    done(clerk.patch(report.url, {"values": {"XH160101": 50}}, seen=3))
    report = report._replace(revision=4)
    for role, step in (("leader", "send"), ("reviewer", "return"), ("leader", "send")):
        report = make_report.take(report, role, step)
        seen.append(figures(operations))
    make_report.take(report, "reviewer", "accept")
    seen.append(figures(operations))

    assert seen == [
        {"accepted": 41, "sent": 41},
        {"accepted": 41, "sent": 50},
        {"accepted": 41, "sent": 41},
        {"accepted": 41, "sent": 50},
        {"accepted": 50, "sent": 50},
    ]


def reopen(session: Session) -> None:
    """Open the accepted report again, as an agreed correction does."""
    session.execute(text("UPDATE report SET state = 'returned'"))
    session.commit()
