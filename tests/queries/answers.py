"""What is asked of the past: questions to the read services, and their answers to the digit."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from indicators_api.aggregation import queries
from indicators_api.aggregation.measures import MEASURES, places
from indicators_api.aggregation.service import Limits, Question, prepare, reconcile
from indicators_api.aggregation.spans import rests_on
from indicators_api.api.past import version_at
from indicators_api.catalogue.queries import targets
from indicators_api.db.copying import Form
from indicators_api.db.session import Session, look_back
from indicators_api.errors import DomainError
from indicators_api.observations import service as observations
from indicators_api.observations.versions import slice_version
from indicators_api.periods import Period
from indicators_api.reports import completeness, reading
from indicators_api.security.actors import Actor
from tests.queries.filing import who

#: By question: when what it rests on changed last, and the rows as they are written.
Answers = Mapping[str, Sequence[str]]

#: A month that is over, one that begins and the quarter of both.
ASKED = [Period.parse(period) for period in ("2024-01", "2024-02", "2024-Q1")]
_LEVELS = ("province", "district", "commune")
_LIMITS = Limits(cells=100_000)
_MOST = 10_000
#: Roles and their areas: one sees everything, the other what lies in its district.
_READERS = {"operations": "84", "reviewer": "841"}


class _Asker(NamedTuple):
    """Who asks, and when: what has not come by then isn't late yet."""

    session: Session
    actor: Actor
    at: datetime


class _Asked(NamedTuple):
    """A question, and the ids of all periods that its answer rests on."""

    periods: Sequence[int]
    read: Callable[[_Asker], Iterable[Any]]
    role: str = "operations"


def ask(session: Session, at: datetime, *, as_of: datetime | None = None) -> Answers:
    """Ask all questions at a moment: of the present, or as of a moment."""
    askers = {
        role: _Asker(session, who(session, role, area=area).actor, at)
        for role, area in _READERS.items()
    }
    return {name: _answer(askers[asked.role], asked, as_of) for name, asked in QUESTIONS.items()}


def differing(then: Answers, again: Answers) -> dict[str, tuple[list[str], list[str]]]:
    """Give the rows of each question that were answered only the first time, only the second."""
    pairs = {name: (then[name], again[name]) for name in then if then[name] != again[name]}
    return {
        name: ([row for row in one if row not in two], [row for row in two if row not in one])
        for name, (one, two) in pairs.items()
    }


def _answer(asker: _Asker, asked: _Asked, as_of: datetime | None) -> list[str]:
    """Read as a request does; in a transaction of its own, so that the next sees the present."""
    session = asker.session
    with session.begin_nested() as transaction:
        version = version_at(
            session, as_of, lambda: slice_version(session, asker.actor.jurisdiction, asked.periods)
        )
        try:
            rows = [repr(row) for row in asked.read(asker)]
        except DomainError as problem:
            rows = [repr((type(problem), problem.faults))]
        transaction.rollback()
    return [repr((version.catalogue, version.changed_at)), *rows]


def _figures(question: Question) -> _Asked:
    def read(asker: _Asker) -> Iterable[Any]:
        wanted = prepare(asker.session, asker.actor, question, _LIMITS)
        return queries.figures(asker.session, wanted)[0]

    return _Asked(_behind(question.measures), read)


def _reconciled(question: Question) -> _Asked:
    def read(asker: _Asker) -> Iterable[Any]:
        return reconcile(asker.session, asker.actor, question, _LIMITS)[0]

    return _Asked(_behind(["ytd"]), read)


def _behind(measures: Iterable[str]) -> list[int]:
    return rests_on(span for _, span in places(ASKED, measures))


def _observations(*, sent: bool) -> _Asked:
    def read(asker: _Asker) -> Iterable[Any]:
        question = observations.Question(ASKED, sent=sent)
        return observations.find(asker.session, asker.actor, question, Form.JSON)

    return _Asked([period.id for period in ASKED], read)


def _completeness(period: Period, level: str | None) -> _Asked:
    def read(asker: _Asker) -> Iterable[Any]:
        session, actor, at = asker
        yield completeness.deadlines_passed(session, actor.jurisdiction, period, at=at)
        yield from completeness.find(session, actor, period, area=None, level=level, at=at)

    return _Asked([period.id], read)


def _reports() -> _Asked:
    """Ask for the list of reports, but for how often a draft was saved."""

    def read(asker: _Asker) -> Iterable[Any]:
        session, actor, at = asker
        wanted = reading.Filter(periods=ASKED)
        found, _ = reading.list_reports(session, actor, wanted, at=at, after=None, limit=_MOST)
        return [row._replace(revision=0, changed_at=at) for row in found]

    return _Asked([period.id for period in ASKED], read)


def _version() -> _Asked:
    """Ask for what the ETag of an answer of the past is made of."""

    def read(asker: _Asker) -> Iterable[Any]:
        look_back(asker.session, asker.at)
        return slice_version(asker.session, asker.actor.jurisdiction, _behind(MEASURES))

    return _Asked(_behind(MEASURES), read)


def _targets() -> _Asked:
    return _Asked([], lambda asker: targets(asker.session, 1, every_version=True))


QUESTIONS: Mapping[str, _Asked] = {
    **{
        f"{source} {'sent' if sent else 'accepted'} {level}": _figures(
            Question(ASKED, level, source=source, sent=sent, measures=MEASURES)
        )
        for source in ("rollup", "reported")
        for sent in (False, True)
        for level in _LEVELS
    },
    "of a sector": _figures(Question(ASKED, sectors=["KT05"])),
    "reconciliation": _reconciled(Question(ASKED, "district")),
    "observations accepted": _observations(sent=False),
    "observations sent": _observations(sent=True),
    **{
        f"completeness {period} {level}": _completeness(period, level)
        for period in ASKED
        for level in ("district", "unit")
    },
    "observations of a district": _observations(sent=True)._replace(role="reviewer"),
    "completeness of a district": _completeness(ASKED[0], "unit")._replace(role="reviewer"),
    "reports": _reports(),
    "reports of a district": _reports()._replace(role="reviewer"),
    "targets": _targets(),
    "version": _version(),
}
