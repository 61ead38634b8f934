"""What every table shares.

Names of constraints, column types, and the history table beside a present one.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    DefaultClause,
    Identity,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

#: Codes sort by byte, the same on every server whatever its locale.
CODE = String(64, collation="C")


class Base(DeclarativeBase):
    """The one registry of tables."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: Integer,
        str: Text,
        date: Date,
        datetime: DateTime(timezone=True),
        Decimal: Numeric,
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }


class CatalogueRow:
    """What catalogue, plan, calendar and deadline tables have in common.

    `jurisdiction_id` is the installation's tenant, not an area (performance.md, rule 7). `id` is
    never reused.
    """

    jurisdiction_id: Mapped[int] = mapped_column(primary_key=True, sort_order=-2)
    id: Mapped[int] = mapped_column(Identity(), primary_key=True, sort_order=-1)


class Named:
    """A name in both languages."""

    name_vi: Mapped[str]
    name_en: Mapped[str]


def one_of(column: str, allowed: Sequence[str]) -> CheckConstraint:
    """Let a text column hold only the given words (NULL passes)."""
    words = ", ".join(f"'{word}'" for word in allowed)
    return CheckConstraint(f"{column} IN ({words})", name=column)


Model = TypeVar("Model", bound=type[Base])


def with_history(model: Model) -> Model:
    """Put `<table>_history` beside a catalogue table.

    The same columns, and from when to when they were recorded.

    `recorded_to` NULL marks the row that equals the present one. Written by `catalogue/history.py`
    only.
    """
    present: Table = model.__table__  # type: ignore[assignment]  # declared tables are Table, typed FromClause
    Table(
        f"{present.name}_history",
        Base.metadata,
        *(
            Column(
                c.name,
                c.type,
                primary_key=c.primary_key,
                nullable=c.nullable,
                autoincrement=False,
                server_default=_default_of(c),
            )
            for c in present.c
        ),
        Column("recorded_from", DateTime(timezone=True), primary_key=True),
        Column("recorded_to", DateTime(timezone=True), nullable=True),
    )
    return model


def _default_of(column: Column[Any]) -> Any:
    """Give a column's default in the database; ids are drawn for the present table alone."""
    default = column.server_default
    return default.arg if isinstance(default, DefaultClause) else None
