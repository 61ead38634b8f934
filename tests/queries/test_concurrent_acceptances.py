"""Many at one district: no deadlock, nothing lost, the roll-up exact. Needs real commits."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from random import Random
from threading import Barrier

import pytest
from sqlalchemy import Engine, text

from indicators_api.aggregation import rollup
from indicators_api.aggregation.service import Question
from indicators_api.catalogue import versions
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database, Session
from indicators_api.errors import Conflict, PreconditionFailed
from indicators_api.periods import Period
from tests.queries.filing import LATER, entry, rows, send
from tests.queries.turns import Key, Standing, Turns, standings

CITY = "842"
WARDS = [f"H59.21.{number}" for number in range(11, 19)]
MONTHS = ["2024-05", "2024-06", "2024-07"]
POOR, FILES, INVESTED = "XH160101", "NC240101", "KT090206"
ADDED = [POOR, FILES, INVESTED]
#: A weighted mean, and what it is weighted by.
SATISFIED, ASKED_PEOPLE = "NC240111", "NC240105"
WRITERS, TURNS = 8, 25

_END = text("""
    UPDATE assignment a SET valid_to = '2024-06-13' FROM unit u, indicator i
    WHERE u.id = a.unit_id AND i.id = a.indicator_id AND u.code = :unit AND i.code = :indicator
""")
_VALUES = text("""
    SELECT u.code, r.period_id, i.code, o.value, o.version = r.accepted_version,
           o.version = r.sent_version
    FROM report r
    JOIN observation o ON o.period_id = r.period_id AND o.unit_id = r.unit_id
                      AND o.version IN (r.accepted_version, r.sent_version)
    JOIN indicator i ON i.id = o.indicator_id AND i.code = ANY(:indicators)
    JOIN unit u ON u.id = r.unit_id
""")


@pytest.fixture
def engine(committed_url: str) -> Iterator[Engine]:
    """Eight writers and who changes the catalogue, each with a connection."""
    made = make_engine(committed_url, pool_size=WRITERS + 1, statement_timeout_ms=60_000)
    yield made
    made.dispose()


def sums(session: Session, basis: str) -> dict[tuple[str, str], Decimal]:
    """Add up in Python what is in force of units that are assigned it, by indicator and month."""
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for unit, period_id, indicator, value, accepted, sent in session.execute(
        _VALUES, {"indicators": ADDED}
    ):
        has_ended = indicator == INVESTED and unit == WARDS[0] and period_id > 202405
        if not has_ended and (sent if basis == "sent" else accepted):
            found[indicator, str(Period.of_id(period_id))] += value
    return found


class Writer:
    """Takes turns: looks where reports stand, moves one on or accepts a handful at once."""

    def __init__(self, database: Database, number: int) -> None:
        self.database = database
        self.chance = Random(number)  # noqa: S311 - repeatable, no secret
        self.turns = Turns(self.chance)
        #: How many steps succeeded with each report.
        self.done: Counter[Key] = Counter()
        self.refused = 0

    def work(self, start: Barrier) -> "Writer":
        start.wait()
        for _ in range(TURNS):
            with self.database.reading() as session:
                reports = standings(session)
            waiting = [report for report in reports if report.state == "sent"]
            try:
                if waiting and self.chance.random() < 0.3:
                    self.accept_many(self.chance.sample(waiting, min(len(waiting), 6)))
                else:
                    self.move_on(self.chance.choice(reports))
            except (PreconditionFailed, Conflict):
                self.refused += 1
        return self

    def accept_many(self, reports: list[Standing]) -> None:
        with self.database.writing() as session:
            answers = self.turns.accept(session, reports)
        for answer in answers:
            if answer.reviewed:
                self.done[answer.item.unit, answer.item.period] += 1
            else:
                self.refused += 1

    def move_on(self, report: Standing) -> None:
        highest = {POOR: 500, FILES: 90, SATISFIED: 100, ASKED_PEOPLE: 1000}
        values = {code: entry(self.chance.randrange(most)) for code, most in highest.items()}
        with self.database.writing() as session:
            self.turns.move_on(session, report, values)
        self.done[report.key] += 1


def end_an_assignment(database: Database, start: Barrier) -> None:
    """Change the catalogue in the middle of it all: who counts is derived anew, alone."""
    start.wait()
    for _ in range(3):
        with database.writing() as session:
            versions.own(session, 1)
            session.execute(_END, {"unit": WARDS[0], "indicator": INVESTED})
            versions.grow(session, 1, at=LATER)
            rollup.rebuild(session, 1, at=LATER)


@pytest.mark.committed
def test_eight_writers_of_one_district_lose_nothing(engine: Engine) -> None:
    """8 concurrent writers of one district: no deadlock, nothing lost, verify clean.

    A deadlock would end a writer with ServiceUnavailable; a lost step would show in a revision.
    """
    database = Database(engine)
    with database.writing() as session:
        for number, ward in enumerate(WARDS):
            for month in MONTHS:
                values = {POOR: 100 + number, FILES: number, INVESTED: f"{number}.1"}
                values |= {SATISFIED: 90 + number, ASKED_PEOPLE: 10 * number}
                send(session, ward, month, values)

    start = Barrier(WRITERS + 1)
    writers = [Writer(database, number) for number in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        changing = pool.submit(end_an_assignment, database, start)
        working = [pool.submit(writer.work, start) for writer in writers]
        changing.result()
        done = sum((future.result().done for future in working), Counter[Key]())

    with database.reading() as session:
        assert rollup.verify(session, 1) == []
        assert {r.key: r.revision for r in standings(session)} == {
            r.key: 1 + done[r.key] for r in standings(session)
        }
        assert done.total() > WRITERS
        for basis in ("accepted", "sent"):
            question = Question(
                [Period.parse(month) for month in MONTHS],
                area=CITY,
                indicators=ADDED,
                sent=basis == "sent",
            )
            found = {(f.indicator, f.period): f.value for f in rows(session, question)}
            assert {key: value for key, value in found.items() if value is not None} == sums(
                session, basis
            )
