"""The tenant of an installation."""

from datetime import datetime

from sqlalchemy import BigInteger, Sequence, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from indicators_api.db.base import CODE, Base, Named, with_history

#: Numbers versions of catalogues; a sequence, because a number that was rolled back must not come
#: again.
CATALOGUE_VERSIONS = Sequence("catalogue_version", metadata=Base.metadata)


@with_history
class Jurisdiction(Base, Named):
    """Who runs the system: one row in a province's own installation.

    Not an area; it outlives mergers.
    """

    __tablename__ = "jurisdiction"
    __table_args__ = (UniqueConstraint("code"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(CODE)
    #: Grows with every change of catalogue, plan, calendar or deadlines; part of every ETag.
    catalogue_version: Mapped[int] = mapped_column(BigInteger, server_default="0")
    catalogue_changed_at: Mapped[datetime]
