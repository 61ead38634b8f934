"""Catalogue items: areas, units, indicators, sectors, units of measure, rules, plans."""

from marshmallow import Schema, fields

from indicators_api.api.fields import (
    CodeField,
    DayField,
    NumberField,
    PastField,
    PeriodField,
    TextField,
)
from indicators_api.api.limits import between, choice, size
from indicators_api.api.paging import CursorField
from indicators_api.models.indicator import FREQUENCIES
from indicators_api.models.target import DIRECTIONS
from indicators_api.periods import FIRST_YEAR, LAST_YEAR

MOST_ITEMS = 2000


class Item(Schema):
    """What every catalogue item carries."""

    code = fields.String(metadata={"description": "Never changes"})
    name = fields.String(metadata={"description": "In the reader's language"})
    name_vi = fields.String()
    name_en = fields.String()


class Page(Schema):
    """Where a list goes on, and how long a page is."""

    limit = fields.Integer(load_default=1000, validate=between(1, MOST_ITEMS))
    cursor = CursorField(str, metadata={"type": "string"})


class AreaFilter(Page):
    """Which areas."""

    on = fields.Date(metadata={"description": "Areas valid on this day; today unless given"})
    level = CodeField()
    parent = CodeField(metadata={"description": "Code of the area directly above"})


class AreaDay(Schema):
    """On which day."""

    on = fields.Date(metadata={"description": "Codes are reused: the area that bears it this day"})


class Area(Item):
    """A territory."""

    id = fields.Integer(metadata={"description": "Never reused, unlike codes"})
    level = fields.String()
    kind = fields.String()
    parent = fields.String(allow_none=True)
    has_areas_below = fields.Boolean()
    valid_from = fields.Date()
    valid_to = fields.Date(allow_none=True, metadata={"description": "Last day"})


class Areas(Schema):
    """A page of areas."""

    data = fields.List(fields.Nested(Area))
    next = fields.String(allow_none=True)


class UnitFilter(Page):
    """Which units."""

    level = CodeField()
    area = CodeField(metadata={"description": "Units of this area and of all in it"})
    kind = CodeField()
    on = fields.Date(metadata={"description": "Units valid on this day; of all times unless given"})


class Unit(Item):
    """A reporting unit."""

    level = fields.String()
    kind = fields.String()
    area_id = fields.Integer()
    area = fields.String()
    parent = fields.String(allow_none=True, metadata={"description": "The unit it reports to"})
    regime = fields.String(metadata={"description": "Reporting regime: window and deadlines"})
    direct_send = fields.Boolean(
        metadata={"description": "Whether its leader may send what was not submitted first"}
    )
    accepting_level = fields.String(allow_none=True)
    valid_from = fields.Date()
    valid_to = fields.Date(allow_none=True)


class Units(Schema):
    """A page of units."""

    data = fields.List(fields.Nested(Unit))
    next = fields.String(allow_none=True)


class AssignmentsQuery(Schema):
    """Of which period."""

    period = PeriodField(required=True, metadata={"type": "string", "example": "2024-07"})


class AssignedIndicator(Item):
    """An indicator that a unit is assigned."""

    sector = fields.String()
    unit_of_measure = fields.String()
    frequency = fields.String(metadata={"description": "How often the unit is asked"})
    value_scope = fields.String()
    area_aggregation = fields.String()
    valid_from = fields.Date()
    valid_to = fields.Date(allow_none=True)


class Assignments(Schema):
    """What a unit is assigned in a period."""

    unit = fields.String()
    period = fields.String()
    data = fields.List(fields.Nested(AssignedIndicator))


class IndicatorFilter(Page):
    """Which indicators."""

    sector = CodeField(metadata={"description": "This sector and all in it"})
    level = CodeField(metadata={"description": "Filed by units of this level"})
    unit = CodeField(metadata={"description": "Assigned to this unit, now or ever"})
    frequency = fields.String(validate=choice(FREQUENCIES))
    q = TextField(
        validate=size(1, 200),
        metadata={"description": "Words of names or definitions, with or without accents"},
    )


class Indicator(Item):
    """What is measured, and how it adds up."""

    sector = fields.String()
    parent = fields.String(allow_none=True)
    parent_relation = fields.String(allow_none=True)
    parent_dimension = fields.String(allow_none=True)
    unit_of_measure = fields.String()
    unit_symbol = fields.String()
    value_type = fields.String()
    decimals = fields.Integer()
    nature = fields.String()
    area_aggregation = fields.String()
    time_aggregation = fields.String()
    weight = fields.String(allow_none=True)
    numerator = fields.String(allow_none=True)
    denominator = fields.String(allow_none=True)
    factor = fields.Decimal(allow_none=True)
    frequency = fields.String()
    value_scope = fields.String()
    reporting_levels = fields.List(fields.String())
    minimum = fields.Decimal(allow_none=True)
    maximum = fields.Decimal(allow_none=True)
    legal_basis = fields.String()
    definition_vi = fields.String()
    definition_en = fields.String()
    valid_from = fields.Date()
    valid_to = fields.Date(allow_none=True)


class Indicators(Schema):
    """A page of indicators."""

    data = fields.List(fields.Nested(Indicator))
    next = fields.String(allow_none=True)


class Sector(Item):
    """A group of indicators."""

    parent = fields.String(allow_none=True)
    sort_order = fields.Integer()


class Sectors(Schema):
    """All sectors, in the order in which they are shown."""

    data = fields.List(fields.Nested(Sector))


class UnitOfMeasure(Item):
    """What figures are counted in."""

    symbol = fields.String()
    standard_code = fields.String(metadata={"description": "In UCUM or SDMX"})


class UnitsOfMeasure(Schema):
    """All units of measure, by code."""

    data = fields.List(fields.Nested(UnitOfMeasure))


class ValidationRule(Item):
    """left operator right, within the tolerance on the right side."""

    left_expression = fields.String()
    operator = fields.String()
    right_expression = fields.String()
    severity = fields.String()
    evaluation_scope = fields.String()
    tolerance = fields.Decimal()
    scope_start_month = fields.Integer(allow_none=True)


class ValidationRules(Schema):
    """All validation rules in force, by code."""

    data = fields.List(fields.Nested(ValidationRule))


class TargetFilter(Schema):
    """Which targets."""

    indicator = CodeField()
    area = CodeField(metadata={"description": "Of the areas that bear or bore this code"})
    year = fields.Integer(validate=between(FIRST_YEAR, LAST_YEAR))
    sector = CodeField(metadata={"description": "This sector and all in it"})
    versions = fields.String(
        load_default="newest",
        validate=choice(("newest", "all")),
        metadata={"description": "The newest version of each plan, or all that ever were"},
    )
    as_of = PastField(
        metadata={
            "description": "What would have been answered at this moment",
            "example": "2024-08-02T09:00:00+07:00",
        }
    )


class NewTarget(Schema):
    """A plan as a decision sets it: the next version of its indicator, area and year."""

    indicator = CodeField(required=True)
    area = CodeField(
        required=True,
        metadata={"description": "That bears the code on 1 January, else later in the year"},
    )
    year = fields.Integer(required=True, validate=between(FIRST_YEAR, LAST_YEAR))
    value = NumberField(required=True, metadata={"description": "In the unit of measure"})
    direction = fields.String(required=True, validate=choice(DIRECTIONS))
    decision_number = TextField(required=True, validate=size(1, 200))
    valid_from = DayField(
        required=True,
        metadata={"description": "Not after the year, and not before the newest version's"},
    )
    note = TextField(load_default="")


class NewTargets(Schema):
    """Plans of one decision, or of several."""

    items = fields.List(fields.Nested(NewTarget), required=True, validate=size(1, MOST_ITEMS))


class Target(Schema):
    """What an area plans to attain in a year."""

    indicator = fields.String()
    name = fields.String()
    indicator_name_vi = fields.String()
    indicator_name_en = fields.String()
    area_id = fields.Integer()
    area = fields.String()
    year = fields.Integer()
    version = fields.Integer()
    value = fields.Decimal()
    unit_of_measure = fields.String()
    direction = fields.String()
    decision_number = fields.String(allow_none=True)
    valid_from = fields.Date()
    source = fields.String()
    source_note = fields.String()


class Targets(Schema):
    """Targets by indicator, area, year and version."""

    data = fields.List(fields.Nested(Target))


class PutTargets(Targets):
    """What became of new plans, and the plans as they are now."""

    created = fields.Integer(metadata={"description": "New versions"})
    unchanged = fields.Integer(metadata={"description": "Said by the newest version already"})
