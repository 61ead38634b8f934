"""The outbox: what is to be delivered to partners, and what came of it."""

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

from indicators_api.db.base import CODE, Base, one_of

DELIVERY_STATES = ("waiting", "delivered", "dead", "cancelled")


class Delivery(Base):
    """A message to a partner. Those of one stream go out one after the other, in order of ids."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("message_id"),
        ForeignKeyConstraint(
            ["jurisdiction_id", "partner_id"], ["partner.jurisdiction_id", "partner.id"]
        ),
        one_of("state", DELIVERY_STATES),
        # What stands in the way of later ones of its stream, and what the worker looks through.
        Index(
            "ix_delivery_open",
            "partner_id",
            "stream",
            "id",
            postgresql_where=text("state IN ('waiting', 'dead')"),
        ),
        Index("ix_delivery_listed", "jurisdiction_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    jurisdiction_id: Mapped[int]
    partner_id: Mapped[int]
    #: By which the receiver knows it again: the same at every attempt.
    message_id: Mapped[str] = mapped_column(CODE)
    kind: Mapped[str] = mapped_column(CODE)
    #: The unit of data whose messages keep their order: `report_data/2024-07`, `subscription/3`.
    stream: Mapped[str]
    #: Below the partner's base URL.
    path: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    #: Beside those that every delivery has: signature, content type.
    headers: Mapped[dict[str, Any]]
    state: Mapped[str]
    attempts: Mapped[int]
    created_at: Mapped[datetime]
    #: Not tried before.
    due_at: Mapped[datetime]
    #: When the partner had taken it. NULL unless it is delivered.
    delivered_at: Mapped[datetime | None]
    #: What the partner answered to it when it took it, or at the last attempt. NULL: nothing yet.
    answer: Mapped[dict[str, Any] | None]
    #: Why the last attempt failed. NULL: it did not.
    error: Mapped[str | None]


class DeliveryAttempt(Base):
    """One attempt to deliver a message."""

    __tablename__ = "delivery_attempt"
    __table_args__ = (ForeignKeyConstraint(["delivery_id"], ["delivery.id"], ondelete="CASCADE"),)

    delivery_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    #: Counts the attempts of a delivery.
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    milliseconds: Mapped[int]
    #: HTTP status. NULL: there was no answer.
    status: Mapped[int | None]
    #: NULL: it was taken.
    error: Mapped[str | None]


class HeldStream(Base):
    """A stream whose messages wait until it is let go; see outbox/streams.py."""

    __tablename__ = "held_stream"
    __table_args__ = (
        ForeignKeyConstraint(
            ["jurisdiction_id", "partner_id"], ["partner.jurisdiction_id", "partner.id"]
        ),
    )

    jurisdiction_id: Mapped[int] = mapped_column(primary_key=True)
    partner_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stream: Mapped[str] = mapped_column(primary_key=True)
    held_at: Mapped[datetime]
