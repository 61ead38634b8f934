"""How much a statement reads as it is really executed: in blocks, from its plan just before."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg

from tests.statements import plan_of, recorder


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
        planned = plan_of(connection, text, parameters, options="ANALYZE, BUFFERS")
        if planned is not None:
            query, plan = planned
            blocks = int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
            found.append(Measured(query, blocks))

    with recorder(connection, measure):
        yield found
