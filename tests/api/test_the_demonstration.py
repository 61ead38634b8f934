"""`indicators-api demo`: a month of a province, played over HTTP against a running service."""

import re
import threading
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text
from werkzeug.serving import WSGIRequestHandler, make_server

from indicators_api.aggregation import rollup
from indicators_api.app import create_app
from indicators_api.cli.demo import demo
from indicators_api.cli.demo_cast import Cast, cast
from indicators_api.config import from_environment
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database

UNITS = 194
LATE, MISSING = 4, 3


class Quiet(WSGIRequestHandler):
    """A server that doesn't log each request."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@pytest.fixture
def engine(committed_url: str) -> Iterator[Engine]:
    made = make_engine(committed_url, pool_size=8, statement_timeout_ms=60_000)
    yield made
    made.dispose()


@pytest.fixture
def service_url(committed_url: str, engine: Engine) -> Iterator[str]:
    """A running service on a database of its own."""
    config = from_environment({"DATABASE_URL": committed_url})
    app = create_app(config, database=Database(engine))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()
    server.server_close()


def played(url: str, *options: str, database_url: str) -> Result:
    return CliRunner().invoke(
        demo, ["--url", url, *options], env={"DATABASE_URL": database_url, "PORT": ""}
    )


def rows_under(title: str, output: str) -> dict[str, list[str]]:
    """The rows of a printed table, its head among them, by their first cell."""
    table = output.partition(title)[2].partition("\n")[2].strip("\n").split("\n\n")[0]
    cells = [re.split(r" {2,}", line) for line in table.splitlines()]
    return {row[0]: row[1:] for row in cells}


@pytest.mark.committed
def test_a_month_is_played_once(service_url: str, committed_url: str, engine: Engine) -> None:
    """Issue 2, point 9. A second time finds all reports there and leaves them as they are."""
    options = ("--period", "2024-07", "--late", str(LATE), "--missing", str(MISSING))

    first = played(service_url, *options, database_url=committed_url)
    again = played(service_url, *options, database_url=committed_url)

    assert first.exit_code == 0, first.output
    sent = UNITS - MISSING
    assert f"{sent} reports sent, {LATE} of them late" in first.output
    reviewed = f"3 returned and sent again, {sent} accepted, 2 of them corrected"
    assert f"{reviewed}, {MISSING} missing" in first.output
    reports = rows_under("Reports of 2024-07", first.output)["all"]
    assert reports[:7] == [str(n) for n in (UNITS, sent, sent, sent - LATE, LATE, MISSING, 0)]
    assert again.exit_code == 0, again.output
    assert f"{MISSING} missing, {sent} existed and were left as they are" in again.output
    assert rows_under("Reports of 2024-07", again.output)["all"] == reports
    figures = rows_under("the province", first.output)
    assert len(figures) == 10 + len(["head", "rule"])
    assert figures["KT140102"][:2] == ["Domestic revenue", "million dong"]
    assert len(rows_under("by district", first.output)) == 9 + len(["head", "rule"])
    beside = rows_under("the year so far and the plan", first.output)
    assert len(beside["Domestic revenue"]) == 6
    assert "2 plans decided" in first.output
    held = re.search(
        r"Thresholds: (\d+) alarms, (\d+) warnings, (\d+) not crossed, 2 without", first.output
    )
    assert held is not None
    assert sum(map(int, held.groups())) == 2 + 9
    crossed = first.output.partition("without a figure")[2]
    assert len(re.findall(r"^(?:alarm|warning) ", crossed, re.MULTILINE)) == int(held[1]) + int(
        held[2]
    )
    assert_as_promised(engine)


def assert_as_promised(engine: Engine) -> None:
    """The roll-up is exact, the tokens are revoked, every way of reporting was taken."""
    with engine.connect() as connection:
        actions = connection.scalars(
            text("SELECT DISTINCT action FROM report_step WHERE period_id = 202407")
        )
        in_force = text("SELECT count(*) FROM token WHERE revoked_at IS NULL")
        steps = {"create", "submit", "send", "return", "accept"}
        assert set(actions) == {*steps, "request_correction", "agree_correction"}
        assert connection.scalars(in_force).one() == 0
    with Database(engine).reading() as session:
        assert rollup.verify(session, 1) == []


@pytest.mark.committed
def test_a_service_on_another_database_is_noticed(
    service_url: str, committed_url: str, database_url: str
) -> None:
    other = played(service_url, database_url=database_url)

    assert other.exit_code == 1
    assert "works on another database" in other.output
    assert committed_url != database_url


def test_a_service_that_does_not_answer_is_one_sentence(database_url: str) -> None:
    nobody = played("http://127.0.0.1:9", database_url=database_url)

    assert nobody.exit_code == 1
    assert nobody.output.startswith("Error: No service answers at http://127.0.0.1:9")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--period", "2024-Q3"), "is no month"),
        (("--period", "July"), "is no month"),
        (("--period", "2099-01"), "is not over yet"),
        (("--period", "2024-07", "--until", "2024-07"), "give one of them"),
    ],
)
def test_only_months_that_are_over_are_played(options: tuple[str, ...], said: str) -> None:
    refused = played("http://127.0.0.1:9", *options, database_url="")

    assert refused.exit_code == 2
    assert said in refused.output


def casting(reported: frozenset[str] = frozenset(), seed: int = 1) -> Cast:
    units = [f"U{n:03}" for n in range(UNITS)]
    return cast(units, "2024-07", seed=seed, late=LATE, missing=MISSING, reported=reported)


def test_the_parts_are_the_same_for_the_same_seed() -> None:
    assert casting() == casting()
    assert casting() != casting(seed=2)


def test_nobody_has_two_parts() -> None:
    parts = casting()

    assert len(parts.missing) == MISSING
    assert len(parts.late) == LATE
    assert len(parts.ways) == UNITS - MISSING
    assert not parts.missing & parts.ways.keys()
    assert not parts.late & parts.returned
    assert parts.late | parts.returned < parts.ways.keys()


def test_after_an_interruption_the_same_units_are_late_and_missing() -> None:
    whole = casting()
    sent = frozenset(list(whole.ways)[:100])

    rest = casting(reported=sent)

    assert rest.missing == whole.missing
    assert rest.late == whole.late - sent
    assert rest.ways.keys() == whole.ways.keys() - sent
