"""Thresholds, and the indicators of the operations centre's snapshot."""

from marshmallow import Schema, fields

from indicators_api.api.fields import CodeField, DayField, NumberField, PastField
from indicators_api.api.limits import between, choice, size
from indicators_api.api.paging import CursorField
from indicators_api.api.schemas.catalogue import MOST_ITEMS
from indicators_api.models.threshold import THRESHOLD_DIRECTIONS, WATCHED_MEASURES

_DIRECTION = "Crossed when the figure is greater (above) or less (below) than the limit"
_WARNING = "In the measure's unit: that of the indicator, or per cent"


class ThresholdFilter(Schema):
    """Which thresholds."""

    indicator = CodeField()
    area = CodeField(metadata={"description": "Of the areas that bear or bore this code"})
    as_of = PastField(metadata={"description": "What would have been answered at this moment"})
    limit = fields.Integer(load_default=1000, validate=between(1, MOST_ITEMS))
    cursor = CursorField(str, str, int, str, str, metadata={"type": "string"})


class NewThreshold(Schema):
    """Where a figure becomes a warning or an alarm: one of them, or both."""

    indicator = CodeField(required=True)
    area = CodeField(required=True)
    on = DayField(
        load_default=None,
        metadata={
            "description": "A day on which the area bears the code, since codes are reused; "
            "that which bears it, or bore it last, unless given"
        },
    )
    measure = fields.String(required=True, validate=choice(WATCHED_MEASURES))
    direction = fields.String(
        required=True,
        validate=choice(THRESHOLD_DIRECTIONS),
        metadata={"description": _DIRECTION},
    )
    warning = NumberField(
        load_default=None, allow_none=True, metadata={"description": f"{_WARNING}; null: none"}
    )
    alarm = NumberField(
        load_default=None,
        allow_none=True,
        metadata={"description": "Passed not before the warning; null: it never becomes an alarm"},
    )


class NewThresholds(Schema):
    """Thresholds to set."""

    items = fields.List(fields.Nested(NewThreshold), required=True, validate=size(1, MOST_ITEMS))


class Threshold(Schema):
    """Where an indicator's figure of an area becomes a warning or an alarm."""

    id = fields.Integer(metadata={"description": "By which it is taken away"})
    indicator = fields.String()
    name = fields.String(metadata={"description": "Of the indicator, in the reader's language"})
    name_vi = fields.String()
    name_en = fields.String()
    area = fields.String()
    area_id = fields.Integer(metadata={"description": "Never reused, unlike codes"})
    measure = fields.String(metadata={"enum": list(WATCHED_MEASURES)})
    direction = fields.String(
        metadata={"enum": list(THRESHOLD_DIRECTIONS), "description": _DIRECTION}
    )
    warning = fields.Decimal(allow_none=True, metadata={"description": f"{_WARNING}; null: none"})
    alarm = fields.Decimal(allow_none=True, metadata={"description": "null: none"})


class Thresholds(Schema):
    """A page of thresholds, by indicator, area, measure and direction."""

    data = fields.List(fields.Nested(Threshold))
    next = fields.String(allow_none=True)


class PutThresholds(Schema):
    """What became of given thresholds, and those as they are now."""

    added = fields.Integer()
    changed = fields.Integer()
    unchanged = fields.Integer()
    data = fields.List(fields.Nested(Threshold))


class ChosenIndicators(Schema):
    """The indicators of the snapshot, in its order."""

    indicators = fields.List(
        CodeField(),
        required=True,
        validate=size(0, MOST_ITEMS),
        metadata={"description": "Codes; none: those that have a threshold or a plan"},
    )


class WatchedIndicator(Schema):
    """An indicator of the snapshot."""

    indicator = fields.String()
    name = fields.String(metadata={"description": "In the reader's language"})
    name_vi = fields.String()
    name_en = fields.String()


class WatchedIndicators(Schema):
    """The indicators of the snapshot, in its order."""

    is_chosen = fields.Boolean(
        metadata={"description": "false: those that have a threshold or a plan, by code"}
    )
    data = fields.List(fields.Nested(WatchedIndicator))
