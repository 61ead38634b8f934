"""Packages to partners: what would go, what went, what became of it."""

from marshmallow import Schema, fields

from indicators_api.api.limits import between
from indicators_api.api.paging import CursorField

_REASONS = (
    "`new`: none was sent; `changed`: it says another thing than the last one; `again`: the last "
    "one was cancelled or refused; null: the last one stands, and this is it"
)


class PackageFilter(Schema):
    """Which page."""

    limit = fields.Integer(load_default=100, validate=between(1, 1000))
    cursor = CursorField(int, metadata={"type": "string"})


class SentPackage(Schema):
    """A package, its delivery, and what the partner said of it later."""

    message_id = fields.String()
    kind = fields.String()
    period = fields.String(allow_none=True, metadata={"description": "null: of no period"})
    number = fields.Integer(metadata={"description": "Counts those of a kind and period"})
    built_at = fields.DateTime()
    state = fields.String(
        metadata={"description": "Of its delivery: waiting, delivered, dead or cancelled"}
    )
    attempts = fields.Integer()
    delivered_at = fields.DateTime(allow_none=True)
    answer = fields.Raw(
        metadata={
            "type": ["object", "null"],
            "description": "What the partner answered to it: status and body, such as a receipt",
        }
    )
    error = fields.String(allow_none=True)
    status = fields.String(
        allow_none=True,
        metadata={"description": "What the partner said later: received, applied or refused"},
    )
    status_at = fields.DateTime(allow_none=True)
    status_note = fields.String(allow_none=True)


class SentPackages(Schema):
    """A page of packages, the newest first."""

    data = fields.List(fields.Nested(SentPackage))
    next = fields.String(allow_none=True)


class QueuedPackage(Schema):
    """A package that was put into the outbox."""

    kind = fields.String()
    period = fields.String(allow_none=True, metadata={"description": "null: of no period"})
    number = fields.Integer(metadata={"description": "Counts those of a kind and period"})
    message_id = fields.String()
    replaces = fields.String(
        allow_none=True, metadata={"description": "Message id of the one that stands till now"}
    )
    stream = fields.String(
        metadata={"description": "`catalogue` goes ahead of all that is put in after it"}
    )
    reason = fields.String(allow_none=True, metadata={"description": _REASONS})
    size = fields.Integer(metadata={"description": "Bytes of its body; 0: it does not go"})


class PlannedPackage(QueuedPackage):
    """A package as it would go."""

    body = fields.String(
        allow_none=True,
        metadata={
            "description": "As it would be sent, but for its time; null: it does not go, or the "
            "mapping has gaps"
        },
    )


class Gap(Schema):
    """Something that the mapping has no word for, or a word for what there is not."""

    pointer = fields.String(metadata={"description": "The place in the mapping file"})
    code = fields.String()
    detail = fields.String()


class LeftOut(Schema):
    """A package that can't be made of our data."""

    kind = fields.String()
    reason = fields.String()


class PackagePlan(Schema):
    """What would go to a partner for a period, in this order, catalogues first."""

    partner = fields.String()
    period = fields.String()
    ready = fields.Boolean(metadata={"description": "Whether there are no gaps"})
    gaps = fields.List(fields.Nested(Gap))
    left_out = fields.List(
        fields.Nested(LeftOut), metadata={"description": "What the partner takes and we don't have"}
    )
    packages = fields.List(fields.Nested(PlannedPackage))


class QueuedPackages(Schema):
    """What was put into the outbox; nothing where all stands already."""

    partner = fields.String()
    period = fields.String()
    queued = fields.List(fields.Nested(QueuedPackage))
