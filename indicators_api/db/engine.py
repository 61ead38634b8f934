"""The engine: one pool a process, opened after the fork, sized like the worker's threads."""

import json
import select
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError

from indicators_api.errors import DatabaseUnavailable, mark

#: Seconds a request waits for a connection of the pool before it is answered 503.
POOL_TIMEOUT = 5
#: Seconds to wait for the server to take a connection.
CONNECT_TIMEOUT = 5


def make_engine(url: str, *, pool_size: int, statement_timeout_ms: int) -> Engine:
    """Make an engine on a plain `postgresql://` URL.

    No overflow and a short wait: a request beyond the pool's size is answered 503 and not queued
    without end.
    """
    if psycopg.pq.__impl__ == "python":
        raise DatabaseUnavailable(
            mark("psycopg runs in pure Python, 8 to 14 times slower: install psycopg[binary]")
        )
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT,
        pool_recycle=1800,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT,
            "application_name": "indicators-api",
            "options": f"-c timezone=Asia/Ho_Chi_Minh -c statement_timeout={statement_timeout_ms}",
        },
        json_serializer=_dump_json,
        # An error's text is logged; values and hashes of tokens must not be in it.
        hide_parameters=True,
    )
    event.listen(engine, "checkout", _demand_open)
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


def _dump_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
