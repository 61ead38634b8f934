"""Tokens: who may call."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Identity, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from indicators_api.db.base import Base, one_of

ROLES = ("clerk", "leader", "reviewer", "operations", "administrator", "partner")


class Token(Base):
    """A token's hash and what it is bound to. The token itself is shown once and never stored."""

    __tablename__ = "token"
    __table_args__ = (
        ForeignKeyConstraint(["jurisdiction_id", "unit_id"], ["unit.jurisdiction_id", "unit.id"]),
        ForeignKeyConstraint(["jurisdiction_id", "area_id"], ["area.jurisdiction_id", "area.id"]),
        ForeignKeyConstraint(
            ["jurisdiction_id", "partner_id"], ["partner.jurisdiction_id", "partner.id"]
        ),
        ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"]),
        one_of("role", ROLES),
        CheckConstraint("(role IN ('clerk', 'leader')) = (unit_id IS NOT NULL)", name="unit"),
        CheckConstraint("(role NOT IN ('clerk', 'leader')) = (area_id IS NOT NULL)", name="area"),
        CheckConstraint("(role = 'partner') = (partner_id IS NOT NULL)", name="partner"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    jurisdiction_id: Mapped[int]
    #: SHA-256 of the secret, which has 256 random bits: no salt or stretching is needed.
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    role: Mapped[str]
    #: What a clerk or leader is bound to. NULL for the others.
    unit_id: Mapped[int | None]
    #: What all others are bound to. NULL for clerks and leaders.
    area_id: Mapped[int | None]
    #: The system that a partner's token is for. NULL for the others.
    partner_id: Mapped[int | None]
    #: Who it was issued to, for people.
    name: Mapped[str]
    created_at: Mapped[datetime]
    #: NULL: does not expire.
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    #: Kept to five minutes.
    last_used_at: Mapped[datetime | None]
