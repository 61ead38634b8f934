"""What an operator does with the years that figures lie in."""

from collections.abc import Callable

import psycopg
import pytest
from click.testing import CliRunner, Result

from indicators_api.cli.main import commands
from indicators_api.cli.opening import wall_clock
from indicators_api.errors import Conflict, NotFound

pytestmark = pytest.mark.committed

Run = Callable[..., Result]


@pytest.fixture
def run(committed_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("DATABASE_URL", committed_url)
    with psycopg.connect(committed_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO observation (jurisdiction_id, period_id, unit_id, version, indicator_id,"
            " value) VALUES (1, 202107, 1, 1, 1, 41), (1, 202150, 1, 1, 1, 42)"
        )
    return lambda *words: CliRunner().invoke(commands, ("database", "years", *words))


def test_years_are_listed_with_their_rows(run):
    """`database years list`."""
    listed = run("list")

    assert listed.exit_code == 0, listed.output
    (line,) = [line for line in listed.output.splitlines() if line.startswith("2021")]
    assert line.split()[1:3] == ["2", "0"]


def test_years_are_made_ahead_and_one_by_one(run):
    """`database years create [YEAR]`: what is there is left alone."""
    this_year = wall_clock().year

    made, again, ahead = run("create", "2060"), run("create", "2060"), run("create")

    assert made.output == "Made: 2060.\n"
    assert again.output == ahead.output == "There is nothing to make.\n"
    assert str(this_year + 2) in run("list").output


def test_a_year_is_put_away_and_taken_back(run, committed_url):
    """`database years archive|restore`: the figures are in the schema `archive` meanwhile."""
    away = run("archive", "2021")
    with psycopg.connect(committed_url) as connection:
        archived = connection.execute("SELECT value FROM archive.observation_2021").fetchall()
        present = connection.execute("SELECT count(*) FROM observation").fetchone()
        told = connection.execute("SELECT action, subject FROM journal ORDER BY id DESC").fetchone()
    listed = run("list")
    back = run("restore", "2021")

    assert "archive.observation_2021" in away.output
    assert [value for (value,) in archived] == [41, 42]
    assert present == (0,)
    assert told == ("year.archive", "year/2021")
    assert "archived" in listed.output
    assert back.exit_code == 0
    assert "archived" not in run("list").output


def test_a_year_that_is_needed_stays(run):
    """Exit status 1 and the reason."""
    young, unknown = run("archive", str(wall_clock().year)), run("archive", "1995")

    assert isinstance(young.exception, Conflict)
    assert isinstance(unknown.exception, NotFound)
