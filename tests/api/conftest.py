"""What the tests of calls share: reports in every state, and who works on a ward's reports."""

from collections.abc import Callable

import pytest

from tests.applications import app, made_once
from tests.callers import Caller, Log
from tests.factories import CITY, WARD, MakeReport, done

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
