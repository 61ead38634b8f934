"""Positions for what was committed: no gap, no double, one chain. Needs real commits."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, text

from indicators_api.audit import chain, journal, numbering
from indicators_api.audit.chain import Entry
from indicators_api.audit.journal import Author, Subject
from indicators_api.audit.queries import first_position, last_position
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database, Session

pytestmark = pytest.mark.committed

AT = datetime(2024, 7, 16, 2, 0, tzinfo=UTC)
AUTHOR = Author(1, 1, "somebody", None)

_NUMBERED = text(f"""
    SELECT p.position, p.hash, p.latest_at, {chain.COLUMNS} FROM journal_position p
    JOIN journal j ON j.id = p.entry_id WHERE p.jurisdiction_id = 1 ORDER BY p.position
""")


@pytest.fixture
def engine(committed_url: str) -> Iterator[Engine]:
    made = make_engine(committed_url, pool_size=12, statement_timeout_ms=60_000)
    yield made
    made.dispose()


@pytest.fixture
def database(engine: Engine) -> Database:
    """The reference data's own entries are numbered already."""
    made = Database(engine)
    numbering.number(made, 1)
    return made


def write(session: Session, name: str, *, at: datetime = AT, **details: Any) -> None:
    journal.append(session, AUTHOR, "note", {Subject(name): details}, at=at)


def written(database: Database, *names: str, at: datetime = AT) -> None:
    for name in names:
        with database.writing() as session:
            write(session, name, at=at)


def numbered(database: Database) -> list[str]:
    """Give the subjects in order of position, those of the reference data left out."""
    with database.reading() as session:
        rows = session.execute(_NUMBERED).all()
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    return [row.subject for row in rows if row.actor_id != 0]


def waiting(database: Database) -> int:
    with database.reading() as session:
        return int(session.scalar(text("SELECT count(*) FROM journal_waiting")))


def test_what_is_committed_is_numbered_in_order_of_ids(database: Database) -> None:
    """Journal: committed rows get consecutive positions, each once; the queue is empty then."""
    written(database, "a", "b", "c")

    assert numbering.number(database, 1) == 3
    assert numbering.number(database, 1) == 0
    assert numbered(database) == ["a", "b", "c"]
    assert waiting(database) == 0


def test_what_is_open_waits_for_nobody_and_is_waited_for_by_nobody(database: Database) -> None:
    """Journal: an id that was drawn first may be committed last; it is numbered behind."""
    with database.writing() as slow:
        write(slow, "slow")
        written(database, "quick")
        assert numbering.number(database, 1) == 1
    written(database, "next")
    numbering.number(database, 1)

    assert numbered(database) == ["quick", "slow", "next"]


def test_what_is_rolled_back_leaves_no_gap(database: Database) -> None:
    """Journal: ids have gaps, positions have none."""
    written(database, "before")
    with database.writing() as session:
        write(session, "never")
        session.rollback()
    written(database, "after")
    numbering.number(database, 1)

    assert numbered(database) == ["before", "after"]


def test_a_backlog_is_worked_off_in_parts(database: Database) -> None:
    """Numbering: a request does its part of it, the next ones go on; the order is that of ids."""
    names = [f"{number}" for number in range(2 * numbering.BATCH + 1)]
    with database.writing() as session:
        entries = {Subject(name): {} for name in names}
        journal.append(session, AUTHOR, "note", entries, at=AT)

    assert numbering.number(database, 1, most=1) == numbering.BATCH
    assert numbering.number(database, 1) == numbering.BATCH + 1
    assert numbered(database) == names


def test_recomputing_the_chain_gives_the_hashes_that_are_stored(database: Database) -> None:
    """Journal: a verification computes the same from what is stored; a changed row shows."""
    for number in range(5):
        with database.writing() as session:
            name, at = f"report/Ủy ban/{number}", AT + timedelta(microseconds=number)
            write(session, name, at=at, b=[1, {"z": None, "é": "\n"}], a=number, ratio="0.10")
        numbering.number(database, 1)

    def verify() -> bool:
        with database.reading() as session:
            rows = session.execute(_NUMBERED).all()
        return [row.hash for row in rows] == list(chain.chain(Entry(*row[3:]) for row in rows))

    assert verify()
    with database.writing() as session:
        forge = "UPDATE journal SET details = details || '{\"a\": 7}' WHERE subject LIKE '%/3'"
        session.execute(text(forge))
    assert not verify()


def test_a_time_leads_to_its_first_position_whatever_the_order(database: Database) -> None:
    """`from`: positions are not strictly in order of time; no later entry stands before it."""
    chance = Random(11)  # noqa: S311 - repeatable, no secret
    start = datetime(2030, 1, 1, tzinfo=UTC)
    times = [start + timedelta(minutes=chance.randrange(40)) for _ in range(60)]
    for number, at in enumerate(times):
        written(database, f"{number}", at=at)
        if not number % 7:
            numbering.number(database, 1)
    numbering.number(database, 1)

    with database.reading() as session:
        rows = session.execute(_NUMBERED).all()
        for minute in range(-1, 41):
            since = start + timedelta(minutes=minute)
            at_or_after = [row.position for row in rows if row.recorded_at >= since]
            assert first_position(session, 1, since) == (at_or_after[0] if at_or_after else None)
        assert last_position(session, 1) == rows[-1].position


def test_two_that_number_at_once_share_the_work(database: Database) -> None:
    """Numbering: one at a time; who waited finds what is left: no gap, no double, one chain."""
    start = Barrier(12)

    def writer(number: int) -> int:
        start.wait()
        for turn in range(20):
            with database.writing() as session:
                write(session, f"{number}/{turn}")
                write(session, f"{number}/{turn}+")
        return 0

    def numberer() -> int:
        start.wait()
        return sum(numbering.number(database, 1) for _ in range(60))

    with ThreadPoolExecutor(12) as pool:
        jobs = [pool.submit(writer, number) for number in range(8)]
        jobs += [pool.submit(numberer) for _ in range(4)]
        done = sum(job.result() for job in jobs) + numbering.number(database, 1)

    subjects = numbered(database)
    assert done == len(subjects) == len(set(subjects)) == 8 * 20 * 2
    for number in range(8):
        own = [subject for subject in subjects if subject.startswith(f"{number}/")]
        assert own == [f"{number}/{turn}{end}" for turn in range(20) for end in ("", "+")]
    with database.reading() as session:
        rows = session.execute(_NUMBERED).all()
    assert [row.hash for row in rows] == list(chain.chain(Entry(*row[3:]) for row in rows))


def test_entries_of_older_software_are_adopted(database: Database) -> None:
    """Migrations run beside the old code: it adds entries that don't wait."""
    written(database, "one")
    numbering.number(database, 1)
    written(database, "two", "three")
    with database.writing() as session:
        session.execute(text("DELETE FROM journal_waiting"))

    assert numbering.number(database, 1) == 0
    assert numbering.adopt(database, 1) == 2
    assert numbering.adopt(database, 1) == 0
    assert numbering.number(database, 1) == 2
    assert numbered(database) == ["one", "two", "three"]
