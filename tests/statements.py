"""What is asked of the database, as it goes over the line: COPY too, with its parameters."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg

#: What only begins and ends transactions.
_FRAME = frozenset({"SAVEPOINT", "RELEASE", "ROLLBACK", "SET"})


_COPY = re.compile(r"COPY \((?P<query>.*)\) TO STDOUT \(.*\)", re.DOTALL)
_PLANNED = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")


class Statement(NamedTuple):
    """A statement and what it was given."""

    text: str
    parameters: Any


@contextmanager
def recorded(connection: psycopg.Connection) -> Iterator[list[Statement]]:
    """Collect the statements of a connection meanwhile, but for those that begin or end."""
    found: list[Statement] = []
    with recorder(connection, lambda *said: found.append(Statement(*said))):
        yield found


@contextmanager
def recorder(connection: psycopg.Connection, tell: Callable[[str, Any], None]) -> Iterator[None]:
    """Tell of each statement of a connection meanwhile, before it is executed."""

    class Recorder(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
            _tell(tell, query, params)
            return super().execute(query, params, **options)

        def copy(self, statement: Any, params: Any = None, **options: Any) -> Any:
            _tell(tell, statement, params)
            return super().copy(statement, params, **options)

    usual = connection.cursor_factory
    connection.cursor_factory = Recorder
    try:
        yield
    finally:
        connection.cursor_factory = usual


def _tell(tell: Callable[[str, Any], None], query: Any, parameters: Any) -> None:
    text = query.decode() if isinstance(query, bytes) else str(query)
    if text.split()[0] not in _FRAME:
        tell(text, parameters)


def plan_of(
    connection: psycopg.Connection, text: str, parameters: Any, *, options: str
) -> tuple[str, dict[str, Any]] | None:
    """Give the query of a statement, of COPY the one inside, and its plan with its parameters.

    Nothing of it stays, if the options execute it. None: it has no plan.
    """
    copied = _COPY.fullmatch(text)
    query = copied["query"] if copied else text
    if query.split()[0] not in _PLANNED:
        return None
    cursor = (psycopg.ClientCursor if copied else psycopg.Cursor)(connection)
    with cursor, connection.transaction(force_rollback=True):
        cursor.execute(f"EXPLAIN ({options}, FORMAT JSON) {query}", parameters)  # type: ignore[arg-type]
        (plans,) = cursor.fetchone() or ((),)
    return query, plans[0]["Plan"]
