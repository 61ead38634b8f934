"""What the tests of promises share."""

import pytest
from flask import Flask

from indicators_api.api.context import Services
from indicators_api.config import Config
from indicators_api.db.session import Database
from tests.applications import made_once
from tests.callers import Caller, Clock, issue_token
from tests.factories import WARD

__all__ = ["made_once"]


@pytest.fixture
def service(made_once: Flask, config: Config, database: Database, clock: Clock) -> Flask:
    """The application as `app` is, but made once: calls may be added to that, not to this."""
    made_once.extensions["indicators"] = Services(config, database, clock)
    return made_once


@pytest.fixture
def clerk(service: Flask, database: Database, clock: Clock) -> Caller:
    """A clerk of the ward."""
    return Caller(service.test_client(), issue_token(database, "clerk", at=clock(), unit=WARD))
