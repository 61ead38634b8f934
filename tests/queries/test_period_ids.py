"""Periods by their ids: what SQL makes of them is what Python makes of them."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from indicators_api.aggregation.counting import ASKED_FREQUENCY, LAST_MONTH
from indicators_api.periods import Period
from tests.queries.spans import ASKED

PERIODS = [
    Period.parse(f"{year}{rest}")
    for year in (1999, 2024)
    for rest in (
        *(f"-{month:02}" for month in range(1, 13)),
        *("-Q1", "-Q2", "-Q3", "-Q4", "-S1", "-S2", "-9M", ""),
    )
]


def test_the_database_reads_a_period_s_id_as_python_does(empty_session: Session) -> None:
    """Period ids: yyyy x 100 + 1-12 month, 21-24 quarter, 31-32 half, 41 nine months, 50 year."""
    columns = ", ".join(part.format("p") for part in (LAST_MONTH, ASKED_FREQUENCY))
    query = text(f"SELECT p, {columns} FROM unnest(CAST(:ids AS int[])) AS p")

    found = empty_session.execute(query, {"ids": [period.id for period in PERIODS]}).all()

    assert [tuple(row) for row in found] == [
        (period.id, period.last_month.id, ASKED.get(period.type)) for period in PERIODS
    ]
