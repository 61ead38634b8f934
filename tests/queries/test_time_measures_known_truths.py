"""Truths of domain.md about what stands beside a figure, to be checked by hand."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from sqlalchemy.orm import Session

from tests.queries.small_worlds import (
    BIRTH_RATE,
    BIRTHS,
    HERE,
    OUTPUT,
    PEOPLE,
    PROVINCE,
    THERE,
    Reports,
    ask,
    measured,
    plan,
    tell,
    world_of,
)
from tests.queries.world import Target, said

#: What a bulletin prints: an index, or a price.
PRICES = measured("I", "none")


def shown(number: Decimal | None) -> str:
    """Round as pages and files do: half up, to two digits."""
    assert number is not None
    return str(number.quantize(Decimal("0.01"), ROUND_HALF_UP))


def test_a_part_of_the_plan_is_shown_as_the_bulletin_printed_it(empty_session: Session) -> None:
    """75,856 ha of a 77,000 ha plan = 98.51 %; rounded only where it is shown."""
    target = plan("B", 77000, "at_least")
    reports = {(HERE, "2024-06"): {"B": 40000}, (THERE, "2024-07"): {"B": 35856}}
    tell(empty_session, world_of(BIRTHS, targets=[target]), reports)

    (july,) = ask(empty_session, "B", "2024-07")

    assert (july.ytd, july.plan, july.direction) == (75856, 77000, "at_least")
    assert shown(july.plan_pct) == "98.51"
    exact = Fraction(75856 * 100, 77000)
    assert abs(Fraction(july.plan_pct or 0) - exact) < exact / 10**12


@pytest.mark.parametrize(
    ("base", "change", "percent"),
    [(77037, -1181, "-1.53"), (203364, -607, "-0.30"), (55141, -478, "-0.87")],
)
def test_growth_is_shown_as_the_bulletin_printed_it(
    empty_session: Session, base: int, change: int, percent: str
) -> None:
    """-1,181 ha from 77,037 = -1.53 %; -607 ha from 203,364 = -0.30 %; -478 m³ from 55,141."""
    reports = {(HERE, "2023-07"): {"P": base}, (HERE, "2024-07"): {"P": base + change}}
    tell(empty_session, world_of(PEOPLE), reports)

    (july,) = ask(empty_session, "P", "2024-07")

    assert (july.same_period, july.yoy_change) == (base, change)
    assert shown(july.yoy_pct) == shown(july.ytd_yoy_pct) == percent


def test_the_plan_in_force_at_the_end_of_the_period_counts(empty_session: Session) -> None:
    """Plans are versioned: what holds from the period's last day on is in force at its end."""
    versions = [(1, 100, date(2023, 12, 11)), (2, 80, date(2024, 7, 31)), (3, 50, date(2024, 8, 1))]
    plans = [
        Target(PROVINCE, "B", 2024, version, Decimal(value), "at_most", day)
        for version, value, day in versions
    ]
    tell(empty_session, world_of(BIRTHS, targets=plans), {(HERE, "2024-01"): {"B": 20}})

    names = ("2024-06", "2024-07", "2024-S1", "2024-Q3", "2024", "2023")
    found = [figure.plan for figure in ask(empty_session, "B", *names)]

    assert found == [100, 80, 100, 50, 50, None]


def test_what_does_not_add_up_is_held_against_the_plan_by_its_value(
    empty_session: Session,
) -> None:
    """Plan_pct = 100 x YTD / plan; where the time rule is `none`, 100 x value / plan."""
    plans = [plan(code, 200, "equal", area=HERE) for code in ("I", "B")]
    reports = {(HERE, "2024-01"): {"I": 90, "B": 90}, (HERE, "2024-02"): {"I": 110, "B": 110}}
    tell(empty_session, world_of(BIRTHS, PRICES, targets=plans), reports)

    (prices,), (births,) = (ask(empty_session, c, "2024-02", area=HERE) for c in ("I", "B"))

    assert (prices.value, prices.ytd, prices.plan_pct) == (110, None, 55)
    assert prices.reasons["ytd"] == "not_additive_over_time"
    assert (births.ytd, births.plan_pct) == (200, 100)


def test_a_plan_of_zero_has_no_percentage(empty_session: Session) -> None:
    """An undefined ratio is null with a reason, not an error, not 0."""
    target = plan("B", 0, "at_most")
    tell(empty_session, world_of(BIRTHS, targets=[target]), {(HERE, "2024-01"): {"B": 2}})

    (january,) = ask(empty_session, "B", "2024-01")

    assert (january.plan, january.plan_pct) == (0, None)
    assert january.reasons["plan_pct"] == "plan_zero"


def test_a_comparison_says_which_of_its_sides_is_missing_or_zero(empty_session: Session) -> None:
    """Growth over 0 or nothing is null with a reason; of nothing too. A change over 0 is one."""
    reports = {
        (HERE, "2024-01"): {"B": 0},
        (HERE, "2024-02"): {"B": 3},
        (HERE, "2023-03"): {"B": 4},
    }
    tell(empty_session, world_of(BIRTHS), reports)

    january, february, march = ask(empty_session, "B", "2024-01", "2024-02", "2024-03")

    assert january.reasons["change"] == january.reasons["change_pct"] == "base_missing"
    assert (february.change, february.reasons["change_pct"]) == (3, "base_zero")
    assert march.reasons["yoy_change"] == march.reasons["yoy_pct"] == "value_missing"
    assert (march.ytd, march.ytd_same_period, march.ytd_yoy_pct) == (3, 4, -25)


def test_a_comparison_over_different_coverage_says_so(empty_session: Session) -> None:
    """Measures: who reported this time and last time is compared too, over all their months."""
    reports = {
        (HERE, "2023-Q4"): {"O": 1},
        (HERE, "2024-Q1"): {"O": 2},
        (THERE, "2023-Q1"): {"O": 3},
        (THERE, "2023-Q2"): {"O": 3},
        (HERE, "2023-Q2"): {"O": 3},
        (THERE, "2024-Q2"): {"O": 4},
    }
    tell(empty_session, world_of(OUTPUT), reports)

    first, second = ask(empty_session, "O", "2024-Q1", "2024-Q2")

    assert first.coverage_differs == []
    assert second.coverage_differs == ["same_period", "ytd_same_period"]


def test_the_worst_status_is_told(empty_session: Session) -> None:
    """Status: a figure is no more certain than the least certain value that it is made of."""
    reports = {
        (HERE, "2024-01"): {"B": said(1, status="A"), "P": said(1, status="A")},
        (THERE, "2024-01"): {"B": said(1, status="P"), "P": said(1, status="A")},
        (HERE, "2023-12"): {"B": said(1, status="E"), "P": said("not_available", status="E")},
    }
    tell(empty_session, world_of(BIRTHS, PEOPLE, BIRTH_RATE), reports)

    births, people, rate = (ask(empty_session, code, "2024-01")[0] for code in "BPR")
    (december,) = ask(empty_session, "P", "2023-12")

    assert (births.status, people.status, rate.status) == ("P", "A", "P")
    assert (december.value, december.status) == (None, None)


def test_what_units_say_of_the_year_so_far_is_that_of_the_newest_period(
    empty_session: Session,
) -> None:
    """Ytd_reported is what units say in the newest of the periods, if that ends with the span."""
    half = measured("H", "sum", "half_yearly")
    reports: Reports = {
        (HERE, "2024-02"): {"B": said(5, ytd=99)},
        (HERE, "2024-03"): {"B": said(4, ytd=10)},
        (THERE, "2024-03"): {"B": said("not_available", ytd=20)},
        (HERE, "2024-S1"): {"H": said(7, ytd=8)},
    }
    tell(empty_session, world_of(BIRTHS, half), reports)

    (quarter,) = ask(empty_session, "B", "2024-Q1")
    first_half, nine_months = ask(empty_session, "H", "2024-S1", "2024-9M")

    assert (quarter.value, quarter.ytd, quarter.ytd_reported) == (9, 9, 30)
    assert (first_half.ytd, first_half.ytd_reported) == (7, 8)
    assert nine_months.reasons["ytd_reported"] == "not_collected"
