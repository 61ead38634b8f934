"""Which thresholds the operations centre's snapshot tells to be crossed."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from indicators_api.models.threshold import THRESHOLD_DIRECTIONS, WATCHED_MEASURES
from tests.api.watching import (
    ALL,
    NEIGHBOUR_AREA,
    POOR,
    RATE,
    SNAPSHOT,
    Json,
    crossed,
    statements,
    threshold,
)
from tests.callers import Caller, exact
from tests.factories import CITY, DISTRICT, JULY, PROVINCE, WARD_AREA, done

#: New enterprises: nobody reports them for a ward.
ENTERPRISES = "KT100101"


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


items = st.fixed_dictionaries(
    {
        "indicator": st.sampled_from([POOR, RATE, ALL, "KT050202", ENTERPRISES]),
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
