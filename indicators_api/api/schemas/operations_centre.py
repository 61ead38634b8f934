"""The operations centre's snapshot: what is asked, and what is answered."""

from marshmallow import Schema, fields

from indicators_api.aggregation.watching import LEVELS
from indicators_api.api.fields import CodeField, PeriodField
from indicators_api.api.limits import choice
from indicators_api.api.schemas.bulletin import BulletinRow, OfOneArea
from indicators_api.api.schemas.figures import ReportCounts, as_of_field
from indicators_api.models.threshold import THRESHOLD_DIRECTIONS, WATCHED_MEASURES


class SnapshotQuery(Schema):
    """Of which period and area, and what of it."""

    period = PeriodField(required=True, metadata={"example": "2024-07"})
    area = CodeField(metadata={"description": "Code of an area; the province unless given"})
    basis = fields.String(
        load_default="accepted",
        validate=choice(("accepted", "sent")),
        metadata={"description": "Accepted figures, or what was sent last"},
    )
    as_of = as_of_field()


class ReportsOwed(ReportCounts):
    """The reports that units of all levels in an area owe."""

    due = fields.Integer(metadata={"description": "Reports owed"})


class WhoHasReported(Schema):
    """Completeness of the area, and of those directly below it."""

    total = fields.Nested(
        ReportsOwed, allow_none=True, metadata={"description": "null: no unit owes a report"}
    )
    areas = fields.List(fields.Nested(ReportsOwed))


class WatchedFigure(BulletinRow):
    """A watched indicator, and its figures as the bulletin has them."""

    class Meta:
        """What a snapshot has no use for."""

        exclude = (*BulletinRow.Meta.exclude, "sector", "depth")


class HeldThreshold(Schema):
    """A threshold that a figure was held against."""

    area = fields.String()
    area_id = fields.Integer(metadata={"description": "Never reused, unlike codes"})
    indicator = fields.String()
    measure = fields.String(metadata={"enum": list(WATCHED_MEASURES)})
    direction = fields.String(metadata={"enum": list(THRESHOLD_DIRECTIONS)})


class CrossedThreshold(HeldThreshold):
    """A threshold that is crossed."""

    level = fields.String(metadata={"enum": list(LEVELS)})
    limit = fields.Decimal(metadata={"description": "The one that the figure has passed"})
    figure = fields.Decimal()


class UnknownThreshold(HeldThreshold):
    """A threshold without a figure."""

    reason = fields.String(
        metadata={"description": "As in `/aggregates`, or not_assigned: no unit is assigned it"}
    )


class ThresholdCounts(Schema):
    """How many thresholds there are of each kind."""

    alarm = fields.Integer()
    warning = fields.Integer()
    clear = fields.Integer(metadata={"description": "Not crossed"})
    # Schemas have an attribute `unknown` of their own.
    without_figure = fields.Integer(
        data_key="unknown", metadata={"description": "Without a figure"}
    )


class HeldThresholds(Schema):
    """What became of the thresholds."""

    counts = fields.Nested(ThresholdCounts)
    crossed = fields.List(fields.Nested(CrossedThreshold))
    without_figure = fields.List(fields.Nested(UnknownThreshold), data_key="unknown")


class Snapshot(OfOneArea):
    """One document of a period."""

    completeness = fields.Nested(WhoHasReported)
    figures = fields.List(fields.Nested(WatchedFigure))
    thresholds = fields.Nested(HeldThresholds)
