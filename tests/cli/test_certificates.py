"""`indicators-api certificates`: what an operator does by hand, on a database of its own."""

import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from indicators_api.api.context import VIETNAM
from indicators_api.cli.main import commands
from indicators_api.errors import CertificateRefused, InvalidRequest, NotFound
from indicators_api.security.signing import load_signing_key, sign, verify
from tests.factories import WARD

Run = Callable[..., Result]


@pytest.fixture
def run(committed_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command of `indicators-api certificates` on the test's database."""
    monkeypatch.setenv("DATABASE_URL", committed_url)
    return lambda *words: CliRunner().invoke(commands, ["certificates", *map(str, words)])


def make_key(file: Path, *more: str) -> Result:
    words = ["certificates", "new-key", "--subject", "Nguyễn Văn A", "--days", "30", "--out", file]
    return CliRunner().invoke(commands, [*map(str, words), *more])


@pytest.mark.committed
def test_a_certificate_is_added_listed_and_revoked(
    run: Run, committed_url: str, tmp_path: Path
) -> None:
    """`certificates add|list|revoke`: the fingerprint names it, as openssl writes it too."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    certificate.write_text(make_key(key).output)
    fingerprint = load_signing_key(key).fingerprint

    added = run("add", certificate, "--unit", WARD)
    listed = run("list")
    revoked = run("revoke", ":".join(fingerprint[n : n + 2].upper() for n in range(0, 64, 2)))
    again = run("revoke", fingerprint)

    assert added.output == f"{fingerprint}\n"
    today = f"{datetime.now(VIETNAM):%Y-%m-%d}"
    assert listed.output.split()[:3] == [fingerprint, WARD, today]
    assert listed.output.endswith("CN=Nguyễn Văn A\n")
    assert revoked.exit_code == 0
    assert isinstance(again.exception, NotFound)
    assert " revoked " in run("list").output
    with psycopg.connect(committed_url) as connection:
        told = connection.execute("SELECT action, actor_name FROM journal ORDER BY id DESC LIMIT 2")
        assert told.fetchall() == [
            ("certificate.revoke", "operator"),
            ("certificate.register", "operator"),
        ]


@pytest.mark.committed
def test_a_key_is_not_registered_instead_of_its_certificate(run: Run, tmp_path: Path) -> None:
    """`certificates add`: nor anything without an owner."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    certificate.write_text(make_key(key).output)

    assert isinstance(run("add", key, "--unit", WARD).exception, CertificateRefused)
    assert isinstance(run("add", certificate).exception, InvalidRequest)
    assert run("list").output == ""


def test_a_key_for_trying_out_is_its_owners_alone(tmp_path: Path) -> None:
    """`certificates new-key`: a file of mode 0600 that INDICATORS_SIGNING_KEY takes."""
    file = tmp_path / "key.pem"

    made = make_key(file)

    assert made.exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "PRIVATE" not in made.output
    assert made.output in file.read_text()
    key = load_signing_key(file)
    now = datetime.now(VIETNAM)
    assert verify(b"{}", sign(b"{}", key), {key.fingerprint: None}, at=now) == key.fingerprint


@pytest.mark.parametrize("more", [(), ("--subject", ""), ("--subject", "ễ" * 22)])
def test_no_key_is_overwritten_or_made_for_nobody(tmp_path: Path, more: tuple[str, ...]) -> None:
    """`certificates new-key`: a sentence, and the file that is there stays."""
    file = tmp_path / "key.pem"
    file.write_text("mine")

    refused = make_key(file, *more)

    assert refused.exit_code == 2
    assert ("--subject" if more else "File exists") in refused.output
    assert file.read_text() == "mine"
