"""Subscriptions: which events are pushed where, and what is pushed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields

from indicators_api.api.fields import MOST_CODES, CodeField, FlagField, PastField, TextField
from indicators_api.api.limits import choice, size
from indicators_api.api.schemas.changes import Change
from indicators_api.audit.events import KINDS
from indicators_api.errors import mark
from indicators_api.exchange.events import TEST
from indicators_api.exchange.subscriptions import PATH
from indicators_api.models.subscription import SUBSCRIPTION_STATES

_LONGEST_PATH = 500
#: From when on unless told: not a moment, since what is not committed yet is told too.
NOW = "now"


class PathField(fields.Field[str]):
    """Where below a partner's address: `/hooks/indicators`."""

    def __init__(self, **kwargs: Any) -> None:
        """Document the text that it is read from."""
        super().__init__(**kwargs)
        self.metadata = {
            "type": "string",
            "pattern": f"^{PATH.pattern}$",
            "maxLength": _LONGEST_PATH,
            **self.metadata,
        }

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        if not isinstance(value, str) or len(value) > _LONGEST_PATH or not PATH.fullmatch(value):
            raise ValidationError(
                mark("Not a path; write /hooks/indicators: letters, digits, - . _ ~ and slashes.")
            )
        return value


class StartField(PastField):
    """A moment that is not in the future, or `now`, which is None."""

    def __init__(self, **kwargs: Any) -> None:
        """Document that it may be a word."""
        super().__init__(**kwargs)
        self.metadata = {name: said for name, said in self.metadata.items() if name != "format"}

    def _deserialize(  # type: ignore[override]  # now is no moment
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> datetime | None:
        return None if value == NOW else super()._deserialize(value, attr, data, **kwargs)


def _kinds(**options: Any) -> fields.Field[Any]:
    return fields.List(
        fields.String(validate=choice(KINDS)),
        allow_none=True,
        validate=size(1, len(KINDS)),
        metadata={"description": "Kinds of event, as of /changes; null: all"},
        **options,
    )


def _area(**options: Any) -> fields.Field[Any]:
    said = "Only what is of this area or of one in it; null: all, and what is of no area"
    return CodeField(allow_none=True, metadata={"description": said}, **options)


def _indicators(**options: Any) -> fields.Field[Any]:
    return fields.List(
        CodeField(),
        allow_none=True,
        validate=size(1, MOST_CODES),
        metadata={
            "description": "Only reports with a value of one of them, and plans of one of them; "
            "null: all"
        },
        **options,
    )


class NewSubscription(Schema):
    """A partner, where its events go, and which; a filter that is left out lets all through."""

    partner = CodeField(
        required=True,
        metadata={"description": "Switched on, takes messages of kind event, and signs by hmac"},
    )
    path = PathField(required=True, metadata={"description": "Added to the partner's base URL"})
    kinds = _kinds(load_default=None)
    area = _area(load_default=None)
    indicators = _indicators(load_default=None)
    since = StartField(
        data_key="from",
        load_default=None,
        metadata={"description": "From when on; now unless given", "example": NOW},
    )


class SubscriptionChange(Schema):
    """What is to be changed; what is left out stays."""

    path = PathField(metadata={"description": "Also for what waits"})
    kinds = _kinds()
    area = _area()
    indicators = _indicators()


class Subscription(Schema):
    """A subscription, and what waits for it."""

    number = fields.Integer()
    partner = fields.String()
    path = fields.String()
    kinds = fields.List(fields.String(), allow_none=True)
    area = fields.String(allow_none=True)
    area_id = fields.Integer(allow_none=True)
    indicators = fields.List(fields.String(), allow_none=True)
    state = fields.String(metadata={"enum": list(SUBSCRIPTION_STATES)})
    created_at = fields.DateTime()
    paused_at = fields.DateTime(allow_none=True)
    paused_because = fields.String(
        allow_none=True, metadata={"description": "For people; null unless it is paused"}
    )
    waiting = fields.Integer(metadata={"description": "Events in the outbox that wait"})
    dead = fields.Integer(metadata={"description": "Events given up: they hold the others up"})
    held_up_by = fields.String(
        allow_none=True,
        metadata={"description": "Message id of the first given up; /deliveries tells why"},
    )


class Subscriptions(Schema):
    """All subscriptions by number, those that ended too."""

    data = fields.List(fields.Nested(Subscription))


class Pause(Schema):
    """Why it is paused."""

    reason = TextField(load_default=None, allow_none=True)


class Resume(Schema):
    """What becomes of the event that was given up."""

    skip = FlagField(
        load_default=False,
        metadata={
            "description": "true: it is left out; false: it is sent again, before the others"
        },
    )


class EventMessage(Schema):
    """What is pushed, as Standard Webhooks recommends."""

    type = fields.String(required=True, metadata={"enum": list(KINDS)})
    timestamp = fields.DateTime(required=True, metadata={"description": "When it happened"})
    data = fields.Nested(Change, required=True)


class TestData(Schema):
    """Of which subscription a test is."""

    subscription = fields.Integer()


class TestMessage(Schema):
    """What is no event but a try whether the receiver takes one."""

    type = fields.String(required=True, metadata={"enum": [TEST]})
    timestamp = fields.DateTime(required=True)
    test = fields.Boolean(required=True, metadata={"const": True})
    data = fields.Nested(TestData, required=True)
