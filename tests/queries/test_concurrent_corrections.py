"""Two at once at one accepted report: one wins, the other is told. Needs real commits."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine, text

from indicators_api.aggregation import rollup
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database, Session
from indicators_api.errors import Conflict, PreconditionFailed
from indicators_api.periods import Period
from indicators_api.reports import corrections, reopening
from indicators_api.reports.workflow import Step
from tests.queries.filing import file, reviewer_of, who

#: One is a race that may be won by luck.
WARDS = [f"H59.21.{number}" for number in range(11, 19)]
JULY = Period.parse("2024-07")
POOR, FILES = "XH160101", "NC240101"
#: Revision of a report that was sent and accepted, and of one with a request besides.
ACCEPTED, REQUESTED = 2, 3

_REPORTS = text("""
    SELECT u.code, r.state, r.revision, r.version, r.sent_version, r.accepted_version
    FROM report r JOIN unit u ON u.id = r.unit_id
""")
_VERSIONS = text("""
    SELECT u.code, array_agg(v.kind ORDER BY v.version),
           array_agg((SELECT count(*) FROM observation o
                      WHERE o.period_id = v.period_id AND o.unit_id = v.unit_id
                        AND o.version = v.version) ORDER BY v.version)
    FROM report_version v JOIN unit u ON u.id = v.unit_id GROUP BY u.code
""")
_ACTIONS = text("SELECT action FROM report_step UNION ALL SELECT action FROM journal")
_CORRECTIONS = text(
    "SELECT u.code, c.state, c.version FROM correction c JOIN unit u ON u.id = unit_id"
)


@pytest.fixture
def engine(committed_url: str) -> Iterator[Engine]:
    """Two rivals, each with a connection."""
    made = make_engine(committed_url, pool_size=2, statement_timeout_ms=60_000)
    yield made
    made.dispose()


@pytest.fixture
def database(engine: Engine) -> Database:
    """The wards' reports of July are accepted."""
    database = Database(engine)
    with database.writing() as session:
        for ward in WARDS:
            file(session, ward, "2024-07", {POOR: 41, FILES: 7})
    return database


@pytest.mark.committed
def test_of_two_agreements_to_one_correction_one_wins(database: Database) -> None:
    """Corrections: one decision, one version; who comes second is told that it is too late."""
    with database.writing() as session:
        for ward in WARDS:
            leader = who(session, "leader", unit=ward)
            corrections.request(session, leader, ward, JULY, "A slip.", seen=ACCEPTED)

    def agree(session: Session, ward: str) -> None:
        item = corrections.Item(ward, JULY, 1, REQUESTED)
        corrections.decide(session, reviewer_of(session, ward), item, Step.AGREE, "Discussed.")

    won = race(database, agree)

    assert won == dict.fromkeys(WARDS, 1)
    with database.reading() as session:
        found = [tuple(row) for row in session.execute(_CORRECTIONS)]
        assert sorted(found) == [(ward, "agreed", 2) for ward in WARDS]
    assert_one_version_was_opened(database, "correction", "agree_correction", REQUESTED + 1)


@pytest.mark.committed
def test_a_revision_that_is_opened_twice_leaves_one_version(database: Database) -> None:
    """Routine revision: one version; who comes second is told what changed."""

    def revise(session: Session, ward: str) -> None:
        leader = who(session, "leader", unit=ward)
        reopening.open_version(session, leader, ward, JULY, None, seen=ACCEPTED)

    won = race(database, revise)

    assert won == dict.fromkeys(WARDS, 1)
    assert_one_version_was_opened(database, "revision", "open_version", ACCEPTED + 1)


@pytest.mark.committed
def test_a_revision_and_an_agreement_do_not_open_two_versions(database: Database) -> None:
    """Corrections: nothing else is opened beside a request, whichever comes first."""
    chosen = iter([Step.OPEN, Step.REQUEST] * len(WARDS))

    def reopen(session: Session, ward: str) -> None:
        leader = who(session, "leader", unit=ward)
        if next(chosen) is Step.OPEN:
            reopening.open_version(session, leader, ward, JULY, None, seen=ACCEPTED)
        else:
            corrections.request(session, leader, ward, JULY, "A slip.", seen=ACCEPTED)

    assert race(database, reopen) == dict.fromkeys(WARDS, 1)
    with database.reading() as session:
        requested = {row[0] for row in session.execute(_CORRECTIONS)}
        for ward, state, revision, version, *_ in session.execute(_REPORTS):
            expected = ("accepted", 1) if ward in requested else ("draft", 2)
            assert (state, version) == expected
            assert revision == ACCEPTED + 1


def race(database: Database, act: Callable[[Session, str], None]) -> dict[str, int]:
    """Have two do the same with each ward's report at once; count who came through."""
    won: Counter[str] = Counter()

    def attempt(ward: str, start: Barrier) -> bool:
        start.wait()
        try:
            with database.writing() as session:
                act(session, ward)
        except (Conflict, PreconditionFailed):
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        for ward in WARDS:
            start = Barrier(2)
            rivals = [pool.submit(attempt, ward, start) for _ in range(2)]
            won[ward] = sum(rival.result() for rival in rivals)
    return dict(won)


def assert_one_version_was_opened(
    database: Database, kind: str, action: str, revision: int
) -> None:
    """Check that every report has one draft more, a whole copy, and is in force as before."""
    with database.reading() as session:
        reports = {row[0]: tuple(row[1:]) for row in session.execute(_REPORTS)}
        versions = {row[0]: tuple(row[1:]) for row in session.execute(_VERSIONS)}
        actions = Counter(session.scalars(_ACTIONS))
        assert rollup.verify(session, 1) == []
    assert reports == dict.fromkeys(WARDS, ("draft", revision, 2, 1, 1))
    assert versions == dict.fromkeys(WARDS, (["original", kind], [2, 2]))
    assert actions[action] == actions[f"report.{action}"] == len(WARDS)
