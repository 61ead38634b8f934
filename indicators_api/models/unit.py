"""Reporting units: organisations that report for an area."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from indicators_api.db.base import CODE, Base, CatalogueRow, Named, with_history


@with_history
class Unit(Base, CatalogueRow, Named):
    """An organisation that reports for an area.

    Its code is its electronic identifier, never parsed.
    """

    __tablename__ = "unit"
    __table_args__ = (
        ForeignKeyConstraint(["jurisdiction_id", "area_id"], ["area.jurisdiction_id", "area.id"]),
        ForeignKeyConstraint(["jurisdiction_id", "parent_id"], ["unit.jurisdiction_id", "unit.id"]),
        ForeignKeyConstraint(
            ["jurisdiction_id", "regime_id"], ["regime.jurisdiction_id", "regime.id"]
        ),
        ForeignKeyConstraint(
            ["jurisdiction_id", "level_code"], ["area_level.jurisdiction_id", "area_level.code"]
        ),
        UniqueConstraint("jurisdiction_id", "code"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
        Index("ix_unit_area", "jurisdiction_id", "area_id"),
    )

    code: Mapped[str] = mapped_column(CODE)
    level_code: Mapped[str] = mapped_column(CODE)
    kind: Mapped[str]
    area_id: Mapped[int]
    #: The unit it reports to. NULL for units of the province.
    parent_id: Mapped[int | None]
    regime_id: Mapped[int]
    #: Whether its leader may send a draft at once. NULL: as its level has it.
    direct_send: Mapped[bool | None]
    #: The level whose reviewers accept its reports. NULL: as its level has it.
    accepting_level: Mapped[str | None] = mapped_column(CODE)
    valid_from: Mapped[date]
    #: Last day. NULL: still valid.
    valid_to: Mapped[date | None]


@with_history
class UnitSuccession(Base, CatalogueRow):
    """A unit took over from another one: it may write the periods that the predecessor owed."""

    __tablename__ = "unit_succession"
    __table_args__ = (
        ForeignKeyConstraint(
            ["jurisdiction_id", "predecessor_id"], ["unit.jurisdiction_id", "unit.id"]
        ),
        ForeignKeyConstraint(
            ["jurisdiction_id", "successor_id"], ["unit.jurisdiction_id", "unit.id"]
        ),
        UniqueConstraint("jurisdiction_id", "predecessor_id", "successor_id"),
    )

    predecessor_id: Mapped[int]
    successor_id: Mapped[int]
    effective_date: Mapped[date]
