"""Corrections in bulk, and the list of all of them."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests.callers import Caller, assert_problem
from tests.factories import (
    CITY,
    DEPARTMENT,
    DISTRICT,
    DIVISION,
    JULY,
    NEIGHBOUR,
    VILLAGE,
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


def test_a_bulk_call_sets_aside_what_can_not_be_decided(
    make_report: MakeReport, reviewer: Caller
) -> None:
    """Corrections in bulk: an answer per request, in the order of the items; the others go on."""
    ward, neighbour = (make_report(unit=unit, state="requested") for unit in (WARD, NEIGHBOUR))
    items = [
        request(neighbour),
        request(make_report(unit=VILLAGE, state="requested")),
        request(make_report(unit=DIVISION, state="requested")),
        request(make_report(period="2024-06", state="correcting")),
        request(make_report(period="2024-05", state="requested"), revision=1),
        request(make_report(period="2024-04", state="accepted")),
        request(ward, period="2024-03"),
        request(ward),
    ]

    answer = done(reviewer.post("/corrections/agree", {"items": items, **SEEN}))

    assert (answer["done"], answer["failed"]) == (2, 6)
    assert [line["problem"] and line["problem"]["type"] for line in answer["data"]] == [
        None,
        "/problems/not-found",
        "/problems/forbidden",
        "/problems/correction-decided",
        "/problems/precondition-failed",
        "/problems/not-found",
        "/problems/not-found",
        None,
    ]
    named = [(line["unit"], line["period"], line["number"]) for line in answer["data"]]
    assert named == [(given["unit"], given["period"], given["number"]) for given in items]
    decided = answer["data"][7]
    assert (decided["state"], decided["version"], decided["revision"]) == ("agreed", 2, 5)
    assert [make_report.look(report).state for report in (ward, neighbour)] == ["draft", "draft"]


def test_many_are_refused_with_one_reason(
    make_report: MakeReport, reviewer: Caller, leader: Caller
) -> None:
    """Corrections in bulk: `POST /corrections/refuse`; the items are lines of the list."""
    make_report(state="requested")
    make_report(unit=NEIGHBOUR, state="requested")
    waiting = done(reviewer.get("/corrections?state=requested"))["data"]
    items = [
        {key: line[key] for key in ("unit", "period", "number", "revision")} for line in waiting
    ]

    answer = done(reviewer.post("/corrections/refuse", {"items": items, **SEEN}))

    assert [line["state"] for line in answer["data"]] == ["refused", "refused"]
    assert done(reviewer.get("/corrections?state=requested"))["data"] == []
    assert done(leader.get(f"/reports/{WARD}/{JULY}"))["steps"][-1]["comment"] == SEEN["comment"]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/items"]),
        ({"items": []}, ["/items"]),
        (
            {"items": [{}]},
            ["/items/0/number", "/items/0/period", "/items/0/revision", "/items/0/unit"],
        ),
        (
            {"items": [{"unit": WARD, "period": JULY, "revision": 1, "number": 1}] * 2, **SEEN},
            ["/items/1"],
        ),
    ],
)
def test_faults_of_a_bulk_call_have_their_pointers(
    reviewer: Caller, body: dict[str, Any], pointers: list[str]
) -> None:
    """Conventions: every fault at once, with a pointer into the list."""
    for decision in ("agree", "refuse"):
        answer = reviewer.post(f"/corrections/{decision}", body)
        faults = assert_problem(answer, 422, "invalid-request")["errors"]
        assert sorted(fault["pointer"] for fault in faults) == pointers


@pytest.fixture
def county(make_report: MakeReport) -> MakeReport:
    """Requests of a ward (two months), a neighbour, another district, a division, a department."""
    for unit, period, state in (
        (WARD, "2024-06", "correcting"),
        (WARD, JULY, "requested"),
        (NEIGHBOUR, JULY, "requested"),
        (VILLAGE, JULY, "requested"),
        (DIVISION, JULY, "correcting"),
        (DEPARTMENT, JULY, "accepted"),
    ):
        make_report(unit=unit, period=period, state=state)
    return make_report


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ("", [WARD, DIVISION, WARD, NEIGHBOUR, VILLAGE]),
        ("state=requested", [WARD, NEIGHBOUR, VILLAGE]),
        ("state=agreed", [WARD, DIVISION]),
        ("state=refused", []),
        (f"period={JULY}", [DIVISION, WARD, NEIGHBOUR, VILLAGE]),
        (f"period={JULY},2024-06&unit={WARD}", [WARD, WARD]),
        (f"area={CITY}&state=requested", [WARD, NEIGHBOUR]),
        ("area=29236", [WARD, WARD]),
        ("area=99", []),
        ("period=2024-05", []),
    ],
)
@pytest.mark.usefixtures("county")
def test_the_list_is_filtered(operations: Caller, query: str, listed: list[str]) -> None:
    """Corrections: by state, period, area and unit; in order of period, unit and number."""
    answer = done(operations.get(f"/corrections?{query}"))

    assert [row["unit"] for row in answer["data"]] == listed
    assert answer["next"] is None


@pytest.mark.usefixtures("county")
def test_the_list_is_of_what_the_reader_may_see(client_of: Callable[..., Caller]) -> None:
    """Roles: one's own unit's; those of one's area; all."""

    def listed(role: str, **bound: str) -> list[str]:
        answer = client_of(role, **bound).get(f"/corrections?period={JULY}")
        return [row["unit"] for row in done(answer)["data"]]

    assert listed("clerk", unit=WARD) == listed("leader", unit=WARD) == [WARD]
    assert listed("leader", unit=DEPARTMENT) == []
    assert listed("reviewer", area=CITY) == [DIVISION, WARD, NEIGHBOUR]
    assert listed("reviewer", area=DISTRICT) == [VILLAGE]
    assert listed("reviewer") == listed("operations") == [DIVISION, WARD, NEIGHBOUR, VILLAGE]
    assert_problem(client_of("administrator").get("/corrections"), 403, "forbidden")


@pytest.mark.parametrize("limit", [1, 2, 4])
def test_pages_have_no_duplicate_and_no_gap(
    county: MakeReport, operations: Caller, limit: int
) -> None:
    """Conventions: a keyset cursor, good while requests come in between; of one report too."""
    again = county.take(county.look(Report(WARD, JULY, "", 0)), "reviewer", "corrections/1/refuse")
    county.take(again, "leader", "corrections")
    first = operations.get(f"/corrections?limit={limit}")
    county(unit="H59.21.13", period="2024-01", state="requested")
    county(unit="H59.28.11", period=JULY, state="requested")

    pages, answer = [done(first)["data"]], first
    while link := answer.headers.get("Link"):
        address, _, relation = link.partition("; ")
        assert relation == 'rel="next"'
        assert f"cursor={quote(done(answer)['next'], safe='')}" in address
        answer = operations.get(address.strip("<>"))
        pages.append(done(answer)["data"])

    rows = [(row["period"], row["unit"], row["number"]) for page in pages for row in page]
    assert rows == [
        ("2024-06", WARD, 1),
        (JULY, DIVISION, 1),
        (JULY, WARD, 1),
        (JULY, WARD, 2),
        (JULY, NEIGHBOUR, 1),
        (JULY, VILLAGE, 1),
        (JULY, "H59.28.11", 1),
    ]


@pytest.mark.parametrize(
    "query", ["state=lost", "limit=0", "cursor=x", "cursor=WyJhIiwxXQ==", "colour=red", "period=,"]
)
def test_a_wrong_filter_is_refused(operations: Caller, query: str) -> None:
    """Conventions: unknown and malformed parameters are 422, never ignored."""
    answer = operations.get(f"/corrections?{query}")

    (fault,) = assert_problem(answer, 422, "invalid-request")["errors"]
    assert (fault["pointer"], fault["in"]) == (f"/{query.partition('=')[0]}", "query")
