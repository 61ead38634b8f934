"""The demonstration's values: repeatable, sized like the province, obeying the validation rules."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache

import pytest

from indicators_api.cli.demo_values import (
    DemoArea,
    DemoIndicator,
    DemoRule,
    DemoUnit,
    Month,
    Province,
)
from tests.rules.demo_reference import areas, indicators, rules, units

SEED = 2024
MONTHS: list[Month] = [(year, month) for year in (2023, 2024) for month in range(1, 13)]
JULY: Month = (2024, 7)
AGRICULTURE, HEALTH, LABOUR = "H59.05", "H59.11", "H59.10"


def new_province(seed: int = SEED) -> Province:
    return Province(indicators().values(), units(), areas(), rules(), seed)


@pytest.fixture(scope="module")
def province() -> Province:
    return new_province()


@cache
def one_unit_of_each_kind() -> tuple[DemoUnit, ...]:
    """The last of each kind; with the towns' and the coast's communes among them."""
    return tuple({(unit.level, unit.kind): unit for unit in units()}.values())


@pytest.fixture(scope="module")
def sent(province: Province) -> dict[tuple[str, Month], dict[str, Decimal]]:
    """What the sample sends in two years, by unit and month."""
    return {
        (unit.code, month): province.due_values(unit.code, month)
        for month in MONTHS
        for unit in one_unit_of_each_kind()
    }


def codes_in(rule: DemoRule) -> set[str]:
    return set(re.findall(r"[A-Z]{2}\d+", f"{rule.left} {rule.right}"))


def months_of(rule: DemoRule, month: Month) -> list[Month]:
    """The months that a rule adds up, the report's own included; as far as they were played."""
    if rule.scope == "period":
        return [month]
    start = 1 if rule.scope == "year_to_date" else rule.scope_start_month
    first = max((m for m in MONTHS if m <= month and m[1] == start), default=MONTHS[0])
    return [m for m in MONTHS if first <= m <= month]


def is_broken(rule: DemoRule, history: Mapping[Month, Mapping[str, Decimal]], month: Month) -> bool:
    """Evaluate a rule plainly; a missing operand leaves it out."""
    operands: dict[str, Decimal] = {}
    for code in codes_in(rule):
        if code not in history[month]:
            return False
        is_flow = indicators()[code].temporal_nature == "flow"
        added = months_of(rule, month) if is_flow else [month]
        operands[code] = sum((history[m].get(code, Decimal(0)) for m in added), Decimal(0))
    left, right = (evaluated(expression, operands) for expression in (rule.left, rule.right))
    if rule.operator == "=":
        return abs(left - right) > rule.tolerance
    return left - right > rule.tolerance if rule.operator == "<=" else right - left > rule.tolerance


def evaluated(expression: str, operands: Mapping[str, Decimal]) -> Decimal:
    total = Decimal(0)
    for sign, product in re.findall(r"([+-]?)([^+-]+)", expression.replace(" ", "")):
        term = Decimal(1)
        for factor in product.split("*"):
            term *= operands[factor] if factor in operands else Decimal(factor)
        total += -term if sign == "-" else term
    return total


def broken(
    sent: Mapping[tuple[str, Month], Mapping[str, Decimal]], severity: str, scopes: set[str]
) -> list[tuple[str, str, Month]]:
    """Every break of a rule in the sample: rule, unit, month."""
    found = []
    for unit in one_unit_of_each_kind():
        history = {month: sent[unit.code, month] for month in MONTHS if (unit.code, month) in sent}
        for rule in rules():
            if rule.severity != severity or rule.scope not in scopes:
                continue
            if codes_in(rule) <= unit.indicators:
                found += [
                    (rule.code, unit.code, month)
                    for month in history
                    if is_broken(rule, history, month)
                ]
    return found


def test_values_do_not_depend_on_what_was_asked_before(province: Province) -> None:
    asked = [(unit.code, month) for unit in units()[::23] for month in ((2023, 11), JULY)]

    forwards = {each: new_province().values(*each) for each in asked[:3]}
    other = new_province()
    backwards = {each: other.values(*each) for each in reversed(asked)}

    assert forwards == {each: backwards[each] for each in asked[:3]}
    assert backwards == {each: province.values(*each) for each in asked}


def test_another_seed_gives_other_values(province: Province) -> None:
    assert province.values(HEALTH, JULY) != new_province(SEED + 1).values(HEALTH, JULY)


def test_a_unit_sends_its_indicators_without_computed_ratios(province: Province) -> None:
    for unit in one_unit_of_each_kind():
        filed = {code for code in unit.indicators if indicators()[code].is_filed}

        assert province.values(unit.code, (2024, 12)).keys() == filed


def test_no_error_rule_is_broken(
    sent: dict[tuple[str, Month], dict[str, Decimal]],
) -> None:
    assert broken(sent, "error", {"period", "year_to_date", "crop_year"}) == []


def test_no_error_rule_is_broken_when_everything_is_sent_every_month(province: Province) -> None:
    sent = {
        (unit.code, month): province.values(unit.code, month)
        for month in MONTHS[12:]
        for unit in one_unit_of_each_kind()
    }

    assert broken(sent, "error", {"period", "year_to_date"}) == []


def test_what_adds_up_over_months_breaks_no_warning(
    sent: dict[tuple[str, Month], dict[str, Decimal]],
) -> None:
    """From the first whole crop years on: before, the planting is older than the demonstration."""
    found = broken(sent, "warning", {"year_to_date", "crop_year"})

    assert [each for each in found if each[2] >= (2023, 11)] == []


def test_a_warning_is_rare_but_occurs(province: Province) -> None:
    communes = [unit for unit in units() if unit.level == "commune"]
    period_rules = [r for r in rules() if (r.severity, r.scope) == ("warning", "period")]

    with_warning = 0
    for unit in communes:
        for month in MONTHS[-6:]:
            history = {month: province.values(unit.code, month)}
            with_warning += any(is_broken(rule, history, month) for rule in period_rules)

    assert 0 < with_warning < 0.03 * 6 * len(communes)


def test_values_have_the_indicators_decimals_and_bounds(province: Province) -> None:
    for unit in units():
        for code, value in province.values(unit.code, JULY).items():
            indicator = indicators()[code]
            assert value.as_tuple().exponent == -indicator.decimals
            assert indicator.minimum is None or value >= indicator.minimum
            assert indicator.maximum is None or value <= indicator.maximum


def test_stocks_move_slowly(province: Province) -> None:
    june, july = (province.values(HEALTH, (2024, month)) for month in (6, 7))
    stocks = [code for code in june if indicators()[code].temporal_nature == "stock"]

    assert all(abs(july[code] - june[code]) <= june[code] / 50 for code in stocks)


@pytest.mark.parametrize(
    ("unit", "code", "least", "most"),
    [
        (HEALTH, "XH020101", 1_000_000, 1_040_000),  # population
        (HEALTH, "XH020108", 275_000, 295_000),  # households
        (LABOUR, "XH160101", 2_200, 3_600),  # poor households: 1.19 % at the end of 2023, falling
        (LABOUR, "XH160102", 5_700, 8_600),  # near-poor households
    ],
)
def test_the_province_is_as_large_as_it_is(
    province: Province, unit: str, code: str, least: int, most: int
) -> None:
    assert least <= province.values(unit, JULY)[code] <= most


@pytest.mark.parametrize(
    ("unit", "code", "least", "most"),
    [
        (AGRICULTURE, "KT050101", 195_000, 211_000),  # hectares of paddy
        (AGRICULTURE, "KT050104", 1_120_000, 1_280_000),  # tonnes of paddy
        (AGRICULTURE, "KT070101", 200_000, 250_000),  # tonnes of fish and shrimp
        ("H59.02", "KT040101", 82_000, 98_000),  # GRDP, billion dong
        ("H59.03", "KT140102", 5_700_000, 6_800_000),  # domestic revenue, million dong
        ("H59.03", "KT140201", 10_000_000, 11_700_000),  # expenditure, million dong
    ],
)
def test_a_year_adds_up_to_known_sizes(
    sent: dict[tuple[str, Month], dict[str, Decimal]], unit: str, code: str, least: int, most: int
) -> None:
    year = [sent[unit, (2024, month)].get(code, Decimal(0)) for month in range(1, 13)]

    assert least <= sum(year) <= most


def test_a_districts_paddy_is_that_of_its_communes(province: Province) -> None:
    """A few other indicators differ, so that reconciling shows something."""
    equal, different = 0, 0
    for district in (area for area in areas() if area.level == "district"):
        own = figures(province, {district.code})
        below = figures(province, {area.code for area in areas() if area.parent == district.code})
        assert own["KT050101"] == below["KT050101"] != 0
        equal += sum(own[code] == below[code] for code in own.keys() & below.keys())
        different += sum(own[code] != below[code] for code in own.keys() & below.keys())

    assert 0 < different < equal / 50


def figures(province: Province, chosen: set[str]) -> dict[str, Decimal]:
    """What the units of some areas send in July, added up; territory indicators that are summed."""
    total: dict[str, Decimal] = {}
    for unit in units():
        if unit.area in chosen:
            for code, value in province.values(unit.code, JULY).items():
                indicator = indicators()[code]
                if (indicator.value_scope, indicator.area_aggregation) == ("territory", "sum"):
                    total[code] = total.get(code, Decimal(0)) + value
    return total


def test_quarterly_and_yearly_indicators_come_in_their_last_month(province: Province) -> None:
    unit = "H59.02"

    july = province.due_codes(unit, JULY, with_operands=False)
    september = province.due_codes(unit, (2024, 9), with_operands=False)

    assert "KT040101" not in july
    assert "KT040101" in september
    assert {indicators()[code].frequency for code in july} == {"monthly"}


def test_a_quarterly_flow_covers_its_quarter_when_it_is_due(province: Province) -> None:
    due = province.due_values("H59.02", (2024, 9))["KT040101"]

    months = [province.values("H59.02", (2024, month))["KT040101"] for month in (7, 8, 9)]
    assert due == sum(months)


def test_an_unknown_indicator_gets_plausible_values() -> None:
    total, part, rest = (
        DemoIndicator(
            code, "integer", 0, "stock", "sum", "last", None, None, None, None, "monthly",
            Decimal(0), None, parent, relation, "kind" if parent else None, "territory",
        )
        for code, parent, relation in (
            ("ZZ01", None, None), ("ZZ02", "ZZ01", "part"), ("ZZ03", "ZZ01", "part"),
        )
    )  # fmt: skip
    area = DemoArea("1", "province", None)
    unit = DemoUnit("U", "province", "1", "UBND", frozenset({"ZZ01", "ZZ02", "ZZ03"}))

    values = Province([total, part, rest], [unit], [area], [], SEED).values("U", JULY)

    assert values["ZZ01"] == values["ZZ02"] + values["ZZ03"] > 0
