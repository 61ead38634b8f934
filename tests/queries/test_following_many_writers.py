"""Eight write while others follow the feed: every event comes to each exactly once.

Needs real commits.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from flask import Flask
from sqlalchemy import Engine

from indicators_api.app import create_app
from indicators_api.audit import numbering
from indicators_api.config import from_environment
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from tests.callers import Caller, Clock, issue_token
from tests.factories import done
from tests.queries.writers import AT, TURNS, WRITERS, Told, write

pytestmark = pytest.mark.committed

READERS = 3


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
