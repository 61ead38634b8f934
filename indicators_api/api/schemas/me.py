"""Who the token is."""

from marshmallow import Schema, fields


class Me(Schema):
    """The holder of a token and what it may do."""

    name = fields.String()
    role = fields.String()
    unit = fields.String(allow_none=True, metadata={"description": "Of a clerk or leader"})
    area = fields.String(metadata={"description": "The unit's, or what the token is bound to"})
    permissions = fields.List(fields.String())
