"""Somebody who commits events, some slowly, some not at all."""

from datetime import UTC, datetime
from random import Random
from threading import Barrier
from time import sleep
from typing import Final

from indicators_api.audit import journal
from indicators_api.audit.journal import Author, Subject
from indicators_api.db.session import Database

AT: Final = datetime(2024, 7, 16, 2, 0, tzinfo=UTC)
AUTHOR: Final = Author(1, 1, "somebody", None)
WRITERS, TURNS = 8, 30

#: Writer and turn: told as a correction's number, which the feed passes on.
Told = list[int]


def write(database: Database, writer: int, start: Barrier) -> Told:
    """Commit events, some slowly, some not at all; give those that were committed."""
    chance, kept = Random(writer), []  # noqa: S311 - repeatable, no secret
    start.wait()
    for turn in range(TURNS):
        number, is_kept = writer * 1000 + turn, chance.random() < 0.8
        with database.writing() as session:
            entries = {Subject(f"report/{number}"): {"number": number}}
            journal.append(session, AUTHOR, "report.request_correction", entries, at=AT)
            sleep(chance.random() * 0.01)  # ids drawn early are committed late
            if not is_kept:
                session.rollback()
        kept += [number] if is_kept else []
    return kept
