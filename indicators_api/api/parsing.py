"""What a request says: its body and parameters, read exactly, with every fault named at once."""

from collections.abc import Mapping
from typing import Any, NoReturn, cast

from flask import Request
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser

from indicators_api.api import json
from indicators_api.api.context import services
from indicators_api.errors import (
    BodyTooLarge,
    Fault,
    InvalidRequest,
    MalformedBody,
    Message,
    UnsupportedMediaType,
    mark,
)
from indicators_api.validation.number import pointer_to, shown

JSON = "application/json"


class Parser(FlaskParser):
    """Reads a request's body and parameters; names every fault at once, each with its pointer."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"query": RAISE, "json": RAISE}  # noqa: RUF012 - webargs reads it so

    def load_json(self, req: Request, schema: Schema) -> Any:
        """Read the body with exact decimals."""
        return read_body(req)

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """Read the parameters; one that is given twice is a fault, not the last one's."""
        faults = [
            Fault(
                f"/{name}",
                "repeated",
                Message(mark("The parameter is given more than once.")),
                {"in": "query"},
            )
            for name, values in req.args.lists()
            if len(values) > 1
        ]
        if faults:
            raise InvalidRequest(mark("The parameters have faults."), faults=faults)
        return super().load_querystring(req, schema)

    def handle_error(
        self,
        error: ValidationError,
        req: Request,
        schema: Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Turn marshmallow's messages into faults."""
        messages = cast("dict[str, Any]", error.messages)
        (location,) = messages
        facts = {} if location == "json" else {"in": location}
        faults = list(faults_of(messages[location], "", facts))
        raise InvalidRequest(
            mark("The request has %(count)s faults."), faults=faults, count=len(faults)
        )


def read_body(req: Request) -> Any:
    """Give the body as an object.

    Raises for a wrong media type, too many bytes, bad JSON, or repeated keys.
    """
    if not req.mimetype and not req.get_data():
        return {}
    if req.mimetype != JSON:
        raise UnsupportedMediaType(
            mark("The body's media type is %(sent)s; only application/json is read."),
            sent=req.mimetype or "–",
        )
    limit = services().config.max_body_bytes
    data = req.get_data()
    if len(data) > limit:
        raise BodyTooLarge(mark("The body is larger than %(limit)s bytes."), limit=limit)
    found = json.read(data)
    if not isinstance(found, dict):
        raise MalformedBody(mark("The body must be a JSON object."))
    faults = list(_repeated(found, ""))
    if faults:
        raise InvalidRequest(mark("The body says some things twice."), faults=faults)
    return found


def _repeated(part: Any, pointer: str) -> Any:
    if isinstance(part, json.Repeated):
        for key in part.keys_twice:
            message = Message(
                mark("%(key)s stands more than once; it is unclear which is meant."),
                {"key": shown(key)},
            )
            yield Fault(f"{pointer}/{pointer_to(key)}", "repeated", message)
    if isinstance(part, dict):
        for key, value in part.items():
            if isinstance(value, dict | list):
                yield from _repeated(value, f"{pointer}/{pointer_to(key)}")
    elif isinstance(part, list):
        for index, value in enumerate(part):
            if isinstance(value, dict | list):
                yield from _repeated(value, f"{pointer}/{index}")


def faults_of(messages: Any, pointer: str, facts: Mapping[str, Any]) -> Any:
    """Yield marshmallow's nested messages as faults.

    A Fault among them stands for itself, a Message is our own text, anything else marshmallow's.
    """
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            inside = pointer if key == "_schema" else f"{pointer}/{pointer_to(str(key))}"
            yield from faults_of(inner, inside, facts)
        return
    for message in messages:
        if isinstance(message, Fault):
            yield message
        elif isinstance(message, Message):
            yield Fault(pointer, "invalid", message, facts)
        else:
            yield Fault(pointer, "invalid", Message(str(message).replace("%", "%%")), facts)
