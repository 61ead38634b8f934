"""Reports, their versions and the steps of their lives."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from indicators_api.db.base import Base, one_of

STATES = ("draft", "submitted", "sent", "accepted", "returned")
VERSION_KINDS = ("original", "resend", "correction", "revision")


class Report(Base):
    """One unit's submission for one period."""

    __tablename__ = "report"
    __table_args__ = (
        ForeignKeyConstraint(["jurisdiction_id", "unit_id"], ["unit.jurisdiction_id", "unit.id"]),
        one_of("state", STATES),
        CheckConstraint("sent_version <= version AND accepted_version <= version", name="pointers"),
        CheckConstraint(
            "accepted_version IS NULL OR sent_version IS NOT NULL", name="accepted_was_sent"
        ),
        # Basis `sent` is the stored roll-up plus the difference of just these reports
        # (performance.md, rule 4).
        Index(
            "ix_report_sent_differs",
            "jurisdiction_id",
            "period_id",
            "unit_id",
            postgresql_where=text("sent_version IS DISTINCT FROM accepted_version"),
        ),
        Index("ix_report_unit", "jurisdiction_id", "unit_id", "period_id"),
    )

    jurisdiction_id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    #: Counts every stored change; the number in the ETag.
    revision: Mapped[int]
    #: The working version: the newest one.
    version: Mapped[int]
    #: What was sent last; on a return, the accepted one again. NULL: never sent, or returned before
    #: any acceptance.
    sent_version: Mapped[int | None]
    #: What is in force. NULL: nothing.
    accepted_version: Mapped[int | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    #: When the last step was taken; saving a draft again is none. Figures change by steps alone.
    stepped_at: Mapped[datetime]
    #: Decides on time or late. NULL: never sent.
    first_sent_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]


class ReportVersion(Base):
    """What is or was sent: written in place while a draft, never again once sent."""

    __tablename__ = "report_version"
    __table_args__ = (
        ForeignKeyConstraint(
            ["jurisdiction_id", "period_id", "unit_id"],
            ["report.jurisdiction_id", "report.period_id", "report.unit_id"],
            ondelete="CASCADE",
        ),
        one_of("kind", VERSION_KINDS),
    )

    jurisdiction_id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    #: NULL: never sent; still editable.
    sent_at: Mapped[datetime | None]
    #: Answers the warnings. NULL: none given.
    comment: Mapped[str | None]
    #: Assigned indicators that the period type asks for, computed ratios left out.
    expected: Mapped[int]
    #: Of the expected ones, those with a value.
    with_value: Mapped[int]
    #: Of the expected ones, those answered `not_applicable`.
    not_applicable: Mapped[int]
    #: What the rules found when it was last written: list of {severity, rule, indicators, params}.
    findings: Mapped[list[Any]]


class ReportStep(Base):
    """One step of a report's life; all steps stay. Answers `as_of` questions."""

    __tablename__ = "report_step"
    __table_args__ = (
        ForeignKeyConstraint(
            ["jurisdiction_id", "period_id", "unit_id"],
            ["report.jurisdiction_id", "report.period_id", "report.unit_id"],
            ondelete="CASCADE",
        ),
        one_of("to_state", STATES),
    )

    jurisdiction_id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True)
    #: The report's revision that the step made.
    revision: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    action: Mapped[str] = mapped_column(String(24))
    #: NULL: the report did not exist before.
    from_state: Mapped[str | None] = mapped_column(String(16))
    to_state: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[int]
    actor_name: Mapped[str]
    actor_role: Mapped[str]
    comment: Mapped[str | None]
    recorded_at: Mapped[datetime]
    #: The working version and the two pointers after the step.
    version: Mapped[int]
    sent_version: Mapped[int | None]
    accepted_version: Mapped[int | None]
