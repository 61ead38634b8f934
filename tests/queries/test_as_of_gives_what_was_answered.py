"""The law of the past: an `as_of` after later changes gives what was answered before them."""

from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from sqlalchemy import Engine

from indicators_api.aggregation.service import Question
from indicators_api.api.context import wall_clock
from indicators_api.db.session import Session, look_back
from indicators_api.indicators.snapshot import snapshot
from indicators_api.observations.versions import slice_version
from indicators_api.periods import Period
from indicators_api.reports import reopening, review, service
from indicators_api.reports.desk import Draft
from indicators_api.reports.workflow import Step
from tests.queries.annals import KINDS, PAUSES, Annals, Event, History, histories
from tests.queries.answers import Answers, ask, differing
from tests.queries.filing import entry, file, reviewer_of, rows, who
from tests.transactions import rolled_back

CITY, WARD, JULY = "842", "H59.21.11", Period.parse("2024-07")
POOR = "XH160101"


class Look(NamedTuple):
    """What was answered at a moment."""

    at: datetime
    answers: Answers


def ask_of_the_past(session: Session, at: datetime) -> Answers:
    """Ask as of a moment, even where nothing has changed since."""
    with session.begin_nested() as transaction:
        look_back(session, at)
        found = ask(session, at)
        transaction.rollback()
    return found


@settings(
    deadline=None,
    max_examples=10,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(history=histories())
def test_as_of_gives_what_was_answered(empty_engine: Engine, history: History) -> None:
    """Versions through time: whatever happens later changes nothing, to the digit.

    Asked at the very moment of a change, just before the next one, or somewhere between.
    """
    with rolled_back(empty_engine) as session, TemporaryDirectory() as folder:
        annals = Annals(session, Path(folder))
        annals.begin(history.dice)
        seen: list[Look] = []
        for chapter in history.chapters:
            annals.tell(chapter)
            seen.append(Look(annals.at, ask(session, annals.at)))

        for past in seen:
            assert differing(past.answers, ask(session, past.at, as_of=past.at)) == {}
        assert differing(seen[-1].answers, ask_of_the_past(session, annals.at)) == {}


def test_all_that_may_happen_does(empty_session: Session, tmp_path: Path) -> None:
    """The law would hold of histories in which the services refuse everything."""
    annals = Annals(empty_session, tmp_path)
    annals.begin(dice=1)

    for dice in range(20):
        for what in [kind for kind in KINDS if not annals.happened[kind]]:
            annals.happen(Event("move a report on", PAUSES[4], dice))
            annals.happen(Event(what, PAUSES[0], dice))

    assert set(annals.happened) == set(KINDS)


def test_what_was_prepared_for_the_present_is_asked_of_the_past(session: Session) -> None:
    """The past as a schema: the same statements, on a connection that has prepared them."""
    often = 10
    now = [(snapshot(session, 1), slice_version(session, 1, [202407])) for _ in range(often)]

    look_back(session, wall_clock())

    assert (snapshot(session, 1), slice_version(session, 1, [202407])) == now[-1]


def test_places_that_are_sent_later_add_none_to_the_past(session: Session) -> None:
    """To the digit: a quotient's places are those that its values give.

    Not those of values that came into the stored sum and left it again.
    """
    file(session, WARD, "2024-06", {POOR: 3})
    file(session, WARD, "2024-07", {POOR: 10**9})
    growth = Question([JULY], area=CITY, indicators=[POOR], measures=["change_pct"])
    before, then = rows(session, growth), wall_clock()

    revise(session, "7.0000000000", at=then + timedelta(hours=1))
    look_back(session, then)

    assert repr(rows(session, growth)) == repr(before)


def revise(session: Session, poor: str, *, at: datetime) -> None:
    """Have the ward revise its accepted report of July, send it, and have it accepted."""
    leader = who(session, "leader", unit=WARD, at=at)
    opened, _ = reopening.open_version(session, leader, WARD, JULY, None, seen=2)
    draft = Draft({POOR: entry(poor)}, step=Step.SEND, comment="Counted again.")
    saved = service.edit(session, leader, WARD, JULY, draft, seen=opened.revision)
    item = review.Item(WARD, JULY, saved.revision)
    review.review(session, reviewer_of(session, WARD, at=at), item, Step.ACCEPT, None)
