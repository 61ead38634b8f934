"""Questions for figures, and what is answered."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load

from indicators_api.aggregation.measures import MEASURES, USUAL
from indicators_api.api.fields import (
    CodeField,
    CodesField,
    PastField,
    PeriodField,
    PeriodsField,
    span,
)
from indicators_api.api.limits import between, choice
from indicators_api.api.paging import CursorField
from indicators_api.errors import mark
from indicators_api.periods import PeriodType

#: Rows of a page unless told, and at most.
PAGE, MOST_ROWS = 10_000, 50_000


def limit_field(*, streamed: bool) -> fields.Integer:
    """Give the parameter that asks for a page of so many rows."""
    said = f"Rows of a page; {PAGE} unless given"
    if streamed:
        said += (
            ". Without it CSV and JSON lines are whole: all rows, from `cursor` on if it is given"
        )
    return fields.Integer(validate=between(1, MOST_ROWS), metadata={"description": said})


def format_field(*names: str) -> fields.String:
    """Give the parameter that chooses the representation, before `Accept` does."""
    return fields.String(validate=choice(names))


def as_of_field() -> PastField:
    """Give the parameter that asks for the past."""
    return PastField(
        metadata={
            "description": "What would have been answered at this moment, to the digit: reports, "
            "catalogue, plans and deadlines as recorded then",
            "example": "2024-08-02T09:00:00+07:00",
        }
    )


class PeriodRange(Schema):
    """Which periods: a list, or the first and the last one."""

    period = PeriodsField(
        metadata={"type": "string", "description": "Periods, comma separated", "example": "2024-07"}
    )
    start = PeriodField(metadata={"type": "string", "description": "First period, with `end`"})
    end = PeriodField(metadata={"type": "string", "description": "Last period, with `start`"})
    frequency = fields.String(
        validate=choice([kind.value for kind in PeriodType]),
        metadata={"description": "Which periods between `start` and `end`; of their own type else"},
    )

    @post_load
    def put_together(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Give one list of periods, whichever way they were asked for."""
        start, end = data.pop("start", None), data.pop("end", None)
        frequency = data.pop("frequency", None)
        if "period" in data and (start or end or frequency):
            raise ValidationError(
                mark("Give period, or start and end (with frequency, if need be)."), "period"
            )
        if "period" not in data:
            if start is None or end is None:
                raise ValidationError("Missing data for required field.", "period")
            data["period"] = span(start, end, PeriodType(frequency) if frequency else None)
        return data


class Slice(Schema):
    """Which figures, whatever the periods."""

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
    as_of = as_of_field()


class Question(Slice, PeriodRange):
    """What figures are asked."""

    level = CodeField(metadata={"description": "Rows are the areas of this level in `area`"})
    limit = limit_field(streamed=False)
    cursor = CursorField(
        str, str, int, metadata={"type": "string", "description": "`next` of the page before"}
    )
    format = format_field("json", "csv")


class MeasuresField(CodesField):
    """Names of measures, comma separated."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[str]:
        names = super()._deserialize(value, attr, data, **kwargs)
        for name in names:
            choice(MEASURES)(name)
        return names


class AggregatesQuery(Question):
    """The operations centre's question."""

    limit = limit_field(streamed=True)
    format = format_field("json", "csv", "jsonl")
    source = fields.String(
        load_default="rollup",
        validate=choice(("rollup", "reported")),
        metadata={
            "description": "Rolled up from the units that count, or as the area's own unit sent it"
        },
    )
    measures = MeasuresField(
        load_default=USUAL,
        metadata={
            "type": "string",
            "description": f"Comma separated: {', '.join(MEASURES)}",
            "default": ",".join(USUAL),
        },
    )


def _figure(description: str) -> fields.Decimal:
    return fields.Decimal(allow_none=True, metadata={"description": description})


class FigureRow(Schema):
    """A figure, and the measures that were asked beside it."""

    area = fields.String()
    area_id = fields.Integer(metadata={"description": "Never reused, unlike codes"})
    indicator = fields.String()
    period = fields.String()
    value = fields.Decimal(
        allow_none=True, metadata={"description": "In the indicator's unit of measure"}
    )
    expected = fields.Integer(
        metadata={"description": "Units that count and are asked; over several periods, added up"}
    )
    reported = fields.Integer(metadata={"description": "Of these, with a value"})
    periods = fields.Integer(metadata={"description": "Collected periods that make up this one"})
    periods_with_value = fields.Integer(metadata={"description": "Of these, with a value"})
    status = fields.String(
        allow_none=True,
        metadata={"description": "The worst behind it: E estimated, P provisional, A official"},
    )
    previous = _figure("Of the period before")
    change = _figure("value − previous")
    change_pct = _figure("Growth against the period before, in per cent")
    same_period = _figure("Of the same period of last year")
    yoy_change = _figure("value − same_period")
    yoy_pct = _figure("Growth against the same period of last year, in per cent")
    ytd = _figure("From January to the end of the period")
    ytd_reported = _figure("The year to date that units reported, added up over areas")
    ytd_same_period = _figure("Year to date of last year")
    ytd_yoy_pct = _figure("Growth of the year to date, in per cent")
    plan = _figure("The year's plan in force at the period's end")
    plan_pct = _figure("Per cent attained: year to date (of a rate, the value) against the plan")
    direction = fields.String(
        allow_none=True, metadata={"description": "Of the plan: at_least, at_most or equal"}
    )
    reason = fields.String(metadata={"description": "Why there is no value; only then"})
    reasons = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "Measure → why it is null; only where some are"},
    )
    coverage_differs = fields.List(
        fields.String(),
        metadata={"description": "Bases that rest on another coverage; only where some do"},
    )


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
    difference = _figure("reported less rolled up")
    ytd = _figure("Year to date of what was reported, added up")
    ytd_reported = _figure("Year to date as the area's own unit reports it")
    ytd_difference = _figure("ytd_reported less ytd")
    rolled_up_ytd = _figure("Year to date of what is rolled up")
    rolled_up_ytd_reported = _figure("Years to date that the units below report, rolled up")
    rolled_up_ytd_difference = _figure("rolled_up_ytd_reported less rolled_up_ytd")


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
    as_of = as_of_field()
    limit = limit_field(streamed=True)
    cursor = CursorField(int, str, str, metadata={"type": "string"})
    format = format_field("json", "csv", "jsonl")


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
    as_of = as_of_field()


class ReportCounts(Schema):
    """What became of the reports that units in an area owe."""

    area = fields.String()
    area_id = fields.Integer(metadata={"description": "Never reused, unlike codes"})
    sent = fields.Integer()
    accepted = fields.Integer()
    returned = fields.Integer()
    on_time = fields.Integer()
    late = fields.Integer()
    missing = fields.Integer(metadata={"description": "Not sent, deadline passed"})
    not_due = fields.Integer(metadata={"description": "Not sent, deadline to come"})
    on_time_rate = fields.Decimal(allow_none=True, metadata={"description": "Per cent of due"})


class CompletenessRow(ReportCounts):
    """Reports owed and sent."""

    unit_level = fields.String(
        allow_none=True, metadata={"description": "null: units of all levels"}
    )
    due = fields.Raw(
        metadata={
            "type": ["integer", "string"],
            "description": "Reports owed; with level=unit the unit's deadline",
        }
    )
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
        metadata={"description": "Grows with every change of a report that was ever sent"}
    )
    as_of = fields.DateTime(metadata={"description": "Time of the newest change"})
