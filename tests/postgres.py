"""The PostgreSQL that the tests run on: one server, a database for each worker.

The server is the project's private one in `.data/test`, or that of DATABASE_URL, beside whose
database the tests' own are created (and distributed, where that one has Citus). Several runs in one
folder share the server: the first starts it (or adopts what a killed run left), the last stops it.
"""

import fcntl
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from indicators_api.db import embedded
from indicators_api.db.embedded_programs import make_folder
from tests import citus

PROJECT = Path(__file__).resolve().parent.parent

#: Tests need no durability; a worker with 8 writers has 2 pools.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}


@dataclass(frozen=True)
class Run:
    """One run of the tests, held by its controller."""

    #: Where databases are created and dropped; plain text, so that it can go to the workers.
    admin_url: str
    #: Begins the names of this run's databases.
    prefix: str
    #: None on a server that isn't ours to stop.
    users: IO[str] | None


def begin_run() -> Run:
    """Start or adopt the server; what only killed runs can have left on it is dropped."""
    prefix = f"test_{os.getpid()}_"
    if url := os.environ.get("DATABASE_URL"):
        return Run(url, prefix, None)
    folder = embedded.data_folder(PROJECT, "test")
    make_folder(folder.parent)
    users = (folder.parent / ".test.users").open("w")
    alone = _lock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if not alone:
        _lock(users, fcntl.LOCK_SH)
    admin_url = embedded.start(folder, settings=SETTINGS).url("postgres")
    if alone:
        _drop_databases(admin_url, "test_")
        _lock(users, fcntl.LOCK_SH)
    return Run(admin_url, prefix, users)


def end_run(run: Run) -> None:
    """Drop the run's databases; stop the server if no other run uses it."""
    _drop_databases(run.admin_url, run.prefix)
    if run.users is None:
        return
    if _lock(run.users, fcntl.LOCK_EX | fcntl.LOCK_NB):
        embedded.stop(embedded.data_folder(PROJECT, "test"))
    run.users.close()


def create_worker_database(admin_url: str, name: str, template: str | None = None) -> str:
    """Create a database, empty or a template's copy, in place of one of that name.

    Return its URL. A copy is distributed where the server is a cluster's coordinator.
    """
    made = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
        sql.Identifier(name), sql.Identifier(template or "template0")
    )
    with psycopg.connect(admin_url, autocommit=True) as connection:
        _drop(connection, name)
        connection.execute(made)
    url = re.sub(r"^(\w+://[^/?]*)/?[^?]*", rf"\1/{name}", admin_url)
    if template is not None:
        citus.spread(admin_url, url, name)
    return url


def _drop_databases(admin_url: str, prefix: str) -> None:
    query = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
    with psycopg.connect(admin_url, autocommit=True) as connection:
        for (name,) in connection.execute(query, [prefix]).fetchall():
            _drop(connection, name)
            citus.drop_on_workers(admin_url, name)


def _drop(connection: psycopg.Connection, name: str) -> None:
    """Drop a database with the connections that a killed worker left."""
    query = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    connection.execute(query.format(sql.Identifier(name)))


def _lock(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind)
    except BlockingIOError:
        return False
    return True
