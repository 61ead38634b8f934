"""Hot questions cost the same whatever the history: blocks with two and with twenty years of data.

A plan that reads a table whole, or an index that is gone, shows here before it does in production.
Each statement is measured as the application executes it, with its parameters.
"""

from collections.abc import Callable, Mapping
from functools import partial

import pytest
from sqlalchemy import Engine

from tests.factories import WARD
from tests.plans.conftest import YEARS
from tests.plans.measuring import Measured, measured
from tests.plans.world import World, opened

JUNE, JULY = "2024-06", "2024-07"
#: How much more twenty years may cost than two; a statement also an index's level on each path.
MOST, A_LEVEL = 1.5, 16

#: Makes ready, and gives what is then measured.
Question = Callable[[World], Callable[[], object]]
FEW, MANY = YEARS


def pulled(call: str) -> Question:
    """Ask as the operations centre, which has asked before: what is cached is cached."""

    def ready(world: World) -> Callable[[], object]:
        assert world.operations.get(call).status_code == 200
        return partial(world.operations.get, call)

    return ready


def known(call: str) -> Question:
    """Ask for what is known already."""

    def ready(world: World) -> Callable[[], object]:
        headers = {"If-None-Match": world.operations.get(call).headers["ETag"]}
        return partial(world.operations.get, call, headers=headers)

    return ready


def taken(state: str, role: str, step: str) -> Question:
    """Take the ward's report of July, which is in a state, a step further."""

    def ready(world: World) -> Callable[[], object]:
        report = world.make_report(unit=WARD, period=JULY, state=state)
        caller = world.make_report.caller(role, WARD)
        return partial(caller.post, f"{report.url}/{step}", {"comment": "x"}, seen=report.revision)

    return ready


def drafted(world: World) -> Callable[[], object]:
    """Send a new report's values, the form seen before."""
    clerk = world.make_report.caller("clerk", WARD)
    assert clerk.get(f"/reports/{WARD}/{JULY}/form").status_code == 200
    return partial(world.make_report, unit=WARD, period=JULY, state="draft")


BY_DISTRICT = f"/aggregates?period={JUNE}&level=district"
#: Of one unit: a whole month is a good part of what its year's partition holds here.
OBSERVED = f"/observations?period={JUNE}&unit={WARD}"
MEASURED = f"/aggregates?period={JUNE}&measures=value,ytd,same_period,yoy_pct,ytd_yoy_pct,plan_pct"
#: Each question, and the table without whose indexes it must not do: one that grows with history.
#: Of sums and of a month's values it reads one year's partition at most.
QUESTIONS: Mapping[str, tuple[Question, str]] = {
    "who calls": (pulled("/me"), "token"),
    "a month by district": (pulled(BY_DISTRICT), "report"),
    "year to date, last year, plan": (pulled(MEASURED), "report"),
    "who has reported": (pulled(f"/completeness?period={JUNE}"), "report"),
    "which unit has reported": (pulled(f"/completeness?period={JUNE}&level=unit"), "report"),
    "the first changes": (pulled("/changes?limit=50"), "journal"),
    "the last changes": (
        pulled("/changes?from=2024-07-15T00:00:00%2B07:00&limit=50"),
        "journal_position",
    ),
    "nothing new": (known(BY_DISTRICT), "report"),
    "a page of observations": (pulled(f"{OBSERVED}&limit=500"), "report"),
    "a stream of observations": (pulled(f"{OBSERVED}&format=jsonl"), "report"),
    "a report": (pulled(f"/reports/{WARD}/{JUNE}"), "observation"),
    "a draft": (drafted, "report"),
    "sending": (taken("submitted", "leader", "send"), "report"),
    "accepting": (taken("sent", "reviewer", "accept"), "observation"),
}


def asked(engine: Engine, question: Question, *, without: str | None = None) -> list[Measured]:
    """Ask a question of a history, and give what each statement read."""
    with opened(engine) as world:
        do = question(world)
        if without is not None:
            world.drop_indexes(without)
        with measured(world.driver) as found:
            do()
    return found


def dearer(few: list[Measured], many: list[Measured]) -> list[tuple[Measured, int]]:
    """Give the statements that cost more with more history, and what they cost with little.

    Of the whole question, if it does.
    """
    assert [said.text for said in few] == [said.text for said in many]
    pairs = list(zip(many, (said.blocks for said in few), strict=True))
    found = [(said, before) for said, before in pairs if said.blocks > MOST * before + A_LEVEL]
    whole, before = sum(said.blocks for said in many), sum(said.blocks for said in few)
    return found or ([(Measured("all", whole), before)] if whole > MOST * before else [])


@pytest.mark.parametrize("name", QUESTIONS)
def test_twenty_years_cost_what_two_do(histories: Mapping[int, Engine], name: str) -> None:
    """Performance: a hot question reads less than 1.5 times as much with ten times the history."""
    question, _ = QUESTIONS[name]

    few, many = (asked(histories[years], question) for years in YEARS)

    assert few
    assert dearer(few, many) == []


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_index_that_is_gone_is_noticed(histories: Mapping[int, Engine], name: str) -> None:
    """Performance: the guard can fail."""
    question, table = QUESTIONS[name]

    few = asked(histories[FEW], question)
    many = asked(histories[MANY], question, without=table)

    assert dearer(few, many)
