"""What leaders read: a figure beside the period before, last year's, the year so far, the plan."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from indicators_api.db.session import Session
from tests.callers import Caller, exact
from tests.factories import CITY, WARD, WARD_AREA, MakeReport, done

#: A flow and a stock, both collected monthly: households no longer poor, poor households.
ESCAPED, POOR = "XH160107", "XH160101"
_PLAN = text("""
    INSERT INTO annual_target (jurisdiction_id, indicator_id, area_id, year, version, value,
                               direction, valid_from, source, source_note)
    SELECT 1, i.id, a.id, 2024, :version, :value, 'at_least', :valid_from, 'decided', ''
    FROM indicator i, area a WHERE i.code = :indicator AND a.code = '29236' AND a.valid_to IS NULL
       OR i.code = :indicator AND a.code = '29236' AND a.valid_from < '2024-01-01'
""")


@pytest.fixture
def ask(operations: Caller) -> Callable[..., dict[str, Any]]:
    """Ask for the one figure of the ward, with measures."""

    def make(indicator: str, measures: str, period: str = "2024-07", **more: str) -> Any:
        query = {"area": WARD_AREA, "period": period, "indicator": indicator, **more}
        query["measures"] = measures
        path = "/aggregates?" + "&".join(f"{name}={said}" for name, said in query.items())
        answer = operations.get(path)
        assert answer.status_code == 200, answer.text
        (row,) = exact(answer)["data"]
        return row

    return make


def accepted(make_report: MakeReport, period: str, **values: Any) -> None:
    """Have the ward report values for a period, and have them accepted."""
    make_report(unit=WARD, period=period, state="accepted", values=values)


def test_a_figure_stands_beside_others(make_report: MakeReport, ask: Callable[..., Any]) -> None:
    """Measures: previous, same period, year to date, each with its growth."""
    for period, poor in (("2023-07", 50), ("2024-06", 40), ("2024-07", 41)):
        accepted(make_report, period, **{POOR: poor})

    row = ask(POOR, "value,previous,change,change_pct,same_period,yoy_change,yoy_pct,ytd,status")

    assert (row["value"], row["previous"], row["change"], row["change_pct"]) == (
        *(41, 40, 1),
        Decimal("2.5"),
    )
    assert (row["same_period"], row["yoy_change"], row["yoy_pct"]) == (50, -9, -18)
    assert (row["ytd"], row["status"]) == (41, "E")
    assert list(row)[4:8] == ["value", "previous", "change", "change_pct"]
    assert "reasons" not in row


def test_an_undefined_measure_says_why(make_report: MakeReport, ask: Callable[..., Any]) -> None:
    """An undefined ratio is null with a reason, not an error, not 0."""
    accepted(make_report, "2024-06", **{POOR: 0})
    accepted(make_report, "2024-07", **{POOR: 41})

    row = ask(POOR, "value,change_pct,same_period,yoy_pct,ytd_reported,plan,plan_pct")

    assert {name: row[name] for name in row["reasons"]} == dict.fromkeys(row["reasons"])
    assert row["reasons"] == {
        "change_pct": "base_zero",
        "same_period": "missing",
        "yoy_pct": "base_missing",
        "ytd_reported": "not_reported",
        "plan": "no_plan",
        "plan_pct": "no_plan",
    }
    assert row["direction"] is None


def test_longer_periods_are_made_of_what_is_collected(
    make_report: MakeReport, operations: Caller
) -> None:
    """Figures: a quarter of a `sum` flow is its three months; a stock its newest month's."""
    for month, (poor, escaped) in {1: (44, 3), 2: (43, 5), 3: (42, 7)}.items():
        accepted(make_report, f"2024-0{month}", **{POOR: poor, ESCAPED: escaped})
    query = f"area={WARD_AREA}&indicator={POOR},{ESCAPED}&measures=value,periods,reported,ytd"
    path = f"/aggregates?{query}&start=2024-01&end=2024-03&frequency=quarter"

    stock, flow = exact(operations.get(path))["data"]

    assert (stock["period"], stock["value"]) == ("2024-Q1", 42)
    assert (stock["periods"], stock["reported"], stock["ytd"]) == (3, 1, 42)
    assert (flow["value"], flow["reported"], flow["ytd"]) == (15, 3, 15)


def test_the_plan_in_force_at_the_period_counts(
    make_report: MakeReport, session: Session, ask: Callable[..., Any]
) -> None:
    """Plans are versioned; per cent attained of the one in force at the period."""
    for version, value, day in ((1, 100, "2024-01-01"), (2, 80, "2024-07-15")):
        session.execute(
            _PLAN, {"version": version, "value": value, "valid_from": day, "indicator": POOR}
        )
    session.commit()
    accepted(make_report, "2024-06", **{POOR: 40})
    accepted(make_report, "2024-07", **{POOR: 40})

    june, july = (ask(POOR, "plan,plan_pct", period) for period in ("2024-06", "2024-07"))

    assert (june["plan"], june["plan_pct"], june["direction"]) == (100, 40, "at_least")
    assert (july["plan"], july["plan_pct"]) == (80, 50)


def test_a_comparison_over_different_coverage_says_so(
    make_report: MakeReport, operations: Caller
) -> None:
    """Measures: a comparison over different coverage says so."""
    accepted(make_report, "2024-06", **{POOR: 40})
    for unit in (WARD, "H59.21.12"):
        make_report(unit=unit, period="2024-07", state="accepted", values={POOR: 41})
    query = f"area={CITY}&period=2024-07&indicator={POOR}&measures=value,change_pct,yoy_pct"

    (row,) = done(operations.get(f"/aggregates?{query}"))["data"]
    csv = operations.get(f"/aggregates?{query}&format=csv").text.splitlines()

    assert row["coverage_differs"] == ["previous"]
    assert csv[0] == (
        "area,area_id,indicator,period,value,change_pct,yoy_pct,reason,reasons,coverage_differs"
    )
    assert csv[1] == "842,2,XH160101,2024-07,82,105,,,yoy_pct=base_missing,previous"


def test_a_year_to_date_that_units_report_stands_beside_the_one_added_up(
    make_report: MakeReport, operations: Caller
) -> None:
    """Reconciliation: the year to date as reported, as added up, and the difference."""
    accepted(make_report, "2024-06", **{ESCAPED: 3})
    accepted(make_report, "2024-07", **{ESCAPED: {"value": 4, "ytd": 8}})
    query = f"area={WARD_AREA}&period=2024-07&indicator={ESCAPED}"

    (row,) = exact(operations.get(f"/reconciliation?{query}"))["data"]
    (figure,) = done(operations.get(f"/aggregates?{query}&measures=ytd,ytd_reported"))["data"]

    assert (row["ytd"], row["ytd_reported"], row["ytd_difference"]) == (7, 8, 1)
    assert (figure["ytd"], figure["ytd_reported"]) == (7, 8)
