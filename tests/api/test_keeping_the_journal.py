"""What the journal keeps of reports: every change, and where each took the report."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.callers import Caller
from tests.factories import WARD, MakeReport, Report, done

POINTERS = ("version", "sent_version", "accepted_version")
DETAILS = {"from_state", "state", "revision", *POINTERS}

#: A life with every step there is: role, call.
LIFE = (
    ("clerk", "edit"),
    ("clerk", "submit"),
    ("leader", "return"),
    ("leader", "send"),
    ("reviewer", "return"),
    ("clerk", "versions"),
    ("leader", "send"),
    ("reviewer", "accept"),
    ("clerk", "versions"),
    ("clerk", "withdraw"),
    ("leader", "corrections"),
    ("reviewer", "corrections/1/refuse"),
    ("leader", "corrections"),
    ("reviewer", "corrections/2/agree"),
    ("leader", "send"),
    ("reviewer", "accept"),
)
ACTIONS = [
    *("save", "save", "submit", "return", "send", "return", "open_version", "send", "accept"),
    *("open_version", "withdraw", "request_correction", "refuse_correction"),
    *("request_correction", "agree_correction", "send", "accept"),
]


def entries(session: Session) -> list[tuple[str, dict[str, Any]]]:
    """Give what the journal says of reports, in order."""
    rows = session.execute(
        text("SELECT action, details FROM journal WHERE subject LIKE 'report/%' ORDER BY id")
    )
    return [(action.removeprefix("report."), details) for action, details in rows]


def take(make_report: MakeReport, report: Report, role: str, call: str) -> Report:
    """Take a step of the life."""
    caller = make_report.caller(role, WARD)
    if call == "edit":
        done(caller.patch(report.url, {"values": {"XH160101": 40}}, seen=report.revision))
    elif call == "withdraw":
        caller.delete(f"{report.url}/versions/3", seen=report.revision)
    else:
        return make_report.take(report, role, call)
    return make_report.look(report)


def test_every_entry_tells_where_its_report_came_from_and_went(
    session: Session, make_report: MakeReport, clerk: Caller
) -> None:
    """Journal: states before and after, revision, and the working, sent and accepted version."""
    report = make_report(state="draft")
    seen = [done(clerk.get(report.url))]
    for role, call in LIFE:
        report = take(make_report, report, role, call)
        seen.append(done(clerk.get(report.url)))

    kept = entries(session)

    assert [action for action, _ in kept] == ACTIONS
    states = [None, *(found["state"] for found in seen)]
    for n, (_, details) in enumerate(kept):
        assert details.keys() >= DETAILS
        assert (details["from_state"], details["state"]) == (states[n], states[n + 1])
        assert details["revision"] == seen[n]["revision"] == n + 1
        assert [details[key] for key in POINTERS] == [seen[n][key] for key in POINTERS]
    assert [details["number"] for action, details in kept if "correction" in action] == [1, 1, 2, 2]


def test_what_is_deleted_is_told_as_gone(
    session: Session, make_report: MakeReport, clerk: Caller
) -> None:
    """Journal: a draft that was thrown away leaves its entries."""
    report = make_report(state="draft")
    assert clerk.delete(report.url, seen=1).status_code == 204

    (_, details) = entries(session)[-1]

    assert details == {
        "from_state": "draft",
        "state": None,
        "revision": 1,
        "version": 1,
        "sent_version": None,
        "accepted_version": None,
    }


@pytest.mark.parametrize("state", ["requested", "correcting", "revising"])
def test_every_step_is_a_step_of_its_report(
    session: Session, make_report: MakeReport, state: str
) -> None:
    """A report's life: who, when, from, to, why, and the pointers after; the time of the last."""
    make_report(state=state)

    last = session.execute(
        text("""
            SELECT s.action, s.comment, s.revision = r.revision, s.recorded_at = r.stepped_at,
                   (s.to_state, s.version, s.sent_version, s.accepted_version)
                   = (r.state, r.version, r.sent_version, r.accepted_version)
            FROM report r JOIN report_step s USING (jurisdiction_id, period_id, unit_id)
            ORDER BY s.revision DESC LIMIT 1
        """)
    ).one()

    action = {
        "requested": "request_correction",
        "correcting": "agree_correction",
        "revising": "open_version",
    }[state]
    assert last == (action, "Seen and discussed.", True, True, True)
