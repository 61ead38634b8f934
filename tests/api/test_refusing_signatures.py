"""What is not signed as it must be is not sent: each refusal a problem of its own."""

from datetime import timedelta
from typing import Any

import pytest

from indicators_api.security.signing import SigningKey
from tests.callers import Caller, Clock, assert_problem
from tests.conftest import NOW
from tests.factories import JULY, NEIGHBOUR, WARD, MakeReport, Report, done, new
from tests.signers import signer
from tests.signing import POOR, REPORT, Register, key, register, send, sign_next, signed

__all__ = ["key", "register", "signed"]


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


@pytest.fixture
def must_sign(administrator: Caller) -> None:
    """The ward must sign what it sends."""
    done(administrator.put(f"/units/{WARD}/signature-policy", {"required": True}))


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
