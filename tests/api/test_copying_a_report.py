"""Copying from an earlier period: a unit enters what has changed, and no more."""

import pytest

from tests.callers import Caller, assert_problem
from tests.factories import JULY, NEIGHBOUR, WARD, MakeReport, done, new

POOR, NEAR_POOR, ESCAPED = "XH160101", "XH160102", "XH160107"
JUNE = {
    POOR: {"value": "41.0", "note": "Counted.", "status": "A"},
    NEAR_POOR: {"value": None, "missing": "not_collected"},
    ESCAPED: {"value": 3, "ytd": 9},
}


@pytest.fixture
def june(make_report: MakeReport) -> None:
    """The ward's report of June, accepted."""
    make_report(period="2024-06", state="accepted", values=JUNE)


@pytest.mark.usefixtures("june")
def test_a_report_begins_with_the_values_of_an_earlier_one(clerk: Caller) -> None:
    """Copy from last period: values and reasons; notes, statuses and years to date are June's."""
    body = {"unit": WARD, "period": JULY, "copy_from": "2024-06", "values": {POOR: 40}}

    saved = done(clerk.post("/reports", body), 201)
    report = done(clerk.get(f"/reports/{WARD}/{JULY}"))

    assert saved["counts"]["created"] == 3
    assert report["values"] == {
        POOR: {"value": 40, "status": "E"},
        NEAR_POOR: {"value": None, "status": "E", "missing": "not_collected"},
        ESCAPED: {"value": 3, "status": "E"},
    }


@pytest.mark.usefixtures("june")
def test_nothing_need_be_given_where_all_is_copied(clerk: Caller) -> None:
    """Copy: `values` may be left out, but not without `copy_from`."""
    both = {"unit": WARD, "period": JULY}

    nothing = clerk.post("/reports", both)
    copied = clerk.post("/reports", {**both, "copy_from": "2024-06"})

    (fault,) = assert_problem(nothing, 422, "invalid-request")["errors"]
    assert fault["pointer"] == "/values"
    assert done(copied, 201)["counts"]["created"] == 3


@pytest.mark.usefixtures("june")
def test_what_is_stored_is_not_copied_over(make_report: MakeReport, clerk: Caller) -> None:
    """Copy: into a draft go the values that it has not."""
    draft = make_report(state="draft", values={POOR: 40})

    saved = done(clerk.patch(draft.url, {"copy_from": "2024-06"}, seen=draft.revision))

    assert (saved["counts"]["created"], saved["counts"]["unchanged"]) == (2, 0)
    assert done(clerk.get(draft.url))["values"][POOR]["value"] == 40


@pytest.mark.usefixtures("june")
def test_a_closed_report_takes_no_copies(make_report: MakeReport, clerk: Caller) -> None:
    """A report's life: what is sent is not edited, by copying neither."""
    sent = make_report(state="sent")

    answer = clerk.patch(sent.url, {"copy_from": "2024-06"}, seen=sent.revision)

    assert_problem(answer, 409, "report-closed")


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("2024-05", "no-report"),
        (JULY, "not-earlier"),
        ("2024-08", "not-earlier"),
        ("2024-Q1", "not-earlier"),
    ],
)
@pytest.mark.usefixtures("june")
def test_only_an_earlier_report_of_the_type_is_copied(
    clerk: Caller, source: str, code: str
) -> None:
    """Copy: every fault with its pointer, nothing stored."""
    answer = clerk.post("/reports", {**new(), "copy_from": source})

    (fault,) = assert_problem(answer, 422, "invalid-request")["errors"]
    assert (fault["pointer"], fault["code"]) == ("/copy_from", code)
    assert clerk.get(f"/reports/{WARD}/{JULY}").status_code == 404


@pytest.mark.usefixtures("june")
def test_a_copy_can_be_tried(clerk: Caller) -> None:
    """Dry run: the difference to what is stored; stores nothing."""
    tried = done(
        clerk.post("/reports/validate", {"unit": WARD, "period": JULY, "copy_from": "2024-06"})
    )

    assert sorted(tried["differences"]) == [POOR, NEAR_POOR, ESCAPED]
    assert clerk.get(f"/reports/{WARD}/{JULY}").status_code == 404


@pytest.mark.usefixtures("june")
def test_others_reports_are_not_copied(client_of, clerk: Caller) -> None:
    """Roles: a unit copies its own."""
    neighbour = client_of("clerk", unit=NEIGHBOUR)
    body = {"unit": NEIGHBOUR, "period": JULY, "copy_from": "2024-06"}

    assert_problem(neighbour.post("/reports", body), 422, "invalid-request")
    assert_problem(clerk.post("/reports", body), 403, "forbidden")
