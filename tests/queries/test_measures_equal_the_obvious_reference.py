"""The law of measures: whatever the world, all that stands beside a figure is the obvious thing."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from sqlalchemy import Engine

from indicators_api.aggregation import queries
from indicators_api.aggregation.measures import MEASURES
from indicators_api.aggregation.queries import Figure
from indicators_api.aggregation.service import Question
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
from tests.queries.beside import Beside, beside
from tests.queries.reference import Told, is_comparable
from tests.queries.stories import Story, in_order, stories_of_years
from tests.transactions import rolled_back

#: What comparisons subtract or divide, each no more exact than these.
COMPARED = {
    "change": ("value", "previous"),
    "change_pct": ("value", "previous"),
    "yoy_change": ("value", "same_period"),
    "yoy_pct": ("value", "same_period"),
    "ytd_yoy_pct": ("ytd", "ytd_same_period"),
}

Key = tuple[str, str, str]


def obvious_rows(told: Told, areas: Sequence[str], periods: Sequence[Period]) -> dict[Key, Beside]:
    """Give what the reference says, where it has a row: by area, indicator and period."""
    found = {
        (area, indicator, str(period)): beside(told, area, indicator, period)
        for area in sorted(areas)
        for indicator in sorted(told.world.indicators)
        for period in in_order(periods)
    }
    return {key: row for key, row in found.items() if row is not None}


def slack(told: Told, indicator: str, measure: str, right: Beside) -> Fraction:
    """Tell how far a number may be off: not at all, unless something was divided.

    Then 12 digits are right; those of a difference are the digits of what was subtracted.
    """
    facts = told.world.indicators[indicator]
    rules = {"mean", *({"weighted_mean", "recompute"} if told.source == "rollup" else ())}
    is_divided = bool(rules & {facts.area_rule, facts.time_rule})
    numbers = {name: outcome[0] for name, outcome in right.others.items()}
    numbers["value"] = right.own.value
    largest = abs(numbers[measure] or 0)
    if measure in COMPARED and is_divided:
        own, base = (abs(numbers[name] or 0) for name in COMPARED[measure])
        largest = (own + base) * (100 / base if measure.endswith("_pct") and base else 1)
    return largest * TWELVE_DIGITS * (is_divided or measure.endswith("_pct"))


def assert_equal(told: Told, found: Figure, right: Beside) -> None:
    """Compare all measures of a row, why some are missing, and what they rest on."""
    case = (found, right)
    own = found.reason, found.expected, found.reported, found.periods, found.periods_with_value
    assert (*own, found.status) == right.own[1:], case
    numbers = {"value": right.own.value} | {name: said[0] for name, said in right.others.items()}
    for measure, number in numbers.items():
        near = is_near(
            getattr(found, measure), number, slack(told, found.indicator, measure, right)
        )
        assert near, (measure, *case)
    reasons = {name: said[1] for name, said in right.others.items() if said[1] is not None}
    assert found.reasons == reasons, case
    assert found.direction == right.direction, case
    assert found.coverage_differs == right.coverage_differs, case


@settings(law, max_examples=18)
@given(story=stories_of_years())
def test_all_that_stands_beside_a_figure_is_obvious(empty_engine: Engine, story: Story) -> None:
    """Measures: for random worlds, plans, periods of all types and any order of steps.

    At every level, on both bases, from both sources.
    """
    with rolled_back(empty_engine) as session:
        play = played(session, story)
        asked = Question(story.asked, measures=MEASURES)

        for question, told, areas in questions(play, asked):
            found = figures(session, play, question)
            right = obvious_rows(told, areas, story.asked)

            assert [_key(row) for row in found] == list(right)
            for row in found:
                assert_equal(told, row, right[_key(row)])


SECOND_QUARTER, *ITS_MONTHS = (
    Period.parse(period) for period in ("2024-Q2", "2024-04", "2024-05", "2024-06")
)


@settings(law, max_examples=6)
@given(story=stories_of_years(periods=(SECOND_QUARTER, *ITS_MONTHS)))
def test_a_quarter_of_a_flow_is_its_three_months(empty_engine: Engine, story: Story) -> None:
    """Sum: add over areas, add over months; missing only if all are."""
    with rolled_back(empty_engine) as session:
        play = played(session, story)
        rules = ("sum", "sum", "monthly")
        flows = {code for code, i in story.world.indicators.items() if i[1:4] == rules}

        for question, told, areas in questions(play, Question(story.asked)):
            found = figures(session, play, question)
            values = {_key(row): row.value for row in found}
            for area, flow in product(areas, flows):
                if all(is_comparable(told, area, month) for month in ITS_MONTHS):
                    months = [values.get((area, flow, str(month))) for month in ITS_MONTHS]
                    given = [value for value in months if value is not None]
                    quarter = values.get((area, flow, str(SECOND_QUARTER)))
                    assert quarter == (sum(map(Fraction, given)) if given else None)


FROM_JANUARY = tuple(
    Period.parse(period) for period in ("2024-01", "2024-Q1", "2024-S1", "2024-9M", "2024")
)


@settings(law, max_examples=6)
@given(story=stories_of_years(periods=FROM_JANUARY))
def test_from_january_on_a_period_is_the_year_to_date(empty_engine: Engine, story: Story) -> None:
    """Spans: January to a month is the period that it is, whatever adds up; as January itself."""
    with rolled_back(empty_engine) as session:
        play = played(session, story)
        asked = Question(story.asked, measures=MEASURES)

        for question, _, _ in questions(play, asked):
            for row in figures(session, play, question):
                assert (row.ytd, row.ytd_same_period) == (row.value, row.same_period), row
                assert row.ytd_yoy_pct == row.yoy_pct, row
                assert row.reasons.get("ytd") == row.reason, row


@settings(law, max_examples=6)
@given(story=stories_of_years())
def test_periods_asked_at_once_are_those_asked_one_by_one(
    empty_engine: Engine, story: Story
) -> None:
    """Figures: what a period's figure is does not depend on what else is asked; nor on JSON."""
    with rolled_back(empty_engine) as session:
        play = played(session, story)
        asked = Question(story.asked, measures=MEASURES)

        for question, told, _ in questions(play, asked):
            at_once = figures(session, play, question)
            text, _ = queries.figures_json(session, ask(session, play.ids, question))
            alone = question._replace(geography=told.geography)
            each = [alone._replace(periods=[period]) for period in story.asked]
            one_by_one = [row for one in each for row in figures(session, play, one)]

            assert sorted(one_by_one, key=_key) == sorted(at_once, key=_key)
            assert read(text) == as_documents(at_once, MEASURES)


def _key(row: Figure) -> Key:
    return row.area, row.indicator, row.period
