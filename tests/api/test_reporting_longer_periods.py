"""Reports of quarters, half-years and years stand beside monthly ones and ask for their own."""

from datetime import datetime

import pytest

from indicators_api.api.context import VIETNAM
from tests.callers import Caller, Clock, assert_problem, exact
from tests.factories import CITY, WARD, WARD_AREA, MakeReport, done, new

#: Collected every quarter, every year, every month.
QUARTERLY, YEARLY, MONTHLY = "XH020109", "NC220106", "XH160101"
LATER = datetime(2025, 1, 10, 9, 0, tzinfo=VIETNAM)


@pytest.fixture
def clock() -> Clock:
    """After the end of the year."""
    return Clock(LATER)


def expected(form: dict) -> set[str]:
    """Give the indicators that a form asks for."""
    return {line["indicator"] for line in form["indicators"] if line["expected"]}


def frequencies(form: dict) -> set[str]:
    """Give how often what a form takes is collected."""
    return {line["frequency"] for line in form["indicators"]}


@pytest.mark.parametrize(
    ("period", "taken", "asked", "due"),
    [
        ("2024-07", {"monthly", "quarterly", "yearly"}, MONTHLY, "2024-07-17T23:59:59+07:00"),
        ("2024-Q3", {"quarterly", "yearly"}, QUARTERLY, "2024-09-17T23:59:59+07:00"),
        ("2024", {"yearly"}, YEARLY, "2024-12-17T23:59:59+07:00"),
    ],
)
def test_a_form_takes_its_own_and_longer_and_asks_its_own(
    clerk: Caller, period: str, taken: set[str], asked: str, due: str
) -> None:
    """Periods: a report accepts indicators of its own or a longer frequency."""
    form = done(clerk.get(f"/reports/{WARD}/{period}/form"))

    assert frequencies(form) == taken
    assert asked in expected(form)
    assert {QUARTERLY, YEARLY, MONTHLY} & expected(form) == {asked}
    assert form["due"] == due


@pytest.mark.parametrize(("period", "code"), [("2024-Q3", MONTHLY), ("2024", QUARTERLY)])
def test_a_longer_report_takes_no_shorter_indicators(clerk: Caller, period: str, code: str) -> None:
    """Periods: a quarter's report no monthly ones."""
    answer = clerk.post("/reports", new({code: 1}, period=period))

    (fault,) = assert_problem(answer, 422, "invalid-values")["errors"]
    assert (fault["pointer"], fault["code"]) == (f"/values/{code}", "not-assigned")


@pytest.mark.parametrize(("period", "code"), [("2024-Q3", QUARTERLY), ("2024", YEARLY)])
def test_a_longer_report_lives_the_same_life(
    make_report: MakeReport, operations: Caller, period: str, code: str
) -> None:
    """A report's life: drafted, sent, returned, sent again, accepted; then it is a figure."""
    report = make_report(period=period, state="returned", values={code: 40})
    for role, step in (("leader", "send"), ("reviewer", "accept")):
        report = make_report.take(report, role, step)

    figure = f"/aggregates?area={WARD_AREA}&period={period}&indicator={code}"
    (row,) = exact(operations.get(figure))["data"]
    (whole, *_) = done(operations.get(f"/completeness?period={period}&area={CITY}"))["data"]

    assert (row["value"], row["reported"], row["expected"]) == (40, 1, 1)
    assert (whole["accepted"], whole["late"], whole["missing"]) == (1, 1, whole["due"] - 1)


def test_two_quarters_that_say_the_same_are_flagged(make_report: MakeReport, clerk: Caller) -> None:
    """Validation: a whole report identical to the previous period's, whatever the type."""
    form = done(clerk.get(f"/reports/{WARD}/2024-Q3/form"))
    values = dict.fromkeys(sorted(expected(form))[:12], 7)
    make_report(period="2024-Q2", state="sent", values=values)

    drafted = done(clerk.post("/reports", new(values, period="2024-Q3")), 201)

    assert "identical" in [finding["rule"] for finding in drafted["findings"]]


@pytest.mark.parametrize("period", ["2025-02", "2025-Q2", "2025-S2", "2026", "2020-12", "2020-Q4"])
def test_periods_that_are_not_owed_are_refused(clerk: Caller, period: str) -> None:
    """Periods: neither future ones nor those before the unit existed."""
    answer = clerk.post("/reports", new({YEARLY: 1}, period=period))

    assert_problem(answer, 422, "period-refused")
