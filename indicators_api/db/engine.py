"""The engine: one pool a process, opened after the fork, sized like the worker's threads."""

import json
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url

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
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT,
        pool_pre_ping=True,
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


def _dump_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
