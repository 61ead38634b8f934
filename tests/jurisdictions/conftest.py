"""Both provinces, made once for a module; what a test does to them is undone."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine

from indicators_api.api.context import Services
from indicators_api.config import from_environment
from indicators_api.db.session import Database
from tests.applications import made_once
from tests.callers import Clock
from tests.conftest import NOW
from tests.jurisdictions import guard
from tests.jurisdictions.calls import PEOPLE, caller
from tests.jurisdictions.provinces import Addresses, Province
from tests.jurisdictions.story import load_two, put_in

__all__ = ["made_once"]


class Installation(NamedTuple):
    """The provinces in one database, by mark, and what is named there by no code."""

    connection: Connection
    database: Database
    provinces: dict[str, Province]
    addresses: dict[str, Addresses]


@pytest.fixture(scope="module")
def made(
    made_once: Flask, empty_engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Both, in a transaction that is rolled back when the module ends."""
    with empty_engine.connect() as held:
        transaction = held.begin()
        yield _make(made_once, held, tmp_path_factory.mktemp("provinces"))
        transaction.rollback()


@pytest.fixture
def installation(made: Installation, made_once: Flask) -> Iterator[Installation]:
    """Both, as a test finds them."""
    before = made.connection.begin_nested()
    _use(made_once, made.database)
    yield made
    before.rollback()


def _make(app: Flask, held: Connection, folder: Path) -> Installation:
    database = Database(held)
    _use(app, database)
    provinces: dict[str, Province] = {}
    addresses: dict[str, Addresses] = {}

    def begin(mark: str) -> None:
        provinces[mark] = Province(app, database, Clock(NOW), mark)
        addresses[mark] = put_in(provinces[mark])

    load_two(database, folder, Clock(NOW), begin)
    for province, who in product(provinces.values(), PEOPLE):
        caller(province, who)
    guard.put_up(held)
    return Installation(held, database, provinces, addresses)


def _use(app: Flask, database: Database) -> None:
    settings = {"DATABASE_URL": "postgresql://x", "INDICATORS_EXCHANGE_HOSTS": "127.0.0.1"}
    app.extensions["indicators"] = Services(from_environment(settings), database, Clock(NOW))
