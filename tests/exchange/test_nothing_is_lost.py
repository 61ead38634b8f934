"""Kill worker, receiver and database at random while messages flow: each arrives once, in order.

Real processes and `kill -9`. `EXCHANGE_MESSAGES=2000` for the long form.
"""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from indicators_api.api.context import wall_clock
from indicators_api.db import embedded, migrate
from indicators_api.db.embedded_process import read_pid_file
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from indicators_api.errors import DomainError
from indicators_api.exchange.receiver.store import Store
from indicators_api.outbox import queue
from indicators_api.outbox.queue import Message

MESSAGES = int(os.environ.get("EXCHANGE_MESSAGES", "240"))
STREAMS = 12
#: Seconds between two kills, on average.
BETWEEN_KILLS = 0.7
#: Seconds for what is left when the killing ends.
PATIENCE = 90
PROGRAM = Path(sys.executable).with_name("indicators-api")
FAULTS = "timeout:0.01,500:0.05,409:0.05,drop:0.05"
SETTINGS = {"fsync": "off", "max_connections": "40"}


class Town:
    """A database, two workers and a receiver, each in processes of its own."""

    def __init__(self, place: Path) -> None:
        self.data, self.store = place / "postgres", place / "receiver.sqlite"
        self.log = (place / "log").open("w")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = embedded.start(self.data, settings=SETTINGS).url("postgres")
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        """Start a process, or the database."""
        if name == "database":
            embedded.start(self.data, settings=SETTINGS)
            return
        run = ["run", "--threads", "2", "--pace", "0.005"]
        receive = ["receiver", "--port", str(self.port), "--store", str(self.store)]
        receive += ["--fail", FAULTS, "--silence", "3"]
        environment = {
            **os.environ,
            "DATABASE_URL": self.url,
            "INDICATORS_EXCHANGE_HOSTS": "127.0.0.0/8",
        }
        self.processes[name] = subprocess.Popen(
            [PROGRAM, "exchange", *(receive if name == "receiver" else run)],
            env=environment,
            stdout=self.log,
            stderr=self.log,
        )

    def kill(self, name: str) -> None:
        """Kill one for good."""
        if name == "database":
            found = read_pid_file(self.data)
            assert found is not None
            os.kill(found.pid, signal.SIGKILL)
        else:
            self.processes[name].kill()
            self.processes[name].wait()

    def close(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()
        embedded.stop(self.data)
        self.log.close()


@pytest.fixture
def town() -> Iterator[Town]:
    """All of them, with a partner that messages go to."""
    place = Path(tempfile.mkdtemp(prefix="town-"))
    place.chmod(0o755)
    made = Town(place)
    migrate.upgrade(made.url)
    with psycopg.connect(made.url) as connection:
        connection.execute(
            "INSERT INTO jurisdiction (id, code, name_vi, name_en, catalogue_version,"
            " catalogue_changed_at) VALUES (1, 'J', 'J', 'J', 1, now())"
        )
        connection.execute(
            "INSERT INTO partner (jurisdiction_id, code, name_vi, name_en, kind, base_url,"
            " authentication, takes, switched_on) VALUES (1, 'P', 'P', 'P', 'operations_centre',"
            " %s, 'none', '{event}', true)",
            [f"http://127.0.0.1:{made.port}"],
        )
    yield made
    made.close()
    shutil.rmtree(place)


def message_of(stream: int, number: int) -> Message:
    name = f"m-{stream}-{number}"
    body = b'{"type": "sent", "timestamp": "2024-07-16T09:00:00+07:00", "data": {"n": %d}}'
    return Message(1, name, "event", f"s/{stream}", "/", body % number, {})


def write_on(url: str, streams: list[int], stop: threading.Event) -> None:
    """Put the messages of some streams into the outbox one by one, through any kill."""
    engine = make_engine(url, pool_size=1, statement_timeout_ms=5000)
    waiting = [message_of(s, n) for n in range(MESSAGES // STREAMS) for s in streams]
    while waiting and not stop.is_set():
        try:
            with Database(engine).writing() as session:
                # After a kill nobody knows whether the last one was committed: its id tells.
                known = session.scalar(
                    queue.text("SELECT count(*) FROM delivery WHERE message_id = :id"),
                    {"id": waiting[0].message_id},
                )
                if not known:
                    queue.enqueue(session, 1, [waiting[0]], at=wall_clock())
            waiting.pop(0)
        except DomainError:
            engine.dispose()
            time.sleep(0.1)
    engine.dispose()


def persistently(do: Callable[[], int], until: float) -> int:
    """Ask a database that may just be recovering."""
    while True:
        try:
            return do()
        except psycopg.Error:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def not_delivered(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM delivery WHERE state <> 'delivered'")
        return int(row.fetchone()[0])  # type: ignore[index]


def test_every_message_arrives_once_and_in_order(town: Town) -> None:
    """Hold: every message arrives, none is applied twice, order holds."""
    everybody = ["receiver", "worker 1", "worker 2"]
    for name in everybody:
        town.start(name)
    stop = threading.Event()
    writers = [
        threading.Thread(target=write_on, args=(town.url, [*range(n, STREAMS, 3)], stop))
        for n in range(3)
    ]
    for writer in writers:
        writer.start()

    killed = kill_at_random(town, [*everybody, "database"], writers)
    until = time.monotonic() + PATIENCE
    while persistently(lambda: not_delivered(town.url), until) and time.monotonic() < until:
        time.sleep(0.2)
    stop.set()

    applied = Store(town.store).applied()
    in_streams: dict[str, list[str]] = defaultdict(list)
    for message_id, stream, _ in applied:
        in_streams[stream].append(message_id)
    wanted = {f"s/{s}": [f"m-{s}-{n}" for n in range(MESSAGES // STREAMS)] for s in range(STREAMS)}
    assert not_delivered(town.url) == 0
    assert in_streams == wanted
    assert len(set(killed)) >= 3, killed


def kill_at_random(town: Town, names: list[str], writers: list[threading.Thread]) -> list[str]:
    """Kill and start anew while messages flow: each once at least, the writers' end is the end."""
    dice = random.Random(datetime.now().toordinal())  # noqa: DTZ005, S311 - a seed for a day
    killed: list[str] = []
    while any(writer.is_alive() for writer in writers) or len(killed) < 2 * len(names):
        time.sleep(dice.uniform(0.2, 1.8) * BETWEEN_KILLS)
        name = names[len(killed)] if len(killed) < len(names) else dice.choice(names)
        with contextlib.suppress(ProcessLookupError):
            town.kill(name)
        town.start(name)
        killed.append(name)
    return killed
