"""A report on its way up: what is signed of it."""

from marshmallow import Schema, fields

from indicators_api.models.observation import MISSING_REASONS, STATUSES

_NUMBER = {
    "pattern": r"^-?[0-9]+(\.[0-9]*[1-9])?$",
    "description": "All its digits, without exponent and trailing zeros; null: there is none",
}


class SignedValue(Schema):
    """All that a version says of an indicator; every member is always there."""

    value = fields.String(allow_none=True, metadata=_NUMBER)
    missing = fields.String(
        allow_none=True, metadata={"description": f"One of {', '.join(MISSING_REASONS)}"}
    )
    status = fields.String(
        allow_none=True, metadata={"description": f"One of {', '.join(STATUSES)}"}
    )
    ytd = fields.String(allow_none=True, metadata=_NUMBER)
    note = fields.String(allow_none=True)


class Document(Schema):
    """What is signed: canonical JSON (RFC 8785) of the version that would be sent now."""

    unit = fields.String()
    period = fields.String()
    version = fields.Integer()
    values = fields.Dict(keys=fields.String(), values=fields.Nested(SignedValue))
