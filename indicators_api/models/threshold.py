"""What the operations centre watches."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from indicators_api.db.base import Base, CatalogueRow, one_of, with_history

THRESHOLD_DIRECTIONS = ("above", "below")
WATCHED_MEASURES = ("value", "change_pct", "yoy_pct", "ytd", "ytd_yoy_pct", "plan_pct")


@with_history
class Threshold(Base, CatalogueRow):
    """Where an indicator's figure of an area becomes a warning or an alarm."""

    __tablename__ = "threshold"
    __table_args__ = (
        UniqueConstraint("jurisdiction_id", "indicator_id", "area_id", "measure", "direction"),
        ForeignKeyConstraint(
            ["jurisdiction_id", "indicator_id"], ["indicator.jurisdiction_id", "indicator.id"]
        ),
        ForeignKeyConstraint(["jurisdiction_id", "area_id"], ["area.jurisdiction_id", "area.id"]),
        one_of("measure", WATCHED_MEASURES),
        one_of("direction", THRESHOLD_DIRECTIONS),
        CheckConstraint("num_nonnulls(warning, alarm) > 0", name="some"),
        CheckConstraint(
            "CASE direction WHEN 'above' THEN warning <= alarm ELSE warning >= alarm END",
            name="order",
        ),
    )

    indicator_id: Mapped[int]
    area_id: Mapped[int]
    #: Which figure is watched.
    measure: Mapped[str]
    #: `above`: crossed when the figure is greater; `below`: when it is less.
    direction: Mapped[str]
    #: In the measure's unit. NULL: there is no warning before the alarm.
    warning: Mapped[Decimal | None]
    #: NULL: it never becomes an alarm.
    alarm: Mapped[Decimal | None]


@with_history
class SnapshotIndicator(Base):
    """An indicator of the operations centre's snapshot."""

    __tablename__ = "snapshot_indicator"
    __table_args__ = (
        ForeignKeyConstraint(
            ["jurisdiction_id", "indicator_id"], ["indicator.jurisdiction_id", "indicator.id"]
        ),
    )

    jurisdiction_id: Mapped[int] = mapped_column(primary_key=True)
    indicator_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: Its place in the snapshot.
    sort_order: Mapped[int]
