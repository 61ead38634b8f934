"""Years get their tables when they are needed, whoever writes, and however many at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import Engine, text

from indicators_api.db import years
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from indicators_api.errors import ServiceUnavailable

pytestmark = pytest.mark.committed

_WRITE = text("""
    INSERT INTO observation (jurisdiction_id, period_id, unit_id, version, indicator_id, value)
    VALUES (1, :period, :unit, 1, 1, 41)
""")


@pytest.fixture
def engine(committed_url: str) -> Iterator[Engine]:
    made = make_engine(committed_url, pool_size=8, statement_timeout_ms=60_000)
    yield made
    made.dispose()
    years.forget()


def write(engine: Engine, period: int, unit: int = 1) -> None:
    """Write a value as the first one of a report is."""
    with Database(engine).writing() as session:
        years.ready(session, period // 100)
        session.execute(_WRITE, {"period": period, "unit": unit})


def drop(url: str, year: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP TABLE observation_{year}, rollup_{year}")


def test_many_that_write_a_new_year_at_once_wait_for_its_tables(engine):
    """One makes them, the others find them; nobody is refused."""
    with ThreadPoolExecutor(8) as writers:
        list(writers.map(lambda unit: write(engine, 204001, unit), range(8)))

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM observation_2040")) == 8
        assert connection.scalar(text("SELECT count(*) FROM observation_2041")) == 0


def test_a_known_year_costs_no_statement(engine):
    """The hot path asks the database once a process."""
    write(engine, 202401)

    with Database(engine).writing() as session:
        years.ready(session, 2024)
        in_transaction = session.in_transaction()

    assert not in_transaction


def test_a_year_that_went_away_is_a_problem_once_and_then_made_again(engine, committed_url):
    """Never a 500: what the process knew of the years is forgotten."""
    write(engine, 202401)
    write(engine, 202402)
    drop(committed_url, 2024)

    with pytest.raises(ServiceUnavailable, match="being changed"):
        write(engine, 202403)
    write(engine, 202403)

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM observation_2024")) == 1


def test_a_role_that_may_create_nothing_gets_its_year_all_the_same(engine):
    """`create_year` runs with the rights of who owns the tables, and makes nothing else."""
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE ROLE years_writer_of_a_test")
        connection.exec_driver_sql("GRANT SELECT, INSERT ON observation TO years_writer_of_a_test")
        connection.exec_driver_sql("SET ROLE years_writer_of_a_test")
        connection.execute(text("SELECT create_year(2050)"))
        connection.execute(_WRITE, {"period": 205001, "unit": 1})
        written = connection.scalar(text("SELECT count(*) FROM observation"))
        allowed = connection.scalar(text("SELECT has_schema_privilege('public', 'CREATE')"))
        connection.rollback()

    assert (written, allowed) == (1, False)


def test_no_tables_are_made_of_years_that_no_period_lies_in(engine):
    """However it is called."""
    with engine.connect() as connection, pytest.raises(Exception, match="no period lies in 3000"):
        connection.execute(text("SELECT create_year(3000)"))
