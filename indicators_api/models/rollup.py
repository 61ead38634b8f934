"""Derived tables of the figures: which units count, how many are asked, and the stored roll-up.

All follow from catalogue and accepted reports alone; `indicators-api rollup rebuild` makes
them anew. Who counted when is remembered like the catalogue itself (aggregation/counting.py).
Months are ids of month periods (yyyymm), so that a regime's cut-off day is applied once, when a row
is derived. A longer period is judged by its last month.
"""

from decimal import Decimal

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from indicators_api.db.base import Base, with_history


@with_history
class Counting(Base):
    """A unit is assigned an indicator in periods whose last month is in `first_month`–`last_month`.

    `counts` tells whether its value counts in rolled-up figures: for a territory indicator only
    those of leaf units do, with no unit assigned it in any area below theirs; for an agency
    indicator all do. The last month of a validity without an end is 999912.
    """

    __tablename__ = "counting"
    __table_args__ = (Index("ix_counting_area", "jurisdiction_id", "area_id", "indicator_id"),)

    jurisdiction_id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True)
    indicator_id: Mapped[int] = mapped_column(primary_key=True)
    first_month: Mapped[int] = mapped_column(primary_key=True)
    last_month: Mapped[int]
    #: The unit's.
    area_id: Mapped[int]
    counts: Mapped[bool]
    #: How often the unit is asked.
    frequency: Mapped[str] = mapped_column(String(16))


_counting_history = Base.metadata.tables["counting_history"].c
Index(
    "ix_counting_history_area",
    _counting_history.jurisdiction_id,
    _counting_history.area_id,
    _counting_history.indicator_id,
)


@with_history
class Coverage(Base):
    """How many units count for an area and indicator in some months, and how often they are asked.

    No row where no unit is assigned. Figures of all areas, the lowest level included.
    """

    __tablename__ = "coverage"

    jurisdiction_id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(primary_key=True)
    indicator_id: Mapped[int] = mapped_column(primary_key=True)
    first_month: Mapped[int] = mapped_column(primary_key=True)
    last_month: Mapped[int]
    #: Counting units in all.
    assigned: Mapped[int]
    #: Of these, asked every month, quarter, half-year, year.
    monthly: Mapped[int]
    quarterly: Mapped[int]
    half_yearly: Mapped[int]
    yearly: Mapped[int]


class Rollup(Base):
    """Sum and count of the accepted values of the counting units in an area.

    Exact, fresh at commit.

    Only for areas with areas below: a commune's figure is its observation. A missing row is a row
    of zeros.
    """

    __tablename__ = "rollup"
    # A partition for each year: see db/years.py.
    __table_args__ = ({"postgresql_partition_by": "RANGE (period_id)"},)

    jurisdiction_id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(primary_key=True)
    indicator_id: Mapped[int] = mapped_column(primary_key=True)
    #: In the indicator's unit of measure; 0 where value_count is 0, which is not a figure.
    value_sum: Mapped[Decimal]
    value_count: Mapped[int]
    #: Of these, values of units that the period's type asks.
    asked_count: Mapped[int]
    #: Units that the period's type asks and that answered `not_applicable`.
    not_applicable_count: Mapped[int]
    #: Of the values, those that are estimated, and provisional; the others are official.
    estimated_count: Mapped[int]
    provisional_count: Mapped[int]
    #: Of the years to date that units reported beside their values; 0 where ytd_count is 0.
    ytd_sum: Mapped[Decimal]
    ytd_count: Mapped[int]


class RollupSpread(Base):
    """Extremes and weighted mean of the accepted values of the counting units in an area.

    Of indicators whose rule is `min`, `max` or `weighted_mean`, in areas with areas below. No row:
    no value. Kept by aggregation/spread.py, fresh at commit.
    """

    __tablename__ = "rollup_spread"

    jurisdiction_id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(primary_key=True)
    indicator_id: Mapped[int] = mapped_column(primary_key=True)
    #: In the indicator's unit of measure.
    lowest: Mapped[Decimal]
    highest: Mapped[Decimal]
    #: NULL: no value has a weight, or the weights are 0.
    weighted: Mapped[Decimal | None]
