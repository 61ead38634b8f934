"""Packages: what was built for the Government Office, and what came from it."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Identity,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from indicators_api.db.base import CODE, Base, one_of

MESSAGE_STATES = ("waiting", "taken", "refused")


class Package(Base):
    """A package that was put into the outbox; the next number replaces the one before it."""

    __tablename__ = "package"
    __table_args__ = (
        ForeignKeyConstraint(
            ["jurisdiction_id", "partner_id"], ["partner.jurisdiction_id", "partner.id"]
        ),
        ForeignKeyConstraint(["delivery_id"], ["delivery.id"]),
        UniqueConstraint("message_id"),
    )

    jurisdiction_id: Mapped[int] = mapped_column(primary_key=True)
    partner_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(CODE, primary_key=True)
    #: 0: of no period, as catalogues are.
    period_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: Counts the packages of a kind and period.
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    message_id: Mapped[str] = mapped_column(CODE)
    delivery_id: Mapped[int] = mapped_column(BigInteger)
    #: SHA-256 of what it says, without number and time: the same says nothing new.
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    built_at: Mapped[datetime]
    #: What the partner's status package said of it later: `received`, `applied`, `refused`.
    status: Mapped[str | None]
    status_at: Mapped[datetime | None]
    #: The partner's words. NULL: none.
    status_note: Mapped[str | None]


class ReceivedMessage(Base):
    """A message that came from a partner, as it came; nothing of it is applied unseen."""

    __tablename__ = "received_message"
    __table_args__ = (
        UniqueConstraint("jurisdiction_id", "partner_id", "message_id"),
        ForeignKeyConstraint(
            ["jurisdiction_id", "partner_id"], ["partner.jurisdiction_id", "partner.id"]
        ),
        one_of("state", MESSAGE_STATES),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    jurisdiction_id: Mapped[int]
    partner_id: Mapped[int]
    message_id: Mapped[str] = mapped_column(CODE)
    kind: Mapped[str] = mapped_column(CODE)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    #: Detached JWS over the body.
    signature: Mapped[str]
    #: SHA-256 of the certificate that it was verified by, in hexadecimal.
    fingerprint: Mapped[str]
    received_at: Mapped[datetime]
    #: Catalogues and assignments wait for an administrator; receipts are taken at once.
    state: Mapped[str]
    decided_at: Mapped[datetime | None]
    decider_name: Mapped[str | None]
    comment: Mapped[str | None]
