"""Reports in and out. Output schemas document; the answers are written by `api/rendering.py`."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load

from indicators_api.api.fields import CodeField, PeriodField, PeriodsField, TextField, ValuesField
from indicators_api.api.limits import between, choice, size
from indicators_api.api.paging import CursorField
from indicators_api.errors import mark
from indicators_api.models.observation import MISSING_REASONS, STATUSES
from indicators_api.models.report import STATES
from indicators_api.validation.values import NOTE_LENGTH

STEPS = ("draft", "submit", "send")
#: Reports that one bulk call may name: all of a province, five times over.
MOST_ITEMS = 1000

#: Of what is sent.
_SIGNATURE = {
    "description": "Detached JWS (RFC 7515, RFC 7797) over the document of the version that is "
    "sent, as `GET …/document` gives it; needed where the unit must sign"
}

#: A number as it is read: exact, from a JSON number or a text.
_DECIMAL = [
    {"type": "number"},
    {"type": "string", "pattern": r"^-?[0-9]{1,20}(\.[0-9]{1,10})?$"},
    {"type": "null"},
]


class ValueObject(Schema):
    """A value with all that can be said about it."""

    value = fields.Decimal(
        allow_none=True, metadata={"description": "In the indicator's unit of measure"}
    )
    missing = fields.String(
        validate=choice(MISSING_REASONS), metadata={"description": "Why there is no number"}
    )
    status = fields.String(
        validate=choice(STATUSES),
        metadata={"description": "E estimated, P provisional, A official"},
    )
    ytd = fields.Decimal(
        allow_none=True, metadata={"description": "Year to date as the unit reports it"}
    )
    note = fields.String(allow_none=True)


class Contents(Schema):
    """What a report says."""

    values = ValuesField(
        metadata={
            "type": "object",
            "description": "Indicator code → decimal (number or string), null, or an object; "
            "needed unless they are copied",
            "additionalProperties": {
                "oneOf": [
                    *_DECIMAL,
                    {
                        "type": "object",
                        "properties": {
                            "value": {"oneOf": _DECIMAL},
                            "missing": {"enum": [*MISSING_REASONS, None]},
                            "status": {"enum": [*STATUSES, None]},
                            "ytd": {"oneOf": _DECIMAL},
                            "note": {"type": ["string", "null"], "maxLength": NOTE_LENGTH},
                        },
                        "additionalProperties": False,
                    },
                ]
            },
        },
    )
    step = fields.String(
        load_default="draft",
        validate=choice(STEPS),
        metadata={"description": "How far to take the report"},
    )
    status = fields.String(
        validate=choice(STATUSES),
        metadata={
            "description": "Status of values that bring none; else E while the period runs, then P"
        },
    )
    comment = TextField(
        metadata={"description": "Answers warnings; for those who review the report"}
    )
    signature = fields.String(metadata=_SIGNATURE)
    copy_from = PeriodField(
        metadata={
            "type": "string",
            "description": "Earlier period of the same type: its values, as last sent, stand where "
            "none is given or stored",
            "example": "2024-06",
        }
    )

    @post_load
    def fill_values(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Let values be left out where they are copied; what is not sent is not signed."""
        faults = {}
        if "values" not in data and "copy_from" not in data:
            faults["values"] = ["Missing data for required field."]
        if "signature" in data and data["step"] != "send":
            faults["signature"] = [mark("Only what is sent is signed.")]
        if faults:
            raise ValidationError(faults)
        return {"values": {}, **data}


class NewReport(Contents):
    """A unit's submission for a period."""

    unit = CodeField(required=True)
    period = PeriodField(required=True, metadata={"type": "string", "example": "2024-07"})


class Rehearsal(Contents):
    """A report that is only tried."""

    class Meta:
        exclude = ("step", "comment", "signature")

    unit = CodeField(required=True)
    period = PeriodField(required=True, metadata={"type": "string", "example": "2024-07"})


class Comment(Schema):
    """Why a step is taken."""

    comment = TextField(allow_none=True, load_default=None)


class Sending(Comment):
    """Why a report is sent, and its leader's signature."""

    signature = fields.String(allow_none=True, load_default=None, metadata=_SIGNATURE)


class BulkItem(Schema):
    """A report and the revision that was seen of it."""

    unit = CodeField(required=True)
    period = PeriodField(required=True, metadata={"type": "string", "example": "2024-07"})
    revision = fields.Integer(required=True, strict=True, validate=between(1, 2**31 - 1))


class Bulk(Schema):
    """Many reports at once."""

    items = fields.List(fields.Nested(BulkItem), required=True, validate=size(1, MOST_ITEMS))
    comment = TextField(allow_none=True, load_default=None)


class ReportFilter(Schema):
    """Which reports to list."""

    unit = CodeField()
    area = CodeField()
    periods = PeriodsField(
        data_key="period", metadata={"type": "string", "description": "Periods, comma separated"}
    )
    state = fields.String(validate=choice(STATES))
    timeliness = fields.String(validate=choice(("on_time", "late", "missing", "not_due")))
    limit = fields.Integer(load_default=500, validate=between(1, 1000))
    cursor = CursorField(int, str, metadata={"type": "string"})


class FindingAnswer(Schema):
    """What a rule found."""

    severity = fields.String(metadata={"description": "error or warning"})
    rule = fields.String(
        metadata={
            "description": "Code of the rule; magnitude, identical or ratio for those of the "
            "service"
        }
    )
    indicators = fields.List(fields.String())
    detail = fields.String()


class Counts(Schema):
    """How much of a report is there; computed ratios are left out."""

    expected = fields.Integer(
        metadata={"description": "Assigned indicators that the period asks for"}
    )
    with_value = fields.Integer(metadata={"description": "Of these, with a number"})
    missing = fields.Integer(metadata={"description": "Of these, without"})


class SavedCounts(Counts):
    """The same, and what the write changed."""

    created = fields.Integer()
    updated = fields.Integer()
    unchanged = fields.Integer()
    removed = fields.Integer()


class SavedReport(Schema):
    """A report after a write."""

    unit = fields.String()
    period = fields.String()
    state = fields.String()
    version = fields.Integer(metadata={"description": "Counts what was sent"})
    revision = fields.Integer(
        metadata={"description": "Counts every stored change; the number in the ETag"}
    )
    timeliness = fields.String()
    due = fields.DateTime()
    counts = fields.Nested(SavedCounts)
    findings = fields.List(fields.Nested(FindingAnswer))


class StepAnswer(Schema):
    """A step of a report's life."""

    at = fields.DateTime()
    action = fields.String()
    from_ = fields.String(data_key="from", allow_none=True)
    to = fields.String()
    by = fields.String()
    role = fields.String()
    comment = fields.String(allow_none=True)
    revision = fields.Integer()
    version = fields.Integer()
    sent_version = fields.Integer(allow_none=True)
    accepted_version = fields.Integer(allow_none=True)


class ListedReport(Schema):
    """A report without its values."""

    unit = fields.String()
    area = fields.String()
    period = fields.String()
    state = fields.String()
    version = fields.Integer(
        allow_none=True, metadata={"description": "The one shown; null: nothing is sent now"}
    )
    revision = fields.Integer()
    sent_version = fields.Integer(allow_none=True)
    accepted_version = fields.Integer(allow_none=True)
    timeliness = fields.String()
    due = fields.DateTime()
    first_sent_at = fields.DateTime(allow_none=True)
    changed_at = fields.DateTime()
    counts = fields.Nested(Counts)


class ReportList(Schema):
    """A page of reports."""

    data = fields.List(fields.Nested(ListedReport))
    next = fields.String(allow_none=True, metadata={"description": "cursor of the next page"})


class WholeReport(Schema):
    """A report as its reader may see it; from outside its unit, the sent version."""

    unit = fields.String()
    period = fields.String()
    state = fields.String()
    version = fields.Integer(allow_none=True)
    revision = fields.Integer()
    sent_version = fields.Integer(allow_none=True)
    accepted_version = fields.Integer(allow_none=True)
    timeliness = fields.String()
    due = fields.DateTime()
    first_sent_at = fields.DateTime(allow_none=True)
    changed_at = fields.DateTime()
    comment = fields.String(allow_none=True)
    counts = fields.Nested(Counts)
    values = fields.Dict(keys=fields.String(), values=fields.Nested(ValueObject))
    findings = fields.List(fields.Nested(FindingAnswer))
    steps = fields.List(fields.Nested(StepAnswer))


class ValueChange(Schema):
    """The present value against the one before."""

    absolute = fields.Decimal()
    percent = fields.Decimal(
        allow_none=True, metadata={"description": "Growth; null: the value before is 0"}
    )


class SincePrevious(Schema):
    """What became of the form's indicators since the period before."""

    period = fields.String()
    same = fields.Integer()
    changed = fields.Integer()
    new = fields.Integer(metadata={"description": "Answered now only"})
    gone = fields.Integer(metadata={"description": "Answered then only"})


class FormLine(Schema):
    """An indicator to fill in."""

    indicator = fields.String()
    name = fields.String()
    name_vi = fields.String()
    name_en = fields.String()
    decimals = fields.Integer()
    value_type = fields.String()
    minimum = fields.Decimal(allow_none=True)
    maximum = fields.Decimal(allow_none=True)
    frequency = fields.String()
    expected = fields.Boolean(metadata={"description": "Whether this period asks for it"})
    previous = fields.Nested(ValueObject, allow_none=True)
    present = fields.Nested(ValueObject, allow_none=True)
    change = fields.Nested(
        ValueChange, allow_none=True, metadata={"description": "null: one of them has no value"}
    )


class Form(Schema):
    """What a unit must fill in for a period."""

    unit = fields.String()
    period = fields.String()
    state = fields.String(allow_none=True)
    revision = fields.Integer(allow_none=True)
    due = fields.DateTime()
    indicators = fields.List(fields.Nested(FormLine))
    since_previous = fields.Nested(
        SincePrevious,
        allow_none=True,
        metadata={"description": "null: there is no report of the period before"},
    )
    findings = fields.List(fields.Nested(FindingAnswer))


class Difference(Schema):
    """A value before and after."""

    stored = fields.Nested(ValueObject, allow_none=True)
    given = fields.Nested(ValueObject, allow_none=True)


class RehearsalAnswer(Schema):
    """What a report would be."""

    unit = fields.String()
    period = fields.String()
    counts = fields.Nested(Counts)
    findings = fields.List(fields.Nested(FindingAnswer))
    differences = fields.Dict(keys=fields.String(), values=fields.Nested(Difference))


class ReviewedReport(Schema):
    """A report after acceptance or return."""

    unit = fields.String()
    period = fields.String()
    state = fields.String()
    version = fields.Integer()
    revision = fields.Integer()


class BulkLine(ReviewedReport):
    """What became of one report of a bulk call."""

    problem = fields.Dict(allow_none=True, metadata={"description": "Why not, as in a problem"})


class BulkAnswer(Schema):
    """What became of each report."""

    done = fields.Integer()
    failed = fields.Integer()
    data = fields.List(fields.Nested(BulkLine))
