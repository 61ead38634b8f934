"""A primary and its streaming replica, both private, for the tests of the read replica."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from indicators_api.api.context import wall_clock
from indicators_api.cli.catalogue import TRA_VINH, load_and_derive
from indicators_api.db import embedded, migrate
from indicators_api.db.embedded_process import postmaster
from indicators_api.db.embedded_programs import account_for, programs_for
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from tests.postgres import SETTINGS

NAME = "indicators"
#: A read that is in the way of replaying is cancelled at once. The log tells what was asked.
_STANDBY = {**SETTINGS, "max_standby_streaming_delay": "0", "log_statement": "all"}


class Pair:
    """Two servers; the second replays what the first commits, unless paused or killed."""

    def __init__(self, folder: Path) -> None:
        self._primary_data, self._standby_data = folder / "primary", folder / "standby"
        primary = embedded.start(self._primary_data, settings=SETTINGS)
        embedded.create_database(primary, NAME)
        self.url = primary.url(NAME)
        self._copy(primary)
        self.standby_url = self.start_standby()

    def start_standby(self) -> str:
        return embedded.start(self._standby_data, settings=_STANDBY).url(NAME)

    def kill_standby(self) -> None:
        """End it as a loss of power would."""
        pid = postmaster(self._standby_data)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    def pause(self) -> None:
        """Let it take what the primary sends and replay none of it."""
        self.ask("SELECT pg_wal_replay_pause()", standby=True)
        until(lambda: self.ask("SELECT pg_get_wal_replay_pause_state()", standby=True) == "paused")

    def resume(self) -> None:
        self.ask("SELECT pg_wal_replay_resume()", standby=True)

    def reads_of_standby(self) -> int:
        """Count the snapshots that were opened on the standby."""
        log = (self._standby_data / "server.log").read_text(encoding="utf-8", errors="replace")
        return log.count("statement: BEGIN ISOLATION LEVEL REPEATABLE READ")

    def ask(self, query: str, *, standby: bool = False) -> Any:
        """Give the one value that a query answers."""
        url = self.standby_url if standby else self.url
        with psycopg.connect(url, autocommit=True) as connection:
            row = connection.execute(query).fetchone()
        return row[0] if row else None

    def remove(self) -> None:
        embedded.remove(self._standby_data)
        embedded.remove(self._primary_data)

    def _copy(self, primary: embedded.Server) -> None:
        """Take a base backup that streams on from the primary."""
        account = account_for(self._primary_data)
        program = programs_for(account) / "pg_basebackup"
        source = f"host={primary.socket} port=5432 user={embedded.ROLE}"
        self._standby_data.mkdir(mode=0o700)
        account.take(self._standby_data)
        done = account.run([program, "-D", self._standby_data, "-d", source, "-R", "-c", "fast"])
        assert done.returncode == 0, done.stderr


@contextmanager
def streaming_pair(*, filled: bool = True) -> Iterator[Pair]:
    """Give a pair whose primary is migrated and has the reference data, or is empty."""
    if os.environ.get("DATABASE_URL"):
        pytest.skip("a replica is made of the private PostgreSQL only, not of DATABASE_URL's")
    folder = Path(tempfile.mkdtemp(prefix="replica-"))
    folder.chmod(0o755)
    account_for(folder / "primary").take(folder)
    pair = Pair(folder)
    try:
        if filled:
            fill(pair.url)
        yield pair
    finally:
        pair.remove()
        shutil.rmtree(folder)


def fill(url: str) -> None:
    """Migrate a database and load the reference data."""
    migrate.upgrade(url)
    engine = make_engine(url, pool_size=1, statement_timeout_ms=60_000)
    with Database(engine).writing() as session:
        load_and_derive(session, TRA_VINH, at=wall_clock())
    engine.dispose()


def until(done: Callable[[], Any], limit: float = 20.0) -> None:
    """Look until it is done; fail when that takes too long."""
    deadline = time.monotonic() + limit
    while not done():
        assert time.monotonic() < deadline, "it didn't come about"
        time.sleep(0.02)
