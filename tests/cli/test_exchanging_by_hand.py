"""What an operator does for the exchange by hand, on a database of its own."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from indicators_api.cli.main import commands
from indicators_api.config import ConfigError
from indicators_api.errors import ExchangeNotReady
from indicators_api.exchange import mapping_file
from indicators_api.security.signing import verify
from tests.exchange.conftest import Server, server
from tests.signers import SINCE, certificate_of, secret_of, signer

__all__ = ["server"]

pytestmark = pytest.mark.committed

Run = Callable[..., Result]


@pytest.fixture
def run(committed_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Run]:
    """Run a command of `indicators-api` on the test's database."""
    monkeypatch.setenv("DATABASE_URL", committed_url)
    monkeypatch.setenv("INDICATORS_EXCHANGE_HOSTS", "127.0.0.0/8")
    monkeypatch.setenv("INDICATORS_SECRETS_FOLDER", str(tmp_path))
    monkeypatch.setenv("INDICATORS_LOG_LEVEL", "error")
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield lambda *words: CliRunner().invoke(commands, words)
    # The worker sets up logging for a process of its own.
    root.setLevel(level)
    root.handlers[:] = handlers


def set_up(run: Run, url: str) -> Result:
    words = ("--kind", "operations_centre", "--url", url, "--name", "Trung tâm", "--takes", "event")
    return run("partners", "set", "IOC", *words)


def test_a_partner_is_set_up_and_what_waits_is_delivered(
    run: Run, server: Server, committed_url: str
) -> None:
    """`partners set`, `exchange run --once`: what is due goes out, then it ends."""
    made, changed = set_up(run, server.url), set_up(run, server.url)
    with psycopg.connect(committed_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO delivery (jurisdiction_id, partner_id, message_id, kind, stream, path,"
            " body, headers, state, attempts, created_at, due_at) SELECT 1, id, 'm-1', 'event',"
            " 's', '/x', '{}', '{}', 'waiting', 0, now(), now() FROM partner"
        )
    waiting = run("partners", "list").output
    delivered = run("exchange", "run", "--once")

    assert (made.output, changed.output) == (
        "Partner IOC is set up.\n",
        "Partner IOC is changed.\n",
    )
    assert "1 waiting" in waiting
    assert delivered.output.endswith("1 attempts.\n")
    assert [path for path, _, _ in server.seen] == ["/x"]
    assert "0 waiting" in run("partners", "list").output


def test_a_partner_that_may_not_be_reached_is_not_set_up(run: Run) -> None:
    """The operator's own list holds for the operator too."""
    refused = set_up(run, "http://10.0.0.1")

    assert refused.exit_code == 1
    assert "INDICATORS_EXCHANGE_HOSTS" in str(refused.exception)


def test_a_token_of_a_partner_is_for_a_system_that_is_set_up(run: Run, server: Server) -> None:
    """`tokens issue --role partner --partner CODE`."""
    words = ("tokens", "issue", "--role", "partner", "--on", "2024-07-14")
    set_up(run, server.url)

    issued = run(*words, "--partner", "IOC")
    nobodys, unknown = run(*words), run(*words, "--partner", "XYZ")
    others = run(
        "tokens", "issue", "--role", "operations", "--partner", "IOC", "--on", "2024-07-14"
    )

    assert issued.output.startswith("ia_")
    assert "partner IOC" in run("tokens", "list").output
    assert (nobodys.exit_code, unknown.exit_code, others.exit_code) == (1, 1, 1)


def test_a_way_to_fail_that_there_is_not_is_told(run: Run, tmp_path: Path) -> None:
    """`exchange receiver --fail`."""
    refused = run("exchange", "receiver", "--fail", "sleep", "--store", str(tmp_path / "s"))

    assert refused.exit_code == 2
    assert "--fail" in refused.output


def test_a_package_is_looked_at_then_sent(run: Run, server: Server) -> None:
    """`exchange packages`: what would go, to the letter; `--send` puts it into the outbox."""
    takes = ("--takes", "report_data", "--takes", "outline_form")
    run("partners", "set", "VPCP", "--kind", "government_office", "--url", server.url, *takes)

    shown = run("exchange", "packages", "VPCP", "2024-07")
    sent = run("exchange", "packages", "VPCP", "2024-07", "--send")
    again = run("exchange", "packages", "VPCP", "2024-07", "--send")
    run("exchange", "run", "--once")

    assert shown.exit_code == sent.exit_code == again.exit_code == 0, shown.output
    assert '"ma_chi_tieu": "KTXH.05"' in shown.output
    assert "outline_form: can't be built." in shown.output
    assert sent.output.endswith("1 packages sent.\n")
    assert again.output == "0 packages sent.\n"
    ((path, headers, _),) = server.seen
    assert path == "/packages"
    assert headers["Message-Id"] in sent.output
    assert "stands already" in run("exchange", "packages", "VPCP", "2024-07").output


def test_what_is_sent_by_hand_is_signed_by_the_key_of_the_settings(
    run: Run, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signing: a detached signature of the very bytes, in the header `Signature`."""
    ours = signer("province")
    file = tmp_path / "key.pem"
    file.write_text(secret_of(ours) + certificate_of(ours), encoding="ascii")
    monkeypatch.setenv("INDICATORS_SIGNING_KEY", str(file))
    kind = ("--kind", "government_office", "--takes", "report_data")
    run("partners", "set", "VPCP", "--url", server.url, *kind)

    sent = run("exchange", "packages", "VPCP", "2024-07", "--send")
    run("exchange", "run", "--once")
    file.write_text("no key", encoding="ascii")
    unsigned = run("exchange", "packages", "VPCP", "2024-08", "--send")

    ((_, headers, body),) = server.seen
    trusted = {ours.fingerprint: None}
    assert sent.exit_code == 0
    assert verify(body, headers["Signature"], trusted, at=SINCE) == ours.fingerprint
    assert isinstance(unsigned.exception, ConfigError)
    assert "0 waiting" in run("partners", "list").output


def test_gaps_are_printed_and_nothing_is_sent(
    run: Run, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`exchange packages`: exit status 1, each gap on a line of standard error."""
    file = tmp_path / "mapping.toml"
    text = mapping_file.PACKAGED.read_text(encoding="utf-8")
    file.write_text(text.replace("TRIEU_DONG = 0.001, ", ""), encoding="utf-8")
    monkeypatch.setenv("INDICATORS_EXCHANGE_MAPPING", str(file))
    kind = ("--kind", "government_office", "--takes", "report_data")
    run("partners", "set", "VPCP", "--url", server.url, *kind)

    shown = run("exchange", "packages", "VPCP", "2024-07")
    sent = run("exchange", "packages", "VPCP", "2024-07", "--send")
    wrong = run("exchange", "packages", "VPCP", "July")

    assert shown.exit_code == 1
    assert "gap: /units_of_measure/TY_DONG/TRIEU_DONG: Indicator" in shown.stderr
    assert isinstance(sent.exception, ExchangeNotReady)
    assert "/units_of_measure/TY_DONG/TRIEU_DONG" in str(sent.exception)
    assert wrong.exit_code == 2
    assert "0 waiting" in run("partners", "list").output
