"""Rows as text that the database writes: COPY … TO STDOUT, a line for each row."""

from collections.abc import Generator, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

import psycopg
from sqlalchemy import TextClause
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError

from indicators_api.db.session import Session


class Form(StrEnum):
    """How a row is written: as a record of CSV, or as the one JSON text that it consists of."""

    CSV = "csv"
    JSON = "jsonl"


_DIALECT: Final = PGDialect_psycopg()  # type: ignore[no-untyped-call]  # SQLAlchemy's own
#: JSON goes out as it is: no text of it holds the bytes that stand for a quote and a comma here.
_OPTIONS: Final = {
    Form.CSV: "FORMAT csv",
    Form.JSON: r"FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02'",
}


def copied(
    session: Session, statement: TextClause, parameters: Mapping[str, Any], form: Form
) -> Generator[bytes]:
    """Give the rows of a query in its order, each as a line without its end.

    None are kept here: whoever reads slowly lets the database wait. COPY takes no parameters, so
    psycopg quotes them into it. Closed early it cancels the query, and the connection is as before.
    """
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)  # noqa: S101 - for the type: it is no other
    query = f"COPY ({_written(statement)}) TO STDOUT ({_OPTIONS[form]})".encode()
    try:
        with connection.cursor() as cursor, cursor.copy(query, parameters) as copy:
            for row in copy:
                yield bytes(row[:-1])
    except psycopg.Error as error:
        raise DBAPIError.instance(query.decode(), None, error, psycopg.Error) from error


@lru_cache(maxsize=256)
def _written(statement: TextClause) -> str:
    """Write a statement with psycopg's placeholders."""
    return str(statement.compile(dialect=_DIALECT))
