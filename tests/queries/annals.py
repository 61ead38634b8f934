"""What happens in a small province, through the services, each event at its own moment."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import NamedTuple

from hypothesis import strategies as st
from sqlalchemy import text

from indicators_api.audit.journal import Author
from indicators_api.catalogue import calendar, targets
from indicators_api.catalogue.calendar import Day, Rule
from indicators_api.catalogue.plan_faults import NewTarget
from indicators_api.cli.catalogue import load_and_derive
from indicators_api.db.session import Session
from indicators_api.errors import DomainError
from indicators_api.observations.entry import Entry
from indicators_api.periods import Period
from indicators_api.reports import corrections, deadlines, reading, service
from indicators_api.reports.workflow import VIETNAM, Step
from tests.queries import changing_catalogue
from tests.queries.changing_catalogue import (
    CHANGES,
    DISTRICTS,
    INDICATORS,
    UNITS,
    WARDS,
    NothingThereError,
    pick,
)
from tests.queries.filing import reviewer_of, who
from tests.queries.turns import Key, Turns, standings

#: The catalogue is loaded, and reports come in; their windows are open.
FIRST_DAY = datetime(2024, 1, 16, 9, tzinfo=VIETNAM)
#: Of which there are reports from the beginning.
MONTHS = (Period.parse("2024-01"), Period.parse("2024-02"))
#: Of which there may be reports besides.
OTHERS = tuple(map(Period.parse, ("2024-Q1", "2023-12", "2023-Q4", "2023-01", "2023")))
PERIODS = (*MONTHS, *OTHERS)
#: How long after the event before something happens.
PAUSES = tuple(
    timedelta(**pause)
    for pause in (
        {"microseconds": 1},
        {"microseconds": 2},
        {"milliseconds": 1},
        {"seconds": 1},
        {"hours": 5},
        {"days": 1},
        {"days": 3},
        {"days": 11},
    )
)
_ADMINISTRATOR = Author(1, 1, "administrator", None)
_REASONS = ("not_available", "not_collected", "not_applicable", "confidential")


class Event(NamedTuple):
    """Something that happens; `dice` decides on the rest."""

    what: str
    pause: timedelta
    dice: int


class Chapter(NamedTuple):
    """What happens until somebody looks, and for how long it is quiet before that."""

    events: Sequence[Event]
    quiet: timedelta


class History(NamedTuple):
    """How it begins, and what happens."""

    dice: int
    chapters: Sequence[Chapter]


class Annals:
    """Lets events happen in an empty database, and keeps the time."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session = session
        self.folder = folder
        self.at = FIRST_DAY
        self.chance = Random(0)  # noqa: S311 - repeatable, no secret
        #: Of events that the services let happen.
        self.happened: Counter[str] = Counter()

    @property
    def turns(self) -> Turns:
        return Turns(self.chance, self.at)

    def begin(self, dice: int) -> None:
        """Load the catalogue; many units send, and some reviewers accept."""
        self.chance = Random(dice)  # noqa: S311
        changing_catalogue.begin(self.folder, self.chance)
        load_and_derive(self.session, self.folder, at=self.at)
        for period in (*MONTHS, self.chance.choice(OTHERS)):
            for unit in UNITS:
                self.at += timedelta(seconds=1)
                if self.chance.random() < 0.7:
                    self.turns.begin(self.session, (unit, period), self._values((unit, period)))
        for number in range(3):
            self.happen(Event("accept all", timedelta(seconds=1), number))
        # As autovacuum does meanwhile: without, the planner takes histories for empty.
        self.session.execute(text("ANALYZE"))

    def tell(self, chapter: Chapter) -> None:
        """Let a chapter's events happen, then nothing for a while."""
        for event in chapter.events:
            self.happen(event)
        self.at += chapter.quiet

    def happen(self, event: Event) -> None:
        """Let an event happen, unless the services refuse it: then nothing has happened."""
        self.at += event.pause
        self.chance = Random(event.dice)  # noqa: S311
        act = _DEEDS.get(event.what, Annals._load)
        files = {path: path.read_bytes() for path in self.folder.iterdir()}
        try:
            with self.session.begin_nested():
                act(self, event.what)
        except (DomainError, NothingThereError):
            for path, content in files.items():
                path.write_bytes(content)
        else:
            self.happened[event.what] += 1

    def _load(self, change: str) -> None:
        """Load the catalogue's files with a change."""
        CHANGES[change](self.folder, self.chance, self.at.date())
        load_and_derive(self.session, self.folder, at=self.at)

    def _begin(self, _: str) -> None:
        there = {report.key for report in standings(self.session)}
        keys = [(unit, period) for period in PERIODS for unit in UNITS]
        key = pick(self.chance, [key for key in keys if key not in there])
        self.turns.begin(self.session, key, self._values(key))

    def _move_on(self, _: str) -> None:
        report = pick(self.chance, standings(self.session))
        self.turns.move_on(self.session, report, self._values(report.key))

    def _accept_all(self, _: str) -> None:
        waiting = [report for report in standings(self.session) if report.state == "sent"]
        first = pick(self.chance, waiting)
        self.turns.accept(self.session, [first, *(r for r in waiting if r is not first)])

    def _delete(self, _: str) -> None:
        drafts = [report for report in standings(self.session) if report.state == "draft"]
        report = pick(self.chance, drafts)
        leader = who(self.session, "leader", unit=report.key[0], at=self.at)
        service.delete(self.session, leader, *report.key, seen=report.revision)

    def _decide_all(self, _: str) -> None:
        asked = [report for report in standings(self.session) if report.requested]
        reviewer = reviewer_of(self.session, pick(self.chance, asked).key[0], at=self.at)
        items = [corrections.Item(*r.key, r.requested or 0, r.revision) for r in asked]
        step = self.chance.choice((Step.AGREE, Step.REFUSE))
        corrections.decide_all(self.session, reviewer, items, step, "Discussed.")

    def _decide_a_plan(self, _: str) -> None:
        plan = NewTarget(
            indicator=self.chance.choice(list(INDICATORS)),
            area=self.chance.choice(("84", *DISTRICTS, *WARDS)),
            year=2024,
            value=Decimal(self.chance.randrange(-50, 900)),
            direction=self.chance.choice(("at_least", "at_most")),
            decision_number="QĐ 3",
            valid_from=self._day(),
            note="",
        )
        targets.put(self.session, _ADMINISTRATOR, [plan], at=self.at)

    def _grant_time(self, _: str) -> None:
        period, unit = self.chance.choice(MONTHS), self.chance.choice(list(UNITS))
        due = period.end + timedelta(days=self.chance.randrange(-8, 30))
        deadlines.grant(
            self.session, _ADMINISTRATOR, period, [unit], due=due, reason="Storm", at=self.at
        )

    def _revoke_time(self, _: str) -> None:
        given = pick(self.chance, deadlines.exceptions(self.session, 1))
        period = Period.of_id(given.period_id)
        deadlines.revoke(self.session, _ADMINISTRATOR, period, given.unit, at=self.at)

    def _take_a_day_off(self, _: str) -> None:
        days = [Day(self._day(), "Nghỉ", "Day off", is_working=False)]
        calendar.put_holidays(self.session, _ADMINISTRATOR, days, at=self.at)

    def _work_on_a_day(self, _: str) -> None:
        day = pick(self.chance, calendar.holidays(self.session, 1)).day
        calendar.drop_holiday(self.session, _ADMINISTRATOR, day, at=self.at)

    def _move_a_deadline(self, _: str) -> None:
        level = self.chance.choice(("commune", "district", "province"))
        rule = Rule("ND09", level, self.chance.randrange(15, 28), 0)
        calendar.put_rule(self.session, _ADMINISTRATOR, rule, at=self.at)

    def _day(self) -> date:
        """Give a day around which windows end and reports are due."""
        return date(2024, self.chance.choice((1, 2, 3)), self.chance.randrange(12, 27))

    def _values(self, key: Key) -> dict[str, Entry]:
        """Answer some of what a unit may report; nothing where it owes no report."""
        actor = who(self.session, "leader", unit=key[0]).actor
        form = reading.read_form(self.session, actor, *key, today=self.at.date())
        codes = [line.indicator.code for line in form.lines]
        return {code: self._entry() for code in codes if self.chance.random() < 0.85}

    def _entry(self) -> Entry:
        status = self.chance.choice((None, None, "E", "P", "A"))
        if self.chance.random() < 0.2:
            return Entry(None, self.chance.choice(_REASONS), status)
        digits, places = self.chance.choice((1, 2, 3, 19)), self.chance.choice((0, 0, 1, 10))
        number = Decimal(self.chance.randrange(-(10**digits), 10**digits)).scaleb(-places)
        ytd = number * 3 if self.chance.random() < 0.3 else None
        return Entry(number, None, status, ytd)


#: What happens besides changes of the catalogue's files, most often what units and reviewers do.
_DEEDS: Mapping[str, Callable[[Annals, str], None]] = {
    "begin a report": Annals._begin,
    "move a report on": Annals._move_on,
    "accept all": Annals._accept_all,
    "delete a draft": Annals._delete,
    "decide all corrections": Annals._decide_all,
    "decide a plan": Annals._decide_a_plan,
    "grant time": Annals._grant_time,
    "revoke time": Annals._revoke_time,
    "take a day off": Annals._take_a_day_off,
    "work on a day": Annals._work_on_a_day,
    "move a deadline": Annals._move_a_deadline,
}
#: All that may happen.
KINDS = (*_DEEDS, *CHANGES)
#: What happens most often.
_OFTEN = ("begin a report", *("move a report on",) * 12, "accept all", "accept all")


def histories() -> st.SearchStrategy[History]:
    """Draw histories of a few chapters; in some of them nobody touches the catalogue's files."""
    chapters = _chapters((*_DEEDS, *_OFTEN)) | _chapters((*KINDS, *_OFTEN))
    return st.builds(History, st.integers(0, 2**16), st.lists(chapters, min_size=2, max_size=3))


def _chapters(kinds: Sequence[str]) -> st.SearchStrategy[Chapter]:
    events = st.builds(
        Event, st.sampled_from(kinds), st.sampled_from(PAUSES), st.integers(0, 2**16)
    )
    quiet = st.just(timedelta(0)) | st.sampled_from(PAUSES)
    return st.builds(Chapter, st.lists(events, min_size=3, max_size=15), quiet)
