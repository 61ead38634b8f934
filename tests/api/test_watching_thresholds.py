"""Thresholds as data: set, replaced, listed and taken away over HTTP."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import text

from indicators_api.api.context import VIETNAM, wall_clock
from indicators_api.db.session import Session
from tests.api.watching import POOR, RATE, Json, threshold
from tests.callers import Caller, Clock, assert_problem, exact
from tests.factories import CITY, PROVINCE, WARD_AREA, done

#: Ward 3 of the city until 30 June 2025, then the new ward Trà Vinh.
REUSED = "29242"


@pytest.fixture
def clock() -> Clock:
    """After the catalogue was loaded: what is looked back at must have been there."""
    return Clock(wall_clock() + timedelta(hours=1))


def put(administrator: Caller, *items: Json) -> Json:
    """Set thresholds and give what became of them."""
    body: Json = exact(administrator.post("/thresholds", {"items": items}))
    return body


def keys(rows: list[Json]) -> list[tuple[Any, ...]]:
    return [(row["indicator"], row["area"], row["measure"], row["direction"]) for row in rows]


def test_thresholds_are_set_listed_and_replaced(administrator: Caller, operations: Caller) -> None:
    """Operations centre: by indicator, area and measure; the same key again replaces."""
    first = put(
        administrator,
        threshold(area=CITY, measure="change_pct", warning="2.5", alarm=None),
        threshold(),
        threshold(direction="below", warning=None, alarm=5),
    )
    second = put(administrator, threshold(alarm="60.25"), threshold(area=CITY))

    listed = exact(operations.get("/thresholds"))
    assert (first["added"], first["changed"], first["unchanged"]) == (3, 0, 0)
    assert (second["added"], second["changed"], second["unchanged"]) == (1, 1, 0)
    assert keys(listed["data"]) == [
        (POOR, WARD_AREA, "value", "above"),
        (POOR, WARD_AREA, "value", "below"),
        (POOR, CITY, "change_pct", "above"),
        (POOR, CITY, "value", "above"),
    ]
    replaced, kept, *_ = listed["data"]
    assert (replaced["warning"], str(replaced["alarm"])) == (40, "60.25")
    assert (kept["warning"], kept["alarm"]) == (None, 5)
    assert replaced["id"] == first["data"][0]["id"]
    assert replaced["name"] == "Số hộ nghèo"


def test_lists_are_by_indicator_and_area(administrator: Caller, operations: Caller) -> None:
    """Operations centre: filters of the list."""
    put(administrator, threshold(), threshold(area=CITY), threshold(indicator=RATE, area=CITY))

    of_city = done(operations.get(f"/thresholds?area={CITY}"))["data"]
    of_rate = done(operations.get(f"/thresholds?indicator={RATE}"))["data"]
    of_both = done(operations.get(f"/thresholds?indicator={RATE}&area={WARD_AREA}"))["data"]

    assert [row["indicator"] for row in of_city] == [POOR, RATE]
    assert [row["area"] for row in of_rate] == [CITY]
    assert of_both == []


def test_a_call_may_be_repeated(
    administrator: Caller, operations: Caller, session: Session
) -> None:
    """Operations centre: what is there already makes no change: no entry, no new version."""
    put(administrator, threshold())
    noted = text("SELECT count(*) FROM journal WHERE action LIKE 'threshold.%'")
    before, version = session.scalar(noted), done(operations.get("/data-version?period=2024-07"))

    again = put(administrator, threshold(warning="40.0"))

    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 1)
    assert keys(again["data"]) == [(POOR, WARD_AREA, "value", "above")]
    assert session.scalar(noted) == before
    assert done(operations.get("/data-version?period=2024-07")) == version


def test_every_fault_is_told_at_once_and_nothing_is_stored(
    administrator: Caller, operations: Caller
) -> None:
    """Conventions: all thresholds or none; each fault with its pointer, in the list's order."""
    items = [
        threshold(),
        threshold(indicator="KT999999", area="99999"),
        threshold(area=CITY, on="2025-07-01"),
        threshold(area=PROVINCE, warning=None, alarm=None),
        threshold(area=PROVINCE, direction="below"),
        threshold(warning=1, on="2024-07-14"),
    ]

    answer = administrator.post("/thresholds", {"items": items})

    problem = assert_problem(answer, 422, "invalid-request")
    assert [(fault["pointer"], fault["code"]) for fault in problem["errors"]] == [
        ("/items/1/indicator", "unknown-indicator"),
        ("/items/1/area", "unknown-area"),
        ("/items/2/area", "unknown-area"),
        ("/items/3", "no-limit"),
        ("/items/4/alarm", "out-of-order"),
        ("/items/5", "repeated"),
    ]
    assert done(operations.get("/thresholds"))["data"] == []


@pytest.mark.parametrize(
    ("other", "pointer"),
    [
        ({"measure": "plan"}, "/items/0/measure"),
        ({"direction": "beside"}, "/items/0/direction"),
        ({"warning": "much"}, "/items/0/warning"),
        ({"alarm": "1" * 21}, "/items/0/alarm"),
        ({"on": "2024-7-1"}, "/items/0/on"),
        ({"colour": "red"}, "/items/0/colour"),
    ],
)
def test_a_threshold_of_another_shape_is_refused(
    administrator: Caller, other: Json, pointer: str
) -> None:
    """Conventions: types before everything else."""
    answer = administrator.post("/thresholds", {"items": [threshold(**other)]})

    problem = assert_problem(answer, 422, "invalid-request")
    assert {fault["pointer"] for fault in problem["errors"]} == {pointer}


def test_a_code_means_the_area_that_bears_it_on_a_day(
    administrator: Caller, operations: Caller, clock: Clock
) -> None:
    """Areas change: codes are reused; without a day the present bearer, else the newest."""

    def borne(on: str) -> int:
        return int(done(operations.get(f"/areas/{REUSED}?on={on}"))["id"])

    def meant(**other: str) -> int:
        (row,) = put(administrator, threshold(area=REUSED, **other))["data"]
        return int(row["area_id"])

    old, new = borne("2024-07-14"), borne("2025-08-14")

    assert (meant(on="2024-07-14"), meant(on="2025-08-14"), meant()) == (old, new, new)
    clock.now = datetime(2024, 7, 16, 9, tzinfo=VIETNAM)
    assert meant() == old
    assert old != new


def test_a_code_that_nobody_bears_any_more_means_the_last_bearer(administrator: Caller) -> None:
    """Areas change: the province of 2024 has ended."""
    given = put(administrator, threshold(area=PROVINCE))

    assert [row["area_id"] for row in given["data"]] == [1]


def test_a_threshold_is_taken_away_but_remembered(
    administrator: Caller, operations: Caller, clock: Clock
) -> None:
    """Versions through time: what the list said then."""
    given = put(administrator, threshold(), threshold(area=CITY))
    then, number = quote(clock().isoformat()), given["data"][0]["id"]
    clock.forward(hours=1)

    gone = administrator.delete(f"/thresholds/{number}")
    again = administrator.delete(f"/thresholds/{number}")

    assert gone.status_code == 204
    assert_problem(again, 404, "not-found")
    assert [row["area"] for row in done(operations.get("/thresholds"))["data"]] == [CITY]
    before = exact(operations.get(f"/thresholds?as_of={then}"))["data"]
    assert before == given["data"]


def test_a_long_list_is_read_in_pages(administrator: Caller, operations: Caller) -> None:
    """Conventions: no duplicate, no gap."""
    codes = [row["code"] for row in done(operations.get("/areas?on=2024-07-14"))["data"]][:5]
    items = [
        threshold(area=area, measure=measure, direction="above")
        for area in codes
        for measure in ("value", "ytd")
    ]
    put(administrator, *items)

    whole = done(operations.get("/thresholds"))["data"]
    read, address = [], "/thresholds?limit=3"
    while address:
        page = done(operations.get(address))
        read += page["data"]
        address = page["next"] and f"/thresholds?limit=3&cursor={page['next']}"

    assert read == whole
    assert len(read) == len(items)


def test_a_change_is_noted(administrator: Caller, session: Session) -> None:
    """Journal: who set which limits, and who took them away."""
    given = put(administrator, threshold(), threshold(area=CITY))
    put(administrator, threshold(alarm="55.5"))
    administrator.delete(f"/thresholds/{given['data'][1]['id']}")

    noted = session.execute(
        text("""SELECT action, subject, details ->> 'alarm', actor_name FROM journal
                WHERE action LIKE 'threshold.%' ORDER BY id""")
    ).all()

    who = "administrator of 84"
    ward, city = (row["area_id"] for row in given["data"])
    subjects = [
        f"threshold/{POOR}/{area}/{number}/value/above"
        for area, number in ((WARD_AREA, ward), (CITY, city))
    ]
    assert noted == [
        ("threshold.put", subjects[0], "50", who),
        ("threshold.put", subjects[1], "50", who),
        ("threshold.put", subjects[0], "55.5", who),
        ("threshold.remove", subjects[1], "50", who),
    ]


def test_a_list_without_news_is_not_sent_again(administrator: Caller, operations: Caller) -> None:
    """Conventions: thresholds are data of the catalogue; a 304 is never stale."""
    given = put(administrator, threshold())
    tag = {"If-None-Match": operations.get("/thresholds").headers["ETag"]}

    same = operations.get("/thresholds", headers=tag)
    put(administrator, threshold(alarm=51))
    changed = operations.get("/thresholds", headers=tag)
    tag = {"If-None-Match": changed.headers["ETag"]}
    administrator.delete(f"/thresholds/{given['data'][0]['id']}")
    gone = operations.get("/thresholds", headers=tag)

    assert (same.status_code, changed.status_code, gone.status_code) == (304, 200, 200)


def test_the_indicators_of_the_snapshot_are_chosen_in_their_order(
    administrator: Caller, operations: Caller
) -> None:
    """Operations centre: none chosen, those with a threshold or a plan; else as chosen."""
    planned = {row["indicator"] for row in done(operations.get("/targets"))["data"]}
    usual = done(operations.get("/operations-centre/indicators"))
    put(administrator, threshold())
    with_threshold = done(operations.get("/operations-centre/indicators"))

    answer = administrator.put("/operations-centre/indicators", {"indicators": [RATE, "KT140102"]})
    chosen = done(operations.get("/operations-centre/indicators"))
    administrator.put("/operations-centre/indicators", {"indicators": []})
    none = done(operations.get("/operations-centre/indicators"))

    assert not usual["is_chosen"]
    assert [row["indicator"] for row in usual["data"]] == sorted(planned)
    assert [row["indicator"] for row in with_threshold["data"]] == sorted({*planned, POOR})
    assert done(answer) == chosen
    assert chosen["is_chosen"]
    assert [row["indicator"] for row in chosen["data"]] == [RATE, "KT140102"]
    assert none == with_threshold


def test_only_known_indicators_are_chosen_each_once(
    administrator: Caller, operations: Caller
) -> None:
    """Conventions: every fault with its pointer; nothing is stored."""
    answer = administrator.put(
        "/operations-centre/indicators", {"indicators": [POOR, "KT999999", RATE, POOR]}
    )

    problem = assert_problem(answer, 422, "invalid-request")
    assert [(fault["pointer"], fault["code"]) for fault in problem["errors"]] == [
        ("/indicators/1", "unknown-indicator"),
        ("/indicators/3", "repeated"),
    ]
    assert not done(operations.get("/operations-centre/indicators"))["is_chosen"]


def test_a_choice_is_noted_once(administrator: Caller, session: Session) -> None:
    """Journal: the same choice again says nothing new."""
    for codes in ([POOR, RATE], [POOR, RATE], [RATE, POOR]):
        done(administrator.put("/operations-centre/indicators", {"indicators": codes}))

    noted = session.scalars(
        text("SELECT details -> 'indicators' FROM journal WHERE action = 'snapshot.choose'")
    )
    assert noted.all() == [[POOR, RATE], [RATE, POOR]]
