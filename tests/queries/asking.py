"""Let a story happen in an empty database, and ask for its figures and what they must be."""

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from hypothesis import HealthCheck, settings

from indicators_api.aggregation import queries
from indicators_api.aggregation.measures import PLANNED
from indicators_api.aggregation.queries import Figure, Slice
from indicators_api.aggregation.service import Limits, Question, prepare
from indicators_api.aggregation.statement import KEYS
from indicators_api.db.session import Session
from indicators_api.security.actors import Actor
from tests.queries.play import Play
from tests.queries.reference import Told, cut_off, is_on
from tests.queries.stories import Story
from tests.queries.world import LEVELS
from tests.queries.world_rows import Ids, store

law = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
#: Means and ratios are answered with at least 12 significant digits; all else to the last one.
TWELVE_DIGITS = Fraction(1, 10**12)
_LIMITS = Limits(cells=10_000)


def played(session: Session, story: Story) -> Play:
    """Store a story's world and let it happen."""
    play = Play(session, story.world, store(session, story.world), story.dice)
    play.tell(story.lives)
    return play


def centre(ids: Ids) -> Actor:
    """Give the operations centre, which sees everything."""
    return Actor(1, "centre", "operations", 1, None, None, ids.areas["1"], "1")


def ask(session: Session, ids: Ids, question: Question) -> Slice:
    """Ask as the operations centre."""
    return prepare(session, centre(ids), question, _LIMITS)


def questions(play: Play, asked: Question) -> Iterator[tuple[Question, Told, list[str]]]:
    """Give a question at all levels, on both bases, from both sources.

    Each with what is known then, and the areas that have rows: those of the day that the last
    period is cut off on.
    """
    world, day = play.world, cut_off(max(asked.periods, key=lambda period: period.end), 14)
    for sent in (False, True):
        in_force = play.in_force("sent" if sent else "accepted")
        for source in ("rollup", "reported"):
            told = Told(world, in_force, source, day)
            for level in LEVELS:
                of_level = [area for area in world.areas.values() if area.level == level]
                areas = [area.code for area in of_level if is_on(area.valid, day)]
                yield asked._replace(level=level, sent=sent, source=source), told, areas


def figures(session: Session, play: Play, question: Question) -> list[Figure]:
    """Give all rows that answer a question."""
    found, further = queries.figures(session, ask(session, play.ids, question))
    assert further is None
    return found


def as_documents(figures: Iterable[Figure], measures: Sequence[str]) -> list[dict[str, object]]:
    """Give figures as the answer holds them: why there is none only where there is none."""
    found = []
    for figure in figures:
        names = (*KEYS, *measures, *(["direction"] if PLANNED.intersection(measures) else []))
        document = {name: getattr(figure, name) for name in names}
        if figure.value is None:
            document["reason"] = figure.reason
        more = {"reasons": figure.reasons, "coverage_differs": figure.coverage_differs}
        found.append(document | {name: said for name, said in more.items() if said})
    return found


def read(text: str) -> list[dict[str, object]]:
    """Read figures that the database wrote as JSON."""
    found: list[dict[str, object]] = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    return found


def is_near(found: Decimal | None, right: Fraction | None, slack: Fraction = Fraction(0)) -> bool:
    """Tell whether a number is right, or no further from it than `slack`."""
    if found is None or right is None:
        return found is None and right is None
    return abs(Fraction(found) - right) <= slack
