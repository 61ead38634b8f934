"""Commands where an installation serves several jurisdictions, each named by `--jurisdiction`."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from indicators_api.cli.main import commands
from indicators_api.errors import CatalogueInvalid, InvalidRequest, NotFound
from tests.catalogue_files import write_catalogue

pytestmark = pytest.mark.committed

Run = Callable[..., Result]

SAMPLE = ("--jurisdiction", "mau")
TRA_VINH = ("--jurisdiction", "tra_vinh")


@pytest.fixture
def run(committed_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run commands on Trà Vinh with a small sample province beside it."""
    monkeypatch.setenv("DATABASE_URL", committed_url)

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(commands, words)

    folder = str(write_catalogue(tmp_path / "sample"))
    assert isinstance(invoke("catalogue", "load", folder).exception, CatalogueInvalid)
    assert invoke("catalogue", "load", "--new", folder).exit_code == 0
    return invoke


def rows(url: str, query: str) -> list[tuple]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query).fetchall()


def test_loading_again_needs_no_word_and_changes_the_own_catalogue_alone(
    run: Run, committed_url: str, tmp_path: Path
) -> None:
    """Which jurisdiction files are of stands in jurisdiction.csv."""
    versions = "SELECT code, catalogue_version FROM jurisdiction ORDER BY code"
    before = rows(committed_url, versions)

    again = run("catalogue", "load", str(tmp_path / "sample"))
    packaged = run("catalogue", "load")

    assert (again.exit_code, packaged.exit_code) == (0, 0)
    assert rows(committed_url, versions) == before


@pytest.mark.parametrize(
    "words",
    [
        ("tokens", "issue", "--role", "operations", "--on", "2024-07-14"),
        ("exchange", "packages", "VPCP", "2024-07"),
        ("certificates", "revoke", "0"),
    ],
)
def test_what_works_on_one_must_be_told_which(run: Run, words: tuple[str, ...]) -> None:
    """Nothing is guessed: the sentence names those that are here."""
    refused = run(*words)
    unknown = run(*words, "--jurisdiction", "nowhere")

    assert isinstance(refused.exception, InvalidRequest)
    assert "mau, tra_vinh" in str(refused.exception)
    assert isinstance(unknown.exception, NotFound)
    assert "nowhere" in str(unknown.exception)


def test_a_token_is_bound_to_its_jurisdiction(run: Run, committed_url: str) -> None:
    """Codes are looked for in the jurisdiction that is named."""
    sample = run("tokens", "issue", "--role", "clerk", "--unit", "U.2.11", *SAMPLE)
    other = run("tokens", "issue", "--role", "clerk", "--unit", "U.2.11", *TRA_VINH)

    number = sample.output.split("_")[1]
    assert isinstance(other.exception, NotFound)
    assert rows(committed_url, "SELECT jurisdiction_id FROM token") == [(2,)]
    listed = run("tokens", "list").output.splitlines()
    assert listed[0] == "mau:"
    assert listed[1].split()[:3] == [number, "clerk", "U.2.11"]
    assert listed[2:] == ["tra_vinh:"]
    assert run("tokens", "list", *TRA_VINH).output == ""


def test_a_revocation_is_noted_where_the_token_was_of(run: Run, committed_url: str) -> None:
    """Numbers of tokens are unique in an installation."""
    token = run("tokens", "issue", "--role", "operations", *SAMPLE).output

    revoked = run("tokens", "revoke", token.split("_")[1])

    assert revoked.exit_code == 0
    noted = "SELECT jurisdiction_id FROM journal WHERE action LIKE 'token.%'"
    assert rows(committed_url, noted) == [(2,), (2,)]


def test_figures_are_proved_for_all_or_for_one(run: Run, committed_url: str) -> None:
    """`rollup verify|rebuild`: a difference in one is found, told of that one, and mended."""
    with psycopg.connect(committed_url, autocommit=True) as connection:
        connection.execute("UPDATE coverage SET assigned = 7 WHERE jurisdiction_id = 2")

    all_of_them = run("rollup", "verify")
    good, bad = run("rollup", "verify", *TRA_VINH), run("rollup", "verify", *SAMPLE)
    run("rollup", "rebuild", *SAMPLE)
    mended = run("rollup", "verify")

    codes = (all_of_them.exit_code, good.exit_code, bad.exit_code, mended.exit_code)
    assert codes == (1, 0, 1, 0)
    assert all_of_them.output.index("mau:") < all_of_them.output.index("coverage:")
    assert all_of_them.output.index("coverage:") < all_of_them.output.index("tra_vinh:")


def test_the_worker_looks_after_all_of_them(run: Run, committed_url: str) -> None:
    """Duties are done for each jurisdiction; each journal has positions of its own."""
    run("tokens", "issue", "--role", "operations", *SAMPLE)

    done = run("exchange", "run", "--once")

    assert done.exit_code == 0, done.output
    assert rows(committed_url, "SELECT count(*) FROM journal_waiting") == [(0,)]
    first = """SELECT jurisdiction_id, min(position), max(position) = count(*)
               FROM journal_position GROUP BY 1 ORDER BY 1"""
    assert rows(committed_url, first) == [(1, 1, True), (2, 1, True)]


def test_the_journal_and_the_sharing_log_are_looked_after_one_by_one(run: Run) -> None:
    """`audit number`, `sharing purge`: what is done is told for each."""
    numbered = run("audit", "number")
    purged = run("sharing", "purge", *SAMPLE)

    assert [line for line in numbered.output.splitlines() if line.endswith(":")] == [
        "mau:",
        "tra_vinh:",
    ]
    assert purged.output.startswith("0 rows")
