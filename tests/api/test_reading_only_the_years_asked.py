"""Statements on figures read the partitions of the years that are asked, and plan no others."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection

from tests.factories import CITY, JULY, NEIGHBOUR, done
from tests.statements import Statement, plan_of, recorder

_FIGURES = re.compile(r"\b(observation|rollup|rollup_spread)\b")
_PARTITION = re.compile(r"\b(?:observation|rollup|rollup_spread)_(\d{4})(?:_\d{6,})?\b")

Planned = Callable[[], set[str]]


@pytest.fixture
def planned(connection: Connection) -> Iterator[Planned]:
    """Give the years in the plans of all statements on figures since the last call.

    Planned with their parameters, as the first executions of a statement are; pruning does the
    same when a plan without them is executed.
    """
    seen: list[Statement] = []
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)

    def keep(sql: str, parameters: Any) -> None:
        if _FIGURES.search(sql) and not sql.startswith("EXPLAIN"):
            seen.append(Statement(sql, parameters))

    def years() -> set[str]:
        asked, found = seen.copy(), set[str]()
        for sql, parameters in asked:
            plan = plan_of(driver, sql, parameters, options="COSTS OFF")
            found |= set(_PARTITION.findall(str(plan)))
        seen.clear()
        return found

    connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")
    with recorder(driver, keep):
        yield years


@pytest.fixture
def centre(client_of):
    return client_of("operations", area="84")


def test_a_report_is_written_and_accepted_within_its_year(planned, make_report):
    """Sending reads twelve months back for the rules; nothing else."""
    report = make_report(state="accepted")
    make_report(unit=NEIGHBOUR, state="revising")

    assert planned() <= {"2023", "2024"}
    assert report.state == "accepted"


@pytest.mark.parametrize("basis", ["accepted", "sent"])
@pytest.mark.parametrize("source", ["rollup", "reported"])
@pytest.mark.parametrize("where", ["level=district", "level=commune", f"area={CITY}"])
def test_figures_of_a_month_are_read_from_its_year(planned, centre, basis, source, where):
    """Of all indicators: sums, weighted means, ratios; stocks look twelve months back."""
    done(centre.get(f"/aggregates?period={JULY}&basis={basis}&source={source}&{where}"))

    assert {"2024"} <= planned() <= {"2023", "2024"}


def test_observations_are_read_from_their_year(planned, centre):
    """Slices of what units sent."""
    done(centre.get(f"/observations?period={JULY}&area={CITY}"))

    assert planned() == {"2024"}


def test_a_statement_over_all_years_is_found(planned, connection):
    """The check can fail."""
    connection.exec_driver_sql("SELECT count(*) FROM observation")

    assert len(planned()) > 5
