"""Findings beside the rules, and how they are kept and told."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators_api.indicators.snapshot import IndicatorFacts, RuleFacts, Snapshot
from indicators_api.observations.entry import Entry
from indicators_api.periods import Period
from indicators_api.validation.findings import Finding, of_identity, of_magnitude
from indicators_api.validation.service import judge, prepare

Make = Callable[..., IndicatorFacts]
Values = Mapping[str, str | None]

DECIMALS = st.decimals(-(10**19), 10**19, allow_nan=False, allow_infinity=False, places=10)


def snapshot_of(*indicators: IndicatorFacts, rules: tuple[RuleFacts, ...] = ()) -> Snapshot:
    """Put a catalogue together."""
    return Snapshot(1, {i.code: i for i in indicators}, {i.id: i for i in indicators}, rules, {})


def examine(snapshot: Snapshot, period: str, reports: Mapping[str, Values]) -> list[Finding]:
    """Judge a period's report; the others were sent before. None: not applicable."""
    present = {
        code: Entry(None, "not_applicable") if value is None else Entry(Decimal(value))
        for code, value in reports[period].items()
    }
    past = [
        (
            Period.parse(text).id,
            snapshot.by_code[code].id,
            value if value is None else Decimal(value),
        )
        for text, values in reports.items()
        for code, value in values.items()
        if text != period
    ]
    exam = prepare(Period.parse(period), present, snapshot.by_code, snapshot)
    return judge(exam, past, snapshot)


def say(finding: Finding, language: str = "en") -> str:
    """Fill in the message as the edge does."""
    params = dict(finding.message.params)
    return finding.message.text % {**params, "name": params.get(f"name_{language}")}


@pytest.mark.parametrize(
    ("previous", "value", "is_odd"),
    [
        ("5", "500", False),
        ("5", "500.01", True),
        ("500", "5", False),
        ("500", "4.99", True),
        ("5", "-500.01", True),
        ("-500", "500", False),
        ("5", "0", False),
        ("0", "5000", False),
        (None, "5000", False),
        ("99.99", "1000", False),
        ("0.0000000001", "99999999999999999999", True),
    ],
)
def test_a_jump_of_more_than_a_hundred_times_is_a_warning(
    indicator: Make,
    previous: str | None,
    value: str,
    is_odd: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    """Magnitude check: > x100 or < ÷100 against the unit's previous value."""
    snapshot = snapshot_of(indicator("A"))

    found = examine(snapshot, "2024-01", {"2023-12": {"A": previous}, "2024-01": {"A": value}})

    assert [(f.severity, f.rule, f.indicators) for f in found] == (
        [("warning", "magnitude", ("A",))] if is_odd else []
    )


def test_a_unit_that_never_reported_has_nothing_to_compare_with(indicator: Make) -> None:
    """Zero or missing previous value: none."""
    snapshot = snapshot_of(indicator("A"))

    assert examine(snapshot, "2024-01", {"2024-01": {"A": "5000"}}) == []
    assert examine(snapshot, "2024-03", {"2024-01": {"A": "1"}, "2024-03": {"A": "5000"}}) == []


def test_a_magnitude_finding_tells_both_values_in_either_language(indicator: Make) -> None:
    """Findings are kept as template and parameters and told in the reader's language."""
    snapshot = snapshot_of(indicator("A", name_vi="Diện tích", name_en="Area"))

    grown = examine(snapshot, "2024-02", {"2024-01": {"A": "2.50"}, "2024-02": {"A": "1000.0"}})
    shrunk = examine(snapshot, "2024-02", {"2024-01": {"A": "1000"}, "2024-02": {"A": "2.5"}})

    assert say(grown[0]) == "Area: 1000 is more than 100 times the 2.5 of the period 2024-01."
    assert say(shrunk[0], "vi").startswith("Diện tích: 2.5 is less than a hundredth of the 1000")


@given(DECIMALS, DECIMALS)
def test_magnitude_is_decided_exactly(indicator: Make, value: Decimal, previous: Decimal) -> None:
    """Whatever the digits: as integers of the last place would decide."""
    now, before = (abs(int(number.scaleb(10))) for number in (value, previous))

    found = of_magnitude(
        {"A": value},
        {"A": previous},
        period=Period.parse("2024-01"),
        by_code={"A": indicator("A")},
    )

    assert bool(found) == (before != 0 and (now > 100 * before or 100 * now < before))


def test_a_report_identical_to_the_previous_one_is_flagged_once(indicator: Make) -> None:
    """A whole report identical to the previous month's is flagged, from ten values on."""
    snapshot = snapshot_of(*(indicator(f"A{n}") for n in range(12)))
    values = {f"A{n}": str(n + 1) for n in range(10)}

    def rules_of(present: Values, previous: Values) -> list[str]:
        found = examine(snapshot, "2024-02", {"2024-01": previous, "2024-02": present})
        return [finding.rule for finding in found]

    assert rules_of(values, values) == ["identical"]
    assert rules_of({**values, "A1": "2.00"}, values) == ["identical"]
    assert rules_of({**values, "A10": None}, values) == ["identical"]
    assert rules_of({**values, "A1": "3"}, values) == []
    assert rules_of({**values, "A10": "1"}, values) == []
    assert rules_of(values, {**values, "A10": "1"}) == []
    nine = {code: value for code, value in values.items() if code != "A9"}
    assert rules_of(nine, nine) == []


def test_an_identical_report_concerns_no_single_indicator() -> None:
    """One warning for the whole report."""
    values = {f"A{n}": Decimal(n) for n in range(10)}

    (finding,) = of_identity(values, dict(values), period=Period.parse("2024-Q1"))

    assert finding.indicators == ()
    assert say(finding) == "All 10 values are the same as those of the period 2024-Q1."


def ratio_of(
    indicator: Make, numerator: IndicatorFacts, denominator: IndicatorFacts, **overrides: object
) -> Snapshot:
    """Make a catalogue with the ratio R = 100 x N / D, of two decimals."""
    usual = {"area_aggregation": "recompute", "time_aggregation": "recompute", "nature": "rate"}
    ratio = indicator(
        "R",
        **usual,
        factor=Decimal(100),
        numerator_id=numerator.id,
        denominator_id=denominator.id,
        **overrides,
    )
    return snapshot_of(ratio, numerator, denominator)


@pytest.mark.parametrize(
    ("values", "is_odd"),
    [
        ({"R": "33.33", "N": "1", "D": "3"}, False),
        ({"R": "33.34", "N": "1", "D": "3"}, True),
        ({"R": "33.3", "N": "1", "D": "3"}, True),
        ({"R": "12.50", "N": "1", "D": "8"}, False),
        ({"R": "12.505", "N": "1", "D": "8"}, False),
        ({"R": "12.506", "N": "1", "D": "8"}, True),
        ({"R": "-33.33", "N": "1", "D": "-3"}, False),
        ({"R": "0", "N": "0", "D": "3"}, False),
        ({"R": "50", "N": "1", "D": "0"}, False),
        ({"R": "50", "N": "1"}, False),
        ({"R": "50", "N": None, "D": "3"}, False),
        ({"N": "1", "D": "3"}, False),
    ],
)
def test_a_ratio_is_checked_against_its_parts(
    indicator: Make,
    values: Values,
    is_odd: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    """A ratio that a unit sends is kept and checked against its parts, to half its last decimal."""
    snapshot = ratio_of(indicator, indicator("N"), indicator("D"))

    found = examine(snapshot, "2024-03", {"2024-03": values})

    assert [(f.severity, f.rule, f.indicators) for f in found] == (
        [("warning", "ratio", ("R",))] if is_odd else []
    )


def test_a_flow_over_a_stock_is_taken_from_january(indicator: Make) -> None:
    """A part that is a `sum` flow over a part that is a `last` stock is taken from January."""
    stock = indicator("D", time_aggregation="last", nature="stock")
    snapshot = ratio_of(indicator, indicator("N"), stock)
    past: dict[str, Values] = {"2024-01": {"N": "10", "D": "50"}, "2024-02": {"N": None}}

    def rules_of(ratio: str, earlier: Mapping[str, Values]) -> list[str]:
        present = {"R": ratio, "N": "15", "D": "100"}
        found = examine(snapshot, "2024-03", {**earlier, "2024-03": present})
        return [finding.rule for finding in found]

    assert rules_of("25", past) == []
    assert rules_of("15", past) == ["ratio"]
    assert rules_of("15", {"2024-01": past["2024-01"]}) == []


def test_a_ratio_finding_tells_what_the_parts_give(indicator: Make) -> None:
    """Computed figures with at least 12 significant digits."""
    snapshot = ratio_of(indicator, indicator("N"), indicator("D"), name_en="Share")

    (finding,) = examine(snapshot, "2024-03", {"2024-03": {"R": "40", "N": "1", "D": "3"}})

    assert say(finding) == "Share: 40 was sent, its parts give 33.3333333333333."


def test_the_ratios_of_the_reference_data_hold_for_a_consistent_month(tra_vinh: Snapshot) -> None:
    """69 computed ratios; e.g. a poverty rate is 100 x poor / households."""
    values = {"XH160101": "1234", "XH020108": "56789", "XH160103": "2.17"}

    assert examine(tra_vinh, "2024-01", {"2024-01": values}) == []
    (finding,) = examine(tra_vinh, "2024-01", {"2024-01": {**values, "XH160103": "21.7"}})
    assert finding.indicators == ("XH160103",)


def test_a_broken_rule_tells_its_name_and_both_sides(indicator: Make) -> None:
    """Left value, operator, right value, difference; the tolerance if there is one."""
    rule = RuleFacts(
        "QT001", "Tổng bằng các phần", "Total equals parts", "A", "=", "B * 2", "error", "period",
        Decimal("0.025"), None,
    )  # fmt: skip
    with_tolerance = snapshot_of(indicator("A"), indicator("B"), rules=(rule,))
    strict = with_tolerance._replace(rules=(rule._replace(tolerance=Decimal("0.000")),))
    report = {"2024-07": {"A": "12.50", "B": "5"}}

    (loose_finding,) = examine(with_tolerance, "2024-07", report)
    (strict_finding,) = examine(strict, "2024-07", report)

    assert (loose_finding.severity, loose_finding.rule) == ("error", "QT001")
    assert loose_finding.indicators == ("A", "B")
    assert say(strict_finding) == (
        "Total equals parts: 12.5 = 10 does not hold; the difference is 2.5."
    )
    assert say(loose_finding, "vi") == (
        "Tổng bằng các phần: 12.5 = 10 does not hold; the difference is 2.5, the tolerance 0.025."
    )


def test_findings_are_kept_as_json_and_come_back(indicator: Make) -> None:
    """report_version.findings: severity, rule, indicators, text and params of JSON's types."""
    snapshot = ratio_of(indicator, indicator("N"), indicator("D"))
    reports = {
        "2024-02": {"N": "1", "D": "3", "R": "33.33"},
        "2024-03": {"N": "1000", "D": "3", "R": "1"},
    }

    found = examine(snapshot, "2024-03", reports)
    kept = json.loads(json.dumps([finding.as_json() for finding in found]))

    assert [finding.rule for finding in found] == ["magnitude", "ratio"]
    assert kept[0].keys() == {"severity", "rule", "indicators", "text", "params"}
    assert [Finding.from_json(stored) for stored in kept] == found
