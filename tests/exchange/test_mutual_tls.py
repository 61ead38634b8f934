"""Partners known by certificates: the server by its authority, we by our own certificate."""

import datetime as dt
import ipaddress
import ssl
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from indicators_api.exchange.transport import Line, post
from tests.exchange.conftest import LOOPBACK, Server


class Issued(NamedTuple):
    """A certificate, and the file with it and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    file: Path


def issue(folder: Path, name: str, by: Issued | None = None) -> Issued:
    """Issue a certificate for the loopback, by itself or by an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    place = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(place, critical=False)
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .sign(by.key if by else key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = folder / f"{name}.pem"
    file.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return Issued(certificate, key, file)


class Town(NamedTuple):
    """An authority, a server that takes only those whom it certified, and us."""

    url: str
    authority: Path
    ours: Path
    strangers: Path


@pytest.fixture
def town(server: Server, tmp_path: Path) -> Town:
    """A server behind mutual TLS."""
    authority = issue(tmp_path, "authority")
    ours, theirs = issue(tmp_path, "ours", authority), issue(tmp_path, "theirs", authority)
    strangers = issue(tmp_path, "stranger")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(theirs.file)
    context.load_verify_locations(authority.file)
    context.verify_mode = ssl.CERT_REQUIRED
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return Town(server.url.replace("http:", "https:"), authority.file, ours.file, strangers.file)


def test_each_knows_the_other_by_its_certificate(server: Server, town: Town) -> None:
    """Partners: mutual TLS."""
    outcome = post(f"{town.url}/x", b"{}", {}, Line(LOOPBACK, town.authority, town.ours))

    assert (outcome.status, outcome.error) == (200, None)
    assert [path for path, _, _ in server.seen] == ["/x"]


def test_a_server_that_no_authority_vouches_for_is_told_nothing(server: Server, town: Town) -> None:
    """Partners: certificates are verified, always."""
    unknown = post(town.url, b"{}", {}, Line(LOOPBACK, None, town.ours))
    others = post(town.url, b"{}", {}, Line(LOOPBACK, town.strangers, town.ours))

    assert server.seen == []
    for outcome in (unknown, others):
        assert outcome.status is None
        assert "certificate verify failed" in (outcome.error or "").lower()


def test_who_has_no_certificate_is_not_let_in(server: Server, town: Town) -> None:
    """Partners: ours is shown only where it is named."""
    without = post(town.url, b"{}", {}, Line(LOOPBACK, town.authority))
    strange = post(town.url, b"{}", {}, Line(LOOPBACK, town.authority, town.strangers))

    assert server.seen == []
    assert (without.status, strange.status) == (None, None)
