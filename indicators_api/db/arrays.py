"""Columns of values as PostgreSQL array literals: psycopg dumps lists one element at a time."""

from collections.abc import Collection
from types import NoneType


def literal(column: Collection[object]) -> str:
    """Write numbers, or words without quotes, blanks and commas, as one array: `{1,2.50,NULL}`.

    None becomes NULL; a column of nothing else is empty, which `unnest` fills up with NULLs beside
    other columns. Not for texts that people wrote.
    """
    if set(map(type, column)) <= {NoneType}:
        return "{}"
    return f"{{{','.join(map(str, column)).replace('None', 'NULL')}}}"
