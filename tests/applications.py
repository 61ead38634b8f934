"""An application that is made once, since that takes long, and checks its answers."""

import json
import re
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask, Response, request

from indicators_api.api.context import Services
from indicators_api.api.rest import BASE, document
from indicators_api.app import create_app
from indicators_api.config import Config, from_environment
from indicators_api.db.session import Database
from tests.callers import Clock


@pytest.fixture(scope="session")
def made_once(database_url: str) -> Flask:
    """The application of a worker; each good answer must be as the contract documents it."""
    made = create_app(from_environment({"DATABASE_URL": database_url}))
    contract = Contract(document(made))
    made.after_request(contract.check)
    return made


@pytest.fixture
def app(made_once: Flask, config: Config, database: Database, clock: Clock) -> Flask:
    """The application with this test's settings, database and clock."""
    made_once.extensions["indicators"] = Services(config, database, clock)
    return made_once


class Contract:
    """What the OpenAPI document says of answers."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.said = said

    def check(self, response: Response) -> Response:
        """Let a good answer pass if it is documented with its status and fits its schema."""
        good = response.is_json and response.status_code < 300 and request.method != "HEAD"
        if not good or request.url_rule is None or not request.path.startswith(BASE):
            return response
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", request.url_rule.rule)
        validator = self.validator(path, request.method.lower(), response.status_code)
        validator.validate(json.loads(response.get_data()))
        return response

    @cache  # noqa: B019 - lives as long as the tests
    def validator(self, path: str, method: str, status: int) -> jsonschema_rs.Validator:
        answers = self.said["paths"][path][method]["responses"]
        schema = answers[str(status)]["content"]["application/json"]["schema"]
        return jsonschema_rs.Draft202012Validator({**schema, "components": self.said["components"]})
