"""When reports are owed and due: windows, deadlines by level, working days, exceptions."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from indicators_api.api.context import VIETNAM
from tests.callers import Caller, Clock, assert_problem
from tests.factories import DEPARTMENT, DIVISION, JULY, NEIGHBOUR, WARD, MakeReport, done, new


@pytest.mark.parametrize(
    ("unit", "days", "timeliness"),
    [(WARD, 1, "on_time"), (WARD, 2, "late"), (DIVISION, 3, "on_time"), (DEPARTMENT, 7, "late")],
)
def test_a_report_is_on_time_or_late_by_the_day_of_its_level(
    client_of: Callable[..., Caller], clock: Clock, unit: str, days: int, timeliness: str
) -> None:
    """Periods: communes by day 17, districts by day 19, the province's units by day 22."""
    clock.now = datetime(2024, 7, 16, 23, 59, 59, 999_999, VIETNAM) + timedelta(days=days)
    sender = client_of("leader", unit=unit)

    answer = done(sender.post("/reports", new(unit=unit, step="send")), 201)

    assert answer["timeliness"] == timeliness


@pytest.mark.parametrize(
    ("unit", "period", "due"),
    [
        (WARD, "2024-06", "2024-06-17"),
        (WARD, "2024-02", "2024-02-19"),  # the 17th was a Saturday
        (DEPARTMENT, "2023-01", "2023-01-27"),  # the 22nd was the first day of Tết
        (DIVISION, "2024-Q2", "2024-06-19"),
        (WARD, "2023", "2023-12-18"),  # the 17th was a Sunday
    ],
)
def test_a_deadline_falls_on_a_working_day(
    client_of: Callable[..., Caller], unit: str, period: str, due: str
) -> None:
    """Periods: deadlines fall on the next working day, public holidays considered."""
    answer = client_of("clerk", unit=unit).post("/reports", new({}, unit=unit, period=period))

    assert done(answer, 201)["due"] == f"{due}T23:59:59+07:00"


def test_an_exception_gives_a_unit_more_time(
    client_of: Callable[..., Caller], clock: Clock, leader: Caller
) -> None:
    """Periods: exceptions per unit and period, with a reason; the neighbour has none."""
    more = {"period": JULY, "units": [WARD], "due": "2024-07-24", "reason": "Storm"}
    given = done(client_of("administrator").post("/deadline-exceptions", more))
    clock.forward(days=8)

    answer = done(leader.post("/reports", new(step="send")), 201)
    neighbour = client_of("leader", unit=NEIGHBOUR)
    late = done(neighbour.post("/reports", new(unit=NEIGHBOUR, step="send")), 201)

    assert given["data"] == [{"unit": WARD, "period": JULY, "due": "2024-07-24", "reason": "Storm"}]
    assert (answer["due"], answer["timeliness"]) == ("2024-07-24T23:59:59+07:00", "on_time")
    assert late["timeliness"] == "late"


def test_a_draft_past_its_deadline_is_missing(
    make_report: MakeReport, clerk: Caller, clock: Clock
) -> None:
    """Periods: what was never sent is missing once the deadline has passed."""
    report = make_report(state="submitted")

    assert done(clerk.get(report.url))["timeliness"] == "not_due"
    clock.forward(days=2)
    assert done(clerk.get(report.url))["timeliness"] == "missing"


def test_timeliness_is_that_of_the_first_sending(
    make_report: MakeReport, clock: Clock, leader: Caller
) -> None:
    """A report's life: what is returned and sent again late was on time all the same."""
    report = make_report(state="returned")
    clock.forward(days=9)

    again = leader.post(f"{report.url}/send", {"comment": "Now."}, seen=report.revision)

    assert done(again)["timeliness"] == "on_time"


@pytest.mark.parametrize(
    ("unit", "period", "opens"),
    [
        (WARD, "2024-08", True),  # its window opened on 15 July
        (WARD, "2024-09", False),
        (WARD, "2024-Q3", True),
        (WARD, "2024-Q4", False),
        (WARD, "2021-01", True),
        (WARD, "2020-12", False),  # the unit existed from 1 January 2021
    ],
)
def test_a_period_is_refused_unless_it_is_owed(
    clerk: Caller, unit: str, period: str, *, opens: bool
) -> None:
    """Periods: refused before its window opens, and where the unit wasn't valid on its last day."""
    answer = clerk.post("/reports", new({}, unit=unit, period=period))

    if opens:
        done(answer, 201)
    else:
        assert_problem(answer, 422, "period-refused", facts={"period": period})


def test_a_unit_that_ended_still_writes_what_it_owed(
    client_of: Callable[..., Caller], clock: Clock
) -> None:
    """Periods: Ward 2 ended on 31 December 2024: it owed that month, not the next."""
    clock.now = datetime(2025, 1, 20, 9, 0, tzinfo=VIETNAM)
    ended = client_of("clerk", unit="H59.21.14")

    done(ended.post("/reports", new({}, unit="H59.21.14", period="2024-12")), 201)
    refused = ended.post("/reports", new({}, unit="H59.21.14", period="2025-01"))

    assert_problem(refused, 422, "period-refused", facts={"cut_off": "2025-01-14"})
