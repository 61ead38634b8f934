"""A signature stays with its version, and is verified again whenever it is read."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from indicators_api.security.signing import SigningKey, sign
from tests.callers import Caller, Clock, assert_problem
from tests.factories import JULY, NEIGHBOUR, WARD, MakeReport, Report, done
from tests.signers import certificate_of, signer
from tests.signing import PEOPLE, POOR, Register, key, register, send, sign_next, signed, written

__all__ = ["key", "register", "signed"]


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
