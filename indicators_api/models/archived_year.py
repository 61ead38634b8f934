"""Years whose figures were put away."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from indicators_api.db.base import Base


class ArchivedYear(Base):
    """A year whose observations and roll-up stand in the schema `archive`; see db/years.py.

    They are archived oldest first, so the newest one tells of all.
    """

    __tablename__ = "archived_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    archived_at: Mapped[datetime]
