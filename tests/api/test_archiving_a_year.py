"""What becomes of a year whose figures are put away, and of one that has no tables yet."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from indicators_api.api.context import VIETNAM
from indicators_api.audit.journal import Author
from indicators_api.db import years
from indicators_api.errors import Conflict, DomainError, NotFound
from indicators_api.reports import archiving
from tests.callers import assert_problem
from tests.factories import CITY, JULY, WARD, done, new

OPERATOR = Author(1, 0, "operator", None)
#: When 2024 may be put away.
LATER = datetime(2027, 2, 1, tzinfo=VIETNAM)
FIGURES = f"/aggregates?period={JULY}&area={CITY}&indicator=XH160101"


@pytest.fixture
def oldest(session: Session) -> int:
    """2024 is the oldest year that figures are read from."""
    for year in years.attached(session):
        if year < 2024:
            archiving.archive(session, OPERATOR, year, at=LATER)
    session.commit()
    return 2024


@pytest.fixture
def archived(session: Session, oldest: int, make_report) -> Iterator[int]:
    """2024 is put away, with an accepted report of July."""
    make_report(state="accepted")
    archiving.archive(session, OPERATOR, oldest, at=LATER)
    session.commit()
    return oldest


def test_periods_of_an_archived_year_are_neither_answered_nor_taken(archived, client_of):
    """`year-archived`, whether the period stands in the address, the parameters or the body."""
    clerk, centre = client_of("clerk", unit=WARD), client_of("operations", area="84")

    answers = [
        clerk.get(f"/reports/{WARD}/{JULY}"),
        clerk.get(f"/reports/{WARD}/2023-S1"),
        clerk.post("/reports", new(period="2024-05")),
        centre.get(FIGURES),
        centre.get(f"/observations?period={JULY}&area={CITY}"),
    ]

    for answer in answers:
        assert_problem(answer, 422, "year-archived", facts={"year": archived})


@pytest.mark.usefixtures("archived")
def test_who_reported_when_is_told_of_archived_years_still(client_of):
    """Only observations and sums are put away."""
    listed = done(client_of("clerk", unit=WARD).get("/reports"))

    assert [(each["period"], each["state"]) for each in listed["data"]] == [(JULY, "accepted")]


@pytest.mark.usefixtures("archived")
def test_what_is_compared_with_an_archived_year_says_so(client_of, clock):
    """A missing base is not taken for a unit that did not report."""
    clock.now = datetime(2025, 7, 16, tzinfo=VIETNAM)
    asked = FIGURES.replace(JULY, "2025-01") + "&measures=value,yoy_pct,previous"

    (row,) = done(client_of("operations", area="84").get(asked))["data"]

    assert row["yoy_pct"] is None
    assert row["previous"] is None
    assert row["reasons"]["previous"] == "archived"


def test_a_restored_year_answers_as_before_and_its_etag_is_another(
    session, oldest, make_report, client_of
):
    """Nothing is lost on the way, and clients ask again."""
    make_report(state="accepted")
    centre = client_of("operations", area="84")
    before = centre.get(FIGURES)

    archiving.archive(session, OPERATOR, oldest, at=LATER)
    archiving.restore(session, OPERATOR, oldest, at=LATER)
    session.commit()

    after = centre.get(FIGURES)
    assert done(before)["data"] == done(after)["data"]
    assert done(before)["data"][0]["value"] == 41
    assert before.headers["ETag"] != after.headers["ETag"]


@pytest.mark.parametrize("state", ["draft", "sent", "returned", "requested", "revising"])
def test_a_year_with_something_open_is_not_put_away(session, oldest, make_report, state):
    """An unaccepted report, or a correction that waits."""
    make_report(state=state)

    with pytest.raises(Conflict, match="not closed"):
        archiving.archive(session, OPERATOR, oldest, at=LATER)


@pytest.mark.usefixtures("oldest")
@pytest.mark.parametrize(
    ("year", "at", "problem"),
    [
        (2024, LATER.replace(year=2026), Conflict),
        (2025, LATER.replace(year=2030), Conflict),
        (1993, LATER, NotFound),
        (2022, LATER, NotFound),
    ],
    ids=["young", "not the oldest", "without figures", "archived already"],
)
def test_other_years_are_not_put_away_either(session, year, at, problem):
    """The oldest goes first; this year and those it is compared with stay."""
    with pytest.raises(problem):
        archiving.archive(session, OPERATOR, year, at=at)


@pytest.mark.usefixtures("oldest")
@pytest.mark.parametrize(("year", "problem"), [(2022, Conflict), (2024, Conflict)])
def test_only_the_newest_archived_year_is_restored(session, year, problem):
    """So that all years before the newest archived one are archived."""
    with pytest.raises(problem, match="2023"):
        archiving.restore(session, OPERATOR, year, at=LATER)


def test_nothing_can_be_restored_where_nothing_is_archived(session):
    with pytest.raises(DomainError, match="No year"):
        archiving.restore(session, OPERATOR, 2023, at=LATER)


@pytest.mark.usefixtures("archived")
def test_archived_figures_are_read_in_the_schema_archive(session):
    """Readable there, row by row."""
    rows = session.execute(text("SELECT period_id, value FROM archive.observation_2024")).all()

    assert [tuple(row) for row in rows] == [(202407, 41)]


def test_the_first_report_of_a_year_brings_its_tables(session, make_report, client_of):
    """A year without tables is made with its first report, and the next one with it."""
    session.execute(text("DROP TABLE observation_2022, rollup_2022, observation_2023, rollup_2023"))
    session.commit()

    make_report(period="2022-03", state="accepted")

    assert {2022, 2023} <= set(years.attached(session))
    (row,) = done(client_of("operations", area="84").get(FIGURES.replace(JULY, "2022-03")))["data"]
    assert row["value"] == 41
