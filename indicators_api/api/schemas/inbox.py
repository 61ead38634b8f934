"""Messages from partners: what they are answered, and what administrators see of them."""

from marshmallow import Schema, fields

from indicators_api.api.fields import CodeField, TextField
from indicators_api.api.limits import between, choice
from indicators_api.api.paging import CursorField
from indicators_api.exchange.inbox_queries import MESSAGE_STATES
from indicators_api.exchange.kinds import INBOUND


class Receipt(Schema):
    """What a partner is told of a message that was taken; the same however often it comes."""

    message_id = fields.String()
    received_at = fields.DateTime(metadata={"description": "When it came first"})
    receipt = fields.String()


class MessageFilter(Schema):
    """Which messages; all unless given."""

    partner = CodeField()
    state = fields.String(validate=choice(MESSAGE_STATES))
    kind = fields.String(validate=choice(INBOUND))
    limit = fields.Integer(load_default=100, validate=between(1, 1000))
    cursor = CursorField(int, metadata={"type": "string"})


class MessageItem(Schema):
    """A message that came."""

    number = fields.Integer()
    partner = fields.String()
    message_id = fields.String()
    kind = fields.String()
    received_at = fields.DateTime()
    state = fields.String(
        metadata={"description": "waiting, taken or refused; receipts and status are taken at once"}
    )
    decided_at = fields.DateTime(allow_none=True)
    decider_name = fields.String(allow_none=True)
    comment = fields.String(allow_none=True)
    size = fields.Integer(metadata={"description": "Bytes of its body"})
    fingerprint = fields.String(
        metadata={"description": "SHA-256 of the certificate that its signature is verified by"}
    )


class Messages(Schema):
    """A page of messages, the newest first."""

    data = fields.List(fields.Nested(MessageItem))
    next = fields.String(allow_none=True)


class Summary(Schema):
    """What a message says, in a few lines."""

    items = fields.Integer()
    names = fields.List(fields.String(), metadata={"description": "Of the items; the first 50"})
    not_ours = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "Codes that are not ours, by system; the first 50 of each"},
    )


class Decided(MessageItem):
    """A message, and what it says in a few lines."""

    summary = fields.Nested(Summary)


class ReceivedMessage(Decided):
    """A message with all that it says."""

    body = fields.String(metadata={"description": "As it came"})


class Decision(Schema):
    """Why a message is taken or refused."""

    comment = TextField(required=True)
