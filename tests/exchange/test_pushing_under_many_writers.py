"""Eight write while workers fan out, deliver, fail and die: each event arrives once, in order.

Needs real commits.
"""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from threading import Barrier, Event, Lock
from time import monotonic, sleep

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from indicators_api.api.context import wall_clock
from indicators_api.audit import journal, numbering
from indicators_api.audit.journal import Subject
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from indicators_api.errors import DomainError
from indicators_api.exchange import fanout, pausing, subscription_queries, subscriptions, worker
from indicators_api.exchange.fanout import Portion
from indicators_api.exchange.subscriptions import Wanted
from indicators_api.exchange.worker import Settings
from tests.callers import Clock
from tests.exchange.conftest import GOOD, LOOPBACK, OPERATOR, Handler, Server, make_partner
from tests.exchange.pushing import HOOK, SECRET, SECRET_NAME
from tests.queries.writers import AT, AUTHOR, TURNS, WRITERS, write

pytestmark = pytest.mark.committed

FANNERS, DELIVERERS = 2, 3
#: Seconds for all of it; it takes a few.
PATIENCE = 90
BROKEN = (500, b"")

#: Those who wait for the receiver's answer: killed, they don't know whether it took the event.
KILL = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND state = 'idle in transaction' AND query LIKE '%SELECT d.id, d.jurisdiction_id%'
"""


@pytest.fixture
def engine(committed_url: str) -> Iterator[Engine]:
    pool = WRITERS + FANNERS + DELIVERERS + 1
    made = make_engine(committed_url, pool_size=pool, statement_timeout_ms=60_000)
    yield made
    made.dispose()


@pytest.fixture
def database(engine: Engine) -> Database:
    """The reference data's own entries are numbered already."""
    made = Database(engine)
    numbering.number(made, 1)
    return made


@pytest.fixture
def undisturbed(committed_url: str) -> Iterator[Database]:
    """Connections of their own: a killed one may have gone to somebody else meanwhile."""
    made = make_engine(committed_url, pool_size=WRITERS, statement_timeout_ms=60_000)
    yield Database(made)
    made.dispose()


@pytest.fixture
def settings(
    database: Database, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    monkeypatch.setenv(SECRET_NAME, SECRET)
    return Settings(database, clock, LOOPBACK, tmp_path)


@pytest.fixture
def subscribe(engine: Engine, database: Database, server: Server) -> Callable[[str], int]:
    """Subscribe the operations centre at a path to what happens from now on."""
    said = {"kind": "operations_centre", "takes": ["event"], "authentication": "hmac"}
    with Session(engine) as session:
        make_partner(
            session, Clock(AT), server.url, code="IOC", secret=f"env:{SECRET_NAME}", **said
        )
        session.commit()

    def make(path: str) -> int:
        with database.writing() as opened:
            return subscriptions.create(
                opened, OPERATOR, "IOC", Wanted(path), LOOPBACK, since=None, at=AT
            )

    return make


class Receiver:
    """Takes each event once by its id; fails at random, and has its callers killed."""

    def __init__(self, url: str) -> None:
        self.url, self.chance, self.lock = url, Random(7), Lock()  # noqa: S311 - repeatable
        self.taken: list[str] = []
        self.killed = 0

    def behave(self, handler: Handler) -> tuple[int, bytes]:
        with self.lock:
            if self.chance.random() < 0.1:
                return BROKEN
            message_id = str(handler.headers["webhook-id"])
            if message_id not in self.taken:
                self.taken.append(message_id)
            if self.chance.random() < 0.1:
                with psycopg.connect(self.url) as connection:
                    row = connection.execute(KILL).fetchone()
                    self.killed += row[0] if row else 0
            return GOOD


def again_and_again(do: Callable[[], object], over: Event) -> None:
    """Do something until it is over, whatever dies under it."""
    while not over.is_set():
        try:
            done = do()
        except DomainError:
            done = None
        if not done:
            sleep(0.005)


def wait_for(engine: Engine, events: int) -> None:
    """Wait until so many events are delivered."""
    count = text("SELECT count(*) FROM delivery WHERE state = 'delivered'")
    until = monotonic() + PATIENCE
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while connection.execute(count).scalar_one() < events and monotonic() < until:
            sleep(0.02)


def in_order(engine: Engine) -> list[int]:
    """Give what was written in the order of the feed."""
    numbers = text("""
        SELECT CAST(j.details ->> 'number' AS int)
        FROM journal_position p JOIN journal j ON j.id = p.entry_id
        WHERE p.kind = 'correction_requested' ORDER BY p.position
    """)
    with engine.connect() as connection:
        return list(connection.scalars(numbers))


def test_each_event_arrives_once_and_in_order(
    engine: Engine,
    committed_url: str,
    undisturbed: Database,
    settings: Settings,
    server: Server,
    subscribe: Callable[[str], int],
) -> None:
    """Events: none skipped, none applied twice, in the order of the feed, whatever dies."""
    number, over, start = subscribe(HOOK), Event(), Barrier(WRITERS)
    receiver = Receiver(committed_url)
    server.behave = receiver.behave
    database = settings.database
    hasty = settings._replace(clock=wall_clock, pace=0.0005)

    def fan_out() -> object:
        return fanout.fan_out(database, 1, at=wall_clock(), portion=Portion(5, 20))

    def deliver() -> object:
        return worker.deliver(hasty)

    with ThreadPoolExecutor(WRITERS + FANNERS + DELIVERERS) as pool:
        writers = [pool.submit(write, undisturbed, each, start) for each in range(WRITERS)]
        hands = [pool.submit(again_and_again, fan_out, over) for _ in range(FANNERS)]
        hands += [pool.submit(again_and_again, deliver, over) for _ in range(DELIVERERS)]
        try:
            kept = [job.result() for job in writers]
            wait_for(engine, sum(map(len, kept)))
        finally:
            over.set()
        for hand in hands:
            hand.result()

    numbers = {h["webhook-id"]: json.loads(b)["data"]["correction"] for _, h, b in server.seen}
    committed = sorted(each for of_one in kept for each in of_one)
    assert len(committed) < WRITERS * TURNS
    assert sorted(in_order(engine)) == committed
    assert [numbers[each] for each in receiver.taken] == in_order(engine)
    assert len(server.seen) > len(receiver.taken)
    assert receiver.killed > 0
    assert all(each.startswith(f"event-{number}-") for each in receiver.taken)


def test_an_event_that_is_under_way_follows_when_it_fails(
    engine: Engine,
    settings: Settings,
    server: Server,
    subscribe: Callable[[str], int],
    clock: Clock,
) -> None:
    """Subscriptions: moved, ended or paused while the receiver is thinking; nobody waits for it."""
    database = settings.database
    moved, ended, paused = (subscribe(f"/{name}") for name in ("moved", "ended", "paused"))
    with database.writing() as session:
        entries = {Subject(f"report/{n}"): {"number": n} for n in (1, 2)}
        journal.append(session, AUTHOR, "report.request_correction", entries, at=AT)
    fanout.fan_out(database, 1, at=clock())

    def change(handler: Handler) -> tuple[int, bytes]:
        with database.writing() as opened:
            if handler.path == "/moved":
                to = {"path": "/there"}
                subscriptions.change(opened, OPERATOR, moved, to, LOOPBACK, at=AT)
            elif handler.path == "/ended":
                subscriptions.end(opened, OPERATOR, ended, at=AT)
            elif handler.path == "/paused":
                pausing.pause(opened, OPERATOR, paused, None, at=AT)
        return GOOD if handler.path == "/there" else BROKEN

    server.behave = change
    worker.work_off(settings)
    clock.forward(hours=1)
    worker.work_off(settings)

    came = [(path, json.loads(body)["data"]["correction"]) for path, _, body in server.seen]
    assert came == [("/moved", 1), ("/ended", 1), ("/paused", 1), ("/there", 1), ("/there", 2)]
    states = text("SELECT stream, array_agg(state ORDER BY id) FROM delivery GROUP BY stream")
    with Session(engine) as session:
        found = {row[0]: row[1] for row in session.execute(states)}
        waiting = subscription_queries.subscription(session, 1, paused)
    assert found == {
        f"subscription/{moved}": ["delivered", "delivered"],
        f"subscription/{ended}": ["cancelled", "cancelled"],
        f"subscription/{paused}": ["waiting", "waiting"],
    }
    assert (waiting.state, waiting.waiting) == ("paused", 2)
