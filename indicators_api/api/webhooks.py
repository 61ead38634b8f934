"""What the service itself calls, for the OpenAPI document: events pushed to subscribers."""

from typing import Any, Final

from indicators_api.api import examples_subscriptions as examples
from indicators_api.api.rest import Api
from indicators_api.api.schemas.subscriptions import EventMessage, TestMessage

_SCHEMAS: Final = {"EventMessage": EventMessage, "TestMessage": TestMessage}
_HEADERS: Final = {
    "webhook-id": "By which an event is known again: the same at every attempt",
    "webhook-timestamp": "When it was sent, in seconds since 1970: refuse what is old",
    "webhook-signature": "`v1,` and the HMAC-SHA256 of id, timestamp and body in base64",
}
_EVENT: Final[dict[str, Any]] = {
    "post": {
        "operationId": "event",
        "summary": "An event, pushed to a subscriber",
        "description": "At least once, in order: answer 2xx within 15 seconds, and know it again by"
        " its id. 410 says that no more are wanted.",
        "parameters": [
            {
                "in": "header",
                "name": name,
                "required": True,
                "description": said,
                "schema": {"type": "string"},
            }
            for name, said in _HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in _SCHEMAS]
                    },
                    "example": examples.EVENT,
                }
            },
        },
        "responses": {"2XX": {"description": "It was taken"}},
        "security": [],
    }
}


def register(api: Api) -> None:
    """Add them to the document."""
    for name, schema in _SCHEMAS.items():
        api.spec.components.schema(name, schema=schema)
    api.spec.options["webhooks"] = {"event": _EVENT}
