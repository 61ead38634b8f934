"""Entities with relations, as the ORM's tutorial has them."""

from decimal import Decimal

from sqlalchemy import ForeignKey, MetaData, Numeric, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """Tables of the peer, in a schema of their own."""

    metadata = MetaData(schema="peer")


class Area(Base):
    """An area, with the one above it."""

    __tablename__ = "area"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    level: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))


class Unit(Base):
    """Who reports."""

    __tablename__ = "unit"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    token: Mapped[str] = mapped_column(unique=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    area: Mapped[Area] = relationship()


class Indicator(Base):
    """What is reported."""

    __tablename__ = "indicator"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)


class Report(Base):
    """A unit's report for a period."""

    __tablename__ = "report"
    __table_args__ = (UniqueConstraint("unit_id", "period"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    period: Mapped[str] = mapped_column(index=True)
    state: Mapped[str]
    unit: Mapped[Unit] = relationship()
    values: Mapped[list["Observation"]] = relationship(back_populates="report")


class Observation(Base):
    """A value."""

    __tablename__ = "observation"
    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"), index=True)
    value: Mapped[Decimal | None] = mapped_column(Numeric)
    report: Mapped[Report] = relationship(back_populates="values")
    indicator: Mapped[Indicator] = relationship(lazy="joined")
