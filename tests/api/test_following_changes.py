"""The feed of changes over HTTP: what is told to whom, from where on."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from indicators_api.api.context import VIETNAM
from indicators_api.audit import journal
from indicators_api.audit.journal import Author, Subject
from indicators_api.db.session import Database
from tests.callers import Caller, Clock, assert_problem
from tests.factories import (
    CITY,
    DISTRICT,
    JULY,
    NEIGHBOUR,
    VILLAGE,
    WARD,
    WARD_AREA,
    MakeReport,
    done,
)

Json = dict[str, Any]


def last(caller: Caller) -> str:
    """Give the place behind all that was told so far: of the reference data and by others."""
    body = done(caller.get("/changes"))
    while body["data"]:
        body = done(caller.get(f"/changes?after={body['next']}"))
    return str(body["next"])


def told(caller: Caller, after: str, query: str = "") -> list[tuple[str, str | None]]:
    """Give kind and unit of what is told after a place."""
    body = done(caller.get(f"/changes?after={after}{query}"))
    return [(event["kind"], event["unit"]) for event in body["data"]]


@pytest.fixture
def start(operations: Caller) -> str:
    """The place before the test."""
    return last(operations)


@pytest.fixture
def a_life(start: str, make_report: MakeReport, clock: Clock) -> str:
    """A ward's report is sent, returned, sent again, accepted; others do this and that."""
    report = make_report(state="submitted")
    for role, step in [
        ("leader", "return"),
        ("leader", "send"),
        ("reviewer", "return"),
        ("leader", "send"),
        ("reviewer", "accept"),
    ]:
        clock.forward(minutes=1)
        report = make_report.take(report, role, step)
    make_report(unit=NEIGHBOUR, state="draft")
    make_report(unit=VILLAGE, state="sent")
    return start


WARDS = [("sent", WARD), ("returned", WARD), ("sent", WARD), ("accepted", WARD)]


def test_what_happens_to_a_report_is_told_in_its_order(operations: Caller, a_life: str) -> None:
    """Changes: sent, returned by a reviewer, accepted; drafts and a leader's return are not."""
    body = done(operations.get(f"/changes?after={a_life}"))

    assert [(event["kind"], event["unit"]) for event in body["data"]] == [*WARDS, ("sent", VILLAGE)]
    first, *_, accepted, _ = body["data"]
    assert first == {
        "id": first["id"],
        "at": "2024-07-16T09:02:00+07:00",
        "kind": "sent",
        "unit": WARD,
        "area": WARD_AREA,
        "area_id": first["area_id"],
        "period": JULY,
        "version": 1,
        "revision": 4,
        "correction": None,
        "indicator": None,
        "year": None,
        "deadline": None,
    }
    assert (accepted["version"], accepted["revision"]) == (2, 7)
    assert len({event["id"] for event in body["data"]}) == 5
    assert not any("eader" in str(event) for event in body["data"])


def test_each_event_is_told_once_to_one_who_stops_and_goes_on(
    operations: Caller, a_life: str
) -> None:
    """Changes: `next` goes on; `Link` only where more is there; an empty page has `next` too."""
    answer, seen = operations.get(f"/changes?after={a_life}&limit=2&kind=sent,accepted"), []
    while True:
        body = done(answer)
        seen += [(event["kind"], event["unit"]) for event in body["data"]]
        assert answer.headers["Next-Cursor"] == body["next"]
        if "Link" not in answer.headers:
            break
        answer = operations.get(answer.headers["Link"].partition(">")[0].strip("<"))
    empty = operations.get(f"/changes?after={body['next']}&kind=sent")

    assert seen == [("sent", WARD), ("sent", WARD), ("accepted", WARD), ("sent", VILLAGE)]
    assert done(empty) == {"data": [], "next": body["next"]}
    assert "Link" not in empty.headers


def test_a_filter_does_not_hold_a_reader_back(
    operations: Caller, start: str, make_report: MakeReport
) -> None:
    """Changes: `next` is behind all that was looked through, though nothing of it fitted."""
    make_report(state="sent")

    body = done(operations.get(f"/changes?after={start}&kind=returned"))

    assert body["data"] == []
    assert body["next"] == last(operations) != start


def test_an_acceptance_that_replaces_figures_is_a_correction(
    database: Database, operations: Caller, a_life: str, clock: Clock
) -> None:
    """Changes: requested, agreed, refused, corrected, with the version and the correction."""
    place = last(operations)
    event = done(operations.get(f"/changes?after={a_life}"))["data"][0]
    with database.reading() as session:
        unit_id = (
            session.connection()
            .exec_driver_sql(f"SELECT id FROM unit WHERE code = '{WARD}'")
            .scalar_one()
        )
    subject = Subject(f"report/{WARD}/{JULY}", 202407, unit_id, event["area_id"])
    steps: list[tuple[str, Json]] = [
        ("request_correction", {"revision": 8, "version": 2, "number": 1}),
        ("refuse_correction", {"revision": 9, "version": 2, "number": 1}),
        ("request_correction", {"revision": 10, "version": 2, "number": 2}),
        ("agree_correction", {"revision": 11, "version": 3, "number": 2}),
        ("send", {"revision": 12, "version": 3}),
        ("accept", {"revision": 13, "version": 3, "replaces": 2}),
    ]
    with database.writing() as session:
        for step, details in steps:
            author = Author(1, 1, "Nguyễn Thị A", None)
            journal.append(session, author, f"report.{step}", {subject: details}, at=clock())

    body = done(operations.get(f"/changes?after={place}"))

    found = [(e["kind"], e["version"], e["correction"], e["revision"]) for e in body["data"]]
    assert found == [
        ("correction_requested", 2, 1, 8),
        ("correction_refused", 2, 1, 9),
        ("correction_requested", 2, 2, 10),
        ("correction_agreed", 3, 2, 11),
        ("sent", 3, None, 12),
        ("corrected", 3, None, 13),
    ]
    assert "Nguyễn" not in str(body)


def test_reports_are_told_to_those_who_may_see_them(
    client_of: Callable[..., Caller], a_life: str
) -> None:
    """Roles: operations all; reviewers those in their area; clerk and leader their unit's."""
    village = [("sent", VILLAGE)]

    assert told(client_of("operations"), a_life) == [*WARDS, *village]
    assert told(client_of("reviewer"), a_life) == [*WARDS, *village]
    assert told(client_of("reviewer", area=CITY), a_life) == WARDS
    assert told(client_of("reviewer", area=DISTRICT), a_life) == village
    assert told(client_of("clerk", unit=WARD), a_life) == WARDS
    assert told(client_of("leader", unit=WARD), a_life) == WARDS
    assert told(client_of("clerk", unit=NEIGHBOUR), a_life) == []
    assert told(client_of("administrator"), a_life) == []


def test_an_administrator_is_not_told_of_reports(client_of: Callable[..., Caller]) -> None:
    """Roles: plans and deadlines alone; who asks for more is told so, not answered nothing."""
    administrator = client_of("administrator")

    done(administrator.get("/changes?kind=plan_changed,deadline_changed"))
    answer = administrator.get("/changes?kind=sent,plan_changed")
    assert_problem(answer, 403, "forbidden", facts={"hidden": "sent"})


@pytest.mark.parametrize(
    ("area", "found"),
    [
        ("84", [*WARDS, ("sent", VILLAGE)]),
        (CITY, WARDS),
        (WARD_AREA, WARDS),
        (DISTRICT, [("sent", VILLAGE)]),
        ("86", []),
    ],
)
def test_an_area_is_meant_with_all_in_it(
    operations: Caller, a_life: str, area: str, found: list[tuple[str, str]]
) -> None:
    """Changes: the areas that bear or ever bore the code, whatever the day."""
    assert told(operations, a_life, f"&area={area}") == found


def test_a_reader_may_start_at_a_time(
    operations: Caller, make_report: MakeReport, clock: Clock
) -> None:
    """Changes: `from` starts with the first event of that time or later, then `next` goes on."""
    clock.now = datetime(2030, 7, 16, 9, 0, tzinfo=VIETNAM)  # the reference data came before
    make_report(state="sent")
    clock.forward(minutes=1)
    since = clock().isoformat()
    make_report(unit=VILLAGE, state="accepted")

    body = done(operations.get(f"/changes?from={quote(since)}"))
    unescaped = done(operations.get(f"/changes?from={since}"))
    later = (clock() + timedelta(seconds=1)).isoformat()
    none = done(operations.get(f"/changes?from={quote(later)}"))
    page = operations.get(f"/changes?limit=1&from={quote(since)}")
    make_report(unit=NEIGHBOUR, state="sent")

    found = [(event["kind"], event["unit"]) for event in body["data"]]
    assert found == [("sent", VILLAGE), ("accepted", VILLAGE)]
    assert unescaped == body
    assert none == {"data": [], "next": body["next"]}
    assert told(operations, none["next"]) == [("sent", NEIGHBOUR)]
    assert "after=" in page.headers["Link"]
    assert "from=" not in page.headers["Link"]


@pytest.mark.usefixtures("a_life")
def test_a_reader_without_a_place_starts_at_the_beginning(operations: Caller) -> None:
    """Changes: the whole history may be read again at any time; ids tell events apart."""
    first = done(operations.get("/changes?limit=3"))
    again = done(operations.get("/changes?limit=3"))

    assert len(first["data"]) == 3
    assert again == first


def test_nothing_new_is_answered_in_a_word(
    operations: Caller, a_life: str, make_report: MakeReport
) -> None:
    """Conventions: 304 while nothing was numbered since."""
    path = f"/changes?after={a_life}"
    answer = operations.get(path)
    known = {"If-None-Match": answer.headers["ETag"]}

    same = operations.get(path, headers=known)
    make_report(period="2024-06", state="sent")
    other = operations.get(path, headers=known)

    assert (same.status_code, other.status_code) == (304, 200)


@pytest.mark.parametrize(
    ("query", "pointers"),
    [
        ("after=x", {"/after"}),
        ("after=WyJhIl0=", {"/after"}),
        ("after=WzIwMDAwMDAwMF0=", {"/after"}),  # place 200,000,000
        ("from=2024-07-16", {"/from"}),
        ("from=2024-07-16T09:00:00", {"/from"}),
        ("from=2024-02-30T09:00:00Z", {"/from"}),
        ("from=0001-01-01T00:00:00%2B14:00", {"/from"}),
        ("after=WzBd&from=2024-07-16T09:00:00Z", {"/from"}),
        ("kind=sent,guessed", {"/kind"}),
        ("kind=sent,sent", {"/kind"}),
        ("area=99999", {"/area"}),
        ("limit=0&colour=red", {"/limit", "/colour"}),
    ],
)
def test_a_question_with_faults_is_refused(
    operations: Caller, query: str, pointers: set[str]
) -> None:
    """Conventions: each fault with its pointer; a place that isn't there is one."""
    problem = assert_problem(operations.get(f"/changes?{query}"), 422, "invalid-request")

    assert {fault["pointer"] for fault in problem["errors"]} == pointers
