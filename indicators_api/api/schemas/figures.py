"""Questions for figures, and what is answered."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load

from indicators_api.api.fields import CodeField, CodesField, PeriodField, PeriodsField, span
from indicators_api.api.limits import between, choice
from indicators_api.api.paging import CursorField
from indicators_api.errors import mark

MEASURES = ("value", "expected", "reported")
FREQUENCIES = ("month",)
MOST_ROWS = 50_000


class PeriodRange(Schema):
    """Which periods: a list, or the first and the last one."""

    period = PeriodsField(
        metadata={"type": "string", "description": "Periods, comma separated", "example": "2024-07"}
    )
    start = PeriodField(metadata={"type": "string", "description": "First period, with `end`"})
    end = PeriodField(metadata={"type": "string", "description": "Last period, with `start`"})

    @post_load
    def put_together(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Give one list of periods, whichever way they were asked for."""
        start, end = data.pop("start", None), data.pop("end", None)
        if "period" in data and (start or end):
            raise ValidationError(mark("Give period, or start and end."), "period")
        if "period" not in data:
            if start is None or end is None:
                raise ValidationError("Missing data for required field.", "period")
            data["period"] = span(start, end)
        return data


class Question(PeriodRange):
    """What figures are asked."""

    level = CodeField(metadata={"description": "Rows are the areas of this level in `area`"})
    area = CodeField(metadata={"description": "Code of an area; the province unless given"})
    indicator = CodesField(metadata={"type": "string", "description": "Codes, comma separated"})
    sector = CodesField(
        metadata={"type": "string", "description": "Codes of sectors, comma separated"}
    )
    basis = fields.String(
        load_default="accepted",
        validate=choice(("accepted", "sent")),
        metadata={"description": "Accepted figures, or what was sent last"},
    )
    geography = fields.Date(
        metadata={"description": "Areas as of this day; the last period's cut-off day unless given"}
    )
    limit = fields.Integer(load_default=10_000, validate=between(1, MOST_ROWS))
    cursor = CursorField(
        str, str, int, metadata={"type": "string", "description": "`next` of the page before"}
    )
    format = fields.String(validate=choice(("json", "csv")))


class MeasuresField(CodesField):
    """Names of measures, comma separated."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[str]:
        names = super()._deserialize(value, attr, data, **kwargs)
        for name in names:
            choice(MEASURES)(name)
        return names


class AggregatesQuery(Question):
    """The operations centre's question."""

    source = fields.String(
        load_default="rollup",
        validate=choice(("rollup", "reported")),
        metadata={
            "description": "Rolled up from the units that count, or as the area's own unit sent it"
        },
    )
    measures = MeasuresField(
        load_default=MEASURES,
        metadata={"type": "string", "description": "value, expected, reported; all unless given"},
    )


class FigureRow(Schema):
    """A figure."""

    area = fields.String()
    area_id = fields.Integer(metadata={"description": "Never reused, unlike codes"})
    indicator = fields.String()
    period = fields.String()
    value = fields.Decimal(
        allow_none=True, metadata={"description": "In the indicator's unit of measure"}
    )
    expected = fields.Integer(metadata={"description": "Units that count and are asked"})
    reported = fields.Integer(metadata={"description": "Of these, with a value"})
    reason = fields.String(metadata={"description": "Why there is no value; only then"})


class Aggregates(Schema):
    """A page of figures."""

    basis = fields.String()
    source = fields.String()
    as_of = fields.DateTime(metadata={"description": "Time of the newest change in the answer"})
    measures = fields.List(fields.String())
    data = fields.List(fields.Nested(FigureRow))
    next = fields.String(allow_none=True)


class ReconciledRow(Schema):
    """An area's own figure beside the rolled-up one."""

    area = fields.String()
    area_id = fields.Integer()
    indicator = fields.String()
    period = fields.String()
    reported = fields.Decimal(allow_none=True)
    rolled_up = fields.Decimal(allow_none=True)
    difference = fields.Decimal(
        allow_none=True, metadata={"description": "reported less rolled up"}
    )


class Reconciliation(Schema):
    """A page of figures side by side."""

    basis = fields.String()
    as_of = fields.DateTime()
    data = fields.List(fields.Nested(ReconciledRow))
    next = fields.String(allow_none=True)


class ObservationsQuery(PeriodRange):
    """Which observations."""

    unit = CodeField()
    area = CodeField()
    indicator = CodesField(metadata={"type": "string", "description": "Codes, comma separated"})
    sector = CodesField(
        metadata={"type": "string", "description": "Codes of sectors, comma separated"}
    )
    basis = fields.String(load_default="accepted", validate=choice(("accepted", "sent")))
    limit = fields.Integer(load_default=10_000, validate=between(1, MOST_ROWS))
    cursor = CursorField(int, str, str, metadata={"type": "string"})
    format = fields.String(validate=choice(("json", "csv")))


class ObservationRow(Schema):
    """A value as a unit gave it."""

    unit = fields.String()
    area = fields.String()
    area_id = fields.Integer()
    indicator = fields.String()
    period = fields.String()
    value = fields.Decimal(allow_none=True)
    missing = fields.String(allow_none=True)
    status = fields.String()
    ytd = fields.Decimal(allow_none=True)
    note = fields.String(allow_none=True)
    version = fields.Integer()


class Observations(Schema):
    """A page of observations."""

    basis = fields.String()
    as_of = fields.DateTime()
    data = fields.List(fields.Nested(ObservationRow))
    next = fields.String(allow_none=True)


class CompletenessQuery(Schema):
    """Of which period, for which areas or units."""

    period = PeriodField(required=True, metadata={"type": "string", "example": "2024-07"})
    area = CodeField(metadata={"description": "Code of an area; the province unless given"})
    level = CodeField(
        metadata={"description": "Level of the rows' areas in it, or `unit` to list units"}
    )


class CompletenessRow(Schema):
    """Reports owed and sent."""

    area = fields.String()
    area_id = fields.Integer()
    unit_level = fields.String(
        allow_none=True, metadata={"description": "null: units of all levels"}
    )
    due = fields.Raw(
        metadata={
            "type": ["integer", "string"],
            "description": "Reports owed; with level=unit the unit's deadline",
        }
    )
    sent = fields.Integer()
    accepted = fields.Integer()
    returned = fields.Integer()
    on_time = fields.Integer()
    late = fields.Integer()
    missing = fields.Integer(metadata={"description": "Not sent, deadline passed"})
    not_due = fields.Integer(metadata={"description": "Not sent, deadline to come"})
    on_time_rate = fields.Decimal(allow_none=True, metadata={"description": "Per cent of due"})
    expected = fields.Integer(
        allow_none=True,
        metadata={"description": "Indicators asked, over the sent reports; null: none is sent"},
    )
    with_value = fields.Integer(allow_none=True, metadata={"description": "Of these, answered"})
    unit = fields.String(metadata={"description": "Only with level=unit, as the four below"})
    level = fields.String()
    state = fields.String(allow_none=True)
    timeliness = fields.String()
    first_sent_at = fields.DateTime(allow_none=True)


class Completeness(Schema):
    """Who has reported."""

    period = fields.String()
    data = fields.List(fields.Nested(CompletenessRow))


class DataVersion(Schema):
    """How new the data are."""

    catalogue = fields.Integer(
        metadata={"description": "Grows with every change of catalogue, plan, calendar"}
    )
    reports = fields.Integer(
        metadata={"description": "Grows with every change of a report of the period"}
    )
    as_of = fields.DateTime(metadata={"description": "Time of the newest change"})
