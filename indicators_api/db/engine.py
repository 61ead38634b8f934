"""The engine: one pool a process, opened after the fork, sized like the worker's threads."""

import json
import select
from collections.abc import Mapping
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError

from indicators_api.errors import DatabaseUnavailable, mark

#: Seconds a request waits for a connection of the pool before it is answered 503.
POOL_TIMEOUT = 5
#: Seconds to wait for the server to take a connection.
CONNECT_TIMEOUT = 5

TIME_ZONE = "Asia/Ho_Chi_Minh"

#: Seconds and milliseconds after which a replica that is silent has failed; 2 is libpq's least.
_REPLICA: Final = {"connect_timeout": 2, "tcp_user_timeout": 2000}
#: Poolers of transactions know no statements that were prepared (PgBouncer before 1.21), and refuse
#: `options` at the start.
_POOLED: Final = {"prepare_threshold": None}


def make_engine(
    url: str,
    *,
    pool_size: int,
    statement_timeout_ms: int,
    pooler: bool = False,
    replica: bool = False,
) -> Engine:
    """Make an engine on a plain `postgresql://` URL.

    No overflow and a short wait: a request beyond the pool's size is answered 503 and not queued
    without end. `pooler`: a transaction pooler such as PgBouncer stands in between. `replica`: it
    is asked before each use anyway, and given up sooner (decision 20).
    """
    if psycopg.pq.__impl__ == "python":
        raise DatabaseUnavailable(
            mark("psycopg runs in pure Python, 8 to 14 times slower: install psycopg[binary]")
        )
    session = {"timezone": TIME_ZONE, "statement_timeout": str(statement_timeout_ms)}
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT,
        pool_recycle=1800,
        connect_args={
            "application_name": "indicators-api",
            **(_REPLICA if replica else {"connect_timeout": CONNECT_TIMEOUT}),
            **(_POOLED if pooler else {"options": _options(session)}),
        },
        json_serializer=_dump_json,
        # An error's text is logged; values and hashes of tokens must not be in it.
        hide_parameters=True,
    )
    event.listen(engine, "checkout", _demand_open)
    if pooler:
        set_in_each_transaction(engine, session)
    return engine


def _demand_open(connection: psycopg.Connection, *_: object) -> None:
    """Let the pool replace a connection that its server has closed, without a round trip.

    An idle connection has something to read only then, or where the server has news of its own
    (changed settings), after which a new connection is as good.
    """
    waiting = select.poll()
    waiting.register(connection.pgconn.socket, select.POLLIN)
    if waiting.poll(0):
        raise DisconnectionError("closed by the server")


def set_in_each_transaction(engine: Engine, settings: Mapping[str, str]) -> None:
    """Begin each transaction with settings of its own, which end with it.

    Behind a transaction pooler the next transaction may run on another connection of the server,
    and a setting of the session would stay on this one for others. Costs a round trip. What runs in
    no transaction has none.
    """
    said = "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in settings.items())

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql(said)


def _options(settings: Mapping[str, str]) -> str:
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def _dump_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
