"""Bulletins: what is asked, and what is answered."""

from marshmallow import Schema, fields

from indicators_api.api.fields import PeriodField
from indicators_api.api.limits import choice
from indicators_api.api.schemas.figures import FigureRow, Slice


class BulletinQuery(Slice):
    """Of which area and period, and what of it."""

    period = PeriodField(required=True, metadata={"example": "2024-07"})
    format = fields.String(validate=choice(("json", "csv", "html", "xlsx")))


class BulletinSector(Schema):
    """A heading of the table."""

    code = fields.String()
    name = fields.String()
    name_vi = fields.String()
    name_en = fields.String()
    parent = fields.String(allow_none=True)
    depth = fields.Integer(metadata={"description": "How many sectors are above it"})


class BulletinRow(FigureRow):
    """An indicator's line: who it is, and its figures."""

    class Meta:
        """What a bulletin has no use for."""

        exclude = (
            *("area", "area_id", "period", "periods", "periods_with_value"),
            *("change", "yoy_change", "ytd_reported", "ytd_same_period", "ytd_yoy_pct"),
        )

    sector = fields.String()
    name = fields.String()
    name_vi = fields.String()
    name_en = fields.String()
    depth = fields.Integer(
        metadata={"description": "How many totals of the same sector it is a part of"}
    )
    unit_of_measure = fields.String()
    unit_symbol = fields.String()
    decimals = fields.Integer(metadata={"description": "To round to where it is shown"})


class OfOneArea(Schema):
    """What every answer of one area and period begins with."""

    area = fields.String()
    area_id = fields.Integer(metadata={"description": "Never reused, unlike codes"})
    area_name = fields.String()
    period = fields.String()
    basis = fields.String()
    as_of = fields.DateTime(metadata={"description": "Time of the newest change in the answer"})


class Bulletin(OfOneArea):
    """The usual table, in its order."""

    status = fields.String(
        allow_none=True, metadata={"description": "The worst behind the values: E, P or A"}
    )
    sectors = fields.List(fields.Nested(BulletinSector))
    data = fields.List(fields.Nested(BulletinRow))
