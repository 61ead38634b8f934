"""A running service on a port of its own, and commands of the documentation that call it."""

import json
import os
import shutil
import subprocess
import sys
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
from tests.factories import WARD


class Served(NamedTuple):
    """A running service and the tokens that `make run` would have printed."""

    port: int
    tokens: dict[str, str]


@pytest.fixture
def served(committed_url: str) -> Iterator[Served]:
    """The application on a port of its own, by the real clock."""
    engine = make_engine(committed_url, pool_size=2, statement_timeout_ms=60_000)
    database, now = Database(engine), datetime.now(UTC)
    app = create_app(from_environment({"DATABASE_URL": committed_url}), database=database)
    tokens = {
        "LEADER": issue_token(database, "leader", at=now, unit=WARD),
        "OPERATIONS": issue_token(database, "operations", at=now),
        "ADMINISTRATOR": issue_token(database, "administrator", at=now),
    }
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield Served(server.server_port, tokens)
    server.shutdown()
    thread.join()
    server.server_close()
    engine.dispose()


def run(command: str, served: Served, folder: Path | None = None) -> str:
    """Run a command of the documentation with the port of this service; give what it prints."""
    if shutil.which("curl") is None:
        pytest.fail("The documentation's commands need curl. As root: apt-get install curl")
    path = os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin:/usr/bin:/bin"])
    done = subprocess.run(
        ["bash", "-ec", command.replace("localhost:8000", f"127.0.0.1:{served.port}")],
        cwd=folder,
        env={"PATH": path, "no_proxy": "*", **served.tokens},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def read(answer: str) -> Any:
    """Read an answer with decimals as they stand in it."""
    return json.loads(answer, parse_float=str)
