"""The service against the usual way of writing it, on the same data by the same server."""

import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from benchmarks import world
from benchmarks.measures import ROUNDS, Ratio, against, month_path
from benchmarks.peer_orm.models import Base
from benchmarks.stage import PORT, Client, Stage, running
from benchmarks.writes import by_clients, send_month
from indicators_api.periods import Period

PEER = PORT + 1
#: Reads of one round, of the service and of the peer; the peer's take longer.
_READS, _PEER_READS = 80, 16
#: Units that send to the peer in one round.
_SENDERS = 64
#: Months that are sent to the service; those of the peer are its own.
_MONTHS = [Period.month(2021, 1 + number) for number in range(ROUNDS)]

_FILL = (
    """INSERT INTO peer.area SELECT id, code, level_code, parent_id FROM area ORDER BY level_code
        = 'commune', level_code = 'district'""",
    "INSERT INTO peer.unit SELECT id, code, 'peer-' || code, area_id FROM unit",
    "INSERT INTO peer.indicator SELECT id, code FROM indicator",
    """INSERT INTO peer.report (unit_id, period, state)
       SELECT unit_id, %(month)s, state FROM report WHERE period_id = %(id)s""",
    """INSERT INTO peer.observation (report_id, indicator_id, value)
       SELECT p.id, o.indicator_id, o.value
       FROM observation o JOIN peer.report p ON p.unit_id = o.unit_id AND p.period = %(month)s
       WHERE o.period_id = %(id)s""",
)


def measure(stage: Stage, month: Period) -> Iterator[Ratio]:
    """Send to both and read a month from both, 8 clients each, in turns."""
    prepare(stage.url, month)
    gunicorn = Path(sys.executable).with_name("gunicorn")
    options = ["-k", "gthread", "-w", "2", "--threads", "4", "-b", f"127.0.0.1:{PEER}"]
    options += ["--config", "python:benchmarks.peer_orm", "--no-control-socket"]
    command = [str(gunicorn), *options, "benchmarks.peer_orm.app:create_app()"]
    sends, reads = [], []
    with running(command, {"DATABASE_URL": stage.url}, PEER, "/openapi.json"):
        for number, own in enumerate(_MONTHS):
            sends.append((send_month(stage, own), peer_sends(f"peer {number}")))
            reads.append((month_reads(stage, month), peer_reads(month)))
    note = "8 clients, over HTTP, same server"
    yield against("send 649 values : ORM and nested schemas", 8, sends, note)
    yield against("month by district : ORM and schemas", 20, reads, note)


def prepare(url: str, month: Period) -> None:
    """Make the peer's tables and fill them with the catalogue and a month of all units."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA peer"))
        Base.metadata.create_all(connection)
    engine.dispose()
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in _FILL:
            connection.execute(statement, {"month": str(month), "id": month.id})
        connection.execute("ANALYZE")


def peer_sends(period: str) -> float:
    """Send full reports to the peer; give reports a second."""
    values = [{"indicator": code, "value": value} for code, value in world.values(2).items()]
    units = [f"U{20001 + number}" for number in range(_SENDERS)]

    def send(client: Client, unit: str) -> None:
        client.token(f"peer-{unit}")
        client.must(201, "POST", "/reports", {"unit": unit, "period": period, "values": values})

    return _SENDERS / by_clients(send, units, PEER)


def peer_reads(month: Period) -> float:
    """Read a month from the peer; give reads a second."""

    def read(client: Client, _: int) -> None:
        client.token("peer-U84")
        client.must(200, "GET", f"/figures?period={month}")

    return _PEER_READS / by_clients(read, range(_PEER_READS), PEER)


def month_reads(stage: Stage, month: Period) -> float:
    """Read the same month from the service; give reads a second."""

    def read(client: Client, _: int) -> None:
        client.token(stage.operations)
        client.must(200, "GET", month_path(month))

    return _READS / by_clients(read, range(_READS))
