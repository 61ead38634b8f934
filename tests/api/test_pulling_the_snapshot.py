"""The operations centre's document of a period: reports, watched figures, crossed thresholds."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import Engine

from indicators_api.api.context import wall_clock
from tests.api.watching import (
    ALL,
    NEIGHBOUR_AREA,
    POOR,
    RATE,
    SNAPSHOT,
    crossed,
    statements,
    threshold,
)
from tests.callers import Caller, Clock, assert_problem, exact
from tests.factories import (
    CITY,
    DISTRICT,
    JULY,
    NEIGHBOUR,
    PROVINCE,
    WARD,
    WARD_AREA,
    MakeReport,
    done,
)


@pytest.mark.usefixtures("july")
@pytest.mark.parametrize("area", [PROVINCE, CITY, WARD_AREA])
def test_figures_are_those_of_the_bulletin(
    operations: Caller, choose: Callable[..., None], area: str
) -> None:
    """Operations centre: no second way to a figure."""
    codes = ["XH020101", POOR, RATE, ALL]
    choose(*codes)

    figures = exact(operations.get(f"{SNAPSHOT}&area={area}"))["figures"]

    bulletin = operations.get(f"/bulletin?period={JULY}&area={area}&indicator={','.join(codes)}")
    rows = {row["indicator"]: row for row in exact(bulletin)["data"]}
    for row in rows.values():
        del row["sector"], row["depth"]
    assert figures == [rows[code] for code in codes]


@pytest.mark.usefixtures("july")
def test_who_has_reported_is_told_of_the_area_and_of_those_below(
    operations: Caller, clock: Clock
) -> None:
    """Operations centre: due, sent, accepted, late and missing, as `/completeness` counts them."""
    clock.forward(days=3)

    body = exact(operations.get(SNAPSHOT))["completeness"]

    total, *_ = exact(operations.get(f"/completeness?period={JULY}"))["data"]
    districts = exact(operations.get(f"/completeness?period={JULY}&level=district"))["data"]
    of_all_units = [row for row in districts if row["unit_level"] is None]
    assert body["total"] == {name: total[name] for name in body["total"]}
    assert body["areas"] == [{n: row[n] for n in body["total"]} for row in of_all_units]
    assert len(body["areas"]) == 9
    assert (body["total"]["sent"], body["total"]["accepted"]) == (3, 2)
    assert body["total"]["missing"] > 90


@pytest.mark.parametrize(
    ("period", "owed"), [("2024-Q2", True), ("2024-S1", False), ("2024", True), ("2024-9M", False)]
)
def test_any_period_can_be_asked(operations: Caller, period: str, owed: bool) -> None:  # noqa: FBT001 - a column
    """Operations centre: months and longer ones, those for which nobody reports as well."""
    body = done(operations.get(f"/operations-centre/snapshot?period={period}"))

    assert (body["completeness"]["total"] is not None) is owed
    assert bool(body["completeness"]["areas"]) is owed
    assert body["period"] == period


@pytest.mark.usefixtures("july")
def test_areas_that_a_token_does_not_see_are_left_out(
    client_of: Callable[..., Caller], clerk: Caller, watch: Callable[..., None]
) -> None:
    """Roles: a reviewer sees its area and above, a clerk its own area and those above it."""
    areas = (PROVINCE, CITY, DISTRICT, WARD_AREA, NEIGHBOUR_AREA)
    watch(*(threshold(area=area, warning=None, alarm=-1) for area in areas))

    def seen(caller: Caller, query: str = "") -> tuple[set[str], set[str]]:
        body = done(caller.get(SNAPSHOT + query))
        counted = {row["area"] for row in body["completeness"]["areas"]}
        held = body["thresholds"]["crossed"] + body["thresholds"]["unknown"]
        return {row["area"] for row in held}, counted

    reviewer = client_of("reviewer", area=CITY)
    assert seen(client_of("operations"))[0] == set(areas)
    assert seen(reviewer) == ({PROVINCE, CITY, WARD_AREA, NEIGHBOUR_AREA}, {CITY})
    assert seen(clerk) == ({PROVINCE, CITY, WARD_AREA}, {CITY})
    held, counted = seen(reviewer, f"&area={CITY}")
    assert held == {CITY, WARD_AREA, NEIGHBOUR_AREA}
    assert {WARD_AREA, NEIGHBOUR_AREA} < counted
    assert_problem(reviewer.get(f"{SNAPSHOT}&area={DISTRICT}"), 403, "forbidden")


def test_faults_of_the_question_are_named(operations: Caller) -> None:
    """Conventions: the period is required, nothing unknown is ignored."""
    answer = operations.get("/operations-centre/snapshot?basis=all&as_of=now&level=district")

    problem = assert_problem(answer, 422, "invalid-request")
    assert {fault["pointer"] for fault in problem["errors"]} == {
        *("/period", "/basis", "/as_of", "/level"),
    }


def test_a_snapshot_without_news_is_not_sent_again(
    operations: Caller,
    make_report: MakeReport,
    watch: Callable[..., None],
    choose: Callable[..., None],
    clock: Clock,
) -> None:
    """Conventions: 304 until a report, a threshold, the chosen indicators or a deadline changes."""
    report = make_report(state="sent")
    watch(threshold())
    answers = [operations.get(SNAPSHOT)]

    def ask() -> int:
        tag = {"If-None-Match": answers[-1].headers["ETag"]}
        answers.append(operations.get(SNAPSHOT, headers=tag))
        status = answers[-1].status_code
        if status == 304:
            answers.pop()
        return status

    changes: list[Callable[[], object]] = [
        lambda: make_report.take(report, "reviewer", "accept"),
        lambda: watch(threshold(alarm=60)),
        lambda: choose(POOR),
        lambda: clock.forward(days=3),
        lambda: make_report(unit=NEIGHBOUR, period="2023-07", state="accepted"),
    ]
    assert ask() == 304
    for change in changes:
        change()
        assert (ask(), ask()) == (200, 304)


def test_looking_back_sees_what_was_watched_then(
    operations: Caller,
    make_report: MakeReport,
    watch: Callable[..., None],
    choose: Callable[..., None],
    clock: Clock,
) -> None:
    """Versions through time: reports, thresholds and chosen indicators as recorded then."""
    clock.now = wall_clock() + timedelta(hours=1)
    make_report(unit=WARD, state="accepted", values={POOR: 41})
    watch(threshold())
    choose(POOR)
    then, seen = quote(clock().isoformat()), exact(operations.get(SNAPSHOT))
    clock.forward(hours=1)
    watch(threshold(warning=10, alarm=20), threshold(area=CITY))
    choose(RATE)
    make_report(unit=NEIGHBOUR, state="accepted", values={POOR: 7})

    again = exact(operations.get(f"{SNAPSHOT}&as_of={then}"))

    assert again == seen
    assert crossed(seen)[0][0] == "warning"
    assert crossed(exact(operations.get(SNAPSHOT)))[0][0] == "alarm"


@pytest.mark.usefixtures("july")
def test_nothing_new_is_told_before_any_figure_is_looked_up(
    operations: Caller, watch: Callable[..., None], engine: Engine
) -> None:
    """Conventions: the versions answer `If-None-Match`; `coverage` is what all figures rest on."""
    watch(threshold())
    with statements(engine) as asked:
        tag = operations.get(SNAPSHOT).headers["ETag"]
    with statements(engine) as asked_again:
        answer = operations.get(SNAPSHOT, headers={"If-None-Match": tag})

    assert answer.status_code == 304
    assert any("coverage" in statement for statement in asked)
    assert not any("coverage" in statement for statement in asked_again)
    assert not any("FROM threshold" in statement for statement in asked_again)
