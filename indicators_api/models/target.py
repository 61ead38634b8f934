"""Plans: annual targets, versioned."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from indicators_api.db.base import Base, CatalogueRow, one_of, with_history

DIRECTIONS = ("at_least", "at_most", "equal")


@with_history
class AnnualTarget(Base, CatalogueRow):
    """What an area plans to attain of an indicator in a year. A new decision is a new version."""

    __tablename__ = "annual_target"
    __table_args__ = (
        ForeignKeyConstraint(
            ["jurisdiction_id", "indicator_id"], ["indicator.jurisdiction_id", "indicator.id"]
        ),
        ForeignKeyConstraint(["jurisdiction_id", "area_id"], ["area.jurisdiction_id", "area.id"]),
        UniqueConstraint("jurisdiction_id", "indicator_id", "area_id", "year", "version"),
        one_of("direction", DIRECTIONS),
        one_of("source", ("real", "constructed", "decided")),
        CheckConstraint("value <> 'NaN'", name="finite"),
    )

    indicator_id: Mapped[int]
    area_id: Mapped[int]
    year: Mapped[int]
    version: Mapped[int]
    #: In the indicator's unit of measure.
    value: Mapped[Decimal]
    direction: Mapped[str]
    #: The decision it was set by. NULL where not known.
    decision_number: Mapped[str | None]
    valid_from: Mapped[date]
    source: Mapped[str]
    source_note: Mapped[str]
