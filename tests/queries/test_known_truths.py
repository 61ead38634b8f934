"""Truths of domain.md, "How figures add up", that anybody can check by hand."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from indicators_api.aggregation.service import Question
from indicators_api.periods import Period
from tests.queries.filing import figure, file, reconciled, rows, send
from tests.queries.play import Play
from tests.queries.world import ALWAYS, Area, Assignment, Indicator, Unit, World, said
from tests.queries.world_rows import store

#: The city with two of its ten communes, its divisions; the same in another district; departments.
CITY, WARD, NEIGHBOUR, OFFICE, FINANCE, LABOUR = (
    "842", "H59.21.11", "H59.21.12", "H59.21.01", "H59.21.02", "H59.21.05",
)  # fmt: skip
DISTRICT, VILLAGE, DISTRICT_LABOUR = "844", "H59.22.12", "H59.22.05"
PROVINCE_OFFICE, PROVINCE_TRADE, PROVINCE_LABOUR = "H59.01", "H59.04", "H59.10"
POOR, HOUSEHOLDS, POVERTY_RATE = "XH160101", "XH020108", "XH160103"
FILES, FILES_ONLINE, SHARE_ONLINE = "NC240101", "NC240102", "NC240104"
INSURED, WORKING_AGE, INSURED_RATE = "XH150101", "XH030110", "XH150107"
REVENUE, REVENUE_PLANNED, REVENUE_RATE = "KT140102", "KT140115", "KT140116"
STATIONS_RULE_NONE, INDEX_OF_THE_PROVINCE = "MT230301", "KT080101"


def test_a_poverty_rate_is_a_ratio_of_sums(session: Session) -> None:
    """Recompute: a ratio of sums, never a mean of ratios. Here that would be 4.3 %."""
    file(session, WARD, "2024-07", {POOR: 41, HOUSEHOLDS: 500})
    file(session, NEIGHBOUR, "2024-07", {POOR: 10, HOUSEHOLDS: 2500})

    rate = figure(session, POVERTY_RATE, area=CITY)

    assert rate.value == Decimal(100) * (41 + 10) / (500 + 2500) == Decimal("1.7")
    assert (rate.expected, rate.reported) == (10, 2)
    assert figure(session, POVERTY_RATE).value == Decimal("1.7")


def test_a_ratio_that_a_unit_sends_is_shown_but_never_rolled_up(session: Session) -> None:
    """Recompute: a ratio that a unit sends is kept and shown by `reported`."""
    file(session, WARD, "2024-07", {POOR: 41, HOUSEHOLDS: 500, POVERTY_RATE: "9.99"})

    assert figure(session, POVERTY_RATE, area="29236", source="reported").value == Decimal("9.99")
    assert figure(session, POVERTY_RATE, area="29236").value == Decimal("8.2")
    assert figure(session, POVERTY_RATE, area=CITY).value == Decimal("8.2")


def test_a_territory_s_figures_of_three_levels_are_not_added_up(session: Session) -> None:
    """Territory: levels are separate measurements of one thing and are never added."""
    file(session, WARD, "2024-07", {POOR: 12})
    file(session, LABOUR, "2024-07", {POOR: 500})
    file(session, PROVINCE_LABOUR, "2024-07", {POOR: 9999})

    assert figure(session, POOR, area=CITY).value == 12
    assert figure(session, POOR).value == 12
    assert figure(session, POOR, area=CITY, source="reported").value == 500
    assert figure(session, POOR, source="reported").value == 9999


def test_agencies_work_of_three_levels_is_added_up(session: Session) -> None:
    """Agency: each unit reports only its own work, so all assigned units in the area count."""
    file(session, WARD, "2024-07", {FILES: 7, FILES_ONLINE: 7})
    file(session, VILLAGE, "2024-07", {FILES: 5, FILES_ONLINE: 0})
    file(session, OFFICE, "2024-07", {FILES: 30, FILES_ONLINE: 30})
    file(session, PROVINCE_OFFICE, "2024-07", {FILES: 100, FILES_ONLINE: 34})

    assert figure(session, FILES, area=CITY).value == 30 + 7
    assert figure(session, FILES).value == 100 + 30 + 7 + 5
    assert figure(session, SHARE_ONLINE).value == Decimal(100) * (7 + 30 + 34) / 142


def test_where_only_the_district_is_assigned_its_own_unit_counts(session: Session) -> None:
    """Leaf units: where nobody below is assigned, the district's own unit counts."""
    file(session, LABOUR, "2024-07", {INSURED: 300})
    file(session, DISTRICT_LABOUR, "2024-07", {INSURED: 40})
    file(session, PROVINCE_LABOUR, "2024-07", {INSURED: 999})

    assert figure(session, INSURED, area=CITY).value == 300
    assert figure(session, INSURED).value == 340
    assert (figure(session, INSURED).expected, figure(session, INSURED).reported) == (9, 2)


def test_zero_is_a_value_and_missing_is_not_zero(session: Session) -> None:
    """NULL is not zero: units without a value don't count; if all are missing the figure is."""
    file(session, WARD, "2024-07", {POOR: "not_available", HOUSEHOLDS: 0})
    file(session, NEIGHBOUR, "2024-07", {POOR: "confidential", HOUSEHOLDS: "not_collected"})

    poor, households = figure(session, POOR, area=CITY), figure(session, HOUSEHOLDS, area=CITY)

    assert (poor.value, poor.reason, poor.expected, poor.reported) == (None, "missing", 10, 0)
    assert (households.value, households.reason) == (0, None)
    assert (households.expected, households.reported) == (10, 1)
    rate = figure(session, POVERTY_RATE, area=CITY)
    assert (rate.value, rate.reason) == (None, "numerator_missing")


def test_a_ratio_over_zero_is_null_with_a_reason(session: Session) -> None:
    """Recompute: denominator 0 or missing gives null with a reason."""
    file(session, WARD, "2024-07", {POOR: 0, HOUSEHOLDS: 0})
    file(session, VILLAGE, "2024-07", {POOR: 3})

    zero = figure(session, POVERTY_RATE, area=CITY)
    missing = figure(session, POVERTY_RATE, area=DISTRICT)

    assert (zero.value, zero.reason) == (None, "denominator_zero")
    assert (missing.value, missing.reason) == (None, "denominator_missing")


def test_whom_it_does_not_apply_to_is_not_expected(session: Session) -> None:
    """Coverage: the units asked, less those that answered `not_applicable`."""
    file(session, WARD, "2024-07", {POOR: "not_applicable"})
    file(session, NEIGHBOUR, "2024-07", {POOR: 4})

    poor = figure(session, POOR, area=CITY)

    assert (poor.value, poor.expected, poor.reported) == (4, 9, 1)


def test_what_does_not_add_up_is_answered_where_one_unit_counts(session: Session) -> None:
    """None: where exactly one unit counts, its value; with more, the answer says why not."""
    file(session, PROVINCE_TRADE, "2024-07", {INDEX_OF_THE_PROVINCE: "104.2"})
    file(session, WARD, "2024-07", {STATIONS_RULE_NONE: 3})

    several = figure(session, STATIONS_RULE_NONE, area=CITY)

    assert figure(session, INDEX_OF_THE_PROVINCE).value == Decimal("104.2")
    assert figure(session, STATIONS_RULE_NONE, area="29236").value == 3
    assert (several.value, several.reason) == (None, "not_additive")


@pytest.mark.parametrize(
    ("month", "percent"),
    [
        ("2024-06", 60),  # Of 500: what the quarter counted, not what its last month estimated.
        ("2024-07", 75),  # Of 400: the estimate of July is newer.
        ("2024-05", 30),  # Of 1000: the third quarter of the year before.
        ("2023-09", 30),  # The period ends together with that quarter.
        ("2023-08", None),  # Nothing yet.
    ],
)
def test_a_quarterly_stock_is_taken_from_its_newest_value(
    session: Session, month: str, percent: int | None
) -> None:
    """A part not collected every month: a stock is its newest value within twelve months."""
    file(session, WARD, "2023-Q3", {WORKING_AGE: 1000})
    file(session, WARD, "2024-06", {WORKING_AGE: 2000})
    file(session, WARD, "2024-Q2", {WORKING_AGE: 500})
    file(session, WARD, "2024-07", {WORKING_AGE: 400})
    file(session, LABOUR, month, {INSURED: 300})

    rate = figure(session, INSURED_RATE, month, area=CITY)

    assert rate.value == percent
    assert rate.reason == (None if percent else "denominator_missing")


def test_a_stock_is_too_old_after_twelve_months(session: Session) -> None:
    """A part not collected at the period's frequency: newest value within twelve months."""
    file(session, WARD, "2023-Q3", {WORKING_AGE: 1000})
    for month in ("2024-09", "2024-10"):
        file(session, LABOUR, month, {INSURED: 300})

    assert figure(session, INSURED_RATE, "2024-09", area=CITY).value == 30
    assert figure(session, INSURED_RATE, "2024-10", area=CITY).value is None


def test_a_flow_over_a_stock_is_taken_from_january(session: Session) -> None:
    """Recompute: a `sum` flow over a `last` stock is taken from January to the period's end."""
    for month, revenue in (("2023-12", 999), ("2024-01", 12), ("2024-02", 18), ("2024-03", 30)):
        file(session, FINANCE, month, {REVENUE: revenue, REVENUE_PLANNED: 600})
    file(session, FINANCE, "2024-04", {REVENUE: "not_available", REVENUE_PLANNED: 600})

    months = ("2024-01", "2024-03", "2024-04")
    january, march, april = (figure(session, REVENUE_RATE, m, area=CITY) for m in months)

    assert january.value == 2
    assert march.value == 10
    assert (april.value, april.reason) == (None, "numerator_missing")


def test_only_what_is_accepted_counts_unless_asked_for_what_is_sent(session: Session) -> None:
    """Basis `accepted` reads what is in force, basis `sent` what was sent last."""
    send(session, WARD, "2024-07", {POOR: 12})
    file(session, NEIGHBOUR, "2024-07", {POOR: 5})

    assert figure(session, POOR, area=CITY).value == 5
    assert figure(session, POOR, area=CITY, sent=True).value == 17


def test_reconciliation_shows_both_sides_and_the_difference(session: Session) -> None:
    """Reconciliation, territory only: reported, rolled up, difference; null where a side is."""
    file(session, WARD, "2024-07", {POOR: 12, FILES: 7})
    file(session, LABOUR, "2024-07", {POOR: 500})

    (found,) = reconciled(session, [POOR, FILES], CITY)
    (of_the_province,) = reconciled(session, [POOR], "84")

    assert found[2:7] == (POOR, "2024-07", 500, 12, 488)
    assert of_the_province[4:7] == (None, 12, None)


def test_a_level_without_areas_has_no_figures(session: Session) -> None:
    """Areas change: on 1 July 2025 the district level ended."""
    question = Question(
        [Period.parse("2024-07")], level="district", area="86", geography=date(2025, 7, 14)
    )

    assert rows(session, question) == []
    assert rows(session, question._replace(sent=True)) == []
    assert rows(session, question._replace(source="reported")) == []


def test_an_agency_ratio_is_over_the_units_assigned_both(empty_session: Session) -> None:
    """Recompute: for agency indicators both parts over the units assigned both; areas first."""
    flow = Indicator("DAYS_ABSENT", "sum", "sum", "monthly", "agency", ALWAYS)
    stock = Indicator("STAFF", "sum", "last", "quarterly", "agency", ALWAYS)
    ratio = Indicator(
        "RATE", "recompute", "recompute", "monthly", "agency", ALWAYS,
        numerator="DAYS_ABSENT", denominator="STAFF", factor=Decimal(1),
    )  # fmt: skip
    world = World(
        {"1": Area("1", "province", None, ALWAYS)},
        {code: Unit(code, "1", None, ALWAYS) for code in ("ONE", "TWO", "LATE", "ALONE")},
        {i.code: i for i in (flow, stock, ratio)},
        (
            *(Assignment(unit, "STAFF", None, ALWAYS) for unit in ("ONE", "TWO", "LATE")),
            *(Assignment(unit, "DAYS_ABSENT", None, ALWAYS) for unit in ("ONE", "TWO", "LATE")),
            Assignment("ALONE", "DAYS_ABSENT", None, ALWAYS),
        ),
    )
    play = Play(empty_session, world, store(empty_session, world), dice=0)
    for unit, period, values in (
        ("TWO", "2023-Q4", {"STAFF": 1000}),
        ("ONE", "2024-Q1", {"STAFF": 10}),
        ("LATE", "2024-Q1", {"STAFF": 5}),
        ("ONE", "2024-04", {"DAYS_ABSENT": 30}),
        ("TWO", "2024-04", {"DAYS_ABSENT": "not_applicable"}),
        ("ALONE", "2024-04", {"DAYS_ABSENT": 500}),
    ):
        play.file(unit, period, {code: said(value) for code, value in values.items()})

    question = Question([Period.parse("2024-04")], area="1", indicators=["DAYS_ABSENT", "RATE"])
    absent, rate = rows(empty_session, question)

    assert (absent.value, absent.expected, absent.reported) == (530, 3, 2)
    # The area's newest staff figure is that of the first quarter, which two of three gave; of the
    # days absent, one is missing and to one unit they don't apply.
    assert (rate.value, rate.expected, rate.reported) == (2, 2, 1)


def test_each_part_of_a_ratio_has_its_own_rule(empty_session: Session) -> None:
    """Recompute: each by its own rule, also where a part is taken from an earlier period."""
    flow = Indicator("USED", "sum", "none", "monthly", "territory", ALWAYS)
    stock = Indicator("CAPACITY", "max", "last", "quarterly", "territory", ALWAYS)
    ratio = Indicator(
        "USE", "recompute", "recompute", "monthly", "territory", ALWAYS,
        numerator="USED", denominator="CAPACITY", factor=Decimal(100),
    )  # fmt: skip
    world = World(
        {
            "1": Area("1", "province", None, ALWAYS),
            **{code: Area(code, "district", "1", ALWAYS) for code in ("11", "12")},
        },
        {code: Unit(code, code[1:], None, ALWAYS) for code in ("U11", "U12")},
        {i.code: i for i in (flow, stock, ratio)},
        tuple(
            Assignment(unit, part, None, ALWAYS)
            for unit in ("U11", "U12")
            for part in ("USED", "CAPACITY")
        ),
    )
    play = Play(empty_session, world, store(empty_session, world), dice=0)
    for unit, used, capacity in (("U11", 30, 100), ("U12", 10, 80)):
        for period, values in (("2024-Q1", {"CAPACITY": capacity}), ("2024-04", {"USED": used})):
            play.file(unit, period, {code: said(value) for code, value in values.items()})

    (use,) = rows(empty_session, Question([Period.parse("2024-04")], area="1", indicators=["USE"]))

    assert use.value == Decimal(100) * (30 + 10) / max(100, 80)
