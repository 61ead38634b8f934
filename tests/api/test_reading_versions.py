"""What was sent before stays: the list of versions, one with its values, and how two differ."""

from typing import Any

import pytest

from tests.callers import Caller, Clock, assert_problem
from tests.factories import JULY, NEIGHBOUR, WARD, MakeReport, Report, done

POOR, NEAR_POOR, PEOPLE = "XH160101", "XH160105", "XH020101"


@pytest.fixture
def corrected(make_report: MakeReport, clock: Clock) -> Report:
    """Sent, returned, sent again, accepted, corrected and sent, a day apart; then returned."""
    report = make_report(state="draft", values={POOR: 41, PEOPLE: {"value": 12480, "status": "P"}})
    edits: dict[str, dict[str, Any]] = {
        "versions": {"values": {POOR: 42, NEAR_POOR: {"missing": "not_collected"}}},
        "corrections/1/agree": {"values": {POOR: {"value": 43, "note": "!"}}, "comment": "Again."},
    }
    for role, step in (
        ("leader", "send"),
        ("reviewer", "return"),
        ("clerk", "versions"),
        ("leader", "send"),
        ("reviewer", "accept"),
        ("leader", "corrections"),
        ("reviewer", "corrections/1/agree"),
        ("leader", "send"),
        ("reviewer", "return"),
    ):
        report = make_report.take(report, role, step)
        clock.forward(days=1)
        if step in edits:
            clerk = make_report.caller("clerk", WARD)
            done(clerk.patch(report.url, edits[step], seen=report.revision))
            report = make_report.look(report)
    return report


def test_every_version_ever_sent_is_listed(corrected: Report, reviewer: Caller) -> None:
    """Versions: number, kind, when and by whom sent, what became of it, oldest first."""
    answer = done(reviewer.get(f"{corrected.url}/versions"))

    assert (answer["unit"], answer["period"]) == (WARD, JULY)
    told = [(v["version"], v["kind"], v["sent_at"][8:10]) for v in answer["data"]]
    assert told == [(1, "original", "16"), (2, "resend", "19"), (3, "correction", "23")]
    assert {v["sent_by"] for v in answer["data"]} == {f"leader of {WARD}"}
    fates = [(day(v["accepted_at"]), day(v["returned_at"])) for v in answer["data"]]
    assert fates == [(None, "17"), ("20", None), (None, "24")]
    assert [(v["is_sent"], v["is_accepted"]) for v in answer["data"]] == [
        (False, False),
        (True, True),
        (False, False),
    ]
    assert answer["data"][1]["counts"] == {"expected": 162, "with_value": 2, "missing": 160}


def day(moment: str | None) -> str | None:
    return moment and moment[8:10]


def test_a_draft_is_listed_inside_its_unit_only(
    corrected: Report, clerk: Caller, reviewer: Caller
) -> None:
    """Versions: inside the unit its draft may be read; from outside only what was sent."""
    done(clerk.patch(corrected.url, {"values": {POOR: 44}}, seen=corrected.revision))

    inside = done(clerk.get(f"{corrected.url}/versions"))["data"]
    outside = done(reviewer.get(f"{corrected.url}/versions"))["data"]

    assert outside == inside[:3]
    draft = inside[3]
    assert [draft[key] for key in ("version", "sent_at", "sent_by")] == [4, None, None]
    assert done(clerk.get(f"{corrected.url}/versions/4"))["values"][POOR]["value"] == 44
    for address in ("4", "4/differences", "3/differences?against=4"):
        seen = reviewer.get(f"{corrected.url}/versions/{address}")
        assert_problem(seen, 404, "not-found", facts={"version": 4})


def test_a_version_is_read_as_it_was_sent(corrected: Report, reviewer: Caller) -> None:
    """Versions: everything ever sent stays readable, whatever came after it."""
    first, second = (done(reviewer.get(f"{corrected.url}/versions/{n}")) for n in (1, 2))

    assert first["values"] == {
        PEOPLE: {"value": 12480, "status": "P"},
        POOR: {"value": 41, "status": "E"},
    }
    assert second["values"][NEAR_POOR] == {
        "value": None,
        "status": "E",
        "missing": "not_collected",
    }
    listed = done(reviewer.get(f"{corrected.url}/versions"))["data"]
    assert {key: second[key] for key in listed[1]} == listed[1]


@pytest.mark.parametrize("number", ["0", "5", f"{10**30}"])
def test_there_is_no_other_version(corrected: Report, clerk: Caller, number: str) -> None:
    """Versions: 404 for what there is not, of the unit's own report too."""
    url = f"{corrected.url}/versions/{number}"

    assert_problem(clerk.get(url), 404, "not-found")
    assert_problem(clerk.get(f"{url}/differences"), 404, "not-found")


def test_two_versions_are_compared(corrected: Report, reviewer: Caller) -> None:
    """Versions: what was and what is, per indicator, against the one sent before by default."""
    second, third = (
        done(reviewer.get(f"{corrected.url}/versions/{n}/differences")) for n in (2, 3)
    )

    assert second == {
        "unit": WARD,
        "period": JULY,
        "version": 2,
        "against": 1,
        "counts": {"added": 1, "removed": 0, "changed": 1, "unchanged": 1},
        "differences": {
            POOR: {
                "difference": "changed",
                "before": {"value": 41, "status": "E"},
                "after": {"value": 42, "status": "E"},
            },
            NEAR_POOR: {
                "difference": "added",
                "before": None,
                "after": {"value": None, "status": "E", "missing": "not_collected"},
            },
        },
    }
    assert (third["against"], third["differences"].keys()) == (2, {POOR})
    assert third["differences"][POOR]["after"] == {"value": 43, "status": "E", "note": "!"}


def test_any_version_is_compared_with_any_other(corrected: Report, reviewer: Caller) -> None:
    """Versions: `against`, before or after; the first one has nothing before it."""

    def compared(query: str) -> tuple[int | None, dict[str, int]]:
        found = done(reviewer.get(f"{corrected.url}/versions/{query}"))
        return found["against"], found["counts"]

    assert compared("1/differences?against=3") == (
        3,
        {"added": 0, "removed": 1, "changed": 1, "unchanged": 1},
    )
    assert compared("2/differences?against=2") == (
        2,
        {"added": 0, "removed": 0, "changed": 0, "unchanged": 3},
    )
    assert compared("1/differences") == (
        None,
        {"added": 2, "removed": 0, "changed": 0, "unchanged": 0},
    )
    wrong = reviewer.get(f"{corrected.url}/versions/1/differences?against=x")
    assert_problem(wrong, 422, "invalid-request")


@pytest.mark.parametrize(
    "change", [{"status": "A"}, {"ytd": 99}, {"note": "?"}, {"value": None}, {"value": "41.0"}]
)
def test_whatever_is_said_of_a_value_is_compared(
    make_report: MakeReport, clerk: Caller, change: dict[str, Any]
) -> None:
    """Versions: value, missing reason, status, year to date, note; a trailing zero is nothing."""
    report = make_report(state="revising")
    said = {"value": 41, "status": "E"}
    done(clerk.patch(report.url, {"values": {POOR: {**said, **change}}}, seen=report.revision))

    found = done(clerk.get(f"{report.url}/versions/2/differences"))

    expected = 0 if change == {"value": "41.0"} else 1
    assert (found["counts"]["changed"], len(found["differences"])) == (expected, expected)


@pytest.mark.parametrize("call", ["versions", "versions/1", "versions/1/differences"])
def test_what_did_not_change_is_not_sent_again(
    make_report: MakeReport, reviewer: Caller, call: str
) -> None:
    """Conventions: strong ETags; any step of the report may change what is told of its versions."""
    report = make_report()
    url = f"{report.url}/{call}"
    known = {"If-None-Match": reviewer.get(url).headers["ETag"]}

    again = reviewer.get(url, headers=known)
    make_report.take(report, "reviewer", "accept")
    after = reviewer.get(url, headers=known)

    assert (again.status_code, again.data) == (304, b"")
    assert after.status_code == 200


@pytest.mark.parametrize("call", ["versions", "versions/1", "versions/1/differences"])
def test_versions_of_others_are_not_known(
    make_report: MakeReport, reviewer: Caller, call: str
) -> None:
    """Roles: a report of another unit, or never sent, has no versions for others."""
    neighbour = make_report.caller("clerk", NEIGHBOUR)
    report = make_report(state="submitted")

    assert_problem(neighbour.get(f"{report.url}/{call}"), 404, "not-found")
    assert_problem(reviewer.get(f"{report.url}/{call}"), 404, "not-found")
