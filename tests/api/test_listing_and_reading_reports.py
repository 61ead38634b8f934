"""Who sees which reports, how they are listed, what a form asks, and what a dry run says."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

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
    VILLAGE,
    WARD,
    MakeReport,
    done,
)


@pytest.mark.parametrize("call", ["", "/form"])
@pytest.mark.parametrize("role", ["clerk", "leader"])
def test_a_unit_does_not_learn_of_anothers_report(
    make_report: MakeReport, client_of: Callable[..., Caller], role: str, call: str
) -> None:
    """Roles: 404 for another unit's report, in the same words as for none."""
    make_report()
    neighbour = client_of(role, unit=NEIGHBOUR)

    there = assert_problem(neighbour.get(f"/reports/{WARD}/{JULY}{call}"), 404, "not-found")
    nowhere = assert_problem(neighbour.get(f"/reports/H59.99/{JULY}{call}"), 404, "not-found")

    assert there["detail"].replace(WARD, "H59.99") == nowhere["detail"]


def test_a_unit_sees_its_own_report_from_the_first_draft(
    make_report: MakeReport, clerk: Caller, leader: Caller
) -> None:
    """Roles: clerk and leader read the drafts of their unit."""
    report = make_report(state="draft")

    assert done(clerk.get(report.url)) == done(leader.get(report.url))


@pytest.mark.parametrize("role", ["reviewer", "operations"])
def test_outside_its_unit_a_report_exists_from_its_first_send_on(
    make_report: MakeReport, client_of: Callable[..., Caller], role: str
) -> None:
    """Roles: drafts and submitted reports are the unit's own affair."""
    outside = client_of(role)
    report = make_report(state="submitted")
    assert_problem(outside.get(report.url), 404, "not-found")
    assert done(outside.get("/reports"))["data"] == []

    make_report.take(report, "leader", "send")

    assert done(outside.get(report.url))["state"] == "sent"
    assert [row["unit"] for row in done(outside.get("/reports"))["data"]] == [WARD]


def test_others_see_the_sent_version_only(
    session: Session, make_report: MakeReport, clerk: Caller, reviewer: Caller
) -> None:
    """Roles: what the unit does with an accepted report isn't seen until it sends it again."""
    report = make_report(state="accepted")
    session.execute(text("UPDATE report SET state = 'returned'"))  # a correction was agreed
    session.commit()
    draft = {"values": {"XH160101": 77}, "step": "submit", "comment": "Recounted."}
    done(clerk.patch(report.url, draft, seen=3))

    inside, outside = done(clerk.get(report.url)), done(reviewer.get(report.url))

    assert (inside["state"], inside["version"], value(inside)) == ("submitted", 2, 77)
    assert (outside["state"], outside["version"], value(outside)) == ("accepted", 1, 41)
    assert outside["comment"] != "Recounted."
    assert [row["state"] for row in done(reviewer.get("/reports"))["data"]] == ["accepted"]


def value(report: dict[str, Any]) -> Any:
    return report["values"]["XH160101"]["value"]


def test_what_was_returned_shows_no_values_outside(
    make_report: MakeReport, reviewer: Caller
) -> None:
    """Vocabulary: on a return basis `sent` falls back to the accepted version, if any."""
    report = make_report(state="returned")

    seen = done(reviewer.get(report.url))

    assert (seen["state"], seen["version"], seen["values"]) == ("returned", None, {})
    assert [step["action"] for step in seen["steps"]] == ["send", "return"]


@pytest.fixture
def county(make_report: MakeReport) -> MakeReport:
    """Reports of a ward (two months), a neighbour, another district, a division, a department."""
    for unit, period, state in (
        (WARD, "2024-06", "accepted"),
        (WARD, JULY, "sent"),
        (NEIGHBOUR, JULY, "returned"),
        (VILLAGE, JULY, "accepted"),
        (DIVISION, JULY, "sent"),
        (DEPARTMENT, JULY, "draft"),
    ):
        make_report(unit=unit, period=period, state=state)
    return make_report


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ("", [WARD, DIVISION, WARD, NEIGHBOUR, VILLAGE]),
        (f"period={JULY}", [DIVISION, WARD, NEIGHBOUR, VILLAGE]),
        (f"period={JULY},2024-06&unit={WARD}", [WARD, WARD]),
        (f"area={CITY}&period={JULY}", [DIVISION, WARD, NEIGHBOUR]),
        ("area=29236", [WARD, WARD]),
        ("area=99", []),
        ("state=accepted", [WARD, VILLAGE]),
        ("state=draft", []),
        ("timeliness=late", [WARD]),
        ("timeliness=on_time&area=844", [VILLAGE]),
        ("unit=H59.99", []),
    ],
)
@pytest.mark.usefixtures("county")
def test_a_list_is_filtered(operations: Caller, query: str, listed: list[str]) -> None:
    """Reports: by unit, area, period, state, timeliness; in order of period and unit."""
    answer = done(operations.get(f"/reports?{query}"))

    assert [row["unit"] for row in answer["data"]] == listed
    assert answer["next"] is None


@pytest.mark.usefixtures("county")
def test_a_list_is_of_what_the_reader_may_see(client_of: Callable[..., Caller]) -> None:
    """Roles: one's own unit's; those sent in one's area; all that were sent."""

    def listed(role: str, **bound: str) -> list[str]:
        answer = client_of(role, **bound).get(f"/reports?period={JULY}")
        return [row["unit"] for row in done(answer)["data"]]

    assert listed("clerk", unit=WARD) == [WARD]
    assert listed("leader", unit=DEPARTMENT) == [DEPARTMENT]
    assert listed("reviewer", area=CITY) == [DIVISION, WARD, NEIGHBOUR]
    assert listed("reviewer", area=DISTRICT) == [VILLAGE]
    assert listed("reviewer") == listed("operations") == [DIVISION, WARD, NEIGHBOUR, VILLAGE]
    assert_problem(client_of("administrator").get("/reports"), 403, "forbidden")


@pytest.mark.parametrize("limit", [1, 2, 4])
def test_pages_have_no_duplicate_and_no_gap(
    county: MakeReport, operations: Caller, limit: int
) -> None:
    """Conventions: a keyset cursor, as `next` and as `Link`, good while reports come in between."""
    first = operations.get(f"/reports?limit={limit}")
    county(unit="H59.21.01", period="2024-01", values={})
    county(unit="H59.28.11", period=JULY, values={})

    pages, answer = [done(first)["data"]], first
    while link := answer.headers.get("Link"):
        address, _, relation = link.partition("; ")
        assert relation == 'rel="next"'
        assert f"cursor={quote(done(answer)['next'], safe='')}" in address
        answer = operations.get(address.strip("<>"))
        pages.append(done(answer)["data"])

    assert done(answer)["next"] is None
    rows = [(row["period"], row["unit"]) for page in pages for row in page]
    assert rows == [
        ("2024-06", WARD),
        (JULY, DIVISION),
        (JULY, WARD),
        (JULY, NEIGHBOUR),
        (JULY, VILLAGE),
        (JULY, "H59.28.11"),
    ]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=1001",
        "limit=many",
        "cursor=x",
        "cursor=WyJhIiwxXQ==",
        "state=lost",
        "timeliness=soon",
        "period=2024-13",
        "period=2024-07,2024-07",
        "period=,",
        "colour=red",
        "unit=a&unit=b",
        "area=%00",
    ],
)
def test_a_wrong_filter_is_refused(operations: Caller, query: str) -> None:
    """Conventions: unknown, repeated and malformed parameters are 422, never ignored."""
    answer = operations.get(f"/reports?{query}")

    (fault,) = assert_problem(answer, 422, "invalid-request")["errors"]
    assert (fault["pointer"], fault["in"]) == (f"/{query.partition('=')[0]}", "query")


def test_a_line_of_the_list_is_a_report_without_its_values(
    make_report: MakeReport, reviewer: Caller
) -> None:
    """Reports: lists."""
    report = make_report()

    (line,) = done(reviewer.get("/reports"))["data"]

    whole = done(reviewer.get(report.url))
    assert line.pop("area") == "29236"
    assert line == {key: whole[key] for key in line}
    assert whole.keys() - line.keys() == {"values", "findings", "steps", "comment"}


@pytest.mark.parametrize("address", ["2024-13", "2024-7", "july", "2024-Q5", "1989", "2024-07x"])
def test_what_is_no_period_has_no_address(clerk: Caller, address: str) -> None:
    """Conventions: an address with something else in the period's place is unknown."""
    assert_problem(clerk.get(f"/reports/{WARD}/{address}"), 404, "route-unknown")
