"""Let a story happen in an empty database, and ask for its figures and what they must be."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from hypothesis import HealthCheck, settings

from indicators_api.aggregation.queries import Slice
from indicators_api.aggregation.service import Limits, Question, prepare
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


def ask(session: Session, ids: Ids, question: Question) -> Slice:
    """Ask as the operations centre, which sees everything."""
    actor = Actor(1, "centre", "operations", 1, None, None, ids.areas["1"], "1")
    return prepare(session, actor, question, _LIMITS)


def questions(
    session: Session, play: Play, asked: Question
) -> Iterator[tuple[Slice, Told, list[str]]]:
    """Ask at all levels, on both bases, from both sources.

    Each with what is known then, and the areas that have rows: those of the day that the last
    period is cut off on.
    """
    world, day = play.world, cut_off(max(asked.periods, key=lambda period: period.end), 14)
    for sent in (False, True):
        in_force = play.in_force("sent" if sent else "accepted")
        for source in ("rollup", "reported"):
            told = Told(world, in_force, source, day)
            for level in LEVELS:
                found = asked._replace(level=level, sent=sent, source=source)
                of_level = [area for area in world.areas.values() if area.level == level]
                areas = [area.code for area in of_level if is_on(area.valid, day)]
                yield ask(session, play.ids, found), told, areas


def is_near(found: Decimal | None, right: Fraction | None, slack: Fraction = Fraction(0)) -> bool:
    """Tell whether a number is right, or no further from it than `slack`."""
    if found is None or right is None:
        return found is None and right is None
    return abs(Fraction(found) - right) <= slack
