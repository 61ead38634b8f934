"""CSV (RFC 4180): comma, CRLF, UTF-8, exact decimals with a point."""

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from indicators_api.formats.table import Table

#: A spreadsheet runs text that begins like this as a formula (OWASP, "CSV injection").
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
#: Where a record ends.
END: Final = b"\r\n"


def write_csv(table: Table) -> bytes:
    """Write a table with a header row.

    Text that a spreadsheet would run gets an apostrophe before it.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(table.columns)
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return out.getvalue().encode()


def read_record(columns: Sequence[str], record: bytes) -> Mapping[str, str]:
    """Give the fields of a record, written without its end, by the columns' names."""
    (fields,) = csv.reader([record.decode()])
    return dict(zip(columns, fields, strict=True))


def _cell(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value
