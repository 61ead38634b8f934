"""Filters: of a random history each subscriber is told what an obvious reference says."""

import json
from collections import defaultdict
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from indicators_api.audit.events import KINDS
from tests.callers import Caller
from tests.exchange.pushing import Json, Push
from tests.factories import (
    CITY,
    DISTRICT,
    NEIGHBOUR,
    PROVINCE,
    VILLAGE,
    WARD,
    WARD_AREA,
    MakeReport,
    done,
)

#: Assigned to every commune and in no rule: poor households, buffaloes, cattle, goats and sheep.
INDICATORS = ("XH160101", "KT050401", "KT050402", "KT050405")
UNITS = (WARD, NEIGHBOUR, VILLAGE)
PERIODS = ("2024-03", "2024-04", "2024-05", "2024-06", "2024-07")
STATES = ("draft", "sent", "returned", "accepted", "requested", "correcting", "revising")
SUBSCRIBERS = 25


class Filters(NamedTuple):
    """What a subscriber asks for. None: all."""

    kinds: list[str] | None
    area: str | None
    indicators: list[str] | None


class History:
    """What units, reviewers and administrators do, one thing after another, as dice fall."""

    def __init__(self, make_report: MakeReport, administrator: Caller, dice: int) -> None:
        self.make_report, self.administrator = make_report, administrator
        self.chance = Random(dice)  # noqa: S311 - repeatable, no secret

    def live(self) -> Iterator[None]:
        """Let something happen, again and again."""
        keys = [(unit, period) for unit in UNITS for period in PERIODS]
        self.chance.shuffle(keys)
        for unit, period in keys:
            self.life_of(unit, period)
            yield
            self.chance.choice([self.plan, self.more_time, self.holiday])()
            yield

    def values(self) -> Json:
        """Give some of the indicators a value, and say of others that there is none."""
        none = {"value": None, "missing": "not_collected"}
        some = self.chance.sample(INDICATORS, self.chance.randint(1, 3))
        return {code: self.chance.choice([self.chance.randint(1, 9), none]) for code in some}

    def life_of(self, unit: str, period: str) -> None:
        """Bring a report into some state; of those opened again some are accepted once more."""
        values, state = self.values(), self.chance.choice(STATES)
        report = self.make_report(unit=unit, period=period, state=state, values=values)
        if state in {"correcting", "revising"} and self.chance.random() < 0.8:
            clerk = self.make_report.caller("clerk", unit)
            body = {"values": self.values(), "comment": "Counted anew."}
            done(clerk.put(report.url, body, seen=report.revision))
            report = self.make_report.look(report)
            for role, step in (("leader", "send"), ("reviewer", "accept")):
                report = self.make_report.take(report, role, step)

    def plan(self) -> None:
        item = {
            "indicator": self.chance.choice(INDICATORS[:3]),
            "area": self.chance.choice([PROVINCE, CITY, DISTRICT, WARD_AREA]),
            "year": 2024,
            "value": self.chance.randint(1, 10**6),
            "direction": "at_least",
            "decision_number": "1235/QĐ-UBND",
            "valid_from": "2024-01-01",
        }
        done(self.administrator.post("/targets", {"items": [item]}))

    def more_time(self) -> None:
        period, units = self.chance.choice(PERIODS), [self.chance.choice(UNITS)]
        said = {"period": period, "units": units, "due": "2024-08-30", "reason": "Storm"}
        done(self.administrator.post("/deadline-exceptions", said))

    def holiday(self) -> None:
        day = f"2024-11-{self.chance.randint(4, 8):02}"
        said = {"name_vi": f"Ngày {self.chance.random()}", "name_en": "A day off"}
        assert self.administrator.put(f"/holidays/{day}", said).status_code in {200, 201}


def filters(chance: Random) -> Filters:
    kinds = chance.choice([None, chance.sample(KINDS, chance.randint(1, 6))])
    area = chance.choice([None, None, PROVINCE, CITY, DISTRICT, WARD_AREA])
    indicators = chance.choice([None, chance.sample(INDICATORS, chance.randint(1, 2))])
    return Filters(kinds, area, indicators)


class Reference:
    """The obvious way: event by event, with what everybody can read of reports."""

    def __init__(self, feed: list[Json], make_report: MakeReport, areas: dict[str, str]) -> None:
        self.feed, self.make_report, self.parent = feed, make_report, areas

    def told(self, wanted: Filters) -> list[str]:
        """Give the ids of the events that a subscriber is told of, in order."""
        accepted: dict[tuple[str, str], int] = {}
        found = []
        for event in self.feed:
            key = (event["unit"], event["period"])
            of_correction = event["kind"].startswith("correction")
            versions = {accepted.get(key)} if of_correction else {event["version"]}
            if event["kind"] in {"accepted", "corrected"}:
                versions.add(accepted.get(key))
                accepted[key] = event["version"]
            if self.fits(event, versions, wanted):
                found.append(event["id"])
        return found

    def fits(self, event: Json, versions: set[int | None], wanted: Filters) -> bool:
        if wanted.kinds is not None and event["kind"] not in wanted.kinds:
            return False
        if wanted.area is not None and wanted.area not in self.above(event["area"]):
            return False
        if wanted.indicators is None:
            return True
        if event["kind"] == "plan_changed":
            return event["indicator"] in wanted.indicators
        if event["kind"] == "deadline_changed":
            return False
        given = {code for n in versions if n for code in self.given(event, n)}
        return not given.isdisjoint(wanted.indicators)

    def above(self, area: str | None) -> set[str]:
        """Give an area and all that it lies in."""
        return {area, *self.above(self.parent.get(area))} if area else set()

    def given(self, event: Json, version: int) -> set[str]:
        """Give the indicators that a version of a report has a value of."""
        clerk = self.make_report.caller("clerk", event["unit"])
        path = f"/reports/{event['unit']}/{event['period']}/versions/{version}"
        values = done(clerk.get(path))["values"]
        return {code for code, said in values.items() if said["value"] is not None}


def pushed(session: Session) -> dict[str, list[str]]:
    """Give the ids of events in the outbox by path, in order."""
    found: dict[str, list[str]] = defaultdict(list)
    for path, body in session.execute(text("SELECT path, body FROM delivery ORDER BY id")):
        found[path].append(json.loads(bytes(body))["data"]["id"])
    return found


@pytest.mark.parametrize("dice", [1, 2])
def test_each_subscriber_is_told_what_fits_its_filters(
    push: Push, make_report: MakeReport, operations: Caller, session: Session, dice: int
) -> None:
    """Subscriptions: by kind, by area, by indicator; in order, whenever the worker looks."""
    history = History(make_report, push.administrator, dice)
    asked = {f"/{n}": filters(history.chance) for n in range(SUBSCRIBERS)}
    for path, wanted in asked.items():
        push.subscribe(path=path, **wanted._asdict())
    start = done(operations.get("/changes?limit=5000"))["next"]

    for _ in history.live():
        if history.chance.random() < 0.3:
            push.put_out()
    push.put_out()

    feed = done(operations.get(f"/changes?after={start}"))["data"]
    areas = {area["code"]: area["parent"] for area in done(operations.get("/areas"))["data"]}
    reference = Reference(feed, make_report, areas)
    wanted = {path: reference.told(each) for path, each in asked.items()}
    assert pushed(session) == {path: ids for path, ids in wanted.items() if ids}
    assert {event["kind"] for event in feed} >= {"sent", "accepted", "returned", "plan_changed"}
    assert len({len(ids) for ids in wanted.values()}) > 5
