"""The journal of changes."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from indicators_api.db.base import Base


class JournalEntry(Base):
    """Who changed what, when. Only ever added to."""

    __tablename__ = "journal"
    __table_args__ = (
        ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"]),
        Index("ix_journal_subject", "jurisdiction_id", "subject", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    jurisdiction_id: Mapped[int]
    recorded_at: Mapped[datetime]
    #: 0: the operator at the command line.
    actor_id: Mapped[int]
    actor_name: Mapped[str]
    #: `report.send`, `token.issue`, `catalogue.load` …
    action: Mapped[str]
    #: What was changed: `report/H59.21.11/2024-07`, `token/12`.
    subject: Mapped[str]
    #: By which entries are found. NULL: the subject is of no one period, unit or area.
    period_id: Mapped[int | None]
    unit_id: Mapped[int | None]
    area_id: Mapped[int | None]
    details: Mapped[dict[str, Any]]
    #: NULL at the command line.
    request_id: Mapped[str | None]


#: Of the numbered entries, those that the feed of changes tells of; a small part of them.
_TOLD = text("kind IS NOT NULL")


class JournalPosition(Base):
    """Where a committed entry stands in the journal, and the hash that chains it to those before.

    Only ever added to, by `audit/numbering.py`. Positions are consecutive from 1; what the feed of
    changes filters by is here, because it reads in their order.
    """

    __tablename__ = "journal_position"
    __table_args__ = (
        ForeignKeyConstraint(["entry_id"], ["journal.id"]),
        UniqueConstraint("entry_id"),
        Index("ix_journal_position_latest", "jurisdiction_id", "latest_at", "position"),
        Index("ix_journal_position_told", "jurisdiction_id", "position", postgresql_where=_TOLD),
        *(
            Index(
                f"ix_journal_position_{column.removesuffix('_id')}",
                "jurisdiction_id",
                column,
                "position",
                postgresql_where=_TOLD,
            )
            for column in ("kind", "unit_id", "area_id")
        ),
    )

    jurisdiction_id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(BigInteger)
    #: SHA-256 over the hash before and the entry: see `audit/chain.py`.
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    #: The newest `recorded_at` up to here. Unlike that, it never falls with the position.
    latest_at: Mapped[datetime]
    #: What the feed calls it: `sent`, `plan_changed` … NULL: the feed does not tell of it.
    kind: Mapped[str | None]
    #: As in the entry.
    unit_id: Mapped[int | None]
    area_id: Mapped[int | None]


class JournalWaiting(Base):
    """Entries without a position: written together with them, emptied by `audit/numbering.py`.

    No foreign key, which every writer would pay for.
    """

    __tablename__ = "journal_waiting"

    jurisdiction_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
