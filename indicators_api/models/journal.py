"""The journal of changes."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKeyConstraint, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from indicators_api.db.base import Base


class JournalEntry(Base):
    """Who changed what, when. Only ever added to."""

    __tablename__ = "journal"
    __table_args__ = (
        ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"]),
        Index("ix_journal_subject", "jurisdiction_id", "subject", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    jurisdiction_id: Mapped[int]
    recorded_at: Mapped[datetime]
    #: 0: the operator at the command line.
    actor_id: Mapped[int]
    actor_name: Mapped[str]
    #: `report.send`, `token.issue`, `catalogue.load` …
    action: Mapped[str]
    #: What was changed: `report/H59.21.11/2024-07`, `token/12`.
    subject: Mapped[str]
    #: By which entries are found. NULL: the subject is of no one period, unit or area.
    period_id: Mapped[int | None]
    unit_id: Mapped[int | None]
    area_id: Mapped[int | None]
    details: Mapped[dict[str, Any]]
    #: NULL at the command line.
    request_id: Mapped[str | None]
