"""Exceptions from deadlines."""

from marshmallow import Schema, fields

from indicators_api.api.fields import CodeField, DayField, PeriodField, TextField
from indicators_api.api.limits import between, size
from indicators_api.api.paging import CursorField

#: All units of a large province.
MOST_UNITS = 2000


class NewExtensions(Schema):
    """More time for some units."""

    period = PeriodField(required=True, metadata={"type": "string", "example": "2024-07"})
    units = fields.List(CodeField(), required=True, validate=size(1, MOST_UNITS))
    due = DayField(
        required=True, metadata={"description": "Last day on which their reports are on time"}
    )
    reason = TextField(required=True)


class ExtensionFilter(Schema):
    """Of which period and unit; all unless given."""

    period = PeriodField(metadata={"type": "string", "example": "2024-07"})
    unit = CodeField()
    limit = fields.Integer(load_default=1000, validate=between(1, MOST_UNITS))
    cursor = CursorField(int, str, metadata={"type": "string"})


class Extension(Schema):
    """More time for a unit."""

    unit = fields.String()
    period = fields.String()
    due = fields.Date()
    reason = fields.String()


class Granted(Schema):
    """The exceptions that units were given."""

    data = fields.List(fields.Nested(Extension))


class Extensions(Granted):
    """A page of exceptions, by period and unit."""

    next = fields.String(allow_none=True)
