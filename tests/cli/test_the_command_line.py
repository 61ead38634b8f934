"""What an operator does by hand, command by command, on a database of its own."""

import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from indicators_api.cli import connections
from indicators_api.cli.catalogue import TRA_VINH
from indicators_api.cli.main import commands, main
from indicators_api.config import from_environment
from indicators_api.errors import DomainError

pytestmark = pytest.mark.committed

Run = Callable[..., Result]


@pytest.fixture
def run(committed_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command of `indicators-api` on the test's database."""
    monkeypatch.setenv("DATABASE_URL", committed_url)
    return lambda *words: CliRunner().invoke(commands, words)


def rows(url: str, query: str) -> list[tuple]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query).fetchall()


def test_the_database_is_brought_up_to_date_and_checked(run):
    """`database upgrade|check`: a second upgrade has nothing to do."""
    upgraded = run("database", "upgrade")
    checked = run("database", "check")

    assert upgraded.exit_code == checked.exit_code == 0
    assert "up to date" in checked.output


def test_an_outdated_database_fails_the_check(run, committed_url):
    """Exit status 1, and the command that helps."""
    with psycopg.connect(committed_url, autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'older'")

    checked = run("database", "check")

    assert checked.exit_code == 1
    assert "indicators-api database upgrade" in checked.output


def test_more_connections_than_the_server_lends_fail_the_check(run, monkeypatch):
    """The numbers are named, and what helps; behind a pooler it is the pooler that counts."""
    monkeypatch.setenv("INDICATORS_WORKERS", "64")
    monkeypatch.setenv("INDICATORS_THREADS", "64")

    checked = run("database", "check")
    monkeypatch.setenv("DATABASE_POOLER", "transaction")
    pooled = run("database", "check")

    assert checked.exit_code == 1
    assert "64 workers × 64 threads" in checked.output
    assert "4099 connections" in checked.output
    assert pooled.exit_code == 0


def test_what_would_go_wrong_is_told_before_the_service_starts(committed_url, monkeypatch):
    """Gunicorn logs it: too few connections, or none at all and why."""
    small = {"DATABASE_URL": committed_url}
    monkeypatch.setenv("DATABASE_URL", committed_url)
    assert connections.complaint(from_environment(small)) is None
    large = from_environment({**small, "INDICATORS_THREADS": "64", "INDICATORS_WORKERS": "64"})
    assert "max_connections" in str(connections.complaint(large))

    monkeypatch.setenv("DATABASE_URL", committed_url.replace("/test_", "/away_"))
    assert "can't be reached" in str(connections.complaint(from_environment(small)))


def test_loading_the_packaged_catalogue_again_changes_nothing(run):
    """`catalogue load` is idempotent: it reports added, changed and ended."""
    loaded = run("catalogue", "load")

    assert loaded.exit_code == 0
    lines = [line for line in loaded.output.splitlines() if " added " in line]
    assert len(lines) > 10
    assert all(" 0 added " in line and " 0 changed " in line for line in lines), loaded.output


def test_a_broken_catalogue_is_refused_with_every_fault_named(run, committed_url, tmp_path):
    """Nothing is loaded."""
    folder = tmp_path / "broken"
    shutil.copytree(TRA_VINH, folder)
    indicators = folder / "indicators.csv"
    text = indicators.read_text(encoding="utf-8").replace("KT0401,,TY_DONG", "KT9999,,NO_SUCH", 1)
    indicators.write_text(text, encoding="utf-8", newline="")
    before = rows(committed_url, "SELECT catalogue_version FROM jurisdiction")

    refused = run("catalogue", "load", str(folder))

    assert isinstance(refused.exception, DomainError)
    assert "KT9999" in str(refused.exception)
    assert "NO_SUCH" in str(refused.exception)
    assert rows(committed_url, "SELECT catalogue_version FROM jurisdiction") == before


def test_an_ended_commune_changes_who_counts(run, committed_url, tmp_path):
    """A load derives who counts in the same transaction."""
    folder = tmp_path / "changed"
    shutil.copytree(TRA_VINH, folder)
    units = folder / "reporting_units.csv"
    lines = units.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("H59.21.11,")]
    units.write_text("\r\n".join(kept) + "\r\n", encoding="utf-8", newline="")

    loaded = run("catalogue", "load", str(folder))

    assert loaded.exit_code == 0, loaded.output
    query = """SELECT max(last_month) FROM counting
               WHERE unit_id = (SELECT id FROM unit WHERE code = 'H59.21.11')"""
    assert rows(committed_url, query) == [(202506,)]


def test_a_token_is_printed_alone_and_only_its_hash_is_kept(run, committed_url):
    """`tokens issue` prints the token alone on standard output."""
    issued = run("tokens", "issue", "--role", "clerk", "--unit", "H59.21.11")

    token = issued.output.strip()
    assert issued.output == f"{token}\n"
    secret = token.split("_", 2)[2]
    ((stored,),) = rows(committed_url, "SELECT secret_hash FROM token")
    assert len(stored) == 32
    assert secret not in run("tokens", "list").output


def test_each_unit_gets_its_token(run):
    """`--each-unit` prints unit, tab, token."""
    issued = run("tokens", "issue", "--role", "leader", "--each-unit")

    pairs = [line.split("\t") for line in issued.output.splitlines()]
    assert len(pairs) == 194
    assert all(token.startswith("ia_") for _, token in pairs)
    assert pairs[0][0] == "H59.01"


def test_a_revoked_token_is_listed_as_such(run):
    """`tokens list|revoke`."""
    run("tokens", "issue", "--role", "operations", "--area", "84", "--on", "2024-07-14")

    revoked = run("tokens", "revoke", "1")
    again = run("tokens", "revoke", "1")

    assert revoked.exit_code == 0
    assert "revoked" in run("tokens", "list").output
    assert isinstance(again.exception, DomainError)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--role", "clerk"], "--unit"),
        (["--role", "clerk", "--unit", "H99"], "H99"),
        (["--role", "reviewer", "--area", "999"], "999"),
    ],
)
def test_a_token_for_nobody_is_refused(run, words, complaint):
    """The sentence tells what is missing."""
    refused = run("tokens", "issue", *words)

    assert isinstance(refused.exception, DomainError)
    assert complaint in str(refused.exception)


def test_verify_finds_a_wrong_cell_and_rebuild_mends_it(run, committed_url):
    """`rollup verify|rebuild`: exit status 1 on a difference."""
    clean = run("rollup", "verify")
    with psycopg.connect(committed_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO rollup SELECT 1, 202407, a.id, i.id, 5, 1, 1, 0, 0, 0, 0, 0"
            " FROM area a, indicator i"
            " WHERE a.code = '842' AND i.code = 'XH160101'"
        )

    found = run("rollup", "verify")
    run("rollup", "rebuild")
    mended = run("rollup", "verify")

    assert (clean.exit_code, found.exit_code, mended.exit_code) == (0, 1, 0)
    assert "2024-07 842 XH160101" in found.output


def test_verify_finds_that_somebody_else_counts(run, committed_url):
    """Who counts is proved as well: it follows from the assignments."""
    with psycopg.connect(committed_url, autocommit=True) as connection:
        connection.execute("UPDATE counting SET counts = FALSE WHERE indicator_id % 50 = 0")

    found = run("rollup", "verify")

    assert found.exit_code == 1
    assert "rollup rebuild" in found.output


def test_the_journal_is_numbered(run, committed_url):
    """`audit number`: for a timer, where nobody reads the feed; `--adopt` after an upgrade."""
    first = run("audit", "number")
    again = run("audit", "number")
    with psycopg.connect(committed_url, autocommit=True) as connection:
        connection.execute("DELETE FROM journal_position")
    adopted = run("audit", "number", "--adopt")

    ((entries,),) = rows(committed_url, "SELECT count(*) FROM journal")
    assert first.output == f"{entries} entries are numbered.\n"
    assert again.output == "0 entries are numbered.\n"
    assert f"{entries} entries did not wait" in adopted.output
    assert rows(committed_url, "SELECT max(position) FROM journal_position") == [(entries,)]


def test_what_was_shared_long_ago_is_deleted(run, committed_url, monkeypatch):
    """`sharing purge`: what is older than INDICATORS_SHARING_DAYS, noted in the journal."""
    monkeypatch.setenv("INDICATORS_SHARING_DAYS", "30")
    with psycopg.connect(committed_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO sharing (jurisdiction_id, at, kind, who, role, asked, state)"
            " SELECT 1, now() - days * interval '1 day', 'pull', 'A', 'operations', 'GET',"
            " 'answered' FROM unnest(ARRAY[0, 29, 31, 400]) AS days"
        )

    told = run("sharing", "purge", "--dry-run")
    kept = rows(committed_url, "SELECT count(*) FROM sharing")
    done = run("sharing", "purge")
    again = run("sharing", "purge")

    assert told.output == "2 rows are older than 30 days and would be deleted.\n"
    assert kept == [(4,)]
    assert done.output == "2 rows were older than 30 days and are deleted.\n"
    assert again.output == "0 rows were older than 30 days and are deleted.\n"
    assert rows(committed_url, "SELECT count(*) FROM sharing") == [(2,)]
    query = "SELECT actor_name, details ->> 'rows' FROM journal WHERE action = 'sharing.purge'"
    assert rows(committed_url, query) == [("operator", "2")]


def test_a_failure_is_a_sentence_and_exit_status_1(monkeypatch, capsys):
    """Without a database there is no trace, but what to set."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr("sys.argv", ["indicators-api", "database", "check"])
    monkeypatch.setattr("indicators_api.cli.private.running_url", lambda: None)

    with pytest.raises(SystemExit) as stopped:
        main()

    assert stopped.value.code == 1
    assert "DATABASE_URL is missing" in capsys.readouterr().err


def test_openapi_write_tells_a_stale_file(tmp_path: Path):
    """`openapi write --check` exits with 1 and writes nothing."""
    stale = tmp_path / "openapi.json"
    stale.write_text("{}", encoding="utf-8")

    checked = CliRunner().invoke(commands, ["openapi", "write", "--check", "--file", str(stale)])
    CliRunner().invoke(commands, ["openapi", "write", "--file", str(stale)])
    fresh = CliRunner().invoke(commands, ["openapi", "write", "--check", "--file", str(stale)])

    assert (checked.exit_code, fresh.exit_code) == (1, 0)
