"""Territories: levels, areas, who lies below whom, what became of whom."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from indicators_api.db.base import CODE, Base, CatalogueRow, Named, one_of, with_history

#: The days that a row is valid on, both ends included; an open end is NULL.
VALIDITY = text("daterange(valid_from, valid_to, '[]')")


@with_history
class AreaLevel(Base, CatalogueRow, Named):
    """A level of areas and units: province, district, commune. The number of levels is data."""

    __tablename__ = "area_level"
    __table_args__ = (
        UniqueConstraint("jurisdiction_id", "code"),
        UniqueConstraint("jurisdiction_id", "rank"),
    )

    code: Mapped[str] = mapped_column(CODE)
    #: 1 is the widest.
    rank: Mapped[int]
    #: The level whose reviewers accept reports of units of this one. NULL: the province's
    #: reviewers.
    accepting_level: Mapped[str | None] = mapped_column(CODE)
    #: Whether a unit's leader may send a draft without its being submitted first.
    direct_send: Mapped[bool]


@with_history
class Area(Base, CatalogueRow, Named):
    """A territory.

    Official codes are reused after mergers: a code names an area only together with a date.
    """

    __tablename__ = "area"
    __table_args__ = (
        ForeignKeyConstraint(["jurisdiction_id", "parent_id"], ["area.jurisdiction_id", "area.id"]),
        ForeignKeyConstraint(
            ["jurisdiction_id", "level_code"], ["area_level.jurisdiction_id", "area_level.code"]
        ),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
        ExcludeConstraint(
            ("jurisdiction_id", "="),
            ("code", "="),
            (VALIDITY, "&&"),
            name="ex_area_code",
            using="gist",
        ),
        Index("ix_area_parent", "jurisdiction_id", "parent_id"),
    )

    code: Mapped[str] = mapped_column(CODE)
    level_code: Mapped[str] = mapped_column(CODE)
    kind: Mapped[str]
    #: NULL for the widest level.
    parent_id: Mapped[int | None]
    #: Whether areas lie below this one; only such areas have a stored roll-up.
    has_areas_below: Mapped[bool]
    valid_from: Mapped[date]
    #: Last day. NULL: still valid.
    valid_to: Mapped[date | None]


@with_history
class AreaClosure(Base):
    """Every pair of an area and an area in it, itself included: no recursion in hot queries."""

    __tablename__ = "area_closure"
    __table_args__ = (
        ForeignKeyConstraint(
            ["jurisdiction_id", "ancestor_id"], ["area.jurisdiction_id", "area.id"]
        ),
        ForeignKeyConstraint(
            ["jurisdiction_id", "descendant_id"], ["area.jurisdiction_id", "area.id"]
        ),
        Index("ix_area_closure_ancestor", "jurisdiction_id", "ancestor_id", "descendant_id"),
    )

    jurisdiction_id: Mapped[int] = mapped_column(primary_key=True)
    descendant_id: Mapped[int] = mapped_column(primary_key=True)
    ancestor_id: Mapped[int] = mapped_column(primary_key=True)
    #: Levels between them: 0 for the area itself.
    distance: Mapped[int]


@with_history
class AreaSuccession(Base, CatalogueRow):
    """A territory went over into another one."""

    __tablename__ = "area_succession"
    __table_args__ = (
        ForeignKeyConstraint(
            ["jurisdiction_id", "predecessor_id"], ["area.jurisdiction_id", "area.id"]
        ),
        ForeignKeyConstraint(
            ["jurisdiction_id", "successor_id"], ["area.jurisdiction_id", "area.id"]
        ),
        UniqueConstraint("jurisdiction_id", "predecessor_id", "successor_id", "effective_date"),
        one_of("kind", ["merge", "split", "rename", "part"]),
    )

    predecessor_id: Mapped[int]
    successor_id: Mapped[int]
    effective_date: Mapped[date]
    kind: Mapped[str]
    #: The part of the predecessor that went over, 0 to 1. NULL: the whole.
    share: Mapped[Decimal | None]
    note: Mapped[str]
