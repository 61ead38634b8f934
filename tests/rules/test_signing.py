"""Detached signatures: what was signed verifies, by registered certificates; nothing else does."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OctKey, RSAKey

from indicators_api.config import ConfigError
from indicators_api.errors import (
    AlgorithmRefused,
    CertificateNotValid,
    CertificateRevoked,
    CertificateUnknown,
    SignatureMalformed,
    SignatureMismatch,
    SignatureRefused,
)
from indicators_api.security.canonical import canonical
from indicators_api.security.signing import SigningKey, load_signing_key, sign, verify
from tests.signers import SINCE, UNTIL, certificate_of, secret_of, signer

AT = datetime(2024, 7, 16, 2, 0, tzinfo=UTC)
DOCUMENT = canonical({"unit": "H59.21.11", "values": {"XH160101": {"value": "41"}}})
KEY = signer()
TRUSTED = {KEY.fingerprint: None}
SIGNATURE = sign(DOCUMENT, KEY)

DOCUMENTS = st.dictionaries(st.text("abcă"), st.text("0123.é"), max_size=5).map(canonical)


def header_of(signature: str) -> dict[str, Any]:
    head = signature.partition(".")[0]
    return json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))


def with_header(change: Callable[[dict[str, Any]], Any]) -> str:
    """Give the signature with another header; what it signs is the old one."""
    head = json.dumps(change(header_of(SIGNATURE))).encode()
    text = base64.urlsafe_b64encode(head).rstrip(b"=").decode()
    return f"{text}..{SIGNATURE.rpartition('.')[2]}"


@pytest.mark.parametrize(
    ("kind", "algorithm"), [("P-256", "ES256"), ("P-384", "ES384"), ("RSA 2048", "RS256")]
)
def test_what_is_signed_verifies(kind: str, algorithm: str) -> None:
    """Signing: a detached JWS, its header with the chain; the algorithm goes with the key."""
    key = signer(kind=kind)

    signature = sign(DOCUMENT, key)

    assert verify(DOCUMENT, signature, {key.fingerprint: None}, at=AT) == key.fingerprint
    header = header_of(signature)
    assert header.pop("x5c")
    assert header == {"alg": algorithm, "b64": False, "crit": ["b64"], "kid": key.fingerprint}


@given(DOCUMENTS)
def test_every_document_is_signed_and_verified(document: bytes) -> None:
    """Signing: the round trip, whatever stands in it."""
    assert verify(document, sign(document, KEY), TRUSTED, at=AT) == KEY.fingerprint


@pytest.mark.parametrize("payload", [b"", b"abc", b"a.b.c", b"abc\n", "số liệu".encode()])
def test_whatever_is_signed_stands_beside_the_signature(payload: bytes) -> None:
    """RFC 7797, 5.2: also what could stand in it."""
    signature = sign(payload, KEY)

    assert ".." in signature
    assert verify(payload, signature, TRUSTED, at=AT) == KEY.fingerprint


@given(st.integers(0, 8 * len(DOCUMENT) - 1))
def test_no_bit_of_the_document_may_be_another_one(bit: int) -> None:
    """Signing: the signature is of these bytes alone."""
    changed = bytearray(DOCUMENT)
    changed[bit // 8] ^= 1 << bit % 8

    with pytest.raises(SignatureMismatch):
        verify(bytes(changed), SIGNATURE, TRUSTED, at=AT)


@given(st.integers(0, len(SIGNATURE) - 1), st.characters(max_codepoint=255))
def test_no_character_of_the_signature_may_be_another_one(place: int, other: str) -> None:
    """Signing: nor is there another way to write it, in header or signature."""
    changed = f"{SIGNATURE[:place]}{other}{SIGNATURE[place + 1 :]}"
    if changed == SIGNATURE:
        return

    with pytest.raises(SignatureRefused):
        verify(DOCUMENT, changed, TRUSTED, at=AT)


@given(st.text() | st.text("eyJhbGci0.", max_size=40))
def test_whatever_is_no_signature_is_malformed(text: str) -> None:
    """Signing: no text of a client is a fault of ours."""
    with pytest.raises(SignatureRefused):
        verify(DOCUMENT, text, TRUSTED, at=AT)


def test_the_signing_input_is_that_of_the_standard() -> None:
    """RFC 7797, 3: header in base64url, a point, the payload as it is; r and s side by side."""
    head, _, signed = SIGNATURE.partition("..")
    raw = base64.urlsafe_b64decode(signed + "==")
    r, s = (int.from_bytes(part, "big") for part in (raw[:32], raw[32:]))

    public = KEY.chain[0].public_key()

    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(
        encode_dss_signature(r, s), f"{head}.".encode() + DOCUMENT, ec.ECDSA(hashes.SHA256())
    )


def test_the_specimen_of_the_standard_is_refused_for_its_algorithm_alone() -> None:
    """RFC 7797, 4.2: the library makes its signature; we take no shared secret."""
    # The key of RFC 7515, A.1.
    shared = (
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
    )
    key = OctKey.import_key({"kty": "oct", "k": shared})
    header = {"alg": "HS256", "b64": False, "crit": ["b64"]}

    made = jws.serialize_compact(header, "$.02", key)

    specimen = (
        "eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19"
        "..A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY"
    )
    assert made == specimen
    with pytest.raises(AlgorithmRefused):
        verify(b"$.02", specimen, TRUSTED, at=AT)


def test_the_other_padding_of_rsa_is_taken() -> None:
    """RFC 7518: PS256 beside RS256, by the same key."""
    key = signer(kind="RSA 2048")
    header = {**header_of(sign(DOCUMENT, key)), "alg": "PS256"}
    library = RSAKey.import_key(key.key)

    signature = jws.serialize_compact(header, DOCUMENT, library, algorithms=["PS256"])

    assert verify(DOCUMENT, signature, {key.fingerprint: None}, at=AT) == key.fingerprint


@pytest.mark.parametrize("algorithm", ["none", "HS256", "HS512", "RS256", "ES384", "ES256K", ""])
def test_an_algorithm_that_does_not_go_with_the_key_is_refused(algorithm: str) -> None:
    """Signing: never `none`, never a shared secret, never another kind of key."""
    changed = with_header(lambda header: {**header, "alg": algorithm})

    with pytest.raises(AlgorithmRefused) as refused:
        verify(DOCUMENT, changed, TRUSTED, at=AT)

    assert refused.value.facts["algorithm"] == algorithm


@pytest.mark.parametrize(
    "change",
    [
        lambda _: [],
        lambda _: "alg",
        lambda header: {**header, "alg": ["ES256"]},
        lambda header: {**header, "alg": "\ud800"},
        lambda header: {**header, "alg": "ES256" * 9},
        lambda header: {**header, "typ": 7},
        lambda header: {**header, "b64": True},
        lambda header: {**header, "b64": 0},
        lambda header: {**header, "crit": ["b64", "exp"]},
        lambda header: {key: header[key] for key in header if key != "crit"},
        lambda header: {**header, "x5c": []},
        lambda header: {**header, "x5c": header["x5c"][0]},
        lambda header: {**header, "x5c": [7]},
        lambda header: {**header, "x5c": ["*" + header["x5c"][0]]},
        lambda header: {**header, "kid": "7"},
        lambda header: {key: header[key] for key in header if key != "kid"},
    ],
)
def test_a_header_without_what_is_needed_is_malformed(change: Callable[[Any], Any]) -> None:
    """RFC 7797, 6: `b64` is critical; `x5c` shows the certificate, `kid` names it."""
    with pytest.raises(SignatureMalformed):
        verify(DOCUMENT, with_header(change), TRUSTED, at=AT)


def test_the_document_stands_beside_the_signature_not_in_it() -> None:
    """Signing: detached; what hides a document of its own is malformed, as what is too long is."""
    head, _, signed = SIGNATURE.partition("..")
    nested = base64.urlsafe_b64encode(b"[" * 20_000).decode().rstrip("=")

    for text in (f"{head}.e30.{signed}", head, "..", f"{SIGNATURE}.", "\ud800..a", f"{nested}..a"):
        with pytest.raises(SignatureMalformed):
            verify(DOCUMENT, text, TRUSTED, at=AT)


def test_the_certificate_in_the_signature_is_never_trust() -> None:
    """Signing: only what is registered; a good signature by another key says nothing."""
    stranger = signer("stranger")

    with pytest.raises(CertificateUnknown) as refused:
        verify(DOCUMENT, sign(DOCUMENT, stranger), TRUSTED, at=AT)

    assert refused.value.facts == {"fingerprint": stranger.fingerprint}


def test_the_first_certificate_is_the_signers() -> None:
    """RFC 7515, 4.1.6: a registered one further on in the chain vouches for nobody."""
    stranger = signer("stranger")
    behind = SigningKey(stranger.key, (*stranger.chain, *KEY.chain))
    in_front = SigningKey(stranger.key, (*KEY.chain, *stranger.chain))

    with pytest.raises(CertificateUnknown):
        verify(DOCUMENT, sign(DOCUMENT, behind), TRUSTED, at=AT)
    with pytest.raises(SignatureMismatch):
        verify(DOCUMENT, sign(DOCUMENT, in_front), TRUSTED, at=AT)


def test_a_chain_of_issuers_may_follow() -> None:
    """RFC 7515, 4.1.6; who they are is not asked."""
    chained = SigningKey(KEY.key, (*KEY.chain, *signer("issuer", "RSA 2048").chain))

    assert verify(DOCUMENT, sign(DOCUMENT, chained), TRUSTED, at=AT) == KEY.fingerprint


@pytest.mark.parametrize(
    ("at", "refused"),
    [
        (SINCE - timedelta(seconds=1), CertificateNotValid),
        (SINCE, None),
        (UNTIL, None),
        (UNTIL + timedelta(seconds=1), CertificateNotValid),
    ],
)
def test_a_certificate_signs_in_its_time(at: datetime, refused: type[Exception] | None) -> None:
    """RFC 5280, 4.1.2.5: from its first to its last second, both included."""
    if refused is None:
        assert verify(DOCUMENT, SIGNATURE, TRUSTED, at=at)
        return
    with pytest.raises(refused) as error:
        verify(DOCUMENT, SIGNATURE, TRUSTED, at=at)
    assert error.value.facts["valid_to"] == UNTIL.isoformat()


def test_what_was_signed_before_the_revocation_stays_signed() -> None:
    """Signing: a revoked certificate signs nothing from that moment on."""
    trusted = {KEY.fingerprint: AT}

    assert verify(DOCUMENT, SIGNATURE, trusted, at=AT - timedelta(microseconds=1))
    for at in (AT, AT + timedelta(days=1)):
        with pytest.raises(CertificateRevoked):
            verify(DOCUMENT, SIGNATURE, trusted, at=at)


def test_several_certificates_are_in_force_at_once() -> None:
    """Key rotation: the old one and the new one, each for what it signs."""
    new = signer("new")
    both = {**TRUSTED, new.fingerprint: None}

    assert verify(DOCUMENT, SIGNATURE, both, at=AT) == KEY.fingerprint
    assert verify(DOCUMENT, sign(DOCUMENT, new), both, at=AT) == new.fingerprint


@pytest.mark.parametrize("kind", ["P-256", "P-384", "RSA 2048"])
def test_our_own_key_is_read_from_a_file(tmp_path: Path, kind: str) -> None:
    """INDICATORS_SIGNING_KEY: key, its certificate, then its issuers', in any order of key."""
    key, issuer = signer(kind=kind), signer("issuer")
    file = tmp_path / "key.pem"
    file.write_text(certificate_of(key) + secret_of(key) + certificate_of(issuer))

    loaded = load_signing_key(file)

    assert loaded.fingerprint == key.fingerprint
    assert [header_of(sign(DOCUMENT, loaded))["kid"], len(loaded.chain)] == [key.fingerprint, 2]
    assert verify(DOCUMENT, sign(DOCUMENT, loaded), {key.fingerprint: None}, at=AT)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "can't be read"),
        ("", "must hold"),
        (secret_of(KEY), "must hold"),
        (certificate_of(KEY), "must hold"),
        (secret_of(KEY) + certificate_of(signer("another")), "is not that of its private key"),
        (secret_of(signer(kind="P-521")) + certificate_of(signer(kind="P-521")), "must be EC on"),
        (secret_of(signer(kind="RSA 1024")) + certificate_of(signer(kind="RSA 1024")), "2048 bits"),
        (secret_of(signer(kind="Ed25519")) + certificate_of(signer(kind="Ed25519")), "must be EC"),
    ],
)
def test_a_file_that_is_no_signing_key_is_told_in_a_sentence(
    tmp_path: Path, content: str | None, told: str
) -> None:
    """INDICATORS_SIGNING_KEY: the operator is told what is wrong, and in which file."""
    file = tmp_path / "key.pem"
    if content is not None:
        file.write_text(content)

    with pytest.raises(ConfigError) as refused:
        load_signing_key(file)

    assert told in str(refused.value)
    assert str(file) in str(refused.value)
