"""The reporting regime's calendar: data windows, deadlines of levels, holidays."""

from marshmallow import Schema, fields

from indicators_api.api.fields import CodeField, DayField, FlagField, TextField
from indicators_api.api.limits import between, size
from indicators_api.api.schemas.catalogue import Item
from indicators_api.periods import FIRST_YEAR, LAST_YEAR

#: More than the calendar of ten years.
MOST_DAYS = 500

_IS_WORKING = {
    "description": "true: a Saturday or Sunday that is worked, to make up for another day; "
    "false: a day off"
}


class Regime(Item):
    """A reporting regime."""

    cut_off_day = fields.Integer(
        allow_none=True,
        metadata={
            "description": "Last day of the data window, in the period's last month; null: that "
            "month's last day"
        },
    )


class Regimes(Schema):
    """All reporting regimes, by code."""

    data = fields.List(fields.Nested(Regime))


class RuleFilter(Schema):
    """Of which regime."""

    regime = CodeField()


class NewRule(Schema):
    """By which day units of a level send."""

    day = fields.Integer(
        required=True, validate=between(1, 28), metadata={"description": "Of the month"}
    )
    months_after = fields.Integer(
        load_default=0,
        validate=between(0, 3),
        metadata={"description": "0: in the period's last month; 1: in the one after it"},
    )


class Rule(Schema):
    """By which day units of a level send; on a day off, by the next working day."""

    regime = fields.String()
    level = fields.String()
    day = fields.Integer()
    months_after = fields.Integer()


class Rules(Schema):
    """The deadlines, by regime and level."""

    data = fields.List(fields.Nested(Rule))


class HolidayFilter(Schema):
    """Of which year."""

    year = fields.Integer(validate=between(FIRST_YEAR, LAST_YEAR))


class NewHoliday(Schema):
    """What a day is."""

    name_vi = TextField(required=True)
    name_en = TextField(required=True)
    is_working = FlagField(load_default=False, metadata=_IS_WORKING)


class DatedHoliday(NewHoliday):
    """A day, and what it is."""

    day = DayField(required=True)


class NewHolidays(Schema):
    """The days of a list, of a year's official announcement for example."""

    items = fields.List(fields.Nested(DatedHoliday), required=True, validate=size(1, MOST_DAYS))


class Holiday(Schema):
    """A day that is not what its day of the week is."""

    day = fields.Date()
    name = fields.String(metadata={"description": "In the reader's language"})
    name_vi = fields.String()
    name_en = fields.String()
    is_working = fields.Boolean(metadata=_IS_WORKING)


class Holidays(Schema):
    """Days off and days worked, by day."""

    data = fields.List(fields.Nested(Holiday))


class TakenHolidays(Holidays):
    """What became of a list, and its days as they are now."""

    added = fields.Integer()
    changed = fields.Integer()
    unchanged = fields.Integer()
