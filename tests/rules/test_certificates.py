"""Certificates as PEM: which are taken, what is read from them, how one is made for trying out."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from indicators_api.errors import CertificateRefused
from indicators_api.security.x509 import MOST_CHARACTERS, read, self_signed
from tests.signers import SINCE, UNTIL, certificate_of, secret_of, signer

AT = datetime(2024, 7, 16, 2, 0, tzinfo=UTC)
PEM = certificate_of(signer())


def faults_of(pem: str) -> list[str]:
    with pytest.raises(CertificateRefused) as refused:
        read(pem, at=AT)
    assert {fault.pointer for fault in refused.value.faults} == {"/pem"}
    return [fault.code for fault in refused.value.faults]


@pytest.mark.parametrize("kind", ["P-256", "P-384", "RSA 2048"])
def test_a_certificate_is_read(kind: str) -> None:
    """Certificates: fingerprint, subject, validity; text around it is left away."""
    key = signer(kind=kind)
    pem = certificate_of(key)

    facts = read(f"subject=CN = leader\n{pem}\n", at=AT)

    der = key.chain[0].public_bytes(Encoding.DER)
    assert facts == (sha256(der).hexdigest(), "CN=leader", pem, SINCE, UNTIL)


@pytest.mark.parametrize(
    ("kind", "codes"),
    [("P-521", ["key"]), ("RSA 1024", ["key"]), ("Ed25519", ["key"])],
)
def test_a_weak_or_strange_key_is_refused(kind: str, codes: list[str]) -> None:
    """Certificates: EC on P-256 or P-384, or RSA of 2048 bits or more."""
    assert faults_of(certificate_of(signer(kind=kind))) == codes


def test_all_faults_are_told_at_once() -> None:
    """Conventions: expired, and a key too short as well."""
    old = signer(kind="RSA 1024", until=AT - timedelta(days=1))

    assert faults_of(certificate_of(old)) == ["key", "expired"]


def test_one_that_is_never_valid_is_refused() -> None:
    """Certificates: from a moment to that same moment is no time at all."""
    assert faults_of(certificate_of(signer("never", since=AT, until=AT))) == ["validity"]


def test_one_that_is_not_valid_yet_may_be_registered_before() -> None:
    """Key rotation: the next one is there before the old one ends."""
    coming = signer("coming", since=AT + timedelta(days=1))

    assert read(certificate_of(coming), at=AT).fingerprint == coming.fingerprint


def test_one_without_an_end_is_taken() -> None:
    """RFC 5280, 4.1.2.5: the year 9999 stands for none; in Vietnam it would be the year 10000."""
    endless = signer("endless", until=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))

    assert read(certificate_of(endless), at=AT).valid_to.year == 9999


@pytest.mark.parametrize("secret", [secret_of(signer()), secret_of(signer(kind="RSA 2048"))])
def test_a_private_key_is_told_of_and_not_kept(secret: str) -> None:
    """Certificates: who has sent it must make another one."""
    assert faults_of(PEM + secret) == ["private-key"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "leader",
        "\ud800",
        PEM[:200],
        PEM + certificate_of(signer("issuer")),
        PEM.replace("M", "N"),
        "-" * MOST_CHARACTERS + PEM,
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
    ],
)
def test_what_is_not_one_certificate_is_refused(text: str) -> None:
    """Certificates: one at a time."""
    assert faults_of(text) == ["not-a-certificate"]


@given(st.text())
def test_whatever_stands_in_the_file_is_answered(text: str) -> None:
    """Certificates: no text of a client is a fault of ours."""
    body = "".join(text.split())
    assert faults_of(f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")


def test_a_subject_is_for_peoples_eyes() -> None:
    """Certificates: nothing in it moves a reader's cursor or ends a line."""
    _, pem = self_signed("Nguyễn Văn A\n\x1b[2J\0", days=1, at=AT)

    assert read(pem, at=AT).subject == r"CN=Nguyễn Văn A??[2J\00"


def test_a_certificate_is_made_for_trying_out() -> None:
    """`certificates new-key`: a key on P-256, a certificate signed by itself."""
    secret, pem = self_signed("Nguyễn Văn A", days=30, at=AT)

    facts = read(pem, at=AT)
    made = x509.load_pem_x509_certificate(pem.encode())
    assert secret.startswith("-----BEGIN PRIVATE KEY-----")
    assert (facts.subject, facts.valid_from) == ("CN=Nguyễn Văn A", AT)
    assert facts.valid_to == AT + timedelta(days=30)
    made.verify_directly_issued_by(made)
