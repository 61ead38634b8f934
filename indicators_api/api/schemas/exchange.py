"""Partners and deliveries: what is sent and answered."""

from marshmallow import Schema, fields

from indicators_api.api.fields import CodeField, FlagField, TextField
from indicators_api.api.limits import between, choice, size
from indicators_api.api.paging import CursorField
from indicators_api.exchange.kinds import KINDS
from indicators_api.models.partner import AUTHENTICATIONS, PARTNER_KINDS
from indicators_api.outbox.queries import DELIVERY_STATES


class Partner(Schema):
    """A system that messages go to and come from."""

    name_vi = TextField(required=True)
    name_en = TextField(required=True)
    kind = fields.String(required=True, validate=choice(PARTNER_KINDS))
    base_url = fields.String(
        required=True,
        validate=size(1, 500),
        metadata={
            "description": "Of a host that the operator allows; paths are added to it",
            "example": "https://lgsp.travinh.gov.vn/exchange",
        },
    )
    authentication = fields.String(load_default="none", validate=choice(AUTHENTICATIONS))
    secret = fields.String(
        load_default=None,
        allow_none=True,
        validate=size(1, 100),
        metadata={
            "description": "Where the secret is: env:EXCHANGE_SECRET_NAME or file:name, never the "
            "secret itself; of mutual TLS the file with certificate and key"
        },
    )
    authorities = fields.String(
        load_default=None,
        allow_none=True,
        validate=size(1, 100),
        metadata={"description": "File of the certificates that its server is known by: file:name"},
    )
    takes = fields.List(
        fields.String(validate=choice(KINDS)), required=True, validate=size(0, len(KINDS))
    )
    monthly_day = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=between(1, 28),
        metadata={"description": "Day of a period's last month on which its package is sent"},
    )
    switched_on = FlagField(load_default=True)


class PartnerAnswer(Partner):
    """A partner, what waits for it, and how the line is."""

    code = fields.String()
    name = fields.String()
    waiting = fields.Integer(metadata={"description": "Messages that wait"})
    dead = fields.Integer(
        metadata={"description": "Messages given up: they hold those behind them up"}
    )
    failures = fields.Integer(metadata={"description": "In a row, since the last success"})
    resting_until = fields.DateTime(
        allow_none=True, metadata={"description": "After failures the line is given a rest"}
    )
    succeeded_at = fields.DateTime(allow_none=True)
    failed_at = fields.DateTime(allow_none=True)
    error = fields.String(allow_none=True, metadata={"description": "Of the last failure"})


class Partners(Schema):
    """All partners, by code."""

    data = fields.List(fields.Nested(PartnerAnswer))


class DeliveryFilter(Schema):
    """Which deliveries; all unless given."""

    partner = CodeField()
    state = fields.String(validate=choice(DELIVERY_STATES))
    kind = fields.String(validate=choice(KINDS))
    limit = fields.Integer(load_default=100, validate=between(1, 1000))
    cursor = CursorField(int, metadata={"type": "string"})


class DeliveryItem(Schema):
    """A message in the outbox."""

    message_id = fields.String()
    partner = fields.String()
    kind = fields.String()
    stream = fields.String(
        metadata={"description": "Messages of one partner and stream go out in their order"}
    )
    state = fields.String(
        metadata={"description": "waiting, delivered, dead (given up) or cancelled"}
    )
    attempts = fields.Integer()
    size = fields.Integer(metadata={"description": "Bytes of its body"})
    created_at = fields.DateTime()
    due_at = fields.DateTime(metadata={"description": "Not tried before"})
    delivered_at = fields.DateTime(allow_none=True)
    answer = fields.Raw(
        metadata={
            "type": ["object", "null"],
            "description": "What the partner answered last: status and body",
        }
    )
    error = fields.String(allow_none=True)


class Deliveries(Schema):
    """A page of deliveries, the newest first."""

    data = fields.List(fields.Nested(DeliveryItem))
    next = fields.String(allow_none=True)


class Attempt(Schema):
    """An attempt to deliver."""

    number = fields.Integer()
    at = fields.DateTime()
    milliseconds = fields.Integer()
    status = fields.Integer(allow_none=True, metadata={"description": "null: no answer"})
    error = fields.String(allow_none=True, metadata={"description": "null: it was taken"})


class Delivery(DeliveryItem):
    """A message with what it says and all attempts."""

    body = fields.String(metadata={"description": "As it goes out"})
    log = fields.List(fields.Nested(Attempt))
