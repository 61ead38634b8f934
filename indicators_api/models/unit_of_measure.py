"""Units of measure."""

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from indicators_api.db.base import CODE, Base, CatalogueRow, Named, with_history


@with_history
class UnitOfMeasure(Base, CatalogueRow, Named):
    """What a figure is counted in: hectares, tonnes, persons, per cent."""

    __tablename__ = "unit_of_measure"
    __table_args__ = (UniqueConstraint("jurisdiction_id", "code"),)

    code: Mapped[str] = mapped_column(CODE)
    symbol: Mapped[str]
    #: The same in UCUM or an SDMX code list, with the list's name before it; empty where neither
    #: has it.
    standard_code: Mapped[str]
