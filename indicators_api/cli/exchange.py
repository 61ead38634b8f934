"""`indicators-api exchange`: the worker that delivers messages to partners."""

import logging.config
import os
import signal
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import click

from indicators_api.addresses import Allowed
from indicators_api.audit import numbering, sharing
from indicators_api.cli import packages
from indicators_api.cli.connections import EXCHANGE_THREADS
from indicators_api.cli.opening import require_url, wall_clock
from indicators_api.config import from_environment
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from indicators_api.errors import SignatureRefused
from indicators_api.exchange import fanout, mapping_file, worker
from indicators_api.exchange.receiver.faults import Behaviour
from indicators_api.exchange.receiver.schema import fault_of
from indicators_api.exchange.receiver.server import SILENCE, Receiver, Setup, Verify
from indicators_api.exchange.receiver.store import Store
from indicators_api.exchange.worker import Duty, Settings
from indicators_api.logs import settings as log_settings
from indicators_api.security import x509
from indicators_api.security.signing import Trusted, verify


@click.group()
def exchange() -> None:
    """Exchange messages with partners."""


@exchange.command()
@click.option(
    "--threads",
    type=click.IntRange(1, 64),
    default=EXCHANGE_THREADS,
    help="Messages under way at once.",
)
@click.option("--once", is_flag=True, help="Deliver what is due, then end.")
@click.option(
    "--pace",
    type=click.FloatRange(0.001, 1),
    default=1.0,
    hidden=True,
    help="Shortens all waits; for tests.",
)
def run(*, threads: int, once: bool, pace: float) -> None:
    """Deliver what waits in the outbox, until stopped. More than one may run.

    Stopped (SIGTERM, Ctrl-C) it finishes what is under way.
    """
    config = from_environment({**os.environ, "DATABASE_URL": require_url()})
    logging.config.dictConfig(log_settings(config.log_level))
    engine = make_engine(
        config.database_url,
        pool_size=threads + 1,
        statement_timeout_ms=config.statement_timeout_ms,
        pooler=config.pooler == "transaction",
    )
    settings = Settings(
        Database(engine),
        wall_clock,
        Allowed.read(config.exchange_hosts),
        Path(config.secrets_folder),
        pace,
    )
    try:
        if once:
            click.echo(f"{worker.run_once(settings, DUTIES)} attempts.")
        else:
            worker.run(settings, DUTIES, threads=threads, stop=_told_to_stop())
    finally:
        engine.dispose()


@exchange.command()
@click.option("--port", type=click.IntRange(1, 65535), default=9100, help="Port to listen on.")
@click.option(
    "--store",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("receiver.sqlite"),
    help="Its own file of what it took.",
)
@click.option(
    "--fail",
    default="",
    help="Ways to fail and their chances, as drop:0.1,500:0.2: timeout, 500, 409, drop (the line"
    " is cut after the message was stored).",
)
@click.option("--silence", type=float, default=SILENCE, help="Seconds that `timeout` says nothing.")
@click.option(
    "--trust",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Certificate of a sender (PEM); with any, only what one of them signed is taken.",
)
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File of the words that packages are written in; the packaged one unless given.",
)
def receiver(
    *,
    port: int,
    store: Path,
    fail: str,
    silence: float,
    trust: tuple[Path, ...],
    mapping: Path | None,
) -> None:
    """Be a partner, for tests and demonstrations: take each message once, in order.

    GET /messages shows what it took.
    """
    try:
        behaviour = Behaviour.read(fail)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--fail") from error
    check = partial(fault_of, mapping_file.read(mapping))
    server = Receiver(port, Setup(Store(store), behaviour, check, verifier(trust), silence))
    click.echo(f"Receiving on http://127.0.0.1:{port}")
    stop = _told_to_stop()
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    stop.wait()
    server.stopping.set()
    server.shutdown()
    serving.join()


def verifier(files: Sequence[Path]) -> Verify | None:
    """Demand the signature of one of the senders whose certificates are in files, if any are."""
    pems = [file.read_text(encoding="utf-8", errors="replace") for file in files]
    trusted: Trusted = {x509.read(pem, at=wall_clock()).fingerprint: None for pem in pems}

    def demand(body: bytes, signature: str | None) -> None:
        if signature is None:
            raise ValueError("there is none.")
        try:
            verify(body, signature, trusted, at=wall_clock())
        except SignatureRefused as error:
            raise ValueError(str(error)) from error

    return demand if trusted else None


def _told_to_stop() -> threading.Event:
    stop = threading.Event()
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, lambda *_: stop.set())
    return stop


def _number(database: Database, _at: datetime, jurisdiction: int) -> int:
    return numbering.number(database, jurisdiction)


def _fan_out(database: Database, at: datetime, jurisdiction: int) -> int:
    return fanout.fan_out(database, jurisdiction, at=at)


def _forget(database: Database, at: datetime, jurisdiction: int) -> int:
    config = from_environment({**os.environ, "DATABASE_URL": require_url()})
    before = at - timedelta(days=config.sharing_days)
    return sharing.purge(database, jurisdiction, before=before)


exchange.add_command(packages.packages)

#: What the worker does beside delivering.
DUTIES = (
    Duty("number the journal", timedelta(seconds=5), _number),
    Duty("put events into the outbox", timedelta(seconds=1), _fan_out),
    Duty("send packages", timedelta(minutes=10), packages.send_due),
    Duty("forget old sharings", timedelta(days=1), _forget),
)
