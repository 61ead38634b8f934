"""Thresholds against an obvious check: which are crossed, at which limit, which have no figure."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from indicators_api.aggregation.queries import Figure
from indicators_api.aggregation.watching import judge
from indicators_api.catalogue.threshold_faults import Known, NewThreshold, threshold_faults
from indicators_api.catalogue.thresholds import ThresholdFacts
from indicators_api.models.threshold import THRESHOLD_DIRECTIONS, WATCHED_MEASURES

#: Few numbers, so that figures often lie on a limit.
GRID = [Decimal(n) / 2 for n in range(-4, 5)]
INDICATORS, AREAS = ("A", "B"), (1, 2)

numbers = st.sampled_from(GRID)
limits = st.tuples(st.none() | numbers, st.none() | numbers)
measures = st.sampled_from(WATCHED_MEASURES)
thresholds = st.builds(
    ThresholdFacts,
    id=st.integers(1, 9),
    indicator=st.sampled_from(INDICATORS),
    name_vi=st.just("Tên"),
    name_en=st.just("Name"),
    area=st.just("84"),
    area_id=st.sampled_from(AREAS),
    measure=measures,
    direction=st.sampled_from(THRESHOLD_DIRECTIONS),
    warning=st.none() | numbers,
    alarm=st.none() | numbers,
)


@st.composite
def rows(draw: st.DrawFn) -> dict[tuple[int, str], Figure]:
    """Give figures of some areas and indicators; what is null says why."""
    found = {}
    for key in draw(st.sets(st.tuples(st.sampled_from(AREAS), st.sampled_from(INDICATORS)))):
        values = {name: draw(st.none() | numbers) for name in WATCHED_MEASURES}
        figure = Figure("84", *key, "2024-07", values.pop("value"), "missing", 1, 1)
        reasons = {name: f"no {name}" for name, value in values.items() if value is None}
        found[key] = figure._replace(**values, reasons=reasons)
    return found


def passes(value: Decimal, limit: Decimal | None, direction: str) -> bool:
    """The obvious check."""
    if limit is None:
        return False
    return value - limit > 0 if direction == "above" else limit - value > 0


@given(st.lists(thresholds, max_size=8), rows())
def test_what_is_crossed_is_what_anybody_would_say(
    held: list[ThresholdFacts], figures: dict[tuple[int, str], Figure]
) -> None:
    """Operations centre: a limit itself is not passed; the alarm goes before the warning."""
    expected: dict[str, list[object]] = {"alarm": [], "warning": [], "unknown": [], "clear": []}
    for each in held:
        figure = figures.get((each.area_id, each.indicator))
        value = getattr(figure, each.measure) if figure else None
        if value is None:
            expected["unknown"].append(each)
        elif passes(value, each.alarm, each.direction):
            expected["alarm"].append((each, value, each.alarm, "alarm"))
        elif passes(value, each.warning, each.direction):
            expected["warning"].append((each, value, each.warning, "warning"))
        else:
            expected["clear"].append(each)

    judged = judge(held, figures)

    assert judged.crossed == expected["alarm"] + expected["warning"]
    assert [unknown.threshold for unknown in judged.unknown] == expected["unknown"]
    assert judged.counts == {name: len(found) for name, found in expected.items()}


@given(thresholds, rows())
def test_what_has_no_figure_says_why(
    threshold: ThresholdFacts, figures: dict[tuple[int, str], Figure]
) -> None:
    """Operations centre: missing crosses nothing, and is never silently left out."""
    figure = figures.get((threshold.area_id, threshold.indicator))

    reasons = [unknown.reason for unknown in judge([threshold], figures).unknown]

    if figure is None:
        assert reasons == ["not_assigned"]
    elif getattr(figure, threshold.measure) is None:
        why = "missing" if threshold.measure == "value" else f"no {threshold.measure}"
        assert reasons == [why]
    else:
        assert reasons == []


@given(limits, st.sampled_from(THRESHOLD_DIRECTIONS))
def test_no_figure_can_pass_the_alarm_without_the_warning(
    both: tuple[Decimal | None, Decimal | None], direction: str
) -> None:
    """Operations centre: limits in the wrong order are refused, and no others."""
    warning, alarm = both
    new = NewThreshold("A", "84", date(2024, 7, 14), "value", direction, warning, alarm)
    # Between two limits of the grid, and beyond its ends, lies a number of this one.
    tried = [Decimal(n) / 4 for n in range(-12, 13)]

    faults = threshold_faults([new], Known({}, {}))

    codes = {fault.code for fault in faults} - {"unknown-indicator", "unknown-area"}
    if warning is None and alarm is None:
        assert codes == {"no-limit"}
        return
    passed_over = [
        value
        for value in tried
        if warning is not None
        and passes(value, alarm, direction)
        and not passes(value, warning, direction)
    ]
    assert codes == ({"out-of-order"} if passed_over else set())
