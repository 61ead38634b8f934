"""JSON lines: a JSON text for each row, and a line end behind it."""

from typing import Final

#: Where a row ends.
END: Final = b"\n"
