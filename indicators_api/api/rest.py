"""Calls: what each needs, takes and answers is documented where it is enforced.

Alone in knowing flask-smorest.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from inspect import signature
from typing import Any, TypeVar, cast

import flask_smorest
from flask import Flask, Response, current_app, g, request
from flask.views import MethodView
from marshmallow import RAISE, Schema

from indicators_api.api.auth import authenticate
from indicators_api.api.context import actor, database, demand_present
from indicators_api.api.languages import language
from indicators_api.api.negotiation import MEDIA_TYPES
from indicators_api.api.parsing import JSON, Parser
from indicators_api.api.problems import MEDIA_TYPE
from indicators_api.api.schemas.problems import Problem
from indicators_api.api.sharing import announce
from indicators_api.db.session import ReplicaLost
from indicators_api.errors import (
    BodyTooLarge,
    DomainError,
    Fault,
    Forbidden,
    InternalError,
    InvalidRequest,
    MalformedBody,
    Message,
    PreconditionRequired,
    ServiceUnavailable,
    Unauthorized,
    UnsupportedMediaType,
    YearArchived,
    mark,
)
from indicators_api.security.permissions import Permission, demand
from indicators_api.version import __version__

View = TypeVar("View", bound=Callable[..., Response])
Resource = MethodView

#: Every call of the contract lies below it.
BASE = "/api/v1"

_IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The report's ETag, as it was seen last",
    "schema": {"type": "string"},
    "example": '"1"',
}
_ENCODED = {
    "Content-Encoding": {
        "description": "The one that the request's `Accept-Encoding` likes best; absent: none",
        "schema": {"type": "string", "enum": ["zstd", "gzip"]},
    }
}
_SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"basic": []}]


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """A group of calls. Its decorators both enforce and document."""

    ARGUMENTS_PARSER = Parser()

    def at(self, rule: str) -> Callable[[type[Resource]], type[Resource]]:
        """Serve a resource at an address below the group's prefix."""
        return cast(
            "Callable[[type[Resource]], type[Resource]]", self.route(rule, strict_slashes=False)
        )

    def takes(
        self, schema: type[Schema], *, location: str = "json", example: Any = None
    ) -> Callable[[View], View]:
        """Read body or parameters by a schema and hand them to the view as its next argument."""
        extra = {"example": example} if example is not None else {}
        return cast(
            "Callable[[View], View]",
            self.arguments(schema, location=location, unknown=RAISE, **extra),
        )

    def takes_message(self, headers: Mapping[str, str], *, example: Any) -> Callable[[View], View]:
        """Document headers, with their meanings, and a body that the view reads itself."""
        parameters = [
            {
                "in": "header",
                "name": name,
                "required": True,
                "description": meaning,
                "schema": {"type": "string"},
            }
            for name, meaning in headers.items()
        ]
        content = {JSON: {"schema": {"type": "object"}, "example": example}}
        body = {"required": True, "content": content}
        return cast("Callable[[View], View]", self.doc(parameters=parameters, requestBody=body))

    def answers(
        self,
        status: int,
        schema: type[Schema] | None = None,
        *,
        example: Any = None,
        description: str | None = None,
        files: Sequence[str] = (),
    ) -> Callable[[View], View]:
        """Document the answer; the view makes it with `reply`, or as one of `files` (formats).

        What can be JSON lines can be large: that it is compressed when asked is said there.
        """

        def decorate(view: View) -> View:
            for name in files:
                schema_of_file = {"type": "string", "contentMediaType": MEDIA_TYPES[name]}
                view = self.alt_response(
                    status,
                    schema=schema_of_file,
                    content_type=MEDIA_TYPES[name],
                    headers=_ENCODED if name == "jsonl" else None,
                )(view)
            return cast(
                "View",
                self.response(status, schema, example=example, description=description)(view),
            )

        return decorate

    def needs(self, permission: Permission, *problems: type[DomainError]) -> Callable[[View], View]:
        """Let in only who has the permission.

        Document that and the problems that the call may answer.

        The outermost decorator: authentication comes before anything of the request is read.
        """

        def decorate(view: View) -> View:
            takes_query = _takes(view, "query")

            @wraps(view)
            def wrapper(*args: Any, **kwargs: Any) -> Response:
                authenticate()
                announce(permission)
                demand(actor(), permission)
                if not takes_query:
                    _refuse_parameters()
                if "period" in kwargs:
                    demand_present(kwargs["period"])
                return _from_replica_or_primary(view, *args, **kwargs)

            faulty: tuple[type[DomainError], ...] = ()
            if takes_query:
                faulty = (InvalidRequest,)
            if _takes(view, "json"):
                faulty = (InvalidRequest, MalformedBody, BodyTooLarge, UnsupportedMediaType)
            if "period" in signature(view).parameters:
                faulty = (*faulty, YearArchived)
            seen = {"parameters": [_IF_MATCH]} if PreconditionRequired in problems else {}
            always = (Unauthorized, Forbidden, InternalError, ServiceUnavailable)
            documented = self.doc(
                operationId=_operation_id(view),
                summary=(view.__doc__ or "").split("\n")[0].rstrip("."),
                security=_SECURITY,
                responses=_problem_responses({*problems, *faulty, *always}),
                **{"x-permission": permission.value},
                **seen,
            )
            return cast("View", documented(wrapper))

        return decorate


def reply(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with JSON in the reader's language."""
    response = current_app.response_class(
        current_app.json.dumps(data), status=status, content_type=JSON
    )
    response.headers["Content-Language"] = language()
    response.headers.update(headers or {})
    return response


def _takes(view: Callable[..., Any], location: str) -> bool:
    parameters = getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", [])
    return any(parameter["in"] == location for parameter in parameters)


def _from_replica_or_primary(view: View, *args: Any, **kwargs: Any) -> Response:
    """Answer, once more from the primary if the replica fails: who has written reads there only."""
    try:
        return view(*args, **kwargs)
    except ReplicaLost:
        g.database = database().since(None)
        return view(*args, **kwargs)


def _refuse_parameters() -> None:
    faults = [
        Fault(
            f"/{name}",
            "unknown",
            Message(mark("This call takes no such parameter.")),
            {"in": "query"},
        )
        for name in request.args
    ]
    if faults:
        raise InvalidRequest(mark("The call takes no parameters."), faults=faults)


def _operation_id(view: Callable[..., Any]) -> str:
    """`Reports.post` → `post_reports`: stable names for generated clients."""
    resource, _, method = view.__qualname__.rpartition(".")
    return f"{method}_{re.sub(r'(?<!^)(?=[A-Z])', '_', resource).lower()}"


def _problem_responses(problems: set[type[DomainError]]) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for problem in sorted(problems, key=lambda each: (each.status, each.slug)):
        response = responses.setdefault(
            str(problem.status),
            {
                "description": "",
                "content": {
                    MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}
                },
            },
        )
        response["description"] += (
            f"{' · ' if response['description'] else ''}`{problem.slug}`: {problem.title}"
        )
        response["content"][MEDIA_TYPE]["examples"][problem.slug] = {"value": _specimen(problem)}
    return responses


def _specimen(problem: type[DomainError]) -> dict[str, Any]:
    return {
        "type": f"/problems/{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.meaning,
        "instance": f"{BASE}/…",
        "request_id": "01J3ZK5V6W7X8Y9Z",
        "facts": {},
        "errors": [],
    }


class Api(flask_smorest.Api):  # type: ignore[misc]  # flask-smorest has no types
    """The OpenAPI document, made from the groups of calls."""

    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        """Leave errors to `api/problems.py`."""

    def _register_responses(self) -> None:
        """Errors are documented by `needs`, with their own media type."""
        self.spec.components.response(
            "DEFAULT_ERROR",
            {
                "description": "Any other problem",
                "content": {MEDIA_TYPE: {"schema": Problem}},
            },
            lazy=True,
        )
        self.spec.components.response(
            "UNPROCESSABLE_ENTITY", {"description": "Overridden"}, lazy=True
        )


def make_api(app: Flask, description: str) -> Api:
    """Make the document that `/openapi.json` shows; groups of calls register with it."""
    app.config |= {
        "API_TITLE": "indicators-api",
        "API_VERSION": __version__,
        "OPENAPI_VERSION": "3.1.0",
    }
    api = Api(
        app,
        spec_kwargs={
            "info": {
                "description": description,
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "servers": [{"url": "/", "description": "This service"}],
        },
    )
    for name, scheme, text in (
        ("bearer", "bearer", "The token that the operator issued."),
        ("basic", "basic", "The token as user name; the password stays empty."),
    ):
        api.spec.components.security_scheme(
            name, {"type": "http", "scheme": scheme, "description": text}
        )
    if "Problem" not in api.spec.components.schemas:
        api.spec.components.schema("Problem", schema=Problem)
    return api


def document(app: Flask) -> dict[str, Any]:
    """Give the OpenAPI document."""
    api = app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    return cast("dict[str, Any]", api.spec.to_dict())
