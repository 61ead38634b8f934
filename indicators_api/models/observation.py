"""Values: unit x indicator x period, in one version of a report."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from indicators_api.db.base import Base, one_of

MISSING_REASONS = ("not_available", "not_collected", "not_applicable", "confidential")
#: Estimated, provisional, official: SDMX CL_OBS_STATUS E, P and A.
STATUSES = ("E", "P", "A")

#: At most 20 digits before the point and 10 after it; NaN and infinity are greater than any number.
_IN_RANGE = "{0} > -1e20 AND {0} < 1e20 AND scale({0}) <= 10"


class Observation(Base):
    """A value in one version of a report; immutable once that version is sent.

    No foreign keys: a row is written only together with its report, by one statement whose ids come
    from the catalogue in the same transaction, and a check per row would double the price of a
    report (docs/decisions).
    """

    __tablename__ = "observation"
    __table_args__ = (
        CheckConstraint("(value IS NULL) = (missing IS NOT NULL)", name="value_or_missing"),
        CheckConstraint(_IN_RANGE.format("value"), name="value_in_range"),
        CheckConstraint(_IN_RANGE.format("ytd"), name="ytd_in_range"),
        one_of("missing", MISSING_REASONS),
        one_of("status", STATUSES),
        # A partition for each year: see db/years.py.
        {"postgresql_partition_by": "RANGE (period_id)"},
    )

    jurisdiction_id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    indicator_id: Mapped[int] = mapped_column(primary_key=True)
    #: In the indicator's unit of measure, as sent, to the last digit.
    value: Mapped[Decimal | None]
    #: Why there is no number. NULL exactly when value is not NULL. Missing is never zero.
    missing: Mapped[str | None] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(1), server_default=text("'E'"))
    #: The year to date as the unit reports it. NULL: not given.
    ytd: Mapped[Decimal | None]
    note: Mapped[str | None]
