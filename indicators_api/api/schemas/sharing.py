"""The sharing log: what is asked of it, and its rows."""

from typing import Any

from marshmallow import Schema, fields

from indicators_api.api.fields import CodeField, MomentField, TextField
from indicators_api.api.limits import between, choice, size
from indicators_api.api.paging import CursorField
from indicators_api.api.schemas.figures import MOST_ROWS
from indicators_api.models.sharing import SHARING_STATES, SHARINGS


class PlaceField(CursorField):
    """A place in the log: a moment and an id."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[Any, ...]:
        moment, number = super()._deserialize(value, attr, data, **kwargs)
        return MomentField().deserialize(moment), number


class SharingFilter(Schema):
    """Which rows of the log; all unless given."""

    since = MomentField(
        data_key="from",
        metadata={
            "description": "Of this moment or later",
            "example": "2024-07-01T00:00:00+07:00",
        },
    )
    until = MomentField(metadata={"description": "Before this moment"})
    kind = fields.String(validate=choice(SHARINGS))
    role = CodeField(metadata={"description": "A token's role, or what a partner is"})
    who = TextField(
        validate=size(1, 200),
        metadata={"description": "A token's number (the part after `ia_`), or an exact name"},
    )
    state = fields.String(validate=choice(SHARING_STATES))
    limit = fields.Integer(load_default=1000, validate=between(1, MOST_ROWS))
    cursor = PlaceField(
        str, int, metadata={"type": "string", "description": "`next` of the page before"}
    )
    format = fields.String(validate=choice(("json", "csv")))


class SharingEntry(Schema):
    """A sharing of data."""

    id = fields.Integer()
    at = fields.DateTime(metadata={"description": "When it was asked or sent"})
    kind = fields.String(
        metadata={
            "enum": list(SHARINGS),
            "description": "Somebody asked (pull), an event was sent (push), a package was sent",
        }
    )
    token = fields.Integer(
        allow_none=True, metadata={"description": "Its number; null: nobody asked"}
    )
    who = fields.String(metadata={"description": "The token's name, or the partner's"})
    role = fields.String()
    asked = fields.String(
        metadata={
            "description": "The call with its parameters, cut after 2,000 characters; or the kind "
            "and stream of a message"
        }
    )
    status = fields.Integer(
        allow_none=True, metadata={"description": "Of HTTP; null: there was no answer"}
    )
    size = fields.Integer(
        allow_none=True,
        metadata={"description": "Bytes of the body as it went out; null: not known yet"},
    )
    state = fields.String(metadata={"enum": list(SHARING_STATES)})
    request_id = fields.String(allow_none=True, metadata={"description": "As in the logs"})


class SharingLog(Schema):
    """A page of the log, the newest first."""

    data = fields.List(fields.Nested(SharingEntry))
    next = fields.String(allow_none=True)
