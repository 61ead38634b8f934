"""What the tests of calls share: reports in every state, and who works on a ward's reports."""

from collections.abc import Callable

import pytest

from tests.api.watching import ALL, POOR
from tests.applications import app, made_once
from tests.callers import Caller, Log
from tests.factories import CITY, JULY, NEIGHBOUR, VILLAGE, WARD, MakeReport, done

__all__ = ["app", "made_once"]


@pytest.fixture
def make_report(client_of: Callable[..., Caller]) -> MakeReport:
    """Make a report: `make_report(unit=…, period=…, state=…, values=…)`."""
    return MakeReport(client_of)


@pytest.fixture
def clerk(client_of: Callable[..., Caller]) -> Caller:
    """A clerk of the ward."""
    return client_of("clerk", unit=WARD)


@pytest.fixture
def leader(client_of: Callable[..., Caller]) -> Caller:
    """The leader of the ward."""
    return client_of("leader", unit=WARD)


@pytest.fixture
def reviewer(client_of: Callable[..., Caller]) -> Caller:
    """A reviewer of the city, to which the ward belongs."""
    return client_of("reviewer", area=CITY)


@pytest.fixture
def operations(client_of: Callable[..., Caller]) -> Caller:
    """The operations centre."""
    return client_of("operations")


@pytest.fixture
def administrator(client_of: Callable[..., Caller]) -> Caller:
    """An administrator of the province."""
    return client_of("administrator")


@pytest.fixture
def log(administrator: Caller) -> Log:
    """Read the sharing log as an administrator."""
    return lambda query="": done(administrator.get(f"/sharing-log{query}"))["data"]


@pytest.fixture
def watch(administrator: Caller) -> Callable[..., None]:
    """Set thresholds."""
    return lambda *items: done(administrator.post("/thresholds", {"items": items}))


@pytest.fixture
def choose(administrator: Caller) -> Callable[..., None]:
    """Choose the indicators of the operations centre's snapshot."""
    path = "/operations-centre/indicators"
    return lambda *codes: done(administrator.put(path, {"indicators": codes}))


@pytest.fixture
def july(make_report: MakeReport) -> None:
    """Two wards with accepted reports, one of them with June before; a village that only sent."""
    for period, poor in (("2024-06", 40), (JULY, 41)):
        values = {POOR: poor, ALL: 3280}
        make_report(unit=WARD, period=period, state="accepted", values=values)
    make_report(unit=NEIGHBOUR, state="accepted", values={POOR: 7, ALL: 700})
    make_report(unit=VILLAGE, state="sent", values={POOR: 90})
