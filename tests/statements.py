"""What is asked of the database, as it goes over the line: COPY too, with its parameters."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg


class Statement(NamedTuple):
    """A statement and what it was given."""

    text: str
    parameters: Any


@contextmanager
def recorded(connection: psycopg.Connection) -> Iterator[list[Statement]]:
    """Collect the statements of a connection meanwhile, but for those that only begin or end."""
    found: list[Statement] = []

    class Recorder(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
            _keep(found, query, params)
            return super().execute(query, params, **options)

        def executemany(self, query: Any, params_seq: Any, **options: Any) -> None:
            _keep(found, query, params_seq)
            super().executemany(query, params_seq, **options)

        def copy(self, statement: Any, params: Any = None, **options: Any) -> Any:
            _keep(found, statement, params)
            return super().copy(statement, params, **options)

    usual = connection.cursor_factory
    connection.cursor_factory = Recorder
    yield found
    connection.cursor_factory = usual


def _keep(found: list[Statement], query: Any, parameters: Any) -> None:
    text = query.decode() if isinstance(query, bytes) else str(query)
    if text.split()[0] not in {"SAVEPOINT", "RELEASE", "ROLLBACK", "SET"}:
        found.append(Statement(text, parameters))
