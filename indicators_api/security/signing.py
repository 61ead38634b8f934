"""Detached signatures: JWS over bytes that are sent beside it. Pure, but for reading our own key.

Source: RFC 7515 (JWS, `x5c`, `kid`), RFC 7797 (`b64: false`), RFC 7518 (algorithms).
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc import jws
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import ECKey, RSAKey

from indicators_api.config import ConfigError
from indicators_api.errors import (
    AlgorithmRefused,
    CertificateNotValid,
    CertificateRevoked,
    CertificateUnknown,
    SignatureMalformed,
    SignatureMismatch,
    mark,
)
from indicators_api.security.x509 import ALGORITHMS, algorithms_of, fingerprint_of

#: By fingerprint, the certificates that are registered for who should have signed, and when each
#: was revoked. None: it was not.
Trusted = Mapping[str, datetime | None]

#: An algorithm that may be told back to a client.
_NAME = re.compile("[A-Za-z0-9_-]{0,40}")
#: Characters of a signature: with a chain of four certificates it has less than half of it.
MOST_CHARACTERS = 32_768


class _Registry(jws.JWSRegistry):
    """The library's limits, but with room for `x5c` and for packages."""

    max_header_length = MOST_CHARACTERS
    max_payload_length = 1 << 30
    max_signature_length = 4096


_registry = _Registry(algorithms=ALGORITHMS, strict_check_header=False)


class SigningKey(NamedTuple):
    """A private key, and the certificates that go with it: its own first, then its issuers'."""

    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    chain: tuple[x509.Certificate, ...]

    @property
    def fingerprint(self) -> str:
        """What the key's certificate is registered by."""
        return fingerprint_of(_der(self.chain[0]))


def sign(payload: bytes, signer: SigningKey) -> str:
    """Give the detached JWS over bytes, which are UTF-8 as canonical JSON is."""
    algorithm = algorithms_of(signer.chain[0])[0]
    header = {
        "alg": algorithm,
        "b64": False,
        "crit": ["b64"],
        "kid": signer.fingerprint,
        "x5c": [base64.b64encode(_der(each)).decode("ascii") for each in signer.chain],
    }
    return jws.detach_content(
        jws.serialize_compact(header, payload, _library_key(signer.key), registry=_registry)
    )


def verify(payload: bytes, signature: str, trusted: Trusted, *, at: datetime) -> str:
    """Give the fingerprint of the certificate by which the signature of these bytes is good.

    The first certificate of `x5c` must be a trusted one, at the moment valid and not revoked yet;
    who issued it says nothing. What was revoked later stays good. Raises SignatureRefused, of the
    kind that tells which check failed.
    """
    algorithm, leaf = _read_header(signature)
    fingerprint = fingerprint_of(leaf)
    if fingerprint not in trusted:
        raise CertificateUnknown(
            mark("The certificate %(fingerprint)s is not registered for who signs here."),
            fingerprint=fingerprint,
        )
    certificate = x509.load_der_x509_certificate(leaf)
    _demand_in_force(certificate, fingerprint, trusted[fingerprint], at=at)
    _demand_algorithm(algorithm, algorithms_of(certificate))
    key = _library_key(certificate.public_key())
    try:
        jws.deserialize_compact(signature, key, registry=_registry, payload=payload)
    except BadSignatureError as error:
        raise SignatureMismatch(
            mark("The signature is not one of these bytes by the certificate %(fingerprint)s."),
            fingerprint=fingerprint,
        ) from error
    except JoseError as error:
        raise _malformed("header..signature") from error
    return fingerprint


def load_signing_key(path: Path) -> SigningKey:
    """Read our own key from a PEM file: the private key, its certificate, then its issuers'.

    Raises ConfigError with a sentence for the operator.
    """
    try:
        pem = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"The signing key {path} can't be read: {error.strerror}.") from error
    try:
        key = serialization.load_pem_private_key(pem, password=None)
        chain = tuple(x509.load_pem_x509_certificates(pem))
    except (TypeError, ValueError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise ConfigError(
            f"The signing key {path} must hold, as PEM, an unencrypted private key and its"
            " certificate, then the certificates of its issuers, if any."
        ) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) or not algorithms_of(
        chain[0]
    ):
        raise ConfigError(
            f"The signing key {path} must be EC on P-256 or P-384, or RSA of 2048 bits or more."
        )
    if key.public_key() != chain[0].public_key():
        raise ConfigError(f"The first certificate in {path} is not that of its private key.")
    return SigningKey(key, chain)


def _read_header(signature: str) -> tuple[str, bytes]:
    """Give the algorithm that a signature names, and the certificate (DER) that it shows."""
    head, _, rest = signature.partition("..")
    if len(signature) > MOST_CHARACTERS or not signature.isascii() or not rest:
        raise _malformed("header..signature")
    try:
        padded = head.encode("ascii") + b"=" * (-len(head) % 4)
        header = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError) as error:
        raise _malformed("header..signature") from error
    algorithm = header.get("alg") if isinstance(header, dict) else None
    if not isinstance(algorithm, str) or not _NAME.fullmatch(algorithm):
        raise _malformed("alg")
    _demand_algorithm(algorithm, ALGORITHMS)
    if header.get("b64") is not False or header.get("crit") != ["b64"]:
        raise _malformed('"b64": false, "crit": ["b64"]')
    leaf = _leaf(header.get("x5c"))
    if header.get("kid") != fingerprint_of(leaf):
        raise _malformed("kid = SHA-256 (x5c[0])")
    return algorithm, leaf


def _leaf(chain: Any) -> bytes:
    if not isinstance(chain, list) or not chain or not isinstance(chain[0], str):
        raise _malformed("x5c")
    try:
        return base64.b64decode(chain[0], validate=True)
    except (ValueError, binascii.Error) as error:
        raise _malformed("x5c") from error


def _demand_in_force(
    certificate: x509.Certificate, fingerprint: str, revoked_at: datetime | None, *, at: datetime
) -> None:
    """Raise unless a certificate may sign at a moment."""
    valid_from, valid_to = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    facts: dict[str, Any] = {
        "fingerprint": fingerprint,
        "valid_from": valid_from.isoformat(),
        "valid_to": valid_to.isoformat(),
        "at": at.isoformat(),
    }
    if at > valid_to:
        raise CertificateNotValid(mark("The certificate expired at %(valid_to)s."), **facts)
    if at < valid_from:
        raise CertificateNotValid(mark("The certificate is valid from %(valid_from)s on."), **facts)
    if revoked_at is not None and revoked_at <= at:
        raise CertificateRevoked(
            mark("The certificate was revoked at %(revoked_at)s."),
            revoked_at=revoked_at.isoformat(),
            **facts,
        )


def _demand_algorithm(algorithm: str, allowed: tuple[str, ...]) -> None:
    if algorithm not in allowed:
        raise AlgorithmRefused(
            mark("The algorithm %(algorithm)s is not taken; these are: %(allowed)s."),
            algorithm=algorithm,
            allowed=", ".join(allowed),
        )


def _malformed(expected: str) -> SignatureMalformed:
    return SignatureMalformed(
        mark("The signature is not as it must be: %(expected)s."), expected=expected
    )


def _library_key(key: Any) -> ECKey | RSAKey:
    if isinstance(key, ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey):
        return ECKey.import_key(key)
    return RSAKey.import_key(key)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)
