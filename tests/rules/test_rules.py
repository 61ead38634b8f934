"""Validation rules: operators, scopes, and operands that a report lacks."""

from collections.abc import Callable, Mapping
from decimal import Decimal

import pytest

from indicators_api.indicators.snapshot import IndicatorFacts, Snapshot
from indicators_api.periods import Period
from indicators_api.validation.expressions import operands
from indicators_api.validation.rules import applicable, compile_rules, rule_book
from indicators_api.validation.scopes import Scope, earlier_in_scope, parts, recent
from tests.rules.judging import Said, breaks, catalogue, findings, rule

Make = Callable[..., IndicatorFacts]

STOCK = {"time_aggregation": "last", "nature": "stock"}


@pytest.mark.parametrize(
    ("operator", "held", "broken"),
    [("=", ["9.5", "10", "10.5"], ["9.4", "10.6"]), ("<=", ["-99", "10.5"], ["10.51"]),
     (">=", ["9.5", "99"], ["9.49"])],
)  # fmt: skip
def test_the_tolerance_is_absolute_and_on_the_right_side(
    indicator: Make, operator: str, held: list[str], broken: list[str]
) -> None:
    """Tolerance is absolute, on the right side."""
    rules = [rule(f"A {operator} B", tolerance=Decimal("0.5"))]
    snapshot = catalogue(rules, [indicator("A"), indicator("B")])

    for left in held:
        assert not breaks(snapshot, "2024-07", {"2024-07": {"A": left, "B": "10"}})
    for left in broken:
        assert breaks(snapshot, "2024-07", {"2024-07": {"A": left, "B": "10"}})


def test_a_rule_runs_only_where_all_its_indicators_are_assigned(indicator: Make) -> None:
    """Run where all their indicators are assigned to the unit."""
    snapshot = catalogue([rule("A = B + C")], [indicator("A"), indicator("B"), indicator("C")])
    reports = {"2024-07": {"A": "5", "B": "1", "C": "1"}}
    fewer = {code: facts for code, facts in snapshot.by_code.items() if code != "C"}

    assert findings(snapshot, "2024-07", reports)
    assert not findings(snapshot, "2024-07", reports, fewer)


def test_not_applicable_counts_as_zero_and_other_missing_values_leave_the_rule_out(
    indicator: Make,
) -> None:
    """`not_applicable` counts as 0, any other missing operand leaves the rule out."""
    snapshot = catalogue([rule("A = B + C")], [indicator("A"), indicator("B"), indicator("C")])

    def is_broken(c: Said) -> bool:
        return breaks(snapshot, "2024-07", {"2024-07": {"A": "5", "B": "1", "C": c}})

    assert is_broken("not_applicable")
    assert is_broken("0")
    assert not is_broken("4")
    assert not any(map(is_broken, ["not_available", "not_collected", "confidential", None]))


def test_thirty_digits_are_compared_exactly(indicator: Make) -> None:
    """Never binary floats, and no rounding: values have 30 digits, products of two 60."""
    snapshot = catalogue([rule("A * B <= C * B")], [indicator(code) for code in "ABC"])
    large, larger = "99999999999999999999.9999999998", "99999999999999999999.9999999999"

    assert breaks(snapshot, "2024-07", {"2024-07": {"A": larger, "B": larger, "C": large}})
    assert not breaks(snapshot, "2024-07", {"2024-07": {"A": large, "B": larger, "C": larger}})


def test_year_to_date_adds_the_earlier_months_of_the_year(indicator: Make) -> None:
    """Scope `year_to_date` adds this unit's newest sent versions of the earlier months."""
    rules = [rule("A <= B", evaluation_scope="year_to_date")]
    snapshot = catalogue(rules, [indicator("A"), indicator("B")])
    reports = {
        "2023-12": {"A": "1000", "B": "0"},
        "2024-01": {"A": "0", "B": "10"},
        "2024-02": {"A": "8", "B": "0"},
    }

    assert not breaks(snapshot, "2024-03", {**reports, "2024-03": {"A": "2", "B": "0"}})
    assert breaks(snapshot, "2024-03", {**reports, "2024-03": {"A": "2.01", "B": "0"}})


def test_both_sides_are_summed_over_the_same_months(indicator: Make) -> None:
    """An earlier month counts only if every flow has an answer in it."""
    rules = [rule("A <= B", evaluation_scope="year_to_date")]
    snapshot = catalogue(rules, [indicator("A"), indicator("B")])

    def is_broken(january: Mapping[str, Said]) -> bool:
        return breaks(snapshot, "2024-02", {"2024-01": january, "2024-02": {"A": "1", "B": "1"}})

    assert is_broken({"A": "5", "B": "4"})
    assert is_broken({"A": "5", "B": "not_applicable"})
    assert not is_broken({"A": "5", "B": "not_collected"})
    assert not is_broken({"A": "5"})


def test_a_stock_takes_its_last_value_beside_summed_flows(indicator: Make) -> None:
    """Stocks their last value; the present month must have all operands."""
    rules = [rule("A <= S * 3", evaluation_scope="year_to_date")]
    snapshot = catalogue(rules, [indicator("A"), indicator("S", **STOCK)])
    january = {"A": "20", "S": "100"}

    assert breaks(snapshot, "2024-02", {"2024-01": january, "2024-02": {"A": "11", "S": "10"}})
    assert not breaks(snapshot, "2024-02", {"2024-01": january, "2024-02": {"A": "9", "S": "10"}})
    assert not breaks(snapshot, "2024-02", {"2024-01": january, "2024-02": {"A": "900"}})


@pytest.mark.parametrize(
    ("period", "start_month", "months"),
    [
        ("2024-03", 11, ["2023-11", "2023-12", "2024-01", "2024-02"]),
        ("2024-11", 11, []),
        ("2024-12", 11, ["2024-11"]),
        ("2024-10", 11, [f"2023-{m}" for m in (11, 12)] + [f"2024-{m:02}" for m in range(1, 10)]),
        ("2024-06", 4, ["2024-04", "2024-05"]),
        ("2024-Q2", 1, ["2024-Q1"]),
        ("2024-Q1", 11, []),
        ("2024-Q3", 4, ["2024-Q2"]),
        ("2024-S2", 1, ["2024-S1"]),
        ("2024-9M", 1, []),
        ("2024", 1, []),
    ],
)
def test_a_crop_year_begins_with_the_latest_start_month(
    period: str, start_month: int, months: list[str]
) -> None:
    """From the latest `scope_start_month` on or before the period; over periods of its own type."""
    scope = Scope("crop_year", start_month)

    found = earlier_in_scope(Period.parse(period).id, scope)

    assert [str(Period.of_id(period_id)) for period_id in found] == months
    assert earlier_in_scope(Period.parse(period).id, Scope("period")) == ()


def test_a_stock_not_asked_that_month_is_its_newest_value_within_twelve_months(
    indicator: Make,
) -> None:
    """A rule operand that isn't collected at the period's frequency."""
    quarterly = indicator("Q", **STOCK, frequency="quarterly")
    snapshot = catalogue([rule("A <= Q")], [indicator("A", **STOCK), quarterly])
    july = {"2024-07": {"A": "5"}}

    assert not breaks(snapshot, "2024-07", july)
    assert breaks(snapshot, "2024-07", {**july, "2024-Q2": {"Q": "4"}, "2024-Q1": {"Q": "9"}})
    assert breaks(snapshot, "2024-07", {**july, "2024-Q1": {"Q": "9"}, "2024-05": {"Q": "4"}})
    assert not breaks(snapshot, "2024-07", {**july, "2024-Q2": {"Q": "5"}, "2024-06": {"Q": "4"}})
    assert not breaks(snapshot, "2024-07", {**july, "2024-Q2": {"Q": "not_collected"}})
    assert breaks(snapshot, "2024-07", {**july, "2024-Q2": {"Q": "not_applicable"}})
    assert not breaks(snapshot, "2024-07", {**july, "2024-Q3": {"Q": "4"}})
    assert breaks(snapshot, "2024-07", {**july, "2023-07": {"Q": "4"}})
    assert not breaks(snapshot, "2024-07", {**july, "2023-Q2": {"Q": "4"}})
    assert not breaks(snapshot, "2024-07", {"2024-07": {"A": "5", "Q": "5"}, "2024-Q2": {"Q": "4"}})


def test_a_flow_not_asked_that_month_is_missing(indicator: Make) -> None:
    """A flow is the sum over the period, else missing."""
    quarterly = indicator("Q", frequency="quarterly")
    snapshot = catalogue([rule("A <= Q")], [indicator("A"), quarterly])

    assert not breaks(snapshot, "2024-07", {"2024-07": {"A": "5"}, "2024-06": {"Q": "4"}})
    assert breaks(snapshot, "2024-07", {"2024-07": {"A": "5", "Q": "4"}})


def test_a_monthly_flow_is_summed_for_a_quarter(indicator: Make) -> None:
    """A flow is the sum over the period, else missing: a quarter's report asks no monthly ones."""
    quarterly = indicator("Q", frequency="quarterly")
    snapshot = catalogue([rule("Q <= A")], [indicator("A"), quarterly])
    months: dict[str, dict[str, Said]] = {f"2024-0{n}": {"A": str(n)} for n in (4, 5, 6)}

    assert not breaks(snapshot, "2024-Q2", {**months, "2024-Q2": {"Q": "15"}})
    assert breaks(snapshot, "2024-Q2", {**months, "2024-Q2": {"Q": "16"}})
    assert not breaks(snapshot, "2024-Q2", {**months, "2024-05": {}, "2024-Q2": {"Q": "16"}})


def test_shorter_periods_make_up_a_longer_one_exactly() -> None:
    """A year of a quarterly flow comes from quarters, of a monthly one from months."""

    def texts(period: str, frequency: str) -> list[str]:
        return [str(Period.of_id(i)) for i in parts(Period.parse(period).id, frequency)]

    assert texts("2024", "quarterly") == ["2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4"]
    assert texts("2024-9M", "quarterly") == ["2024-Q1", "2024-Q2", "2024-Q3"]
    assert texts("2024-S2", "monthly") == [f"2024-{month:02}" for month in range(7, 13)]
    assert texts("2024-9M", "half_yearly") == texts("2024-Q1", "quarterly") == []
    assert texts("2024-07", "quarterly") == texts("2024-Q1", "yearly") == []


def test_the_newest_end_comes_first_and_the_own_frequency_before_estimates() -> None:
    """Its newest value collected at a period ending no later than this one's end."""
    found = [str(Period.of_id(i)) for i in recent(Period.parse("2024-07").id, "quarterly")]

    assert found[:4] == ["2024-Q2", "2024-S1", "2024-06", "2024-05"]
    assert found[-1] == "2023-07"
    assert "2023" in found


def test_errors_come_before_warnings_in_the_order_of_the_rules(indicator: Make) -> None:
    """Errors first, in rule order."""
    texts = [("R1", "warning"), ("R2", "error"), ("R3", "warning"), ("R4", "error")]
    rules = [rule("A = B", code=code, severity=severity) for code, severity in texts]
    snapshot = catalogue(rules, [indicator("A"), indicator("B")])

    found = findings(snapshot, "2024-07", {"2024-07": {"A": "1", "B": "2"}})

    assert [(f.rule, f.severity) for f in found] == [
        ("R2", "error"), ("R4", "error"), ("R1", "warning"), ("R3", "warning"),
    ]  # fmt: skip


def test_rules_are_compiled_once_a_catalogue(indicator: Make) -> None:
    """194 units share the applicable rules of their kind."""
    snapshot = catalogue([rule("A = B")], [indicator("A"), indicator("B")])
    twin = snapshot._replace()

    book = rule_book(snapshot)

    assert rule_book(snapshot) is book
    assert rule_book(twin) is not book
    assert book.applicable(frozenset("ABC")) is book.applicable(frozenset("CBA"))


def test_all_reference_rules_run_on_the_units_that_are_assigned_everything(
    tra_vinh: Snapshot,
) -> None:
    """validation_rules.csv: 195 rules; a report of zeros breaks none, in any kind of period."""
    zeros = dict.fromkeys(tra_vinh.by_code, "0")
    rules = compile_rules(tra_vinh.rules)

    assert applicable(rules, frozenset(tra_vinh.by_code)) == rules
    for period in ("2024-10", "2024-Q3", "2024-S1", "2024-9M", "2024"):
        assert findings(tra_vinh, period, {period: zeros}) == []


def test_every_reference_rule_can_break(tra_vinh: Snapshot) -> None:
    """Each of the 195 but one: one side is made too large with all else 0."""
    # QT147 compares households with themselves plus others: never broken unless one is negative.
    for facts in (facts for facts in tra_vinh.rules if facts.code != "QT147"):
        side = facts.right_expression if facts.operator == ">=" else facts.left_expression
        values: dict[str, Said] = dict.fromkeys(tra_vinh.by_code, "0")
        values[operands(side)[0]] = "1000000"

        found = findings(tra_vinh, "2024-10", {"2024-10": values})

        assert facts.code in {finding.rule for finding in found}
