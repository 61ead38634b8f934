"""Eight write while others follow the feed: every event comes to each exactly once.

Needs real commits.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from random import Random
from threading import Barrier, Event
from time import sleep

import pytest
from flask import Flask
from sqlalchemy import Engine

from indicators_api.app import create_app
from indicators_api.audit import journal, numbering
from indicators_api.audit.journal import Author, Subject
from indicators_api.config import from_environment
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from tests.callers import Caller, Clock, issue_token
from tests.factories import done

pytestmark = pytest.mark.committed

AT = datetime(2024, 7, 16, 2, 0, tzinfo=UTC)
AUTHOR = Author(1, 1, "somebody", None)
WRITERS, TURNS, READERS = 8, 30, 3

#: Writer and turn: told as a correction's number, which the feed passes on.
Told = list[int]


@pytest.fixture
def engine(committed_url: str) -> Iterator[Engine]:
    made = make_engine(committed_url, pool_size=WRITERS + READERS + 1, statement_timeout_ms=60_000)
    yield made
    made.dispose()


@pytest.fixture
def database(engine: Engine) -> Database:
    """The reference data's own entries are numbered already."""
    made = Database(engine)
    numbering.number(made, 1)
    return made


@pytest.fixture
def app(database: Database, committed_url: str) -> Flask:
    config = from_environment({"DATABASE_URL": committed_url})
    return create_app(config, database=database, clock=Clock(AT))


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


def follow(reader: Caller, place: str, limit: int, start: Barrier, over: Event) -> Told:
    """Go on from `next` while others write, and once more when they have ended."""
    told: Told = []
    start.wait()
    while True:
        is_last_look = over.is_set()
        body = done(reader.get(f"/changes?after={place}&limit={limit}"))
        place = body["next"]
        told += [event["correction"] for event in body["data"]]
        if is_last_look and not body["data"]:
            return told


def test_each_reader_is_told_each_event_once(app: Flask, database: Database) -> None:
    """Changes: no event is skipped or told twice, and all readers see the same order."""
    token = issue_token(database, "operations", at=AT)
    readers = [Caller(app.test_client(), token) for _ in range(READERS)]
    place, further = "", True
    while further:  # what was there before is of no interest
        body = done(readers[0].get(f"/changes?after={place}" if place else "/changes"))
        place, further = body["next"], bool(body["data"])
    start, over = Barrier(WRITERS + READERS), Event()

    with ThreadPoolExecutor(WRITERS + READERS) as pool:
        writers = [pool.submit(write, database, number, start) for number in range(WRITERS)]
        followers = [
            pool.submit(follow, reader, place, limit, start, over)
            for reader, limit in zip(readers, (1, 7, 1000), strict=True)
        ]
        try:
            kept = [job.result() for job in writers]
        finally:
            over.set()
        told = [job.result() for job in followers]

    committed = sorted(number for numbers in kept for number in numbers)
    assert len(committed) < WRITERS * TURNS
    assert [sorted(numbers) for numbers in told] == [committed] * READERS
    assert told == [told[0]] * READERS
    for writer, numbers in enumerate(kept):
        assert [number for number in told[0] if number // 1000 == writer] == numbers
