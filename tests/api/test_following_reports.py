"""Observations, completeness, reconciliation and the version of the data, as others read them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.callers import Caller, Clock, assert_problem, exact
from tests.factories import (
    CITY,
    DEPARTMENT,
    DIVISION,
    JULY,
    NEIGHBOUR,
    VILLAGE,
    WARD,
    MakeReport,
    done,
)

POOR = "XH160101"
OBSERVATIONS = f"/observations?period={JULY}"


@pytest.fixture
def july(make_report: MakeReport) -> MakeReport:
    """Reports in every state, from the ward, its neighbour, a village, a division, a department."""
    make_report(state="accepted", values={POOR: {"value": 41, "status": "A", "note": "Counted."}})
    make_report(unit=NEIGHBOUR, state="returned")
    make_report(unit=VILLAGE, state="sent", values={POOR: {"missing": "not_collected"}})
    make_report(unit=DIVISION, state="accepted", values={POOR: 55, "XH160105": 5})
    make_report(unit=DEPARTMENT, state="draft")
    return make_report


@pytest.mark.usefixtures("july")
def test_an_observation_is_told_as_its_unit_gave_it(operations: Caller) -> None:
    """Figures: unit × indicator × period, with status, note and version."""
    body = exact(operations.get(f"{OBSERVATIONS}&unit={WARD}"))

    assert body == {
        "basis": "accepted",
        "as_of": body["as_of"],
        "data": [
            {
                "unit": WARD,
                "area": "29236",
                "area_id": body["data"][0]["area_id"],
                "indicator": POOR,
                "period": JULY,
                "value": 41,
                "missing": None,
                "status": "A",
                "ytd": None,
                "note": "Counted.",
                "version": 1,
            }
        ],
        "next": None,
    }


@pytest.mark.usefixtures("july")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [DIVISION, DIVISION, WARD]),
        ("&basis=sent", [DIVISION, DIVISION, WARD, VILLAGE]),
        (f"&indicator={POOR}", [DIVISION, WARD]),
        ("&sector=XH02", []),
        (f"&area=29236&indicator={POOR}", [WARD]),
        (f"&area={CITY}&unit={VILLAGE}&basis=sent", []),
        ("&period=2024-06", None),
    ],
)
def test_observations_are_chosen(operations: Caller, query: str, found: list[str] | None) -> None:
    """Figures: by unit, area, indicator, sector, period and basis; by unit and indicator."""
    answer = operations.get(OBSERVATIONS + query)

    if found is None:
        assert_problem(answer, 422, "invalid-request")
    else:
        assert [row["unit"] for row in done(answer)["data"]] == found


@pytest.mark.usefixtures("july")
def test_observations_come_in_pages_and_as_csv(operations: Caller) -> None:
    """Conventions: `Link` leads through all of them."""
    answer, seen = operations.get(f"{OBSERVATIONS}&limit=1&format=csv"), []
    while True:
        head, row, end = answer.text.split("\r\n")
        seen.append(row.split(",")[0])
        if "Link" not in answer.headers:
            break
        answer = operations.get(answer.headers["Link"].partition(">")[0].strip("<"))

    assert (head.split(",")[:2], end) == (["unit", "area"], "")
    assert seen == [DIVISION, DIVISION, WARD]


@pytest.mark.usefixtures("july")
def test_observations_are_shown_to_those_who_may_see_them(client_of: Callable[..., Caller]) -> None:
    """Roles: one's own unit's; those of one's area; all. Another unit isn't known."""

    def units(role: str, **bound: str) -> set[str]:
        answer = client_of(role, **bound).get(f"{OBSERVATIONS}&basis=sent")
        return {row["unit"] for row in done(answer)["data"]}

    assert units("clerk", unit=WARD) == {WARD}
    assert units("reviewer", area=CITY) == {WARD, DIVISION}
    assert units("reviewer") == units("operations") == {WARD, DIVISION, VILLAGE}
    clerk = client_of("clerk", unit=WARD)
    assert_problem(clerk.get(f"{OBSERVATIONS}&unit={NEIGHBOUR}"), 404, "not-found")
    assert_problem(client_of("administrator").get(OBSERVATIONS), 403, "forbidden")


@pytest.mark.usefixtures("july")
def test_completeness_counts_what_is_owed_and_sent(operations: Caller) -> None:
    """Figures: due, sent, accepted, returned, late, missing, on-time rate; by level of unit."""
    answer = done(operations.get(f"/completeness?period={JULY}"))

    total, *by_level = answer["data"]
    assert total == {
        "area": "84",
        "area_id": 1,
        "unit_level": None,
        "due": 194,
        "sent": 3,
        "accepted": 2,
        "returned": 1,
        "on_time": 4,
        "late": 0,
        "missing": 0,
        "not_due": 190,
        "on_time_rate": Decimal("2.06"),
        "expected": total["expected"],
        "with_value": 3,
    }
    assert [(row["unit_level"], row["due"]) for row in by_level] == [
        ("province", 16),
        ("district", 72),
        ("commune", 106),
    ]


@pytest.mark.usefixtures("july")
def test_completeness_is_told_for_areas_of_a_level(operations: Caller) -> None:
    """Figures: rows of the areas of `level` in `area`."""
    answer = done(operations.get(f"/completeness?period={JULY}&level=district"))

    totals = {row["area"]: row for row in answer["data"] if row["unit_level"] is None}
    assert len(totals) == 9
    assert [(totals[CITY][key]) for key in ("due", "sent", "returned")] == [18, 2, 1]


@pytest.mark.usefixtures("july")
def test_completeness_lists_units(operations: Caller, clock: Clock) -> None:
    """Figures: `level=unit`; what passes its deadline is missing, and the ETag tells."""
    call = f"/completeness?period={JULY}&area={CITY}&level=unit"
    before = operations.get(call)
    clock.forward(days=2)
    after = operations.get(call, headers={"If-None-Match": before.headers["ETag"]})

    def states(answer: Any) -> dict[str, tuple[str | None, str]]:
        return {row["unit"]: (row["state"], row["timeliness"]) for row in done(answer)["data"]}

    assert len(states(before)) == 18
    assert states(before)[NEIGHBOUR] == ("returned", "on_time")
    assert states(before)["H59.21.13"] == (None, "not_due")
    assert states(after)["H59.21.13"] == (None, "missing")
    assert states(after)[WARD] == ("accepted", "on_time")


@pytest.mark.usefixtures("july")
def test_completeness_is_shown_to_those_who_may_see_it(client_of: Callable[..., Caller]) -> None:
    """Roles: a unit finds itself among units, and the counts of its area and those above."""
    clerk = client_of("clerk", unit=WARD)

    (own,) = done(clerk.get(f"/completeness?period={JULY}&level=unit"))["data"]

    assert own["unit"] == WARD
    done(clerk.get(f"/completeness?period={JULY}&area={CITY}"))
    neighbour = clerk.get(f"/completeness?period={JULY}&area=29239")
    assert_problem(neighbour, 403, "forbidden")
    of_city = client_of("reviewer", area=CITY).get(f"/completeness?period={JULY}&level=unit")
    assert len(done(of_city)["data"]) == 18
    assert len(done(client_of("administrator").get(f"/completeness?period={JULY}"))["data"]) == 4


@pytest.mark.parametrize("form", ["", "&format=csv"])
def test_without_territory_indicators_there_is_nothing_to_reconcile(
    operations: Caller, form: str
) -> None:
    """Figures: agency indicators are different work on each level; a list without rows."""
    answer = operations.get(f"/reconciliation?period={JULY}&indicator=NC240101{form}")

    assert answer.status_code == 200
    assert answer.text.count("NC240101") == 0
    assert form or done(answer)["data"] == []


@pytest.mark.usefixtures("july")
def test_what_was_reported_stands_beside_what_rolls_up(operations: Caller) -> None:
    """Figures: reported, rolled up, difference; territory indicators only."""
    call = f"/reconciliation?period={JULY}&area={CITY}&indicator={POOR},NC240101"

    body = exact(operations.get(call))

    assert body["data"] == [
        {
            "area": CITY,
            "area_id": 2,
            "indicator": POOR,
            "period": JULY,
            "reported": 55,
            "rolled_up": 41,
            "difference": 14,
            "ytd": 55,
            "ytd_reported": None,
            "ytd_difference": None,
            "rolled_up_ytd": 41,
            "rolled_up_ytd_reported": None,
            "rolled_up_ytd_difference": None,
        }
    ]
    csv = operations.get(f"{call}&format=csv").text.split("\r\n")
    assert csv[1] == f"{CITY},2,{POOR},{JULY},55,41,14,55,,,41,,"


def test_the_version_of_the_data_grows_with_every_change(
    make_report: MakeReport, operations: Caller, client_of: Callable[..., Caller]
) -> None:
    """Figures: `GET /data-version`, for those who ask often; a report is there once it is sent."""
    call = f"/data-version?period={JULY}"
    seen = [done(operations.get(call))]
    report = make_report(state="draft")
    seen.append(done(operations.get(call)))
    make_report.take(report, "leader", "send")
    seen.append(done(operations.get(call)))
    more = {"period": JULY, "units": [WARD], "due": "2024-07-24", "reason": "Storm"}
    done(client_of("administrator").post("/deadline-exceptions", more))
    seen.append(done(operations.get(call)))

    assert [version["reports"] for version in seen] == [0, 0, 2, 2]
    assert seen[3]["catalogue"] > seen[2]["catalogue"] == seen[0]["catalogue"]
    assert done(operations.get("/data-version?period=2024-06"))["reports"] == 0


def test_exceptions_from_deadlines_are_listed_and_checked(
    client_of: Callable[..., Caller], clerk: Caller
) -> None:
    """Periods: exceptions are data; unknown units are all named and then nothing is granted."""
    admin = client_of("administrator")
    more = {"period": JULY, "due": "2024-07-24", "reason": "Storm"}

    done(admin.post("/deadline-exceptions", {**more, "units": [NEIGHBOUR, WARD]}))
    wrong = admin.post("/deadline-exceptions", {**more, "units": [VILLAGE, "H59.98", "H59.99"]})

    faults = assert_problem(wrong, 422, "invalid-request")["errors"]
    assert [fault["pointer"] for fault in faults] == ["/units/1", "/units/2"]
    listed = done(clerk.get(f"/deadline-exceptions?period={JULY}"))["data"]
    assert [row["unit"] for row in listed] == [WARD, NEIGHBOUR]
    assert_problem(clerk.post("/deadline-exceptions", {}), 403, "forbidden")
