"""How much a statement reads as it is really executed: in blocks, from its plan just before."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg

from tests.statements import recorder

_COPY = re.compile(r"COPY \((?P<query>.*)\) TO STDOUT \(.*\)", re.DOTALL)
_PLANNED = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")


class Measured(NamedTuple):
    """A statement, and the blocks that it read or found in memory."""

    text: str
    blocks: int


@contextmanager
def measured(connection: psycopg.Connection) -> Iterator[list[Measured]]:
    """Measure every statement of a connection meanwhile, on the data that it then works on.

    It is explained in a savepoint, with its parameters, and executed after that.
    """
    found: list[Measured] = []

    def measure(text: str, parameters: Any) -> None:
        copied = _COPY.fullmatch(text)
        query = copied["query"] if copied else text
        if query.split()[0] in _PLANNED:
            blocks = _blocks(connection, query, parameters, literal=copied is not None)
            found.append(Measured(query, blocks))

    with recorder(connection, measure):
        yield found


def _blocks(connection: psycopg.Connection, query: str, parameters: Any, *, literal: bool) -> int:
    """Count the blocks that a query touches; COPY has its parameters as literals."""
    cursor = (psycopg.ClientCursor if literal else psycopg.Cursor)(connection)
    with cursor, connection.transaction(force_rollback=True):
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}", parameters)  # type: ignore[arg-type]
        (plans,) = cursor.fetchone() or ((),)
    plan = plans[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
