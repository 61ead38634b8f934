"""The README's first screen is true: its commands are run, its answers are what came back."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import pytest
from werkzeug.serving import make_server

from indicators_api.app import create_app
from indicators_api.config import from_environment
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from tests.callers import issue_token

README = Path(__file__).resolve().parents[2] / "README.md"
EXAMPLE = re.compile(
    r"<!-- tested -->\n```sh\n(?P<command>.*?)```\n```json\n(?P<answer>.*?)```", re.DOTALL
)

#: Members that tell when the answer was made.
VOLATILE = {"as_of"}


class Example(NamedTuple):
    """A command of the README and the answer that it shows."""

    command: str
    answer: Any


class Served(NamedTuple):
    """A running service and the tokens that `make run` would have printed."""

    port: int
    tokens: dict[str, str]


def examples() -> list[Example]:
    found = EXAMPLE.finditer(README.read_text(encoding="utf-8"))
    return [
        Example(match["command"], json.loads(match["answer"], parse_float=str)) for match in found
    ]


@pytest.fixture
def served(committed_url: str) -> Iterator[Served]:
    """The application on a port of its own, by the real clock."""
    engine = make_engine(committed_url, pool_size=2, statement_timeout_ms=60_000)
    database, now = Database(engine), datetime.now(UTC)
    app = create_app(from_environment({"DATABASE_URL": committed_url}), database=database)
    tokens = {
        "LEADER": issue_token(database, "leader", at=now, unit="H59.21.11"),
        "OPERATIONS": issue_token(database, "operations", at=now),
    }
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield Served(server.server_port, tokens)
    server.shutdown()
    thread.join()
    server.server_close()
    engine.dispose()


def run(command: str, served: Served) -> Any:
    """Run a command of the README with the port of this service; give its answer."""
    if shutil.which("curl") is None:
        pytest.fail("The README's commands need curl. As root: apt-get install curl")
    done = subprocess.run(
        ["bash", "-c", command.replace("localhost:8000", f"127.0.0.1:{served.port}")],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "no_proxy": "*", **served.tokens},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout, parse_float=str)


def steady(answer: Any) -> Any:
    """Give an answer without what differs from one time to the next."""
    return {name: "…" if name in VOLATILE else value for name, value in answer.items()}


@pytest.mark.committed
def test_the_readmes_commands_give_the_readmes_answers(served: Served) -> None:
    """A newcomer pastes them in their order and sees what the README shows."""
    shown = examples()

    answers = [run(example.command, served) for example in shown]

    assert len(shown) == 3
    assert [steady(answer) for answer in answers] == [steady(example.answer) for example in shown]


def test_the_first_screen_is_a_sentence_and_two_commands() -> None:
    """A newcomer needs no more than that to begin."""
    first = README.read_text(encoding="utf-8").split("\n```\n")[0]

    assert len(first.splitlines()) < 10
    assert re.findall(r"^make \w+", first, re.MULTILINE) == ["make run", "make test"]
