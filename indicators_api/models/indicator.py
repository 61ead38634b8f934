"""Indicators: what is measured, and how it adds up."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from indicators_api.db.base import CODE, Base, CatalogueRow, Named, one_of, with_history

VALUE_TYPES = ("decimal", "integer", "percent", "ratio", "index")
NATURES = ("flow", "stock", "rate", "index")
AREA_RULES = ("sum", "mean", "weighted_mean", "min", "max", "recompute", "none")
TIME_RULES = ("sum", "last", "mean", "recompute", "none")
FREQUENCIES = ("monthly", "quarterly", "half_yearly", "yearly")
VALUE_SCOPES = ("territory", "agency")


@with_history
class Indicator(Base, CatalogueRow, Named):
    """What is measured. The code never changes; an indicator is ended, not deleted."""

    __tablename__ = "indicator"
    __table_args__ = (
        UniqueConstraint("jurisdiction_id", "code"),
        ForeignKeyConstraint(
            ["jurisdiction_id", "sector_id"], ["sector.jurisdiction_id", "sector.id"]
        ),
        ForeignKeyConstraint(
            ["jurisdiction_id", "unit_of_measure_id"],
            ["unit_of_measure.jurisdiction_id", "unit_of_measure.id"],
        ),
        *(
            ForeignKeyConstraint(
                ["jurisdiction_id", column], ["indicator.jurisdiction_id", "indicator.id"]
            )
            for column in ("parent_id", "weight_id", "numerator_id", "denominator_id")
        ),
        one_of("value_type", VALUE_TYPES),
        one_of("nature", NATURES),
        one_of("area_aggregation", AREA_RULES),
        one_of("time_aggregation", TIME_RULES),
        one_of("frequency", FREQUENCIES),
        one_of("value_scope", VALUE_SCOPES),
        one_of("parent_relation", ("part", "of_which")),
        CheckConstraint("decimals BETWEEN 0 AND 10", name="decimals"),
        CheckConstraint(
            "(area_aggregation = 'weighted_mean') = (weight_id IS NOT NULL)", name="weight"
        ),
        CheckConstraint(
            "(area_aggregation = 'recompute') = (numerator_id IS NOT NULL)"
            " AND (numerator_id IS NULL) = (denominator_id IS NULL) AND (numerator_id IS "
            "NULL) = (factor IS NULL)",
            name="parts",
        ),
        CheckConstraint("minimum IS NULL OR maximum IS NULL OR minimum <= maximum", name="bounds"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
    )

    code: Mapped[str] = mapped_column(CODE)
    sector_id: Mapped[int]
    parent_id: Mapped[int | None]
    #: How it relates to its parent: a part of the total along `parent_dimension`, or a subset.
    #: NULL: no parent.
    parent_relation: Mapped[str | None]
    parent_dimension: Mapped[str | None]
    unit_of_measure_id: Mapped[int]
    value_type: Mapped[str]
    #: Digits after the point that a value may have.
    decimals: Mapped[int]
    nature: Mapped[str]
    area_aggregation: Mapped[str]
    time_aggregation: Mapped[str]
    #: For `weighted_mean`.
    weight_id: Mapped[int | None]
    #: For `recompute`: factor x numerator / denominator, each summed up first.
    numerator_id: Mapped[int | None]
    denominator_id: Mapped[int | None]
    factor: Mapped[Decimal | None]
    frequency: Mapped[str]
    #: territory: a figure covers all areas below; agency: each unit's own work.
    value_scope: Mapped[str]
    #: Codes of the levels whose units may file it.
    reporting_levels: Mapped[list[str]] = mapped_column(ARRAY(CODE))
    #: Bounds of a value, in the unit of measure. NULL: none.
    minimum: Mapped[Decimal | None]
    maximum: Mapped[Decimal | None]
    legal_basis: Mapped[str]
    definition_vi: Mapped[str]
    definition_en: Mapped[str]
    #: Names and definitions in both languages, folded to lower case without accents, for searching.
    search_text: Mapped[str]
    valid_from: Mapped[date]
    #: Last day. NULL: still valid.
    valid_to: Mapped[date | None]
