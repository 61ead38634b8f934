"""Two databases with the same last months: one has two years of history, the other twenty."""

from collections.abc import Iterator, Mapping

import pytest
from sqlalchemy import Engine

from indicators_api.db.engine import make_engine
from tests.conftest import new_database
from tests.plans import history

YEARS = (2, 20)


@pytest.fixture(scope="session")
def histories(worker_id: str) -> Iterator[Mapping[int, Engine]]:
    """Give a database by the years of its history."""
    made = {
        years: make_engine(
            new_database(f"{worker_id}_years_{years}"), pool_size=2, statement_timeout_ms=120_000
        )
        for years in YEARS
    }
    for years, engine in made.items():
        history.write(engine, years=years)
    yield made
    for engine in made.values():
        engine.dispose()
