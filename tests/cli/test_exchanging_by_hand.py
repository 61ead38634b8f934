"""What an operator does for the exchange by hand, on a database of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from indicators_api.cli.main import commands
from tests.exchange.conftest import Server, server

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
    return lambda *words: CliRunner().invoke(commands, words)


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
