"""Corrections in and out. The answers are written by `api/rendering_past.py`."""

from marshmallow import Schema, fields

from indicators_api.api.fields import CodeField, PeriodsField, TextField
from indicators_api.api.limits import between, choice, size
from indicators_api.api.paging import CursorField
from indicators_api.api.schemas.reports import MOST_ITEMS, BulkItem
from indicators_api.models.correction import CORRECTION_STATES


class CorrectionItem(BulkItem):
    """A request, and the revision that was seen of its report."""

    number = fields.Integer(required=True, strict=True, validate=between(1, 2**31 - 1))


class BulkCorrections(Schema):
    """Many requests at once."""

    items = fields.List(fields.Nested(CorrectionItem), required=True, validate=size(1, MOST_ITEMS))
    comment = TextField(allow_none=True, load_default=None)


class CorrectionFilter(Schema):
    """Which corrections to list."""

    unit = CodeField()
    area = CodeField()
    periods = PeriodsField(
        data_key="period", metadata={"type": "string", "description": "Periods, comma separated"}
    )
    state = fields.String(validate=choice(CORRECTION_STATES))
    limit = fields.Integer(load_default=500, validate=between(1, 1000))
    cursor = CursorField(int, str, int, metadata={"type": "string"})


class Correction(Schema):
    """A request to correct an accepted report, and what was decided."""

    unit = fields.String()
    area = fields.String()
    period = fields.String()
    number = fields.Integer(metadata={"description": "Counts the requests of a report"})
    state = fields.String(metadata={"description": f"One of {', '.join(CORRECTION_STATES)}"})
    reason = fields.String()
    requested_at = fields.DateTime()
    requested_by = fields.String()
    decision = fields.String(
        allow_none=True, metadata={"description": "Why it was agreed or refused"}
    )
    decided_at = fields.DateTime(allow_none=True)
    decided_by = fields.String(allow_none=True)
    version = fields.Integer(
        allow_none=True,
        metadata={"description": "The version that was opened; null: none, or it was given up"},
    )
    revision = fields.Integer(metadata={"description": "The report's, for `If-Match`"})


class CorrectionsOfReport(Schema):
    """All requests on a report."""

    data = fields.List(fields.Nested(Correction))


class CorrectionList(CorrectionsOfReport):
    """A page of corrections."""

    next = fields.String(allow_none=True, metadata={"description": "cursor of the next page"})


class BulkCorrectionLine(Correction):
    """What became of one request of a bulk call; without its problem only if it was decided."""

    problem = fields.Dict(allow_none=True, metadata={"description": "Why not, as in a problem"})


class BulkCorrectionAnswer(Schema):
    """What became of each request."""

    done = fields.Integer()
    failed = fields.Integer()
    data = fields.List(fields.Nested(BulkCorrectionLine))
