"""Sectors: groups of indicators."""

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from indicators_api.db.base import CODE, Base, CatalogueRow, Named, with_history


@with_history
class Sector(Base, CatalogueRow, Named):
    """A group of indicators; groups nest."""

    __tablename__ = "sector"
    __table_args__ = (
        ForeignKeyConstraint(
            ["jurisdiction_id", "parent_id"], ["sector.jurisdiction_id", "sector.id"]
        ),
        UniqueConstraint("jurisdiction_id", "code"),
    )

    code: Mapped[str] = mapped_column(CODE)
    #: NULL for the widest groups.
    parent_id: Mapped[int | None]
    sort_order: Mapped[int]
