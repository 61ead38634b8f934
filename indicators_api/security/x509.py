"""X.509 certificates: read, judged, made. Pure. Source: RFC 5280; NIST SP 800-57 for key sizes."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from indicators_api.errors import CertificateRefused, Fault, Message, mark

#: Characters of a PEM file with one certificate; the largest in use have a third of it.
MOST_CHARACTERS = 20_000
#: Bits of an RSA key.
LEAST_BITS = 2048

#: Algorithms of JWS (RFC 7518) by curve; the first is the one that we sign with.
_BY_CURVE = {"secp256r1": ("ES256",), "secp384r1": ("ES384",)}
_OF_RSA = ("RS256", "PS256")
ALGORITHMS = ("ES256", "ES384", *_OF_RSA)

#: "No end" is 99991231235959Z (RFC 5280, 4.1.2.5), which in Vietnam is the year 10000: no
#: language's calendar has it. For people only; what is verified reads the certificate itself.
_LATEST = datetime(9999, 12, 30, tzinfo=UTC)

_PRIVATE = Message(
    mark("The file holds a private key, which nobody but its owner may have: make a new one.")
)
_NOT_ONE = Message(mark("This is not one X.509 certificate as PEM."))
_EXPIRED = mark("The certificate expired at %(valid_to)s.")
_NEVER = Message(mark("The certificate's validity ends before it begins."))
_SHORT = mark("The RSA key has %(bits)s bits; at least %(least)s are needed.")
_STRANGE = mark("The key must be EC on P-256 or P-384, or RSA.")


class Facts(NamedTuple):
    """What a certificate says."""

    fingerprint: str
    #: As RFC 4514 writes it: `CN=Nguyễn Văn A,O=…`.
    subject: str
    pem: str
    valid_from: datetime
    valid_to: datetime


def fingerprint_of(der: bytes) -> str:
    """Give what a certificate is known by: its SHA-256, in hexadecimal."""
    return hashlib.sha256(der).hexdigest()


def read(pem: str, *, at: datetime) -> Facts:
    """Read a certificate that is to be registered. Raises CertificateRefused with every fault."""
    certificate, subject = _only_one(pem)
    valid_from, valid_to = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    faults = [_fault("key", message) for message in _key_faults(certificate)]
    if valid_to <= valid_from:
        faults.append(_fault("validity", _NEVER))
    elif valid_to < at:
        faults.append(_fault("expired", Message(_EXPIRED, {"valid_to": valid_to.isoformat()})))
    if faults:
        raise _refusal(*faults)
    return Facts(
        fingerprint_of(certificate.public_bytes(serialization.Encoding.DER)),
        subject,
        certificate.public_bytes(serialization.Encoding.PEM).decode("ascii"),
        valid_from,
        min(valid_to, _LATEST),
    )


def algorithms_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Give the algorithms of JWS that go with a certificate's key. Empty: we take no such key."""
    try:
        key = certificate.public_key()
    except (UnsupportedAlgorithm, ValueError):
        return ()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _BY_CURVE.get(key.curve.name, ())
    return _OF_RSA if isinstance(key, rsa.RSAPublicKey) and key.key_size >= LEAST_BITS else ()


def self_signed(subject: str, *, days: int, at: datetime) -> tuple[str, str]:
    """Make a key on P-256 and a certificate for it, signed by itself; both as PEM.

    For demonstrations and tests: nobody vouches for the subject. Raises ValueError for a subject
    that is empty or longer than 64 bytes (RFC 5280, appendix A.1).
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    certificate = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at)
        .not_valid_after(at + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return secret.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()


def _only_one(pem: str) -> tuple[x509.Certificate, str]:
    """Give the certificate and its subject, which is text of somebody else: for people's eyes."""
    if "PRIVATE KEY-----" in pem:
        raise _refusal(_fault("private-key", _PRIVATE))
    try:
        if len(pem) > MOST_CHARACTERS:
            raise ValueError(len(pem))  # noqa: TRY301 - told below like all else that is none
        (certificate,) = x509.load_pem_x509_certificates(pem.encode())
        subject = certificate.subject.rfc4514_string()
    except (ValueError, x509.InvalidVersion) as error:
        raise _refusal(_fault("not-a-certificate", _NOT_ONE)) from error
    return certificate, "".join(c if c.isprintable() else "?" for c in subject)


def _key_faults(certificate: x509.Certificate) -> list[Message]:
    if algorithms_of(certificate):
        return []
    try:
        key = certificate.public_key()
    except (UnsupportedAlgorithm, ValueError):
        return [Message(_STRANGE)]
    if isinstance(key, rsa.RSAPublicKey):
        return [Message(_SHORT, {"bits": key.key_size, "least": LEAST_BITS})]
    return [Message(_STRANGE)]


def _fault(code: str, message: Message) -> Fault:
    return Fault("/pem", code, message)


def _refusal(*faults: Fault) -> CertificateRefused:
    return CertificateRefused(
        mark("The certificate has %(count)s faults."), faults=faults, count=len(faults)
    )
