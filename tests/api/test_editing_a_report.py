"""Change a report: replace, merge, delete; nobody's work is lost, what was sent stays."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.callers import Caller, Clock, assert_problem
from tests.factories import WARD, MakeReport, Report, done


@pytest.fixture
def draft(make_report: MakeReport) -> Report:
    return make_report(
        state="draft",
        values={"XH160101": 41, "XH160105": 12, "XH020101": {"value": 9, "note": "?"}},
    )


def test_a_merge_keeps_what_is_not_given(draft: Report, clerk: Caller) -> None:
    """Reports: PATCH merges values; the answer counts what changed."""
    values = {"XH160101": "41", "XH160105": 13, "XH020108": 300}
    answer = done(clerk.patch(draft.url, {"values": values}, seen=1))

    stored = done(clerk.get(draft.url))["values"]

    assert answer["revision"] == 2
    assert changes(answer) == {"created": 1, "updated": 1, "unchanged": 1, "removed": 0}
    assert {code: said["value"] for code, said in stored.items()} == {
        "XH020101": 9,
        "XH020108": 300,
        "XH160101": 41,
        "XH160105": 13,
    }
    assert stored["XH020101"]["note"] == "?"


def changes(answer: dict[str, dict[str, int]]) -> dict[str, int]:
    """Give the counts that tell of the write, without those that tell of the report."""
    return {key: answer["counts"][key] for key in ("created", "updated", "unchanged", "removed")}


def test_a_replacement_drops_what_is_not_given(draft: Report, clerk: Caller) -> None:
    """Reports: PUT replaces all values."""
    answer = done(clerk.put(draft.url, {"values": {"XH160101": 41}}, seen=1))

    stored = done(clerk.get(draft.url))["values"]

    assert changes(answer) == {"created": 0, "updated": 0, "unchanged": 1, "removed": 2}
    assert stored == {"XH160101": {"value": 41, "status": "E"}}


def test_a_draft_that_was_never_sent_can_be_deleted(draft: Report, clerk: Caller) -> None:
    """Reports: DELETE; afterwards the report can be made anew."""
    answer = clerk.delete(draft.url, seen=1)

    assert (answer.status_code, answer.data) == (204, b"")
    assert_problem(clerk.get(draft.url), 404, "not-found")
    body = {"unit": draft.unit, "period": draft.period, "values": {}}
    assert done(clerk.post("/reports", body), 201)["revision"] == 1


@pytest.mark.parametrize("state", ["submitted", "sent", "accepted", "returned"])
def test_nothing_else_can_be_deleted(make_report: MakeReport, clerk: Caller, state: str) -> None:
    """Reports: everything ever sent stays readable."""
    report = make_report(state=state)

    answer = clerk.delete(report.url, seen=report.revision)

    assert_problem(answer, 409, "report-closed", facts={"state": state})


@pytest.mark.parametrize("state", ["submitted", "sent", "accepted"])
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_values_are_edited_in_a_draft_or_a_returned_report_only(
    make_report: MakeReport, clerk: Caller, state: str, method: str
) -> None:
    """A report's life: what is on its way up is closed to its clerk."""
    report = make_report(state=state)

    answer = clerk.call(method, report.url, {"values": {"XH160101": 7}}, seen=report.revision)

    assert_problem(answer, 409, "report-closed", facts={"state": state})


@pytest.mark.parametrize(
    ("method", "step"),
    [("PUT", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/submit"), ("POST", "/send")],
)
def test_a_write_must_say_what_it_has_seen(
    draft: Report, leader: Caller, method: str, step: str
) -> None:
    """Conventions: 428 without If-Match, 412 when it isn't the present revision."""
    body = None if method == "DELETE" else {} if step else {"values": {}}

    without = leader.call(method, draft.url + step, body)
    stale = leader.call(method, draft.url + step, body, seen=7)
    strange = leader.call(method, draft.url + step, body, seen='"what"')

    assert_problem(without, 428, "precondition-required")
    assert_problem(stale, 412, "precondition-failed", facts={"revision": 1, "seen": 7})
    assert_problem(strange, 412, "precondition-failed")
    assert done(leader.get(draft.url))["revision"] == 1


def test_a_stale_write_is_told_which_values_differ(
    draft: Report, client_of: Callable[..., Caller]
) -> None:
    """A report's life: two clerks don't lose each other's work."""
    one, other = client_of("clerk", unit=WARD), client_of("clerk", unit=WARD)
    done(one.patch(draft.url, {"values": {"XH160101": 50, "XH020108": 300}}, seen=1))

    late = other.patch(
        draft.url, {"values": {"XH160101": 60, "XH020108": 300, "XH020109": 5}}, seen=1
    )

    body = assert_problem(late, 412, "precondition-failed", facts={"revision": 2, "seen": 1})
    assert body["facts"]["values"] == {
        "XH160101": {"stored": 50, "sent": 60},
        "XH020109": {"stored": None, "sent": 5},
    }
    assert done(one.get(draft.url))["values"]["XH160101"]["value"] == 50


def test_a_stale_replacement_is_told_what_it_would_drop(
    draft: Report, client_of: Callable[..., Caller]
) -> None:
    """A report's life: what another clerk added differs from a replacement without it."""
    one, other = client_of("clerk", unit=WARD), client_of("clerk", unit=WARD)
    done(one.patch(draft.url, {"values": {"XH020108": 300}}, seen=1))

    late = other.put(draft.url, {"values": {"XH160101": 41, "XH160105": 12, "XH020101": 9}}, seen=1)

    values = assert_problem(late, 412, "precondition-failed")["facts"]["values"]
    assert values["XH020108"] == {"stored": 300, "sent": None}


def test_an_etag_tells_the_representation_but_writes_compare_the_revision(
    draft: Report, clerk: Caller
) -> None:
    """Conventions: a report's ETag is "<revision>.<representation>"; only the first part counts."""
    tags = {
        clerk.get(draft.url, headers={"Accept-Language": language}).headers["ETag"]
        for language in ("vi", "en")
    }
    told = re.compile(r'"1\.(?P<language>vi|en)-json-id-1-[0-9]+-notdue-20240717"')
    assert sorted(told.fullmatch(tag)["language"] for tag in tags) == ["en", "vi"]

    answers = [
        clerk.patch(draft.url, {"values": {"XH160101": 50 + n}}, seen=tag.replace("1", str(n), 1))
        for n, tag in enumerate([*sorted(tags), 'W/"1"'], 1)
    ]

    assert [done(answer)["revision"] for answer in answers] == [2, 3, 4]


def test_what_was_sent_is_never_written_again(
    session: Session, make_report: MakeReport, clerk: Caller
) -> None:
    """Vocabulary: a version is never written again once sent; what follows is a new one."""
    report = make_report(state="returned")

    done(clerk.patch(report.url, {"values": {"XH160101": 99}}, seen=report.revision))
    saved = done(clerk.patch(report.url, {"values": {"XH160105": 5}}, seen=report.revision + 1))

    assert (saved["version"], saved["state"]) == (2, "returned")
    assert stored(session) == [(1, "XH160101", 41), (2, "XH160101", 99), (2, "XH160105", 5)]


def stored(session: Session) -> list[tuple[int, str, int]]:
    """Give what the database holds of the ward's report, every version."""
    rows = session.execute(
        text("""
            SELECT o.version, i.code, o.value FROM observation o
            JOIN indicator i ON i.id = o.indicator_id ORDER BY o.version, i.code
        """)
    )
    return [(row.version, row.code, int(row.value)) for row in rows]


def test_a_returned_report_goes_up_again_as_a_new_version(
    make_report: MakeReport, clerk: Caller, leader: Caller, reviewer: Caller
) -> None:
    """A report's life: returned is editable again and goes the same way up."""
    report = make_report(state="returned")

    done(clerk.patch(report.url, {"values": {"XH160101": 99}, "step": "submit"}, seen=3))
    sent = done(leader.post(f"{report.url}/send", seen=4))
    seen = done(reviewer.get(report.url))

    assert (sent["version"], sent["state"]) == (2, "sent")
    assert (seen["sent_version"], seen["values"]["XH160101"]["value"]) == (2, 99)
    steps = done(clerk.get(report.url))["steps"]
    assert [(s["action"], s["version"], s["sent_version"]) for s in steps] == [
        ("create", 1, None),
        ("send", 1, 1),
        ("return", 1, None),
        ("submit", 2, None),
        ("send", 2, 2),
    ]


def test_a_leader_returns_what_was_submitted(
    make_report: MakeReport, clerk: Caller, leader: Caller
) -> None:
    """A report's life: returned by the leader, with a reason, it is the same version still."""
    report = make_report(state="submitted")
    url = f"{report.url}/return"

    assert_problem(leader.post(url, seen=2), 422, "comment-needed")
    returned = done(leader.post(url, {"comment": "Look at line 3."}, seen=2))
    edited = done(clerk.patch(report.url, {"values": {"XH160101": 99}}, seen=3))

    assert (returned["state"], edited["version"]) == ("returned", 1)


def test_saving_keeps_the_comment_of_the_version(make_report: MakeReport, clerk: Caller) -> None:
    """Reports: a comment given with a draft answers the warnings of its submission."""
    report = make_report(state="draft", values={"XH160101": 50, "XH020108": 40})
    url = f"{report.url}/submit"
    assert_problem(clerk.post(url, seen=1), 422, "comment-needed")

    done(clerk.patch(report.url, {"values": {}, "comment": "Counted twice."}, seen=1))

    assert done(clerk.post(url, seen=2))["state"] == "submitted"


def test_an_unchanged_report_is_not_sent_again(draft: Report, clerk: Caller, clock: Clock) -> None:
    """Conventions: 304 while the answer would be the same; lateness is part of it."""
    first = clerk.get(draft.url)
    known = {"If-None-Match": first.headers["ETag"]}

    again = clerk.get(draft.url, headers=known)
    clock.forward(days=30)
    late = clerk.get(draft.url, headers=known)

    assert (again.status_code, again.data) == (304, b"")
    assert late.status_code == 200
    assert late.json["timeliness"] == "missing"
