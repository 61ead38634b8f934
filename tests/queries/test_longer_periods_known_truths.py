"""Truths of domain.md about longer periods and years to date, to be checked by hand."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from tests.queries.small_worlds import (
    BIRTH_RATE,
    BIRTHS,
    HERE,
    OUTPUT,
    PEOPLE,
    THERE,
    Reports,
    ask,
    measured,
    plan,
    ratio,
    tell,
    world_of,
)
from tests.queries.world import Succession, said

MONTHS = ("2024-01", "2024-02", "2024-03")


def test_the_year_to_date_begins_anew_in_january(empty_session: Session) -> None:
    """Year to date: cumulated from January; of January it is January's own figure."""
    reports = {
        (HERE, "2023-12"): {"B": 100},
        (HERE, "2024-01"): {"B": 7},
        (HERE, "2024-02"): {"B": 5},
    }
    tell(empty_session, world_of(BIRTHS), reports)

    january, february = ask(empty_session, "B", "2024-01", "2024-02")

    assert (january.value, january.ytd, january.previous) == (7, 7, 100)
    assert (february.value, february.ytd, february.previous) == (5, 12, 7)


def test_a_quarter_counts_who_reported_in_each_month(empty_session: Session) -> None:
    """Coverage: of a flow added up over the periods; a month without any value is one of them."""
    reports: Reports = {
        (HERE, "2024-01"): {"B": 10},
        (HERE, "2024-03"): {"B": 30},
        (THERE, "2024-01"): {"B": 1},
        (THERE, "2024-02"): {"B": "not_applicable"},
    }
    tell(empty_session, world_of(BIRTHS), reports)

    (quarter,) = ask(empty_session, "B", "2024-Q1")

    assert quarter.value == 41
    assert (quarter.expected, quarter.reported) == (5, 3)
    assert (quarter.periods, quarter.periods_with_value) == (3, 2)


def test_a_quarter_of_a_stock_is_its_newest_month_with_that_month_s_coverage(
    empty_session: Session,
) -> None:
    """Last: the newest month of the period with any value, with *that month's* coverage."""
    reports: Reports = {
        (HERE, "2024-01"): {"P": 500},
        (THERE, "2024-01"): {"P": 300},
        (HERE, "2024-02"): {"P": said(510, status="P")},
        (HERE, "2024-03"): {"P": "not_available"},
    }
    tell(empty_session, world_of(PEOPLE), reports)

    (quarter,) = ask(empty_session, "P", "2024-Q1")

    assert (quarter.value, quarter.expected, quarter.reported) == (510, 2, 1)
    assert (quarter.periods, quarter.periods_with_value, quarter.status) == (3, 2, "P")


def test_a_longer_period_is_never_a_mix(empty_session: Session) -> None:
    """A year of a quarterly flow comes from quarters; monthly estimates are shown for months."""
    reports = {
        (HERE, "2024-01"): {"O": 4},
        (HERE, "2024-Q1"): {"O": 10},
        (HERE, "2024-04"): {"O": 5},
        (HERE, "2024-Q3"): {"O": 20},
    }
    tell(empty_session, world_of(OUTPUT), reports)

    names = ("2024-01", "2024-Q1", "2024-Q2", "2024-S1", "2024-9M", "2024")
    january, first, second, half, nine_months, year = ask(empty_session, "O", *names)

    assert (january.value, first.value, second.value) == (4, 10, None)
    assert (half.value, nine_months.value, year.value) == (10, 30, 30)


def test_a_mean_is_taken_of_areas_first_then_of_months(empty_session: Session) -> None:
    """Areas first, then time: each month's weighted mean, then the plain mean of the months."""
    price = measured("M", "mean", area_rule="weighted_mean", weight="B")
    reports = {
        (HERE, "2024-01"): {"M": 10, "B": 3},
        (THERE, "2024-01"): {"M": 30, "B": 1},
        (HERE, "2024-02"): {"M": 20, "B": 5},
        (THERE, "2024-02"): {"M": 99, "B": 0},
    }
    tell(empty_session, world_of(BIRTHS, price), reports)

    (quarter,) = ask(empty_session, "M", "2024-Q1")

    assert quarter.value == Decimal("17.5")  # Of 15 and 20; over all values it were 16.67.


def test_a_flow_weighs_with_its_sum_over_the_period_or_not_at_all(empty_session: Session) -> None:
    """A weight not collected at the period's frequency: a flow is the sum over it, else missing."""
    yearly = measured("M", "none", "yearly", area_rule="weighted_mean", weight="H")
    reports = {
        (HERE, "2024-S1"): {"H": 1},
        (THERE, "2024-S1"): {"H": 4},
        (HERE, "2024-S2"): {"H": 1},
        (HERE, "2024-9M"): {"M": 10},
        (HERE, "2024"): {"M": 10},
        (THERE, "2024"): {"M": 40},
    }
    tell(empty_session, world_of(measured("H", "sum", "half_yearly"), yearly), reports)

    nine_months, year = ask(empty_session, "M", "2024-9M", "2024")

    assert (nine_months.value, nine_months.reason) == (None, "weight_missing")
    assert year.value == 30


@pytest.mark.parametrize("period", ["2024-02", "2024-07"])
def test_between_ends_of_quarters_a_quarterly_flow_has_no_year_to_date(
    empty_session: Session, period: str
) -> None:
    """A quarterly flow has no year to date in July, nor in February: the answer says why."""
    target = plan("O", 100, "at_least")
    reports = {(HERE, "2024-Q1"): {"O": 10}, (HERE, "2024-Q2"): {"O": 15}, (HERE, period): {"O": 6}}
    tell(empty_session, world_of(OUTPUT, targets=[target]), reports)

    month, june = ask(empty_session, "O", period, "2024-06")

    assert (month.value, month.ytd, month.plan_pct) == (6, None, None)
    assert month.reasons["ytd"] == "not_collected"
    assert month.reasons["plan_pct"] == "value_missing"
    assert (june.ytd, june.plan_pct) == (25, 25)


def test_a_quarterly_stock_s_year_to_date_is_its_newest_quarter(empty_session: Session) -> None:
    """Year to date: `last` takes the last; before the first quarter's end there is none."""
    reports = {
        (HERE, "2024-02"): {"W": 9},
        (HERE, "2024-Q1"): {"W": 10},
        (HERE, "2024-Q2"): {"W": 11},
    }
    tell(empty_session, world_of(measured("W", "last", "quarterly")), reports)

    february, may, july = ask(empty_session, "W", "2024-02", "2024-05", "2024-07")

    assert (february.value, february.ytd) == (9, None)
    assert february.reasons["ytd"] == "not_collected"
    assert (may.ytd, july.ytd) == (10, 11)


def test_a_ratio_of_sums_is_the_same_whichever_is_added_up_first(empty_session: Session) -> None:
    """Recompute: a ratio of sums over areas and months, never a mean of ratios."""
    share = ratio("S", "B", "D")
    reports = {
        (HERE, "2024-01"): {"B": 1, "D": 10},
        (THERE, "2024-01"): {"B": 9, "D": 10},
        (HERE, "2024-02"): {"B": 2, "D": 100},
        (THERE, "2024-03"): {"B": 8, "D": 80},
    }
    tell(empty_session, world_of(BIRTHS, measured("D", "sum"), share), reports)

    (births,), (divisor,) = ask(empty_session, "B", "2024-Q1"), ask(empty_session, "D", "2024-Q1")
    of_areas = [
        ask(empty_session, code, "2024-Q1", area=a)[0] for code in "BD" for a in (HERE, THERE)
    ]
    of_months = [
        sum(figure.value or 0 for figure in ask(empty_session, code, *MONTHS)) for code in "BD"
    ]
    (quarter,) = ask(empty_session, "S", "2024-Q1")

    assert quarter.value == quarter.ytd == 10
    assert (births.value, divisor.value) == (20, 200) == tuple(of_months)
    assert [figure.value for figure in of_areas] == [3, 17, 110, 90]


def test_a_flow_over_a_stock_is_the_year_s_so_far_in_every_period(empty_session: Session) -> None:
    """Recompute: a `sum` flow over a `last` stock is taken from January to the period's end."""
    reports = {
        (HERE, "2024-01"): {"B": 1, "P": 50},
        (HERE, "2024-03"): {"B": 2, "P": 100},
        (HERE, "2024-05"): {"B": 3, "P": 200},
        (HERE, "2024-06"): {"P": 400},
    }
    tell(empty_session, world_of(BIRTHS, PEOPLE, BIRTH_RATE), reports)

    names = ("2024-01", "2024-05", "2024-06", "2024-Q2", "2024-S1", "2024-Q3")
    january, may, june, second, half, third = ask(empty_session, "R", *names)

    assert (january.value, may.value) == (2, 3)
    assert (june.value, june.reason) == (None, "numerator_missing")
    assert (second.value, half.value, half.ytd) == (Decimal("1.5"),) * 3
    assert (third.value, third.reason) == (None, "numerator_missing")


def test_a_ratio_as_it_was_sent_does_not_add_up_over_time(empty_session: Session) -> None:
    """Recompute: a ratio that a unit sends is shown by `reported`, of the period it is sent for."""
    world = world_of(BIRTHS, measured("D", "sum"), ratio("S", "B", "D"))
    tell(empty_session, world, {(HERE, "2024-01"): {"S": 5}, (HERE, "2024-02"): {"S": 6}})

    names = ("2024-02", "2024-Q1")
    february, quarter = ask(empty_session, "S", *names, area=HERE, source="reported")

    assert (february.value, february.previous) == (6, 5)
    assert (quarter.value, quarter.reason) == (None, "not_additive_over_time")


def test_a_territory_is_not_compared_with_what_it_was(empty_session: Session) -> None:
    """Areas change: sums over a span that begins before a territory changed: `not_comparable`."""
    joined = Succession(THERE, HERE, date(2024, 2, 1))
    months = ("2023-02", "2024-01", "2024-02")
    reports = {(HERE, month): {"B": 5, "P": 5} for month in months}
    tell(empty_session, world_of(BIRTHS, PEOPLE, successions=[joined]), reports)

    (births,) = ask(empty_session, "B", "2024-02", area=HERE)
    (people,) = ask(empty_session, "P", "2024-02", area=HERE)
    (of_all,) = ask(empty_session, "B", "2024-02")

    assert (births.value, births.ytd, births.change) == (5, None, None)
    assert births.reasons["previous"] == births.reasons["ytd"] == "not_comparable"
    assert births.reasons["change"] == births.reasons["yoy_pct"] == "base_missing"
    assert (people.value, people.ytd) == (5, 5)
    assert (of_all.previous, of_all.ytd) == (5, 10)
