"""The contract: a valid OpenAPI 3.1 document that tells of every call all that a client needs."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import jsonschema_rs
import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR
from sqlalchemy.orm import Session

from indicators_api.api.problems import catalogue
from indicators_api.cli.openapi import FILE, contract
from indicators_api.db.session import Database
from indicators_api.security.permissions import ROLES, Permission
from tests.callers import Clock, issue_token
from tests.exchange.conftest import make_partner
from tests.factories import CITY, WARD

DOCUMENT: dict[str, Any] = json.loads(contract())
PROBLEM = "application/problem+json"
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    status_code_conformance,
    response_schema_conformance,
]


class Operation(NamedTuple):
    """A call of the contract."""

    method: str
    path: str
    said: dict[str, Any]

    @property
    def answer(self) -> tuple[str, dict[str, Any]]:
        """Give the status and description of the good answer; each call has one."""
        ((status, said),) = [(s, r) for s, r in self.said["responses"].items() if s[0] == "2"]
        return status, said


def operations() -> Iterator[Operation]:
    for path, item in DOCUMENT["paths"].items():
        for method, said in item.items():
            if method != "parameters":
                yield Operation(method, path, said)


every_operation = pytest.mark.parametrize(
    "operation", list(operations()), ids=lambda operation: operation.said["operationId"]
)


def test_the_document_is_valid_openapi() -> None:
    """The HTTP contract: OpenAPI 3.1."""
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert [error.message for error in OPENAPI_31_VALIDATOR.iter_errors(DOCUMENT)] == []
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema_rs.Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def test_the_committed_document_is_the_served_one(service: Flask) -> None:
    """Browse: openapi/openapi.json is generated and never stale: `make openapi`."""
    served = service.test_client().get("/openapi.json")

    assert FILE.read_text(encoding="utf-8") == contract() == served.text
    tag = {"If-None-Match": served.headers["ETag"]}
    assert service.test_client().get("/openapi.json", headers=tag).status_code == 304


def test_every_operation_has_a_name_of_its_own() -> None:
    """Browse: stable names for generated clients."""
    names = [operation.said["operationId"] for operation in operations()]

    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z]+(_[a-z]+)+", name) for name in names)


@every_operation
def test_an_operation_says_what_it_does(operation: Operation) -> None:
    """Browse: every operation has a summary, a description, a tag and its security."""
    said = operation.said

    assert re.fullmatch(r"[A-Z].{8,90}", said["summary"])
    assert len(said["description"]) > 15
    assert said["tags"]
    assert {tag["name"] for tag in DOCUMENT["tags"] if tag["description"]} >= {*said["tags"]}
    assert said["security"] == [{"bearer": []}, {"basic": []}]
    assert said["x-permission"] in {permission.value for permission in Permission}


@every_operation
def test_an_operation_shows_a_request_and_an_answer(operation: Operation) -> None:
    """Browse: an example of each, which fits its own schema."""
    status, answer = operation.answer

    media = [operation.said["requestBody"]] if "requestBody" in operation.said else []
    media += [answer] if status != "204" else []

    for each in media:
        files = {kind for kind in each["content"] if kind != "application/json"}
        assert all(each["content"][kind]["schema"]["contentMediaType"] == kind for kind in files)
        content = each["content"]["application/json"]
        schema = {**content["schema"], "components": DOCUMENT["components"]}
        jsonschema_rs.Draft202012Validator(schema).validate(content["example"])


@every_operation
def test_an_operation_names_its_problems(operation: Operation) -> None:
    """Browse: every problem its slug, with an example in the one shape."""
    status_of = {problem.slug: str(problem.status) for problem in catalogue()}
    named = {}
    for status, answer in operation.said["responses"].items():
        for slug, example in answer.get("content", {}).get(PROBLEM, {}).get("examples", {}).items():
            named[slug] = status
            assert f"`{slug}`" in answer["description"]
            assert example["value"]["type"] == f"/problems/{slug}"

    assert named.items() <= status_of.items()
    assert {"unauthorized", "forbidden", "service-unavailable"} <= named.keys()
    if "requestBody" in operation.said:
        assert {"malformed-body", "body-too-large", "invalid-request"} <= named.keys()
    assert operation.said["responses"]["default"]["$ref"].endswith("DEFAULT_ERROR")


@every_operation
def test_an_operation_tells_what_it_must_be_given(operation: Operation) -> None:
    """Conventions: If-Match where a report is changed; every parameter has a type."""
    of_path = DOCUMENT["paths"][operation.path].get("parameters", [])
    parameters = of_path + operation.said.get("parameters", [])

    headers = [given["name"] for given in parameters if given["in"] == "header"]

    assert ("428" in operation.said["responses"]) is (headers == ["If-Match"])
    assert all("type" in given["schema"] or "enum" in given["schema"] for given in parameters)


@pytest.fixture
def tokens(database: Database, session: Session, clock: Clock) -> dict[str, str]:
    """Somebody's token for each permission."""
    partner_id = make_partner(session, clock, "http://127.0.0.1:9")
    session.commit()
    people = {
        "partner": issue_token(database, "partner", at=clock(), partner_id=partner_id),
        "leader": issue_token(database, "leader", at=clock(), unit=WARD),
        "reviewer": issue_token(database, "reviewer", at=clock(), area=CITY),
        "administrator": issue_token(database, "administrator", at=clock()),
    }
    return {
        permission.value: next(people[role] for role in people if role in ROLES[permission])
        for permission in Permission
    }


@pytest.fixture(scope="module")
def schema(made_once: Flask) -> BaseSchema:
    """The served document, as a source of requests."""
    return schemathesis.openapi.from_wsgi("/openapi.json", made_once)


@pytest.mark.usefixtures("service")
@every_operation
def test_whatever_is_sent_is_answered_as_documented(
    schema: BaseSchema, tokens: dict[str, str], operation: Operation
) -> None:
    """The HTTP contract: no 5xx; no status, media type or member that isn't documented."""
    token = tokens[operation.said["x-permission"]]
    # In process nobody unpacks what is compressed.
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    described = schema[operation.path][operation.method]
    requests = [described.as_strategy(generation_mode=mode) for mode in GenerationMode]

    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of(requests))
    def is_answered(case: schemathesis.Case) -> None:
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS, transport_kwargs={"headers": headers})

    is_answered()
