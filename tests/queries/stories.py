"""Stories for the laws of figures, drawn by hypothesis: a small world, and what its units do."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from hypothesis import strategies as st

from indicators_api.periods import Period
from tests.queries.reference import cut_off, is_on
from tests.queries.spans import of_stock, periods_of, since_january, span_of
from tests.queries.world import World
from tests.queries.worlds import worlds

#: The months that figures are asked for, over a new year.
MONTHS = tuple(Period.parse(p) for p in ("2023-11", "2023-12", "2024-01", "2024-02", "2024-03"))
#: What is reported beside: where parts and weights may be found, together, and just too far back.
EARLIER = tuple(
    tuple(Period.parse(period) for period in periods)
    for periods in (
        ("2022-10", "2022-Q3", "2022-11"),
        ("2022-12", "2022-Q4", "2022-S2", "2022"),
        ("2023-01", "2023-Q1", "2023-S1"),
        ("2023-09", "2023-Q3", "2023-9M"),
        ("2023-12", "2023-Q4", "2023-S2", "2023"),
        ("2023-12", "2023", "2024-02", "2024-Q1"),
    )
)
#: The periods that figures with measures are asked for.
OF_A_YEAR = tuple(sorted((*periods_of(2024), Period.parse("2023-Q4")), key=lambda each: each.id))

#: Choices of steps, see play.py: silent, a draft, sent, accepted, returned, accepted again …
_LIVES = (
    *((), (3, 3), (0,), (0, 3), (0, 3, 2, 3), (0, 0), (0, 0), (0, 0), (0, 0), (1, 0, 0)),
    *((0, 0, 0, 0), (0, 0, 0, 0, 0), (0, 0, 0, 0, 3), (0, 0, 0, 0, 3, 0, 0), (3, 2, 3, 0, 0)),
)
#: Mostly simple ones.
_SHORT_LIVES = ((), (0,), (0, 0, 0, 0), (0, 0, 0, 0, 3), *((0, 0),) * 8)


class Story(NamedTuple):
    """A world, choices of steps for its reports, periods to ask for; `dice` decides on the rest."""

    world: World
    lives: Mapping[tuple[str, Period], Sequence[int]]
    asked: list[Period]
    #: Seed of the values and of the order of the steps.
    dice: int


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Draw a world and the lives of some of its reports, for figures of months."""
    world = draw(worlds(districts=3))
    months = draw(st.lists(st.sampled_from(MONTHS), min_size=1, max_size=3, unique=True))
    lives = draw(_lives(world, {*months, *draw(st.sampled_from(EARLIER))}, _LIVES))
    return Story(world, lives, in_order(months), draw(st.integers(0, 2**32)))


@st.composite
def stories_of_years(draw: st.DrawFn, periods: Sequence[Period] = ()) -> Story:
    """Draw a smaller world that reports of more periods, for figures of some of all periods."""
    world = draw(worlds(districts=1))
    some = st.lists(st.sampled_from(OF_A_YEAR), min_size=1, max_size=3, unique=True)
    asked = periods or draw(some)
    beside = {near for p in asked for near in (p, p.previous, p.same_last_year)}
    behind = in_order({near for period in asked for near in _behind(period)})
    further = draw(st.lists(st.sampled_from(behind), min_size=3, max_size=16, unique=True))
    stocks = in_order({near for p in asked for near in of_stock("yearly", span_of(p))})
    earlier = draw(st.lists(st.sampled_from(stocks), max_size=4, unique=True))
    lives = draw(_lives(world, {*beside, *further, *earlier}, _SHORT_LIVES))
    return Story(world, lives, in_order(asked), draw(st.integers(0, 2**32)))


def in_order(periods: Iterable[Period]) -> list[Period]:
    return sorted(periods, key=lambda period: period.id)


def _behind(period: Period) -> list[Period]:
    """Give the periods that what stands beside a figure may be made of."""
    spans = [
        *(span_of(period.previous), since_january(span_of(period))),
        since_january(span_of(period.same_last_year)),
    ]
    return [each for span in spans for each in periods_of(span.year) if span.has(each)]


@st.composite
def _lives(
    draw: st.DrawFn, world: World, periods: set[Period], lives: Sequence[Sequence[int]]
) -> dict[tuple[str, Period], Sequence[int]]:
    steps = st.sampled_from(lives)
    return {
        (unit.code, period): draw(steps)
        for period in in_order(periods)
        for unit in world.units.values()
        if is_on(unit.valid, cut_off(period, unit.cut_off_day))
    }
