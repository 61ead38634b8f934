"""What a unit must fill in for a period, and what a dry run says of its values."""

from decimal import Decimal

from tests.callers import Caller, Clock, assert_problem
from tests.factories import JULY, WARD, MakeReport, done, new


def test_a_form_tells_what_to_fill_in(make_report: MakeReport, clerk: Caller) -> None:
    """Reports: what the unit must fill in, with last period's values and the findings so far."""
    make_report(period="2024-06", values={"XH160101": 38})
    make_report(state="draft", values={"XH160101": 50, "XH020108": 40})

    form = done(clerk.get(f"/reports/{WARD}/{JULY}/form"))

    lines = {line["indicator"]: line for line in form["indicators"]}
    assert (form["state"], form["revision"], len(lines)) == ("draft", 1, 220)
    assert sum(line["expected"] for line in lines.values()) == 162
    assert lines["XH160101"] == {
        "indicator": "XH160101",
        "name": "Số hộ nghèo",
        "name_vi": "Số hộ nghèo",
        "name_en": "Poor households",
        "decimals": 0,
        "value_type": "integer",
        "minimum": 0,
        "maximum": None,
        "frequency": "monthly",
        "expected": True,
        "previous": {"value": 38, "status": "P"},
        "present": {"value": 50, "status": "E"},
        "change": {"absolute": 12, "percent": Decimal("31.578947368421052632")},
    }
    counts = {"same": 0, "changed": 1, "new": 1, "gone": 0}
    assert form["since_previous"] == {"period": "2024-06", **counts}
    assert lines["XH020109"]["expected"] is False  # quarterly
    assert lines["XH160103"]["expected"] is False  # computed
    assert [finding["rule"] for finding in form["findings"]] == ["QT084"]


def test_an_empty_form_can_be_read_before_there_is_a_report(clerk: Caller) -> None:
    """Reports: the form of a period that is owed; of no other."""
    form = done(clerk.get(f"/reports/{WARD}/{JULY}/form", headers={"Accept-Language": "en"}))

    assert (form["state"], form["revision"], form["findings"]) == (None, None, [])
    assert form["since_previous"] is None
    assert form["due"] == "2024-07-17T23:59:59+07:00"
    assert "Poor households" in [line["name"] for line in form["indicators"]]
    assert_problem(clerk.get(f"/reports/{WARD}/2025-07/form"), 422, "period-refused")


def test_a_quarters_form_asks_for_quarterly_indicators(clerk: Caller) -> None:
    """Periods: a report accepts indicators of its own or a longer frequency."""
    form = done(clerk.get(f"/reports/{WARD}/2024-Q2/form"))

    asked = {(line["frequency"], line["expected"]) for line in form["indicators"]}
    assert ("quarterly", True) in asked
    assert {frequency for frequency, _ in asked} == {"quarterly", "yearly"}


def test_a_dry_run_tells_findings_and_differences_and_stores_nothing(
    make_report: MakeReport, clerk: Caller
) -> None:
    """Reports: `POST /reports/validate`; values are merged into the stored ones."""
    report = make_report(state="draft", values={"XH160101": 41, "XH020108": 300})
    before = clerk.get(report.url)

    tried = done(clerk.post("/reports/validate", new({"XH160101": 41, "XH160105": 50})))

    assert tried["differences"] == {
        "XH160105": {"stored": None, "given": {"value": 50, "status": "E"}}
    }
    assert [finding["rule"] for finding in tried["findings"]] == ["QT086"]
    assert tried["counts"] == {"expected": 162, "with_value": 3, "missing": 159}
    assert clerk.get(report.url).data == before.data


def test_a_dry_run_names_the_same_faults_as_the_real_one(clerk: Caller) -> None:
    """Reports: what can't be taken is refused in the dry run alike."""
    values = {"XH160101": -1, "XH180101": 3, "XH16": 1}

    tried = assert_problem(clerk.post("/reports/validate", new(values)), 422, "invalid-values")
    real = assert_problem(clerk.post("/reports", new(values)), 422, "invalid-values")

    assert tried["errors"] == real["errors"]


def test_a_dry_run_needs_no_report(clerk: Caller, clock: Clock) -> None:
    """Reports: before anything is stored, everything given is a difference."""
    tried = done(clerk.post("/reports/validate", new()))

    assert tried["differences"].keys() == {"XH160101"}
    assert_problem(clerk.get(f"/reports/{WARD}/{JULY}"), 404, "not-found")
    clock.forward(days=-60)
    assert_problem(clerk.post("/reports/validate", new()), 422, "period-refused")
