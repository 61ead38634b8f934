"""Play a story through the real services, and keep in dictionaries what must come of it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import NamedTuple

from indicators_api.audit.journal import Author
from indicators_api.db.session import Session
from indicators_api.indicators.frequency import accepts
from indicators_api.observations.entry import Entry
from indicators_api.periods import Period
from indicators_api.reports import corrections, reopening, review, service
from indicators_api.reports.desk import Draft, Who
from indicators_api.reports.review import Item
from indicators_api.reports.workflow import Step
from indicators_api.security.actors import Actor
from tests.queries.reference import asked_units
from tests.queries.world import Answer, InForce, World
from tests.queries.world_rows import NOW, Ids

_REASONS = ("not_available", "not_collected", "not_applicable", "confidential")


class Kept(NamedTuple):
    """A report as it must be: its working values, and those that the two pointers name."""

    state: str
    revision: int
    values: dict[str, Answer]
    sent: dict[str, Answer] | None
    accepted: dict[str, Answer] | None


_CHOICES: Mapping[str, tuple[str, ...]] = {
    "none": ("send", "send", "send", "save"),
    "draft": ("send", "send", "submit", "save"),
    "submitted": ("send", "send", "send", "give back"),
    "sent": ("accept", "accept", "accept", "return"),
    "returned": ("send", "send", "submit", "save"),
    "accepted": ("reopen",),
}


class Play:
    """Lets units and reviewers act through the services; keeps what must come of it."""

    def __init__(self, session: Session, world: World, ids: Ids, dice: int) -> None:
        self.session = session
        self.world = world
        self.ids = ids
        self.chance = Random(dice)  # noqa: S311 - repeatable, no secret
        self.kept: dict[tuple[str, Period], Kept] = {}

    def tell(self, lives: Mapping[tuple[str, Period], Sequence[int]]) -> None:
        """Live the reports' lives, mixed; the order of the steps within each is its own."""
        turns = [key for key, choices in lives.items() for _ in choices]
        self.chance.shuffle(turns)
        left = {key: list(choices) for key, choices in lives.items()}
        for key in turns:
            state = self.kept[key].state if key in self.kept else "none"
            choices = _CHOICES[state]
            self.take(key, choices[left[key].pop(0) % len(choices)])

    def take(self, key: tuple[str, Period], step: str) -> None:
        """Take one step with a report; a reviewer sometimes accepts all that wait at once."""
        match step:
            case "accept" if self.chance.random() < 0.3:
                self._accept_all(key)
            case "accept" | "return":
                self._review(key, step)
            case "give back":
                self._review(key, "return")
            case "reopen":
                self._reopen(key)
            case _:
                self.write(key, Step(step), self._new_values(*key))

    def in_force(self, basis: str) -> InForce:
        """Give the values that a basis reads."""
        found = {key: getattr(report, basis) for key, report in self.kept.items()}
        return {key: values for key, values in found.items() if values is not None}

    def write(self, key: tuple[str, Period], step: Step, values: Mapping[str, Answer]) -> None:
        """Write values into a report, unless it lies with the leader, and take the step."""
        code, period = key
        present = self.kept.get(key)
        said = {} if present and present.state == "submitted" else values
        merged = {**(present.values if present else {}), **said}
        entries = {name: Entry(*answer) for name, answer in said.items()}
        draft = Draft(entries=entries, step=step, comment="As measured.")
        who = self._who("leader", self.world.units[code].area, code)
        if present is None:
            saved = service.create(self.session, who, code, period, draft)
        else:
            saved = service.edit(self.session, who, code, period, draft, seen=present.revision)
        self.kept[key] = Kept(
            saved.state,
            saved.revision,
            merged,
            merged if step is Step.SEND else present and present.sent,
            present and present.accepted,
        )

    def file(self, unit: str, period: str, values: Mapping[str, Answer]) -> None:
        """Send a unit's first report for a period and have it accepted."""
        key = unit, Period.parse(period)
        self.write(key, Step.SEND, values)
        self.take(key, "accept")

    def _review(self, key: tuple[str, Period], step: str) -> None:
        report = self.kept[key]
        item = Item(key[0], key[1], report.revision)
        who = self._reviewer(key[0])
        if report.state == "submitted":
            who = self._who("leader", self.world.units[key[0]].area, key[0])
        review.review(self.session, who, item, Step(step), "See the note.")
        self._reviewed(key, step)

    def _accept_all(self, key: tuple[str, Period]) -> None:
        """Accept in bulk; an item that nobody may accept any more is set aside without harm."""
        who = self._reviewer(key[0])
        waiting = [
            other
            for other, report in self.kept.items()
            if report.state == "sent" and self._reviewer(other[0]) == who
        ]
        stale = [other for other in self.kept if self.kept[other].state == "accepted"][:1]
        items = [Item(*other, self.kept[other].revision) for other in [*waiting, *stale]]
        answers = review.review_all(self.session, who, items, Step.ACCEPT, None)
        assert [a.problem is None for a in answers] == [True] * len(waiting) + [False] * len(stale)
        for other in waiting:
            self._reviewed(other, "accept")

    def _reviewed(self, key: tuple[str, Period], step: str) -> None:
        report = self.kept[key]
        revision = report.revision + 1
        if step == "accept":
            self.kept[key] = report._replace(
                state="accepted", revision=revision, accepted=report.sent
            )
            return
        sent = report.accepted if report.state == "sent" else report.sent
        self.kept[key] = report._replace(state="returned", revision=revision, sent=sent)

    def _reopen(self, key: tuple[str, Period]) -> None:
        """Revise what was accepted, or ask for its correction, which may be refused.

        What is all official is not revised. The accepted version stays in force meanwhile.
        """
        report = self.kept[key]
        leader = self._who("leader", self.world.units[key[0]].area, key[0])
        decisions = [None, Step.AGREE, Step.AGREE, Step.REFUSE]
        statuses = {answer.status for answer in (report.accepted or {}).values()}
        decision = self.chance.choice(decisions[1:] if statuses == {"A"} else decisions)
        if decision is None:
            opened = reopening.open_version(self.session, leader, *key, None, seen=report.revision)
            revision = opened[0].revision
        else:
            asked = corrections.request(self.session, leader, *key, "A slip.", seen=report.revision)
            item = corrections.Item(*key, asked.number, asked.revision)
            who = self._reviewer(key[0])
            revision = corrections.decide(self.session, who, item, decision, "Discussed.").revision
        state = "accepted" if decision is Step.REFUSE else "draft"
        self.kept[key] = report._replace(state=state, revision=revision)

    def _new_values(self, code: str, period: Period) -> dict[str, Answer]:
        """Answer some of what the unit may report: of the period's own or a longer frequency."""
        found = {}
        for indicator in self.world.indicators:
            often = asked_units(self.world, indicator, period).get(code)
            if often and accepts(period.type, often) and self.chance.random() < 0.85:
                found[indicator] = self._answer()
        return found

    def _answer(self) -> Answer:
        status, kind = self.chance.choice("EPA"), self.chance.random()
        ytd = self._number() if self.chance.random() < 0.4 else None
        if kind < 0.2:
            return Answer(None, self.chance.choice(_REASONS), status, ytd)
        return Answer(Decimal(0) if kind < 0.3 else self._number(), None, status, ytd)

    def _number(self) -> Decimal:
        digits = self.chance.choice((1, 3, 6, 9, 20))
        places = self.chance.choice((0, 0, 1, 2, 5, 10))
        number = self.chance.randrange(-(10**digits), 10**digits)
        return Decimal(number).scaleb(-min(places, digits + 9))

    def _reviewer(self, code: str) -> Who:
        area = self.world.areas[self.world.units[code].area]
        return self._who("reviewer", area.parent or "" if area.level == "commune" else "1")

    def _who(self, role: str, area: str, unit: str | None = None) -> Who:
        unit_id = self.ids.units[unit] if unit else None
        actor = Actor(1, role, role, 1, unit_id, unit, self.ids.areas[area], area)
        return Who(actor, Author(1, 1, role, None), NOW)
