"""The roll-up law: whatever the world and the order of events, figures equal the obvious sum."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from indicators_api.aggregation import queries, rollup
from indicators_api.aggregation.measures import USUAL
from indicators_api.aggregation.queries import Figure
from indicators_api.aggregation.service import Question
from indicators_api.db.session import Session
from indicators_api.periods import Period
from tests.queries.asking import (
    TWELVE_DIGITS,
    as_documents,
    ask,
    figures,
    is_near,
    law,
    played,
    questions,
    read,
)
from tests.queries.measured import Measured, measured
from tests.queries.play import Play
from tests.queries.reference import Told
from tests.queries.spans import span_of
from tests.queries.stories import Story, stories
from tests.queries.world_rows import NOW
from tests.transactions import rolled_back

DIVIDED = {"mean", "weighted_mean", "recompute"}

Key = tuple[str, str, str]


def obvious_figures(
    told: Told, areas: Sequence[str], months: Sequence[Period]
) -> dict[Key, Measured]:
    """Give what the reference says, where it has a row."""
    found = {
        (area, indicator, str(month)): measured(told, area, indicator, span_of(month))
        for area in areas
        for indicator in told.world.indicators
        for month in months
    }
    return {key: figure for key, figure in found.items() if figure is not None}


def assert_equal(told: Told, found: Sequence[Figure], wanted: dict[Key, Measured]) -> None:
    """Compare rows, reasons and coverage; values to the last digit unless something was divided."""
    divided = {"mean"} if told.source == "reported" else DIVIDED
    assert [(f.area, f.indicator, f.period) for f in found] == sorted(wanted)
    for figure in found:
        right = wanted[figure.area, figure.indicator, figure.period]
        is_divided = told.world.indicators[figure.indicator].area_rule in divided
        assert figure[5:8] == right[1:4], (figure, right)
        slack = abs(right.value or 0) * TWELVE_DIGITS * is_divided
        assert is_near(figure.value, right.value, slack), (figure, right)


def assert_all_figures(session: Session, play: Play, months: Sequence[Period]) -> None:
    """Hold every figure against the reference: levels, bases, sources."""
    for question, told, areas in questions(play, Question(months)):
        found = figures(session, play, question)
        assert_equal(told, found, obvious_figures(told, areas, months))


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
        assert_all_figures(session, play, story.asked)

        rollup.rebuild(session, 1, at=NOW)
        assert rollup.verify(session, 1) == []
        assert_all_figures(session, play, story.asked)


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
        question = Question(periods=story.asked, level="commune", sent=sent, source=source)
        whole = figures(session, play, question)

        rows: list[Figure] = []
        documents: list[dict[str, object]] = []
        small = question._replace(limit=limit)
        while True:
            wanted = ask(session, play.ids, small)
            page, further = queries.figures(session, wanted)
            text, further_in_json = queries.figures_json(session, wanted)
            rows += page
            documents += read(text)
            assert further_in_json == further
            if further is None:
                break
            assert len(page) == limit
            small = small._replace(after=further)

        assert rows == whole
        assert documents == as_documents(whole, USUAL)
