"""A history with the service on it, in a transaction of which nothing stays."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Engine

from indicators_api.app import create_app
from indicators_api.config import from_environment
from indicators_api.db.session import Database
from tests.callers import Caller, Clock, issue_token
from tests.conftest import NOW
from tests.factories import MakeReport

_INDEXES = """
    SELECT c.relname, k.conname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u')
    WHERE i.indrelid = %s::regclass
"""


class World:
    """Callers of the service, and the line that its questions go over."""

    def __init__(self, connection: Connection) -> None:
        self.driver = cast("psycopg.Connection", connection.connection.driver_connection)
        self._database = Database(connection)
        config = from_environment({"DATABASE_URL": "postgresql://nowhere/nothing"})
        self._app = create_app(config, database=self._database, clock=Clock(NOW))
        self.make_report = MakeReport(self.client_of)
        self.operations = self.client_of("operations")

    def client_of(self, role: str, **bound: str) -> Caller:
        """Make a caller, whose use of its token is noted already."""
        caller = Caller(self._app.test_client(), issue_token(self._database, role, at=NOW, **bound))
        assert caller.get("/me").status_code == 200
        return caller

    def drop_indexes(self, table: str) -> None:
        """Drop all indexes of a table."""
        for index, constraint in self.driver.execute(_INDEXES, [table]).fetchall():
            names = sql.Identifier(table), sql.Identifier(constraint or index)
            dropped = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {} CASCADE").format(*names)
            self.driver.execute(
                dropped if constraint else sql.SQL("DROP INDEX {}").format(names[1])
            )


@contextmanager
def opened(engine: Engine) -> Iterator[World]:
    """Open a history; nothing that happens in it stays."""
    with engine.connect() as connection:
        transaction = connection.begin()
        yield World(connection)
        transaction.rollback()
