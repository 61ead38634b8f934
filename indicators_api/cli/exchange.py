"""`indicators-api exchange`: the worker that delivers messages to partners."""

import logging.config
import os
import signal
import threading
from datetime import datetime, timedelta
from pathlib import Path

import click

from indicators_api.addresses import Allowed
from indicators_api.audit import numbering
from indicators_api.cli.opening import JURISDICTION, require_url, wall_clock
from indicators_api.config import from_environment
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from indicators_api.exchange import worker
from indicators_api.exchange.worker import Duty, Settings
from indicators_api.logs import settings as log_settings


@click.group()
def exchange() -> None:
    """Exchange messages with partners."""


@exchange.command()
@click.option(
    "--threads", type=click.IntRange(1, 64), default=2, help="Messages under way at once."
)
@click.option("--once", is_flag=True, help="Deliver what is due, then end.")
def run(*, threads: int, once: bool) -> None:
    """Deliver what waits in the outbox, until stopped. More than one may run.

    Stopped (SIGTERM, Ctrl-C) it finishes what is under way.
    """
    config = from_environment({**os.environ, "DATABASE_URL": require_url()})
    logging.config.dictConfig(log_settings(config.log_level))
    engine = make_engine(
        config.database_url,
        pool_size=threads + 1,
        statement_timeout_ms=config.statement_timeout_ms,
    )
    settings = Settings(
        Database(engine),
        wall_clock,
        Allowed.read(config.exchange_hosts),
        Path(config.secrets_folder),
    )
    try:
        if once:
            for duty in DUTIES:
                duty.do(settings.database, wall_clock())
            click.echo(f"{worker.work_off(settings)} attempts.")
        else:
            worker.run(settings, DUTIES, threads=threads, stop=_told_to_stop())
    finally:
        engine.dispose()


def _told_to_stop() -> threading.Event:
    stop = threading.Event()
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, lambda *_: stop.set())
    return stop


def _number(database: Database, _at: datetime) -> int:
    return numbering.number(database, JURISDICTION)


#: What the worker does beside delivering.
DUTIES = (Duty("number the journal", timedelta(seconds=5), _number),)
