"""The roll-up law: whatever the world and the order of events, figures equal the obvious sum."""

import json
from decimal import Decimal
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from indicators_api.aggregation import queries, rollup
from indicators_api.aggregation.queries import Figure, Slice
from indicators_api.aggregation.service import Limits, Question, prepare
from indicators_api.db.session import Session
from indicators_api.periods import Period
from indicators_api.security.actors import Actor
from indicators_api.units.areas import GEOGRAPHY_CUT_OFF
from tests.queries import reference
from tests.queries.play import Play
from tests.queries.reference import cut_off, is_on
from tests.queries.stories import Story, stories
from tests.queries.world import LEVELS, InForce, World
from tests.queries.world_rows import NOW, Ids, store
from tests.transactions import rolled_back

LIMITS = Limits(cells=10_000)
#: Means and ratios are answered with at least 12 significant digits; all else to the last one.
TWELVE_DIGITS = Fraction(1, 10**12)
DIVIDED = {"mean", "weighted_mean", "recompute"}

Key = tuple[str, str, str]

law = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def played(session: Session, story: Story) -> Play:
    """Store a story's world and let it happen."""
    play = Play(session, story.world, store(session, story.world), story.dice)
    play.tell(story.lives)
    return play


def ask(session: Session, ids: Ids, question: Question) -> Slice:
    """Ask as the operations centre, which sees everything."""
    actor = Actor(1, "centre", "operations", 1, None, None, ids.areas["1"], "1")
    return prepare(session, actor, question, LIMITS)


def obvious_figures(
    world: World, in_force: InForce, months: list[Period], level: str, source: str
) -> dict[Key, reference.Figure]:
    """Give what the reference says, where it has a row."""
    look = reference.reported if source == "reported" else reference.rolled_up
    day = cut_off(months[-1], GEOGRAPHY_CUT_OFF)
    areas = [a.code for a in world.areas.values() if a.level == level and is_on(a.valid, day)]
    found = {
        (area, indicator, str(month)): look(world, in_force, area, indicator, month)
        for area in areas
        for indicator in world.indicators
        for month in months
    }
    return {key: figure for key, figure in found.items() if figure is not None}


def assert_equal(
    world: World, found: list[Figure], wanted: dict[Key, reference.Figure], source: str
) -> None:
    """Compare rows, reasons and coverage; values to the last digit unless something was divided."""
    divided = {"mean"} if source == "reported" else DIVIDED
    assert [(f.area, f.indicator, f.period) for f in found] == sorted(wanted)
    for figure in found:
        right = wanted[figure.area, figure.indicator, figure.period]
        rule = world.indicators[figure.indicator].area_rule
        assert figure[5:8] == right[1:], (figure, right)
        if figure.value is None or right.value is None or rule not in divided:
            assert figure.value == right.value, (figure, right)
        else:
            error = abs(Fraction(figure.value) - right.value)
            assert error <= TWELVE_DIGITS * abs(right.value), (figure, right)


def assert_all_figures(session: Session, play: Play, months: list[Period]) -> None:
    """Hold every figure against the reference: levels, bases, sources."""
    for basis in ("accepted", "sent"):
        in_force = play.in_force(basis)
        for level in LEVELS:
            question = Question(periods=months, level=level, sent=basis == "sent")
            for source in ("rollup", "reported"):
                wanted = ask(session, play.ids, question._replace(source=source))
                found, further = queries.figures(session, wanted)
                right = obvious_figures(play.world, in_force, months, level, source)
                assert further is None
                assert_equal(play.world, found, right, source)


@settings(law, max_examples=20)
@given(story=stories())
def test_every_figure_equals_the_obvious_sum(empty_engine: Engine, story: Story) -> None:
    """Roll-up law: for random areas, assignments, values, missing ones and any order of steps.

    At every level, on both bases, from both sources; the stored roll-up is what it would be if it
    were made anew.
    """
    with rolled_back(empty_engine) as session:
        play = played(session, story)

        assert rollup.verify(session, 1) == []
        assert_all_figures(session, play, story.months)

        rollup.rebuild(session, 1, at=NOW)
        assert rollup.verify(session, 1) == []
        assert_all_figures(session, play, story.months)


@settings(law, max_examples=6)
@given(
    story=stories(),
    limit=st.integers(1, 7),
    source=st.sampled_from(["rollup", "reported"]),
    sent=st.booleans(),
)
def test_pages_put_together_are_the_whole(
    empty_engine: Engine,
    story: Story,
    limit: int,
    source: str,
    sent: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    """Paging by keyset cursor: no duplicate, no gap; the same as objects and as JSON."""
    with rolled_back(empty_engine) as session:
        play = played(session, story)
        question = Question(periods=story.months, level="commune", sent=sent, source=source)
        whole, _ = queries.figures(session, ask(session, play.ids, question))

        rows: list[Figure] = []
        documents: list[dict[str, object]] = []
        small = question._replace(limit=limit)
        while True:
            wanted = ask(session, play.ids, small)
            page, further = queries.figures(session, wanted)
            text, further_in_json = queries.figures_json(session, wanted)
            rows += page
            documents += json.loads(text, parse_float=Decimal, parse_int=Decimal)
            assert further_in_json == further
            if further is None:
                break
            assert len(page) == limit
            small = small._replace(after=further)

        assert rows == whole
        assert documents == [as_document(figure) for figure in whole]


def as_document(figure: Figure) -> dict[str, object]:
    """Give a figure as the answer holds it: a reason only where there is no value."""
    document = dict(zip(Figure._fields[:8], figure, strict=False))
    if figure.value is not None:
        del document["reason"]
    return document
