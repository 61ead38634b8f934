"""Plans over HTTP: a decision sets them, figures are measured by them, the feed tells of them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import text

from indicators_api.api.context import wall_clock
from indicators_api.db.session import Session
from tests.callers import Caller, Clock, assert_problem, exact
from tests.factories import WARD, WARD_AREA, MakeReport, done

#: Poor households, a stock of whole numbers; crops, for which the reference data has a plan.
POOR, CROPS = "XH160101", "KT050202"

Json = dict[str, Any]


def plan(**other: Any) -> Json:
    """Give a plan for the ward's poor households, different where told."""
    return {
        "indicator": POOR,
        "area": WARD_AREA,
        "year": 2024,
        "value": 80,
        "direction": "at_most",
        "decision_number": "1235/QĐ-UBND",
        "valid_from": "2024-01-01",
        **other,
    }


def decide(administrator: Caller, *items: Json) -> Json:
    """Set plans and give what became of them."""
    body: Json = done(administrator.post("/targets", {"items": items}))
    return body


@pytest.fixture
def clock() -> Clock:
    """After the catalogue was loaded: what is looked back at must have been there."""
    return Clock(wall_clock() + timedelta(hours=1))


@pytest.fixture
def listed(operations: Caller) -> Callable[..., list[tuple[Any, ...]]]:
    """List the ward's plans: version, value, first day."""

    def ask(query: str = "", code: str = POOR) -> list[tuple[Any, ...]]:
        rows = exact(operations.get(f"/targets?indicator={code}{query}"))["data"]
        return [(row["version"], row["value"], row["valid_from"]) for row in rows]

    return ask


@pytest.fixture
def attained(operations: Caller) -> Callable[..., Json]:
    """Give the ward's figure of a period beside its plan, now or as of a moment."""

    def ask(period: str, as_of: datetime | None = None) -> Json:
        query = f"area={WARD_AREA}&indicator={POOR}&period={period}"
        past = f"&as_of={quote(as_of.isoformat())}" if as_of else ""
        measures = "&measures=value,plan,plan_pct"
        (row,) = exact(operations.get(f"/aggregates?{query}{measures}{past}"))["data"]
        return {name: row.get(name) for name in ("value", "plan", "plan_pct", "direction")}

    return ask


def test_a_decision_makes_the_next_version(
    administrator: Caller, listed: Callable[..., list[tuple[Any, ...]]]
) -> None:
    """Plan: earlier versions stay; the list shows the newest, or all by version."""
    before = listed("", CROPS)
    first = decide(administrator, plan(), plan(indicator=CROPS, area="84", value="1582000.5"))
    second = decide(administrator, plan(value=75, valid_from="2024-07-01"))

    assert (first["created"], first["unchanged"]) == (2, 0)
    assert [(row["indicator"], row["version"], row["source"]) for row in first["data"]] == [
        (CROPS, 2, "decided"),
        (POOR, 1, "decided"),
    ]
    assert [(row["version"], row["value"]) for row in second["data"]] == [(2, 75)]
    assert [row[0] for row in before] == [1]
    assert listed() == [(2, 75, "2024-07-01")]
    assert listed("&versions=all") == [(1, 80, "2024-01-01"), (2, 75, "2024-07-01")]
    assert [row[0] for row in listed("&versions=all", CROPS)] == [1, 2]


def test_a_call_may_be_repeated(
    administrator: Caller, listed: Callable[..., list[tuple[Any, ...]]]
) -> None:
    """Plan: what the newest version says already makes none, also beside what is new."""
    decide(administrator, plan())

    again = decide(administrator, plan(), plan(year=2025, valid_from="2025-01-01"))

    assert (again["created"], again["unchanged"], len(again["data"])) == (1, 1, 2)
    assert listed("&versions=all&year=2024") == [(1, 80, "2024-01-01")]


def test_every_fault_is_told_at_once_and_nothing_is_stored(
    administrator: Caller, listed: Callable[..., list[tuple[Any, ...]]], session: Session
) -> None:
    """Conventions: all plans or none; each fault with its pointer, in the order of the list."""
    decide(administrator, plan(valid_from="2024-07-01"))
    count = text("SELECT count(*) FROM journal WHERE action = 'plan.change'")
    noted = session.scalar(count)
    items = [
        plan(year=2023, valid_from="2023-01-01"),
        plan(indicator="KT999999", area="99999"),
        plan(area="842", value="1.5"),
        plan(area="844", value=-1),
        plan(year=2022, valid_from="2023-01-01"),
        plan(year=2023, valid_from="2023-02-01"),
        plan(value=70, valid_from="2024-06-30"),
    ]

    problem = assert_problem(
        administrator.post("/targets", {"items": items}), 422, "invalid-request"
    )

    assert [(fault["pointer"], fault["code"]) for fault in problem["errors"]] == [
        ("/items/1/indicator", "unknown-indicator"),
        ("/items/1/area", "unknown-area"),
        ("/items/2/value", "too-many-decimals"),
        ("/items/3/value", "out-of-bounds"),
        ("/items/4/valid_from", "after-the-year"),
        ("/items/5", "repeated"),
        ("/items/6/valid_from", "before-the-newest"),
    ]
    assert listed("&versions=all") == [(1, 80, "2024-07-01")]
    assert session.scalar(count) == noted


def test_the_same_plan_from_another_day_is_no_new_one(administrator: Caller) -> None:
    """Plan: a version differs in what it says, not only in its day."""
    decide(administrator, plan())

    answer = administrator.post("/targets", {"items": [plan(valid_from="2024-07-01")]})

    (fault,) = assert_problem(answer, 422, "invalid-request")["errors"]
    assert (fault["pointer"], fault["code"]) == ("/items/0", "same-plan")


@pytest.mark.parametrize(
    ("other", "pointer"),
    [
        ({"value": "many"}, "/items/0/value"),
        ({"value": True}, "/items/0/value"),
        ({"direction": "about"}, "/items/0/direction"),
        ({"decision_number": ""}, "/items/0/decision_number"),
        ({"valid_from": "2024-7-1"}, "/items/0/valid_from"),
        ({"year": 1800}, "/items/0/year"),
        ({"colour": "red"}, "/items/0/colour"),
    ],
)
def test_a_plan_of_another_shape_is_refused(
    administrator: Caller, other: Json, pointer: str
) -> None:
    """Conventions: types before everything else."""
    answer = administrator.post("/targets", {"items": [plan(**other)]})

    problem = assert_problem(answer, 422, "invalid-request")
    assert {fault["pointer"] for fault in problem["errors"]} == {pointer}


@pytest.mark.parametrize("role", ["operations", "reviewer", "clerk", "leader"])
def test_only_administrators_decide(client_of: Callable[..., Caller], role: str) -> None:
    """Roles: everybody reads plans, administrators set them."""
    bound = {"unit": WARD} if role in {"clerk", "leader"} else {}
    answer = client_of(role, **bound).post("/targets", {"items": [plan()]})

    assert_problem(answer, 403, "forbidden")


def test_a_decision_is_noted_and_told(
    administrator: Caller, operations: Caller, session: Session, clock: Clock
) -> None:
    """Journal and feed: who decided what is noted; the feed names plan and version, not people."""
    place = done(operations.get(f"/changes?from={quote(clock().isoformat())}"))["next"]
    decide(administrator, plan(), plan(area="842", value=900))
    decide(administrator, plan())  # says nothing new

    events = done(operations.get(f"/changes?after={place}&kind=plan_changed"))["data"]
    noted = session.execute(
        text("SELECT subject, details FROM journal WHERE action = 'plan.change' AND actor_id <> 0")
    ).all()

    assert [(e["area"], e["indicator"], e["year"], e["version"]) for e in events] == [
        (WARD_AREA, POOR, 2024, 1),
        ("842", POOR, 2024, 1),
    ]
    assert {event["unit"] for event in events} == {None}
    details = dict(noted)[f"plan/{POOR}/{WARD_AREA}/2024"]
    assert (details["version"], details["decision_number"]) == (1, "1235/QĐ-UBND")
    assert len(noted) == 2


def test_figures_are_measured_by_the_version_of_their_period(
    administrator: Caller, make_report: MakeReport, attained: Callable[..., Json], clock: Clock
) -> None:
    """Plan: from its first day on; as of a moment before the decision, the one known then."""
    for period in ("2024-06", "2024-07"):
        make_report(period=period, state="accepted", values={POOR: 40})
    decide(administrator, plan())
    old = {"value": 40, "plan": 80, "plan_pct": 50, "direction": "at_most"}
    assert (attained("2024-06"), attained("2024-07")) == (old, old)
    then = clock()
    clock.forward(hours=1)

    decide(administrator, plan(value=160, direction="at_least", valid_from="2024-07-01"))

    new = {"value": 40, "plan": 160, "plan_pct": 25, "direction": "at_least"}
    assert (attained("2024-06"), attained("2024-07")) == (old, new)
    assert attained("2024-07", then) == old
    assert attained("2024-07", clock()) == new


def test_plans_are_listed_as_of_a_moment(
    administrator: Caller, listed: Callable[..., list[tuple[Any, ...]]], clock: Clock
) -> None:
    """Versions through time: what the list said then; never of the future."""
    decide(administrator, plan())
    then = quote(clock().isoformat())
    clock.forward(hours=1)
    decide(administrator, plan(value=75))

    assert listed(f"&as_of={then}") == listed(f"&as_of={then}&versions=all")
    assert listed(f"&as_of={then}") == [(1, 80, "2024-01-01")]
    assert listed("&as_of=" + quote(clock().isoformat())) == listed()
    clock.forward(hours=-1)
    future = quote((clock() + timedelta(seconds=1)).isoformat())
    answer = administrator.get(f"/targets?as_of={future}")
    assert_problem(answer, 422, "invalid-request")
