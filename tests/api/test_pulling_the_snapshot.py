"""The operations centre's document of a period: reports, watched figures, crossed thresholds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, event

from indicators_api.api.context import wall_clock
from indicators_api.models.threshold import THRESHOLD_DIRECTIONS, WATCHED_MEASURES
from tests.callers import Caller, Clock, assert_problem, exact
from tests.factories import (
    CITY,
    DISTRICT,
    JULY,
    NEIGHBOUR,
    PROVINCE,
    VILLAGE,
    WARD,
    WARD_AREA,
    MakeReport,
    done,
)

POOR, ALL, RATE = "XH160101", "XH020108", "XH160103"
#: Of agencies; asked of departments only.
DEPARTMENTS = "KT100101"
SNAPSHOT = f"/operations-centre/snapshot?period={JULY}"
NEIGHBOUR_AREA = "29239"

Json = dict[str, Any]


def threshold(**other: Any) -> Json:
    """Give a threshold on the ward's poor households, different where told."""
    usual = {"indicator": POOR, "area": WARD_AREA, "measure": "value", "direction": "above"}
    return {**usual, "warning": 40, "alarm": 50, **other}


@pytest.fixture
def watch(administrator: Caller) -> Callable[..., None]:
    """Set thresholds."""
    return lambda *items: done(administrator.post("/thresholds", {"items": items}))


@pytest.fixture
def choose(administrator: Caller) -> Callable[..., None]:
    """Choose the watched indicators."""
    path = "/operations-centre/indicators"
    return lambda *codes: done(administrator.put(path, {"indicators": codes}))


@pytest.fixture
def july(make_report: MakeReport) -> None:
    """A ward with 41 poor households after 40, its neighbour with 7, a village that only sent."""
    for period, poor in (("2024-06", 40), (JULY, 41)):
        values = {POOR: poor, ALL: 3280}
        make_report(unit=WARD, period=period, state="accepted", values=values)
    make_report(unit=NEIGHBOUR, state="accepted", values={POOR: 7, ALL: 700})
    make_report(unit=VILLAGE, state="sent", values={POOR: 90})


def crossed(body: Json) -> list[tuple[Any, ...]]:
    names = ("level", "area", "indicator", "measure", "direction", "limit", "figure")
    return [tuple(row[name] for name in names) for row in body["thresholds"]["crossed"]]


@pytest.mark.usefixtures("july")
def test_one_document_tells_which_thresholds_are_crossed(
    operations: Caller, watch: Callable[..., None], choose: Callable[..., None]
) -> None:
    """Operations centre: alarms first; a limit itself is not passed; no figure crosses nothing."""
    choose(RATE, POOR)
    watch(
        threshold(),
        threshold(measure="change_pct", warning=1, alarm=2),
        threshold(area=CITY, indicator=RATE, direction="below", warning=2, alarm="1.3"),
        threshold(area=CITY, warning=48, alarm=48),
        threshold(measure="plan_pct"),
    )

    body = exact(operations.get(SNAPSHOT))

    assert (body["area"], body["period"], body["basis"]) == (PROVINCE, JULY, "accepted")
    rate, poor = body["figures"]
    assert (rate["indicator"], poor["indicator"], poor["value"]) == (RATE, POOR, 48)
    assert crossed(body) == [
        ("alarm", WARD_AREA, POOR, "change_pct", "above", 2, Decimal("2.5")),
        ("alarm", CITY, RATE, "value", "below", Decimal("1.3"), rate["value"]),
        ("warning", WARD_AREA, POOR, "value", "above", 40, 41),
    ]
    assert body["thresholds"]["counts"] == {"alarm": 2, "warning": 1, "clear": 1, "unknown": 1}
    (unknown,) = body["thresholds"]["unknown"]
    assert (unknown["measure"], unknown["reason"]) == ("plan_pct", "no_plan")


@pytest.mark.usefixtures("july")
def test_what_was_only_sent_is_asked_for(operations: Caller, watch: Callable[..., None]) -> None:
    """Operations centre: `basis`, as of all figures."""
    watch(threshold(area=DISTRICT))

    accepted, sent = (
        exact(operations.get(f"{SNAPSHOT}&basis={basis}")) for basis in ("accepted", "sent")
    )

    assert [row["reason"] for row in accepted["thresholds"]["unknown"]] == ["missing"]
    assert crossed(sent) == [("alarm", DISTRICT, POOR, "value", "above", 50, 90)]


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


def test_thresholds_of_areas_that_are_no_more_watch_nothing(
    operations: Caller, watch: Callable[..., None]
) -> None:
    """Areas change: the province of July 2024 ended with June 2025."""
    watch(threshold(area=PROVINCE), threshold(area="86", on="2025-08-14", direction="above"))

    before, after = (
        done(operations.get(f"/operations-centre/snapshot?period={period}"))["thresholds"]
        for period in (JULY, "2025-08")
    )

    assert [row["area"] for row in before["unknown"]] == [PROVINCE]
    assert [(row["area"], row["reason"]) for row in after["unknown"]] == [("86", "not_assigned")]


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


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Collect what is asked of the database meanwhile."""
    found: list[str] = []

    def keep(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        found.append(statement)

    event.listen(engine, "before_cursor_execute", keep)
    yield found
    event.remove(engine, "before_cursor_execute", keep)


@pytest.mark.usefixtures("july")
def test_more_thresholds_ask_no_more_questions(
    operations: Caller, watch: Callable[..., None], engine: Engine
) -> None:
    """Operations centre: figures of all areas of a level are looked up together."""
    areas = [row["code"] for row in done(operations.get("/areas?on=2024-07-14"))["data"]]
    watch(*(threshold(area=area) for area in (WARD_AREA, CITY, PROVINCE)))
    operations.get(SNAPSHOT)
    with statements(engine) as few:
        operations.get(SNAPSHOT)

    watch(*(threshold(area=area, indicator=code) for area in areas for code in (POOR, RATE, ALL)))
    operations.get(SNAPSHOT)
    with statements(engine) as many:
        body = done(operations.get(SNAPSHOT))

    assert sum(body["thresholds"]["counts"].values()) == 3 * len(areas)
    assert len(many) == len(few)


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


items = st.fixed_dictionaries(
    {
        "indicator": st.sampled_from([POOR, RATE, ALL, "KT050202", DEPARTMENTS]),
        "area": st.sampled_from([PROVINCE, CITY, DISTRICT, WARD_AREA, NEIGHBOUR_AREA]),
        "measure": st.sampled_from(WATCHED_MEASURES),
        "direction": st.sampled_from(THRESHOLD_DIRECTIONS),
        "alarm": st.sampled_from([-3, 0, Decimal("2.5"), 7, 40, 41, 48, 100]),
    }
)


@pytest.mark.usefixtures("july")
def test_what_is_crossed_is_what_the_figures_say(
    connection: Connection, operations: Caller, watch: Callable[..., None]
) -> None:
    """Operations centre: held against the figures that `/aggregates` answers, whatever is asked."""

    def figure(area: str, code: str, measure: str) -> Any:
        query = f"period={JULY}&area={area}&indicator={code}&measures={measure}"
        rows = exact(operations.get(f"/aggregates?{query}"))["data"]
        return rows[0][measure] if rows else None

    key = ("indicator", "area", "measure", "direction")

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(items, min_size=1, max_size=6, unique_by=lambda i: tuple(i[n] for n in key)))
    def are_held(given_items: list[Json]) -> None:
        before = connection.begin_nested()
        watch(*given_items)
        held = exact(operations.get(SNAPSHOT))["thresholds"]
        found = [(i, figure(i["area"], i["indicator"], i["measure"])) for i in given_items]
        before.rollback()
        passed = {
            tuple(i[n] for n in key): value
            for i, value in found
            if value is not None
            and (value > i["alarm"] if i["direction"] == "above" else value < i["alarm"])
        }
        assert {tuple(r[n] for n in key): r["figure"] for r in held["crossed"]} == passed
        missing = {tuple(i[n] for n in key) for i, value in found if value is None}
        assert {tuple(row[name] for name in key) for row in held["unknown"]} == missing

    are_held()
