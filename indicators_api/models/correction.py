"""Requests to open an accepted report again."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from indicators_api.db.base import Base, one_of

CORRECTION_STATES = ("requested", "agreed", "refused")


class Correction(Base):
    """What a unit wants to correct in an accepted report, and what the reviewer said; all stay."""

    __tablename__ = "correction"
    __table_args__ = (
        ForeignKeyConstraint(
            ["jurisdiction_id", "period_id", "unit_id"],
            ["report.jurisdiction_id", "report.period_id", "report.unit_id"],
            ondelete="CASCADE",
        ),
        one_of("state", CORRECTION_STATES),
        CheckConstraint(
            "num_nonnulls(decision, decided_at, decider_id, decider_name)"
            " = CASE WHEN state = 'requested' THEN 0 ELSE 4 END",
            name="decided",
        ),
        CheckConstraint("version IS NULL OR state = 'agreed'", name="version_of_agreed"),
        # One open request at a time; also finds those that wait for a decision.
        Index(
            "uq_correction_open",
            "jurisdiction_id",
            "period_id",
            "unit_id",
            unique=True,
            postgresql_where=text("state = 'requested'"),
        ),
    )

    jurisdiction_id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True)
    #: Counts the requests of a report.
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str]
    requested_at: Mapped[datetime]
    requester_id: Mapped[int]
    requester_name: Mapped[str]
    #: Why it was agreed or refused. NULL, as all of the decision: it waits.
    decision: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decider_id: Mapped[int | None]
    decider_name: Mapped[str | None]
    #: The version that the agreement opened. NULL: it opened none, or the unit gave it up.
    version: Mapped[int | None]
