"""Writes over HTTP against raw SQL: sending, accepting, the log they fill, many on one district."""

import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import psycopg

from benchmarks import raw, world
from benchmarks.measures import ROUNDS, Ratio, against, at_most
from benchmarks.over_time import put_reports
from benchmarks.raw import CLIENTS
from benchmarks.stage import PORT, Client, Stage
from indicators_api.aggregation import rollup
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from indicators_api.periods import Period

#: Transactions of each client of pgbench in a round; acceptances take what was sent.
SENDS, ACCEPTANCES = 60, 20
MONTHS = [Period.month(2022, 1 + number) for number in range(ROUNDS)]
#: A month of its own for what the log grows by.
LOGGED = Period.month(2021, 6)
#: 36 months in which nothing else is measured, for the 20 communes of a district.
CONTENDED = [
    *(Period.month(2025, n) for n in range(1, 13)),
    *(Period.month(2021, n) for n in range(7, 13)),
    *(Period.month(2022, n) for n in range(4, 13)),
    *(Period.month(2026, n) for n in range(1, 10)),
]
COMMUNES = [f"U{20001 + number * world.DISTRICTS}" for number in range(20)]


class Waiting(NamedTuple):
    """A report that waits for its reviewer."""

    token: str
    unit: str
    period: Period
    revision: int


def measure(stage: Stage) -> Iterator[Ratio]:
    """Send and accept in turns with pgbench, then look at the log, then crowd one district."""
    raw.prepare(stage.url)
    sent, accepted = [], []
    for month in MONTHS:
        sent.append((send_month(stage, month), raw.sends(stage.url, each=SENDS)))
        accepted.append((accept_month(stage, month), raw.acceptances(stage.url, each=ACCEPTANCES)))
    note = "whole over HTTP : pgbench"
    yield against("send 649 values, 8 clients : raw SQL", 0.5, sent, note)
    yield against("accept 649 values, 8 clients : raw SQL", 0.5, accepted, note)
    yield log_volume(stage)
    yield from crowd(stage)


def send_month(stage: Stage, month: Period) -> float:
    """Send a full report of every unit; give reports a second."""
    said = body_of(month)
    bodies = [(unit, json.dumps({**said, "unit": unit}).encode()) for unit in stage.leaders]

    def send(client: Client, report: tuple[str, bytes]) -> None:
        unit, body = report
        client.token(stage.leaders[unit])
        client.must(201, "POST", "/api/v1/reports", body)

    return len(bodies) / by_clients(send, bodies)


def accept_month(stage: Stage, month: Period) -> float:
    """Accept a month's reports one by one, each by its reviewer; give reports a second."""
    waiting = reports_to_accept(stage, month)
    return len(waiting) / by_clients(accept, waiting)


def body_of(month: Period) -> dict[str, Any]:
    """Give the body that sends a full report, without its unit."""
    return {"period": str(month), "step": "send", "comment": "bench", "values": world.values(2)}


def accept(client: Client, report: Waiting) -> None:
    """Accept one report."""
    client.token(report.token)
    path = f"/api/v1/reports/{report.unit}/{report.period}/accept"
    client.must(200, "POST", path, {}, headers={"If-Match": f'"{report.revision}"'})


def reports_to_accept(stage: Stage, month: Period) -> list[Waiting]:
    """Find what waits, each with the token of who accepts it: the reviewer of the area above."""
    path = f"/api/v1/reports?period={month}&state=sent&limit=1000"
    rows = json.loads(Client(stage.operations).must(200, "GET", path))["data"]
    return [
        Waiting(reviewer(stage, row["unit"]), row["unit"], month, row["revision"]) for row in rows
    ]


def reviewer(stage: Stage, unit: str) -> str:
    """Give the token of a unit's reviewer."""
    return stage.reviewers[world.parent_of(unit.removeprefix("U"))]


def by_clients(
    work: Callable[[Client, Any], None], items: Sequence[Any], port: int = PORT
) -> float:
    """Do a piece of work with each item, 8 clients at once; give the seconds. Raises the first."""
    waiting: list[Any] = list(items)
    failures: list[Exception] = []

    def run() -> None:
        client = Client("", port)
        while waiting and not failures:
            try:
                item = waiting.pop()
            except IndexError:
                return
            try:
                work(client, item)
            except Exception as error:  # noqa: BLE001 - raised again below, in the main thread
                failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(CLIENTS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return time.perf_counter() - begun


def log_volume(stage: Stage) -> Ratio:
    """Compare the log that sent and accepted reports write with that of their values alone.

    A checkpoint would add whole pages to either; where one came in between the round is repeated.
    """
    communes = [f"U{20002 + n * world.DISTRICTS}" for n in range(20)]
    found: list[float] = []
    with psycopg.connect(stage.url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        while len(found) <= ROUNDS:
            units, checkpoint = [communes.pop(), communes.pop()], _checkpoint(connection)
            whole = _written(connection, lambda units=units: send_and_accept(stage, units))
            first = 1000 * (1 + len(communes))
            bare = _written(connection, lambda n=first: raw.insert_values(stage.url, n, 2))
            if _checkpoint(connection) == checkpoint:
                found.append(whole / bare)
    # The first one touches each page of the roll-up for the first time since the checkpoint.
    return at_most("log written by an accepted report : by its values", 2.5, found[1:], "WAL bytes")


def send_and_accept(stage: Stage, units: list[str]) -> None:
    """Send the reports of some units and accept them."""
    for unit in units:
        client = Client(stage.leaders[unit])
        client.must(201, "POST", "/api/v1/reports", {**body_of(LOGGED), "unit": unit})
    for report in reports_to_accept(stage, LOGGED):
        accept(Client(""), report)


def _written(connection: psycopg.Connection, work: Callable[[], None]) -> int:
    """Give the bytes of log that are written meanwhile."""
    (before,) = connection.execute("SELECT pg_current_wal_insert_lsn()").fetchone() or ("0/0",)
    work()
    ask = "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), %s::pg_lsn)"
    (bytes_,) = connection.execute(ask, [before]).fetchone() or (0,)
    return int(bytes_)


def _checkpoint(connection: psycopg.Connection) -> str:
    row = connection.execute("SELECT checkpoint_lsn::text FROM pg_control_checkpoint()").fetchone()
    return str(row[0]) if row else ""


def crowd(stage: Stage) -> Iterator[Ratio]:
    """Have 8 clients accept 720 reports of one district in any order."""
    put_reports(stage.url, CONTENDED, COMMUNES)
    waiting = [
        Waiting(reviewer(stage, unit), unit, month, 1) for unit in COMMUNES for month in CONTENDED
    ]
    random.Random(3).shuffle(waiting)  # noqa: S311 - an order, no secret
    before = _deadlocks(stage.url)
    speed = len(waiting) / by_clients(accept, waiting)
    note = f"8 clients, {len(waiting)} reports of a district, {speed:.0f}/s"
    yield at_most("deadlocks", 0, [_deadlocks(stage.url) - before], note)
    engine = make_engine(stage.url, pool_size=1, statement_timeout_ms=600_000)
    with Database(engine).reading() as session:
        wrong = len(rollup.verify(session, 1))
    engine.dispose()
    yield at_most("cells different from recomputation", 0, [wrong], "all that was accepted so far")


def _deadlocks(url: str) -> int:
    with psycopg.connect(url, autocommit=True) as connection:
        time.sleep(1.1)  # backends report their numbers once a second
        ask = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        row = connection.execute(ask).fetchone()
    return int(row[0]) if row else 0
