"""The reporting regime: data windows, deadlines, exceptions, holidays."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from indicators_api.db.base import CODE, Base, CatalogueRow, Named, with_history


@with_history
class Regime(Base, CatalogueRow, Named):
    """A reporting regime (chế độ báo cáo): which days a period's data cover."""

    __tablename__ = "regime"
    __table_args__ = (
        UniqueConstraint("jurisdiction_id", "code"),
        CheckConstraint("cut_off_day BETWEEN 1 AND 28", name="cut_off_day"),
    )

    code: Mapped[str] = mapped_column(CODE)
    #: Last day of the window, in the period's last month. NULL: calendar months.
    cut_off_day: Mapped[int | None]


@with_history
class DeadlineRule(Base, CatalogueRow):
    """By which day units of a level send, under a regime.

    On a day off the next working day counts.
    """

    __tablename__ = "deadline_rule"
    __table_args__ = (
        ForeignKeyConstraint(
            ["jurisdiction_id", "regime_id"], ["regime.jurisdiction_id", "regime.id"]
        ),
        ForeignKeyConstraint(
            ["jurisdiction_id", "level_code"], ["area_level.jurisdiction_id", "area_level.code"]
        ),
        UniqueConstraint("jurisdiction_id", "regime_id", "level_code"),
        CheckConstraint("day BETWEEN 1 AND 28", name="day"),
        CheckConstraint("months_after BETWEEN 0 AND 3", name="months_after"),
    )

    regime_id: Mapped[int]
    level_code: Mapped[str] = mapped_column(CODE)
    day: Mapped[int]
    #: 0: a day of the period's last month; 1: of the month after it.
    months_after: Mapped[int]


@with_history
class DeadlineException(Base, CatalogueRow):
    """More time for one unit and period, until `due`; it expires with that day."""

    __tablename__ = "deadline_exception"
    __table_args__ = (
        ForeignKeyConstraint(["jurisdiction_id", "unit_id"], ["unit.jurisdiction_id", "unit.id"]),
        UniqueConstraint("jurisdiction_id", "period_id", "unit_id"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    unit_id: Mapped[int]
    period_id: Mapped[int]
    #: Last day on which the report is on time.
    due: Mapped[date]
    reason: Mapped[str]


@with_history
class Holiday(Base, CatalogueRow, Named):
    """A day that is not what its day of the week is: a holiday, or a Saturday that is worked.

    Deadlines fall on working days.
    """

    __tablename__ = "holiday"
    __table_args__ = (UniqueConstraint("jurisdiction_id", "day"),)

    day: Mapped[date]
    #: Whether people work: a day off of the week that makes up for another one (làm bù).
    is_working: Mapped[bool] = mapped_column(server_default=text("false"))
