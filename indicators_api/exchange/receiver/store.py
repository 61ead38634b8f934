"""What the receiver keeps: each message once, in its own SQLite file, safe from a kill.

`message` is what it knows, `applied` what it did: nothing in it stops a message from being applied
twice, so that whoever looks can see whether it was.
"""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

_TABLES = """
    CREATE TABLE IF NOT EXISTS message (
        message_id TEXT PRIMARY KEY, stream TEXT NOT NULL, sequence INTEGER NOT NULL,
        kind TEXT NOT NULL, digest TEXT NOT NULL, body BLOB NOT NULL, signature TEXT,
        receipt TEXT NOT NULL, received_at TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS applied (
        number INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT NOT NULL, stream TEXT NOT NULL,
        sequence INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS refused (
        number INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT, why TEXT NOT NULL,
        at TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS message_stream ON message (stream, sequence);
"""


class Incoming(NamedTuple):
    """A message as it came."""

    message_id: str
    stream: str
    sequence: int
    kind: str
    body: bytes
    signature: str | None


class Receipt(NamedTuple):
    """What a sender is told of a message that was taken; the same however often it comes."""

    receipt: str
    received_at: str
    #: Whether it had been taken before.
    again: bool


class Refusal(Exception):
    """A message that is not taken: an HTTP status and why."""

    def __init__(self, status: int, why: str) -> None:
        """Say both."""
        super().__init__(why)
        self.status = status
        self.why = why


class Store:
    """The receiver's memory. One connection a call: threads share none."""

    def __init__(self, file: Path) -> None:
        """Open the file, made if need be."""
        self._file = file
        with self._open() as database:
            database.executescript(_TABLES)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self._file, timeout=30, isolation_level=None)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
            yield database
        finally:
            database.close()

    def take(self, incoming: Incoming) -> Receipt:
        """Take a message once. Raises Refusal: another one has its id, or a later one overtook it.

        Knowing it and applying it are one transaction: a kill leaves both or neither.
        """
        digest = hashlib.sha256(incoming.body).hexdigest()
        with self._open() as database:
            database.execute("BEGIN IMMEDIATE")
            known = database.execute(
                "SELECT digest, receipt, received_at FROM message WHERE message_id = ?",
                (incoming.message_id,),
            ).fetchone()
            if known is not None:
                if known[0] != digest:
                    raise Refusal(409, "Another message has this id.")
                return Receipt(known[1], known[2], again=True)
            last = database.execute(
                "SELECT max(sequence) FROM message WHERE stream = ?", (incoming.stream,)
            ).fetchone()[0]
            if last is not None and incoming.sequence <= last:
                raise Refusal(409, "A later message of its stream is here already.")
            receipt = _apply(database, incoming, digest)
            database.execute("COMMIT")
            return receipt

    def note_refusal(self, message_id: str | None, why: str) -> None:
        """Keep that something was refused, and why; never what it said."""
        with self._open() as database:
            database.execute(
                "INSERT INTO refused (message_id, why, at) VALUES (?, ?, ?)",
                (message_id, why, _now()),
            )

    def applied(self) -> Sequence[tuple[str, str, int]]:
        """Give what was applied, in order: message id, stream, sequence."""
        with self._open() as database:
            return database.execute(
                "SELECT message_id, stream, sequence FROM applied ORDER BY number"
            ).fetchall()

    def messages(self) -> Sequence[tuple[str, str, str, str, bool]]:
        """Give what was taken, in order: id, kind, receipt, when, whether it was signed."""
        with self._open() as database:
            rows = database.execute(
                "SELECT message_id, kind, receipt, received_at, signature IS NOT NULL FROM message"
                " ORDER BY rowid"
            ).fetchall()
        return [(*row[:4], bool(row[4])) for row in rows]

    def refusals(self) -> Sequence[tuple[str | None, str]]:
        """Give what was refused, in order: message id, why."""
        with self._open() as database:
            return database.execute(
                "SELECT message_id, why FROM refused ORDER BY number"
            ).fetchall()


def _apply(database: sqlite3.Connection, incoming: Incoming, digest: str) -> Receipt:
    number = database.execute("SELECT count(*) FROM message").fetchone()[0] + 1
    receipt, now = f"R-{number:06}", _now()
    database.execute(
        "INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *incoming[:4],
            digest,
            incoming.body,
            incoming.signature,
            receipt,
            now,
        ),
    )
    database.execute(
        "INSERT INTO applied (message_id, stream, sequence) VALUES (?, ?, ?)", incoming[:3]
    )
    return Receipt(receipt, now, again=False)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
