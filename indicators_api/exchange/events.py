"""Events as messages: what a subscriber is told, and by which id it knows that again.

The body is that of Standard Webhooks (standardwebhooks.com): `type`, `timestamp`, `data`, the last
of which is the event as `GET /changes` tells it.
"""

import secrets
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec

from indicators_api.audit.queries import Event
from indicators_api.exchange.kinds import EVENT
from indicators_api.outbox.queue import Message
from indicators_api.outbox.streams import Stream
from indicators_api.reports.changes import told

#: As whom subscribers are told: a receiver learns nothing that the operations centre may not see.
ROLE: Final = "operations"
#: `type` of what is no event but a try whether the receiver takes one.
TEST: Final = "test"


class Target(NamedTuple):
    """A subscription, as far as messages need it."""

    jurisdiction: int
    number: int
    partner_id: int
    #: Below the partner's base URL.
    path: str

    @property
    def stream(self) -> Stream:
        """The stream that keeps its events in order."""
        return Stream(self.jurisdiction, self.partner_id, f"subscription/{self.number}")


def message(target: Target, event: Event) -> Message:
    """Give the message that tells a subscriber of an event.

    Its id is of subscription and event alone: whoever makes it again makes the same one.
    """
    said = {"type": event.kind, "timestamp": event.at, "data": told(event)}
    return _message(target, f"event-{target.number}-{event.id}", target.stream.stream, said)


def test_message(target: Target, *, at: datetime) -> Message:
    """Give a message that tries whether a subscriber takes events; it says so itself.

    In a stream of its own: it waits for no event, and none waits for it.
    """
    message_id = f"event-{target.number}-test-{secrets.token_hex(8)}"
    said = {"type": TEST, "timestamp": at, "test": True, "data": {"subscription": target.number}}
    return _message(target, message_id, f"test/{message_id}", said)


def _message(target: Target, message_id: str, stream: str, said: dict[str, Any]) -> Message:
    body = msgspec.json.encode(said)
    return Message(target.partner_id, message_id, EVENT, stream, target.path, body, {})
