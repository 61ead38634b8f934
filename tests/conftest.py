"""What all tests stand on.

A migrated database with the reference data, a savepoint per test, the app, callers.
"""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from indicators_api.api.context import VIETNAM, wall_clock
from indicators_api.app import create_app
from indicators_api.cli.catalogue import TRA_VINH, load_and_derive
from indicators_api.config import Config, from_environment
from indicators_api.db import migrate
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from tests import postgres
from tests.callers import Caller, Clock, issue_token
from tests.transactions import rolled_back

RUN = pytest.StashKey[postgres.Run]()

#: When it is in the tests unless they say otherwise: on time for July 2024, its window closed.
NOW = datetime(2024, 7, 16, 9, 0, tzinfo=VIETNAM)


def pytest_configure(config: pytest.Config) -> None:
    """The controller holds the server and makes the template; workers copy it."""
    if hasattr(config, "workerinput"):
        return
    run = config.stash[RUN] = postgres.begin_run()
    os.environ["TESTS_ADMIN_URL"] = run.admin_url
    os.environ["TESTS_DATABASE_PREFIX"] = run.prefix
    template = postgres.create_worker_database(run.admin_url, f"{run.prefix}template")
    migrate.upgrade(template)
    engine = make_engine(template, pool_size=1, statement_timeout_ms=60_000)
    with Database(engine).writing() as session:
        load_and_derive(session, TRA_VINH, at=wall_clock())
    engine.dispose()


def pytest_unconfigure(config: pytest.Config) -> None:
    if RUN in config.stash:
        postgres.end_run(config.stash[RUN])


def new_database(name: str, *, template: bool = True) -> str:
    """Make a database of this run, with the reference data or empty, and give its URL."""
    prefix = os.environ["TESTS_DATABASE_PREFIX"]
    source = f"{prefix}template" if template else None
    return postgres.create_worker_database(
        os.environ["TESTS_ADMIN_URL"], prefix + name, template=source
    )


@pytest.fixture(scope="session")
def database_url(worker_id: str) -> str:
    """A worker's database: migrated, with the reference data."""
    return new_database(worker_id)


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    made = make_engine(database_url, pool_size=2, statement_timeout_ms=60_000)
    yield made
    made.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A connection whose transaction is rolled back when the test ends."""
    with engine.connect() as held:
        transaction = held.begin()
        yield held
        transaction.rollback()


@pytest.fixture
def database(connection: Connection) -> Database:
    return Database(connection)


@pytest.fixture
def session(connection: Connection) -> Iterator[Session]:
    with Session(
        connection, join_transaction_mode="create_savepoint", expire_on_commit=False
    ) as opened:
        yield opened


@pytest.fixture(scope="session")
def empty_engine(worker_id: str) -> Iterator[Engine]:
    """A migrated database without any rows."""
    url = new_database(f"{worker_id}_empty", template=False)
    migrate.upgrade(url)
    made = make_engine(url, pool_size=1, statement_timeout_ms=60_000)
    yield made
    made.dispose()


@pytest.fixture
def empty_session(empty_engine: Engine) -> Iterator[Session]:
    with rolled_back(empty_engine) as opened:
        yield opened


@pytest.fixture
def config(database_url: str) -> Config:
    return from_environment({"DATABASE_URL": database_url})


@pytest.fixture
def clock() -> Clock:
    """The one clock of the app; tests set it forward."""
    return Clock(NOW)


@pytest.fixture
def app(config: Config, database: Database, clock: Clock) -> Flask:
    return create_app(config, database=database, clock=clock)


@pytest.fixture
def client_of(app: Flask, database: Database, clock: Clock) -> Callable[..., Caller]:
    """Make a caller.

    `client_of("clerk", unit="H59.21.11")`, `client_of("reviewer", area="842")`.
    """

    def make(role: str, **bound: Any) -> Caller:
        token = issue_token(database, role, at=clock(), **bound)
        return Caller(app.test_client(), token)

    return make


@pytest.fixture
def committed_url(worker_id: str, request: pytest.FixtureRequest) -> str:
    """A database of its own for a test with real commits."""
    name = "".join(c for c in request.node.name.lower() if c.isalnum())[:24]
    return new_database(f"{worker_id}_{name}")
