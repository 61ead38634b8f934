"""The hash chain of the journal: what is changed, left out or put in later does not fit. Pure.

    hash(n) = SHA-256(hash(n - 1) followed by content(entry n)), hash(0) = 32 bytes of zero

Numbering computes it, a verification computes it again.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

#: What the first entry is chained to.
ORIGIN = bytes(32)


class Entry(NamedTuple):
    """A row of the journal, in the order in which `content` writes it; fields are its columns."""

    jurisdiction_id: int
    id: int
    recorded_at: datetime
    actor_id: int
    actor_name: str
    action: str
    subject: str
    period_id: int | None
    unit_id: int | None
    area_id: int | None
    #: The text of a JSON object, as PostgreSQL writes it.
    details: str
    request_id: str | None


#: The columns of `Entry` for a SELECT from `journal j`.
COLUMNS = ", ".join(
    f"CAST(j.{name} AS text)" if name == "details" else f"j.{name}" for name in Entry._fields
)


def content(entry: Entry) -> bytes:
    """Write an entry in its one canonical form: a JSON array of its fields, in UTF-8.

    Without white space; characters beyond ASCII stand as they are. `recorded_at` is in UTC with six
    decimals of the second (`2024-07-16T02:00:00.000000+00:00`); NULL is null. `details` is an
    object, with its keys, and those of objects in it, in order of code points; a number in it that
    is no whole one stands as the text of its digits, since no two programs round alike.
    """
    fields = entry._asdict() | {
        "recorded_at": entry.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "details": json.loads(entry.details, parse_float=str),
    }
    text = json.dumps(
        list(fields.values()), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return text.encode()


def chain(entries: Iterable[Entry], *, after: bytes = ORIGIN) -> Iterator[bytes]:
    """Yield the hash of each entry, in order of their positions, from the hash before them on."""
    for entry in entries:
        after = hashlib.sha256(after + content(entry)).digest()
        yield after
