"""Keys and certificates of the tests; each is made once, since that takes long."""

from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from indicators_api.security.signing import SigningKey

#: When certificates are valid unless a test says otherwise; its clock stands within.
SINCE, UNTIL = datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)

KINDS = {
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "P-521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
    "RSA 1024": lambda: rsa.generate_private_key(65537, 1024),  # noqa: S505 - it is refused
    "RSA 2048": lambda: rsa.generate_private_key(65537, 2048),
}


def signer(
    name: str = "leader",
    kind: str = "P-256",
    *,
    since: datetime = SINCE,
    until: datetime = UNTIL,
) -> SigningKey:
    """Give somebody's key of a kind, with a certificate for some time: always the same one."""
    return _made(name, kind, since, until)


@cache
def _made(name: str, kind: str, since: datetime, until: datetime) -> SigningKey:
    key = KINDS[kind]()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .sign(key, None if kind == "Ed25519" else hashes.SHA256())
    )
    return SigningKey(key, (certificate,))


def certificate_of(key: SigningKey) -> str:
    """Give the certificate as PEM."""
    return key.chain[0].public_bytes(Encoding.PEM).decode()


def secret_of(key: SigningKey) -> str:
    """Give the private key as PEM."""
    form = PrivateFormat.PKCS8
    return key.key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()
