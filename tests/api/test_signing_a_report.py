"""A leader signs what is sent: the document, and sending it with its signature."""

import pytest

from indicators_api.security.signing import SigningKey, sign
from tests.callers import Caller, assert_problem
from tests.factories import WARD, MakeReport, done, new
from tests.signing import PEOPLE, POOR, REPORT, key, register, send, written

__all__ = ["key", "register"]

HOUSEHOLDS = "XH020108"
#: Sown with paddy, in hectares with two decimals.
AREA = "KT050101"


def test_the_document_says_all_that_a_version_says(make_report: MakeReport, clerk: Caller) -> None:
    """Signing: canonical JSON (RFC 8785); decimals are texts with all their digits."""
    note = 'Đội "A"\n\\ 😀'
    values = {
        POOR: "-0",
        AREA: {"value": "1250.500", "ytd": "1E+1", "status": "P", "note": note},
        PEOPLE: {"value": None, "missing": "confidential"},
        HOUSEHOLDS: 12345678901234567890,
    }
    report = make_report(state="draft", values=values)

    answer = clerk.get(f"{report.url}/document")

    assert answer.content_type == "application/json"
    assert answer.data == written(
        1,
        {
            AREA: {"value": "1250.5", "ytd": "10", "status": "P", "note": note},
            PEOPLE: {"value": None, "missing": "confidential"},
            HOUSEHOLDS: "12345678901234567890",
            POOR: "0",
        },
    )


@pytest.mark.parametrize("number", ["-0.00", "1e1", "12.50", "0.1e-1", "1250.50000000000000000000"])
def test_a_number_is_signed_as_it_will_be_read_again(
    leader: Caller, key: SigningKey, number: str
) -> None:
    """Signing: however a client writes a number, it is signed in its one form."""
    form = {"-0.00": "0", "1e1": "10", "12.50": "12.5", "0.1e-1": "0.01"}.get(number, "1250.5")
    signature = sign(written(1, {AREA: form}), key)

    done(leader.post("/reports", new({AREA: number}, step="send", signature=signature)), 201)

    assert done(leader.get(f"{REPORT}/versions/1/signature"))["verified"]


def test_the_document_comes_with_the_tag_to_send_it_by(
    make_report: MakeReport, leader: Caller, clerk: Caller, key: SigningKey
) -> None:
    """Signing: what is sent is what was signed, or nobody's change in between is overlooked."""
    report = make_report(state="draft")
    answer = leader.get(f"{report.url}/document")
    tag, signature = answer.headers["ETag"], sign(answer.data, key)
    unchanged = leader.get(f"{report.url}/document", headers={"If-None-Match": tag})
    done(clerk.patch(report.url, {"values": {POOR: 42}}, seen=report.revision))

    late = leader.post(f"{report.url}/send", {"signature": signature}, seen=tag)

    assert unchanged.status_code == 304
    assert_problem(late, 412, "precondition-failed")
    fresh = leader.get(f"{report.url}/document")
    body = {"signature": sign(fresh.data, key)}
    done(leader.post(f"{report.url}/send", body, seen=fresh.headers["ETag"]))


@pytest.mark.parametrize(
    ("state", "version"),
    [("draft", 1), ("submitted", 1), ("returned", 2), ("revising", 2), ("correcting", 2)],
)
def test_the_document_is_of_the_version_that_would_be_sent(
    make_report: MakeReport, leader: Caller, key: SigningKey, state: str, version: int
) -> None:
    """Signing: a resend, a revision and a correction are versions of their own."""
    report = make_report(state=state)
    document = leader.get(f"{report.url}/document").data

    sent = done(send(leader, report, signature=sign(document, key)))

    assert document == written(version, {POOR: "41"})
    assert sent["version"] == version
    assert done(leader.get(f"{report.url}/versions/{version}/signature"))["verified"]


@pytest.mark.parametrize("state", ["sent", "accepted"])
def test_there_is_no_document_where_nothing_can_be_sent(
    make_report: MakeReport, leader: Caller, state: str
) -> None:
    """Signing: 409 in the states that no sending follows; 404 where there is no report."""
    report = make_report(state=state)

    assert_problem(leader.get(f"{report.url}/document"), 409, "wrong-state", facts={"state": state})
    assert_problem(leader.get(f"/reports/{WARD}/2024-06/document"), 404, "not-found")


def test_a_report_is_signed_and_sent_in_one_call(leader: Caller, key: SigningKey) -> None:
    """Reports: `signature` goes with `step` send; the document is what the call will store."""
    values = {POOR: "41", PEOPLE: {"value": 12480, "status": "P"}}
    document = written(1, {POOR: "41", PEOPLE: {"value": "12480", "status": "P"}})

    body = new(values, step="send", signature=sign(document, key))
    done(leader.post("/reports", body), 201)

    assert done(leader.get(f"{REPORT}/versions/1/signature"))["document"] == document.decode()


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_change_is_signed_and_sent_in_one_call(
    make_report: MakeReport, leader: Caller, key: SigningKey, method: str
) -> None:
    """Reports: after PUT the document holds what was given, after PATCH what was there besides."""
    report = make_report(state="returned")
    kept = {} if method == "PUT" else {POOR: "41"}
    signature = sign(written(2, {**kept, PEOPLE: "12480"}), key)

    body = {"values": {PEOPLE: 12480}, "step": "send", "signature": signature}
    sent = done(leader.call(method, report.url, body, seen=report.revision))

    assert (sent["state"], sent["version"]) == ("sent", 2)
    assert done(leader.get(f"{report.url}/versions/2/signature"))["verified"]


@pytest.mark.parametrize("step", ["draft", "submit", None])
def test_only_what_is_sent_is_signed(leader: Caller, key: SigningKey, step: str | None) -> None:
    """Reports: a signature of something that may still change says nothing."""
    said = {"step": step} if step else {}
    signature = sign(written(1, {POOR: "41"}), key)

    answer = leader.post("/reports", new(signature=signature, **said))

    (fault,) = assert_problem(answer, 422, "invalid-request")["errors"]
    assert fault["pointer"] == "/signature"
    assert_problem(leader.get(REPORT), 404, "not-found")
