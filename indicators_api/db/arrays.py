"""Columns of values as PostgreSQL array literals: psycopg dumps lists one element at a time."""

from collections.abc import Iterable


def literal(column: Iterable[object]) -> str:
    """Write numbers, or words without quotes, blanks and commas, as one array: `{1,2.50,NULL}`.

    None becomes NULL. Not for texts that people wrote.
    """
    return f"{{{','.join('NULL' if element is None else str(element) for element in column)}}}"
