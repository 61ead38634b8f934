"""Who reports what."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped

from indicators_api.db.base import Base, CatalogueRow, one_of, with_history
from indicators_api.models.area import VALIDITY
from indicators_api.models.indicator import FREQUENCIES, VALUE_SCOPES


@with_history
class Assignment(Base, CatalogueRow):
    """Unit x indicator, for a time. Ended, never deleted.

    `area_id` and `value_scope` are the unit's and the indicator's, repeated so that an exclusion
    constraint can say "one datum, one source, one owner".
    """

    __tablename__ = "assignment"
    __table_args__ = (
        ForeignKeyConstraint(["jurisdiction_id", "unit_id"], ["unit.jurisdiction_id", "unit.id"]),
        ForeignKeyConstraint(
            ["jurisdiction_id", "indicator_id"], ["indicator.jurisdiction_id", "indicator.id"]
        ),
        ForeignKeyConstraint(["jurisdiction_id", "area_id"], ["area.jurisdiction_id", "area.id"]),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
        one_of("value_scope", VALUE_SCOPES),
        one_of("frequency", FREQUENCIES),
        ExcludeConstraint(
            ("jurisdiction_id", "="),
            ("unit_id", "="),
            ("indicator_id", "="),
            (VALIDITY, "&&"),
            name="ex_assignment_unit_indicator",
            using="gist",
        ),
        ExcludeConstraint(
            ("jurisdiction_id", "="),
            ("area_id", "="),
            ("indicator_id", "="),
            (VALIDITY, "&&"),
            name="ex_assignment_area_indicator",
            using="gist",
            where=text("value_scope = 'territory'"),
        ),
        Index("ix_assignment_unit", "jurisdiction_id", "unit_id", "indicator_id"),
        Index("ix_assignment_indicator", "jurisdiction_id", "indicator_id"),
    )

    unit_id: Mapped[int]
    indicator_id: Mapped[int]
    area_id: Mapped[int]
    value_scope: Mapped[str]
    #: How often the unit is asked. NULL: the indicator's frequency.
    frequency: Mapped[str | None]
    valid_from: Mapped[date]
    #: Last day. NULL: still valid.
    valid_to: Mapped[date | None]
