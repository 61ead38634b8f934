"""Rules between the values of a report."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from indicators_api.db.base import CODE, Base, CatalogueRow, Named, one_of, with_history

OPERATORS = ("=", "<=", ">=")
SEVERITIES = ("error", "warning")
EVALUATION_SCOPES = ("period", "year_to_date", "crop_year")


@with_history
class ValidationRule(Base, CatalogueRow, Named):
    """left operator right, within a tolerance.

    Run where all its indicators are assigned to the unit.
    """

    __tablename__ = "validation_rule"
    __table_args__ = (
        UniqueConstraint("jurisdiction_id", "code"),
        one_of("operator", OPERATORS),
        one_of("severity", SEVERITIES),
        one_of("evaluation_scope", EVALUATION_SCOPES),
        CheckConstraint("scope_start_month BETWEEN 1 AND 12", name="scope_start_month"),
        CheckConstraint(
            "(evaluation_scope = 'crop_year') = (scope_start_month IS NOT NULL)",
            name="crop_year_has_a_start",
        ),
        CheckConstraint("tolerance >= 0", name="tolerance"),
    )

    code: Mapped[str] = mapped_column(CODE)
    #: Indicator codes, numbers, +, - and *.
    left_expression: Mapped[str]
    operator: Mapped[str]
    right_expression: Mapped[str]
    severity: Mapped[str]
    evaluation_scope: Mapped[str]
    #: Absolute, in the unit of the expressions, on the right side.
    tolerance: Mapped[Decimal]
    #: First month of the crop year. NULL for the other scopes.
    scope_start_month: Mapped[int | None]
    #: False once ended.
    active: Mapped[bool]
