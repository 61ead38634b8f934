"""The feed of changes."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from indicators_api.api.fields import CodeField, CodesField, MomentField
from indicators_api.api.limits import between, choice
from indicators_api.api.paging import CursorField
from indicators_api.audit.events import KINDS
from indicators_api.errors import mark

MOST_EVENTS = 5000


class KindsField(CodesField):
    """Kinds of events, comma separated."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[str]:
        kinds = super()._deserialize(value, attr, data, **kwargs)
        for kind in kinds:
            choice(KINDS)(kind)
        return kinds


class ChangesQuery(Schema):
    """From where on, and which events."""

    after = CursorField(
        int,
        metadata={
            "type": "string",
            "description": "`next` of the answer before; from the beginning unless given",
        },
    )
    since = MomentField(
        data_key="from",
        metadata={
            "description": "Instead of `after`: start with the first event of this time or later",
            "example": "2024-07-16T00:00:00+07:00",
        },
    )
    kind = KindsField(
        metadata={"type": "string", "description": f"Comma separated, of: {', '.join(KINDS)}"}
    )
    area = CodeField(
        metadata={
            "description": "Of the areas that bear or bore this code, with all in them. What "
            "concerns everybody (holidays, deadlines of a level) is always told"
        }
    )
    limit = fields.Integer(load_default=1000, validate=between(1, MOST_EVENTS))

    @validates_schema
    def one_start(self, data: dict[str, Any], **_: Any) -> None:
        """Let a question start at one place only."""
        if "after" in data and "since" in data:
            raise ValidationError(mark("Give after or from, not both."), "from")


class DeadlineChange(Schema):
    """What changed of deadlines; the members beside `what` are those that say it."""

    what = fields.String(metadata={"enum": ["exception", "rule", "holiday", "regime"]})
    due = fields.Date(
        allow_none=True,
        metadata={"description": "Exception: last day on time; null: it was taken back"},
    )
    regime = fields.String(metadata={"description": "Rule, regime"})
    level = fields.String(metadata={"description": "Rule: of which units"})
    day = fields.Integer(metadata={"description": "Rule: day of the month"})
    months_after = fields.Integer(metadata={"description": "Rule: after the period's last month"})
    holiday = fields.Date(metadata={"description": "Holiday: which day"})
    is_working = fields.Boolean(
        allow_none=True,
        metadata={
            "description": "Holiday: false: off; true: worked; null: as other days of the week"
        },
    )
    cut_off_day = fields.Integer(
        allow_none=True,
        metadata={"description": "Regime: last day of the data window; null: the month's last"},
    )


class Change(Schema):
    """An event. What does not apply to its kind is null."""

    id = fields.String(metadata={"description": "The same for ever; says nothing of the order"})
    at = fields.DateTime(metadata={"description": "When it happened; not strictly in order"})
    kind = fields.String(metadata={"enum": list(KINDS)})
    unit = fields.String(allow_none=True)
    area = fields.String(allow_none=True)
    area_id = fields.Integer(
        allow_none=True, metadata={"description": "Never reused, unlike codes"}
    )
    period = fields.String(allow_none=True)
    version = fields.Integer(
        allow_none=True, metadata={"description": "Of the report, or of the plan"}
    )
    revision = fields.Integer(
        allow_none=True, metadata={"description": "Of the report, after the change"}
    )
    correction = fields.Integer(
        allow_none=True, metadata={"description": "Number of the correction"}
    )
    indicator = fields.String(allow_none=True, metadata={"description": "Of the plan"})
    year = fields.Integer(allow_none=True, metadata={"description": "Of the plan"})
    deadline = fields.Nested(DeadlineChange, allow_none=True)


class Changes(Schema):
    """Events in order."""

    data = fields.List(fields.Nested(Change))
    next = fields.String(
        metadata={"description": "Where to go on, later or now; also of an empty page"}
    )
