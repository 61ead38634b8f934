"""What is measured: a private PostgreSQL with the generated world, the service in front of it."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from benchmarks.world import write_catalogue
from indicators_api.aggregation.rollup import rebuild
from indicators_api.api.context import wall_clock
from indicators_api.catalogue.load import load
from indicators_api.db import embedded, migrate
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from indicators_api.security.tokens import Holder, issue

PROJECT = Path(__file__).resolve().parents[1]
DATABASE = "bench"
PORT = 8765


class Stage(NamedTuple):
    """The open stage. Tokens by unit code; `operations` pulls, `reviewers` accept by area code."""

    url: str
    leaders: dict[str, str]
    reviewers: dict[str, str]
    operations: str
    folder: Path
    #: The parent of the workers.
    pid: int = 0


@contextmanager
def stage() -> Iterator[Stage]:
    """Make a new database with the generated world and serve it; both end with the block."""
    folder = embedded.data_folder(PROJECT, "bench")
    server = embedded.start(folder)
    try:
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {DATABASE}")
        url = server.url(DATABASE)
        made = prepare(url, folder)
        with served(url) as pid:
            yield made._replace(pid=pid)
    finally:
        embedded.stop(folder)


def prepare(url: str, folder: Path) -> Stage:
    """Migrate, load the generated catalogue, issue tokens."""
    migrate.upgrade(url)
    engine = make_engine(url, pool_size=1, statement_timeout_ms=600_000)
    at = wall_clock()
    with Database(engine).writing() as session, tempfile.TemporaryDirectory() as catalogue:
        write_catalogue(Path(catalogue))
        load(session, Path(catalogue), at=at)
        rebuild(session, 1, at=at)
        raw = session.connection().connection
        units = raw.execute("SELECT id, code FROM unit ORDER BY code").fetchall()
        areas = raw.execute("SELECT id, code FROM area WHERE level_code <> 'commune'").fetchall()
        holders = [Holder(number, code) for number, code in units]
        leaders = issue(session, 1, "leader", holders, area_id=None, at=at)
        reviewers = {
            code: issue(session, 1, "reviewer", [Holder(None, code)], area_id=number, at=at)[0]
            for number, code in areas
        }
        (operations,) = issue(
            session, 1, "operations", [Holder(None, "ops")], area_id=areas[0][0], at=at
        )
    engine.dispose()
    tokens = {holder.name: token for holder, token in zip(holders, leaders, strict=True)}
    return Stage(url, tokens, reviewers, operations, folder)


@contextmanager
def served(url: str) -> Iterator[int]:
    """Serve with the production settings: gunicorn, two workers of four threads."""
    gunicorn = Path(sys.executable).with_name("gunicorn")
    command = [str(gunicorn), "--config", str(PROJECT / "gunicorn.conf.py"), "wsgi:app"]
    settings = {"DATABASE_URL": url, "PORT": str(PORT), "INDICATORS_LOG_LEVEL": "error"}
    with running(command, settings, PORT, "/health/ready") as pid:
        yield pid


@contextmanager
def running(command: list[str], settings: dict[str, str], port: int, path: str) -> Iterator[int]:
    """Run a server until the block ends, once it answers; give its process id."""
    process = subprocess.Popen(command, cwd=PROJECT, env={**os.environ, **settings})
    try:
        wait_until_ready(port, path)
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_until_ready(port: int, path: str) -> None:
    """Wait for a server, for a minute at most."""
    for _ in range(600):
        try:
            if Client("", port).call("GET", path)[0] == 200:  # noqa: PLR2004 - OK
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise TimeoutError("the service does not start")


class Client:
    """One connection that stays open, as a good client's does."""

    def __init__(self, token: str, port: int = PORT) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Accept-Language": "en"}
        self.token(token)

    def token(self, token: str) -> None:
        """Go on with another token, on the same connection."""
        self.headers["Authorization"] = f"Bearer {token}"

    def must(
        self,
        status: int,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> bytes:
        """Send a request and give the body. Raises RuntimeError for another status."""
        answered, said, _ = self.call(method, path, body, headers)
        if answered != status:
            raise RuntimeError(f"{method} {path}: {answered} {said.decode()[:500]}")
        return said

    def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes, dict[str, str]]:
        """Send a request; give status, body and headers. Bytes go as they are."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        sent = {**self.headers, **(headers or {})}
        if data is not None:
            sent["Content-Type"] = "application/json"
        self.connection.request(method, path, data, sent)
        answer = self.connection.getresponse()
        return answer.status, answer.read(), dict(answer.headers)
