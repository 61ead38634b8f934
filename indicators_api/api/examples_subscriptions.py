"""Examples of subscriptions, and of what is pushed, in the OpenAPI document."""

from typing import Any

from indicators_api.api.examples_changes import CHANGES

Json = dict[str, Any]

NEW: Json = {
    "partner": "IOC",
    "path": "/hooks/indicators",
    "kinds": ["accepted", "corrected"],
    "area": "842",
    "from": "now",
}
CHANGE: Json = {"indicators": ["KT070101", "XH160101"], "area": None}
SUBSCRIPTION: Json = {
    "number": 3,
    "partner": "IOC",
    "path": "/hooks/indicators",
    "kinds": ["accepted", "corrected"],
    "area": "842",
    "area_id": 2,
    "indicators": None,
    "state": "active",
    "created_at": "2024-07-16T09:00:00+07:00",
    "paused_at": None,
    "paused_because": None,
    "waiting": 0,
    "dead": 0,
    "held_up_by": None,
}
SUBSCRIPTIONS: Json = {"data": [SUBSCRIPTION]}
CHANGED: Json = {
    **SUBSCRIPTION,
    "area": None,
    "area_id": None,
    "indicators": ["KT070101", "XH160101"],
}
PAUSE: Json = {"reason": "Máy chủ của IOC bảo trì đến thứ hai"}
PAUSED: Json = {
    **SUBSCRIPTION,
    "state": "paused",
    "paused_at": "2024-07-16T15:00:00+07:00",
    "paused_because": "Máy chủ của IOC bảo trì đến thứ hai",
}
RESUME: Json = {"skip": False}
TEST: Json = {
    "message_id": "event-3-test-9f2c81d04b7ae653",
    "partner": "IOC",
    "kind": "event",
    "stream": "test/event-3-test-9f2c81d04b7ae653",
    "state": "waiting",
    "attempts": 0,
    "size": 96,
    "created_at": "2024-07-16T09:00:00+07:00",
    "due_at": "2024-07-16T09:00:00+07:00",
    "delivered_at": None,
    "answer": None,
    "error": None,
}

_SENT: Json = CHANGES["data"][0]
EVENT: Json = {"type": _SENT["kind"], "timestamp": _SENT["at"], "data": _SENT}
