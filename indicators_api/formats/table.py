"""What every format writes: named columns and rows of plain values."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple


class Table(NamedTuple):
    """Columns by name, rows in order.

    Values: text, whole numbers, Decimal, dates, None for an empty cell.
    """

    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]
