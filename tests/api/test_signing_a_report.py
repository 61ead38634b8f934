"""A leader signs what is sent: verified before, kept with the version, verified again when read."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from indicators_api.security.signing import SigningKey, sign
from tests.callers import Caller, Clock, assert_problem
from tests.conftest import NOW
from tests.factories import JULY, NEIGHBOUR, WARD, MakeReport, Report, done, new
from tests.signers import certificate_of, signer

POOR, PEOPLE, HOUSEHOLDS = "XH160101", "XH020101", "XH020108"
#: Sown with paddy, in hectares with two decimals.
AREA = "KT050101"
REPORT = f"/reports/{WARD}/{JULY}"

Register = Callable[..., SigningKey]


@pytest.fixture
def administrator(client_of: Callable[..., Caller]) -> Caller:
    return client_of("administrator")


@pytest.fixture
def register(administrator: Caller) -> Register:
    """Register somebody's key: `register("leader", unit=…, since=…, until=…)`."""

    def make(name: str = "leader", *, unit: str = WARD, **validity: Any) -> SigningKey:
        key = signer(name, **validity)
        body = {"unit": unit, "pem": certificate_of(key)}
        done(administrator.post("/certificates", body), 201)
        return key

    return make


@pytest.fixture
def key(register: Register) -> SigningKey:
    """The key of the ward's leader; its certificate is registered."""
    return register()


@pytest.fixture
def must_sign(administrator: Caller) -> None:
    """The ward must sign what it sends."""
    done(administrator.put(f"/units/{WARD}/signature-policy", {"required": True}))


@pytest.fixture
def signed(make_report: MakeReport, leader: Caller, key: SigningKey) -> Report:
    """A report of two values that its leader signed and sent."""
    report = make_report(
        state="draft", values={POOR: {"value": "41.0", "note": "đã rà soát"}, PEOPLE: None}
    )
    done(send(leader, report, signature=sign_next(leader, report, key)))
    return make_report.look(report)


def sign_next(leader: Caller, report: Report, key: SigningKey) -> str:
    """Sign what would be sent next, as a leader's client does."""
    answer = leader.get(f"{report.url}/document")
    assert answer.status_code == 200, answer.text
    return sign(answer.data, key)


def send(leader: Caller, report: Report, **body: Any) -> Any:
    return leader.post(f"{report.url}/send", body, seen=report.revision)


def written(version: int, values: dict[str, Any], **key: str) -> bytes:
    """Write a document by hand, as docs/SIGNING.md says; values are given in full or as a text."""
    whole = {
        code: {"missing": None, "note": None, "status": "E", "ytd": None, **said}
        for code, said in (
            (code, said if isinstance(said, dict) else {"value": said})
            for code, said in values.items()
        )
    }
    document = {"unit": WARD, "period": JULY, **key, "version": version, "values": whole}
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


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


def test_a_signature_is_kept_with_the_version_and_shown(
    signed: Report, reviewer: Caller, key: SigningKey, session: Session
) -> None:
    """Versions: signature, certificate, moment and the exact document, for all who see it."""
    found = done(reviewer.get(f"{signed.url}/versions/1/signature"))

    signature, document = found.pop("signature"), found.pop("document")
    assert sign(document.encode(), key).partition("..")[0] == signature.partition("..")[0]
    missing = {"value": None, "missing": "not_available"}
    assert document.encode() == written(
        1, {PEOPLE: missing, POOR: {"value": "41", "note": "đã rà soát"}}
    )
    assert found == {
        "unit": WARD,
        "period": JULY,
        "version": 1,
        "verified": True,
        "reason": None,
        "signed_at": "2024-07-16T09:00:00+07:00",
        "certificate": {
            "fingerprint": key.fingerprint,
            "subject": "CN=leader",
            "valid_from": "2024-01-01T07:00:00+07:00",
            "valid_to": "2025-01-01T07:00:00+07:00",
            "revoked_at": None,
            "pem": certificate_of(key),
        },
    }
    told = session.execute(
        text("SELECT actor_name, subject, details FROM journal WHERE action = 'report.sign'")
    ).one()
    assert tuple(told) == (
        f"leader of {WARD}",
        f"report/{WARD}/{JULY}",
        {"version": 1, "fingerprint": key.fingerprint},
    )


def test_the_list_of_versions_says_which_are_signed(
    signed: Report, make_report: MakeReport, leader: Caller, reviewer: Caller
) -> None:
    """Versions: one was signed, the next one need not be."""
    returned = make_report.take(signed, "reviewer", "return")
    done(send(leader, returned))

    listed = done(reviewer.get(f"{signed.url}/versions"))["data"]

    assert [(line["version"], line["is_signed"]) for line in listed] == [(1, True), (2, False)]
    assert done(reviewer.get(f"{signed.url}/versions/1"))["is_signed"]
    unsigned = reviewer.get(f"{signed.url}/versions/2/signature")
    assert_problem(unsigned, 404, "not-found", facts={"version": 2})


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


def assert_nothing_is_sent(answer: Any, slug: str, leader: Caller, report: Report) -> None:
    assert_problem(answer, 422, slug)
    found = done(leader.get(report.url))
    assert (found["state"], found["revision"]) == (report.state, report.revision)
    assert not any(line["is_signed"] for line in done(leader.get(f"{report.url}/versions"))["data"])


@pytest.mark.parametrize(
    ("signature", "slug"),
    [
        ("", "signature-malformed"),
        ("signed: the leader", "signature-malformed"),
        ("\ud800..\0", "signature-malformed"),
        # {"alg":"none"}, and {"alg":"HS256","b64":false,"crit":["b64"]}: a shared secret
        ("eyJhbGciOiJub25lIn0..e30", "algorithm-refused"),
        (
            f"eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19..{'A' * 43}",
            "algorithm-refused",
        ),
    ],
)
def test_what_is_no_signature_is_refused(
    make_report: MakeReport, leader: Caller, signature: str, slug: str
) -> None:
    """Signing: every refusal is a problem of its own, and nothing is stored."""
    report = make_report(state="draft")

    answer = send(leader, report, signature=signature)

    assert_nothing_is_sent(answer, slug, leader, report)


@pytest.mark.usefixtures("key")
def test_a_signature_by_a_key_that_is_not_registered_is_refused(
    make_report: MakeReport, leader: Caller
) -> None:
    """Signing: a certificate that comes along is never trust."""
    report = make_report(state="draft")
    stranger = signer("stranger")

    answer = send(leader, report, signature=sign_next(leader, report, stranger))

    assert_nothing_is_sent(answer, "certificate-unknown", leader, report)
    assert answer.get_json()["facts"]["fingerprint"] == stranger.fingerprint


@pytest.mark.usefixtures("key")
def test_the_certificate_of_another_unit_is_refused(
    make_report: MakeReport, leader: Caller, register: Register
) -> None:
    """Signing: each signs for its own unit."""
    report = make_report(state="draft")
    neighbour = register("neighbour", unit=NEIGHBOUR)

    answer = send(leader, report, signature=sign_next(leader, report, neighbour))

    assert_nothing_is_sent(answer, "certificate-unknown", leader, report)


def test_an_expired_certificate_is_refused(
    make_report: MakeReport, leader: Caller, register: Register, clock: Clock
) -> None:
    """Signing: 422 that says until when it was valid."""
    report = make_report(state="draft")
    old = register("old", until=NOW + timedelta(days=1))
    clock.forward(days=2)

    answer = send(leader, report, signature=sign_next(leader, report, old))

    assert_nothing_is_sent(answer, "certificate-not-valid", leader, report)
    assert answer.get_json()["facts"]["valid_to"] == "2024-07-17T02:00:00+00:00"


def test_a_certificate_that_is_not_valid_yet_is_refused(
    make_report: MakeReport, leader: Caller, register: Register
) -> None:
    """Signing: it may be registered before, but signs in its time."""
    report = make_report(state="draft")
    coming = register("coming", since=NOW + timedelta(days=1))

    answer = send(leader, report, signature=sign_next(leader, report, coming))

    assert_nothing_is_sent(answer, "certificate-not-valid", leader, report)


def test_a_revoked_certificate_is_refused(
    make_report: MakeReport, leader: Caller, administrator: Caller, key: SigningKey
) -> None:
    """Signing: from the moment of its revocation on."""
    report = make_report(state="draft")
    signature = sign_next(leader, report, key)
    administrator.delete(f"/certificates/{key.fingerprint}")

    answer = send(leader, report, signature=signature)

    assert_nothing_is_sent(answer, "certificate-revoked", leader, report)


def test_other_values_than_those_signed_are_refused(
    make_report: MakeReport, leader: Caller, clerk: Caller, key: SigningKey
) -> None:
    """Signing: a clerk's change after the signature is not sent under it."""
    report = make_report(state="draft")
    signature = sign_next(leader, report, key)
    done(clerk.patch(report.url, {"values": {POOR: 42}}, seen=report.revision))
    report = make_report.look(report)

    answer = send(leader, report, signature=signature)

    assert_nothing_is_sent(answer, "signature-mismatch", leader, report)


@pytest.mark.usefixtures("key")
def test_a_signature_is_of_one_version(
    signed: Report, make_report: MakeReport, leader: Caller
) -> None:
    """Signing: the same values again are another version; the old signature is none of it."""
    old = done(leader.get(f"{signed.url}/versions/1/signature"))["signature"]
    returned = make_report.take(signed, "reviewer", "return")

    answer = send(leader, returned, signature=old)

    assert_problem(answer, 422, "signature-mismatch")
    assert make_report.look(returned) == returned


def test_a_signature_is_of_one_period(
    make_report: MakeReport, leader: Caller, key: SigningKey
) -> None:
    """Signing: nor is the signature of June one of July, with the same values."""
    june, july = (make_report(period=period, state="draft") for period in ("2024-06", JULY))

    answer = send(leader, july, signature=sign_next(leader, june, key))

    assert_nothing_is_sent(answer, "signature-mismatch", leader, july)


@pytest.mark.usefixtures("must_sign")
def test_a_unit_that_must_sign_sends_nothing_unsigned(
    make_report: MakeReport, leader: Caller
) -> None:
    """Signature policy: refused whichever way it is sent; drafting and submitting go on."""
    assert_problem(leader.post("/reports", new(step="send")), 422, "signature-needed")
    assert_problem(leader.get(REPORT), 404, "not-found")
    report = make_report(state="submitted")

    answers = [
        send(leader, report),
        send(leader, report, comment="Checked.", signature=None),
        leader.patch(report.url, {"values": {}, "step": "send"}, seen=report.revision),
    ]

    for answer in answers:
        assert_nothing_is_sent(answer, "signature-needed", leader, report)
        assert answer.get_json()["facts"] == {"unit": WARD}


@pytest.mark.usefixtures("must_sign")
def test_a_unit_that_must_sign_sends_what_is_signed(
    make_report: MakeReport, leader: Caller, key: SigningKey
) -> None:
    """Signature policy: signed, it goes its way."""
    report = make_report(state="draft")

    sent = done(send(leader, report, signature=sign_next(leader, report, key)))

    assert sent["state"] == "sent"


@pytest.fixture
def successor(session: Session, client_of: Callable[..., Caller]) -> Caller:
    """The leader of the neighbour, which took the ward over."""
    session.execute(
        text("""
            INSERT INTO unit_succession (jurisdiction_id, predecessor_id, successor_id,
                                         effective_date)
            SELECT 1, a.id, b.id, '2024-07-01' FROM unit a, unit b
            WHERE a.code = :ward AND b.code = :neighbour
        """),
        {"ward": WARD, "neighbour": NEIGHBOUR},
    )
    session.commit()
    return client_of("leader", unit=NEIGHBOUR)


def test_who_took_a_unit_over_signs_for_it(
    make_report: MakeReport, successor: Caller, administrator: Caller, register: Register
) -> None:
    """Whoever writes for a unit signs for it, and must where its own unit must."""
    done(administrator.put(f"/units/{NEIGHBOUR}/signature-policy", {"required": True}))
    own, report = register("neighbour", unit=NEIGHBOUR), make_report(state="draft")

    unsigned = send(successor, report)
    done(send(successor, report, signature=sign_next(successor, report, own)))

    assert_problem(unsigned, 422, "signature-needed", facts={"unit": NEIGHBOUR})
    found = done(successor.get(f"{report.url}/versions/1/signature"))
    assert (found["verified"], found["certificate"]["subject"]) == (True, "CN=neighbour")


def test_what_was_signed_stays_verified_after_a_rotation(
    signed: Report, administrator: Caller, reviewer: Caller, register: Register, clock: Clock
) -> None:
    """Key rotation: revoked and expired later, it was in force when it signed."""
    clock.forward(days=1)
    register("new")
    administrator.delete(f"/certificates/{signer().fingerprint}")
    clock.forward(days=400)

    found = done(reviewer.get(f"{signed.url}/versions/1/signature"))

    assert (found["verified"], found["reason"]) == (True, None)
    assert found["certificate"]["revoked_at"] == "2024-07-17T09:00:00+07:00"


def test_old_and_new_key_sign_side_by_side(
    signed: Report,
    make_report: MakeReport,
    leader: Caller,
    register: Register,
) -> None:
    """Key rotation: several certificates at once, each for what it signs."""
    new_key = register("new")
    returned = make_report.take(signed, "reviewer", "return")

    done(send(leader, returned, signature=sign_next(leader, returned, new_key)))

    signers = [
        done(leader.get(f"{signed.url}/versions/{n}/signature"))["certificate"]["subject"]
        for n in (1, 2)
    ]
    assert signers == ["CN=leader", "CN=new"]


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE observation SET value = value + 1", "signature-mismatch"),
        ("UPDATE observation SET note = NULL", "signature-mismatch"),
        ("UPDATE observation SET status = 'A' WHERE value IS NULL", "signature-mismatch"),
        (
            "UPDATE observation SET missing = 'confidential' WHERE value IS NULL",
            "signature-mismatch",
        ),
        ("UPDATE observation SET ytd = 0", "signature-mismatch"),
        ("DELETE FROM observation WHERE value IS NULL", "signature-mismatch"),
        ("UPDATE report_signature SET signature = 'good'", "signature-malformed"),
        ("UPDATE report_signature SET signed_at = '2025-01-02'", "certificate-not-valid"),
        ("UPDATE report_signature SET fingerprint = 'other'", "certificate-unknown"),
        ("UPDATE certificate SET revoked_at = '2024-07-15'", "certificate-revoked"),
        ("UPDATE certificate SET fingerprint = 'other'", "certificate-unknown"),
        (
            "UPDATE certificate SET unit_id = (SELECT id FROM unit WHERE code = 'H59.21.12')",
            "certificate-unknown",
        ),
    ],
)
def test_what_is_changed_in_the_database_shows(
    signed: Report, reviewer: Caller, session: Session, statement: str, reason: str
) -> None:
    """Versions: the signature is verified against what is stored, whenever it is read."""
    url = f"{signed.url}/versions/1/signature"
    before = reviewer.get(url)
    session.execute(text(statement))
    session.commit()

    after = done(reviewer.get(url, headers={"If-None-Match": before.headers.get("ETag", "*")}))

    assert done(before)["verified"]
    assert (after["verified"], after["reason"]["code"]) == (False, reason)
    assert after["reason"]["detail"]


def test_numbers_are_signed_by_what_they_are_worth(
    signed: Report, reviewer: Caller, session: Session
) -> None:
    """Signing: a trailing zero is nothing; only what is said counts."""
    session.execute(text("UPDATE observation SET value = 41.00 WHERE value = 41"))
    session.commit()

    assert done(reviewer.get(f"{signed.url}/versions/1/signature"))["verified"]


def test_a_signature_is_known_to_those_who_know_the_version(
    signed: Report, make_report: MakeReport, client_of: Callable[..., Caller]
) -> None:
    """Roles: as the version itself; a draft has none."""
    url = f"{signed.url}/versions"
    neighbour = make_report.caller("clerk", NEIGHBOUR)

    assert_problem(neighbour.get(f"{url}/1/signature"), 404, "not-found")
    assert_problem(client_of("operations").get(f"{url}/2/signature"), 404, "not-found")
    assert done(client_of("operations").get(f"{url}/1/signature"))["verified"]
    assert_problem(client_of("operations").get(f"{url}/{10**30}/signature"), 404, "not-found")
