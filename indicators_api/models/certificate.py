"""Certificates, and the signatures that leaders put to reports."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from indicators_api.db.base import Base


class Certificate(Base):
    """An X.509 certificate that signatures of a unit or a partner are verified by."""

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("jurisdiction_id", "fingerprint"),
        ForeignKeyConstraint(["jurisdiction_id", "unit_id"], ["unit.jurisdiction_id", "unit.id"]),
        ForeignKeyConstraint(
            ["jurisdiction_id", "partner_id"], ["partner.jurisdiction_id", "partner.id"]
        ),
        CheckConstraint("num_nonnulls(unit_id, partner_id) = 1", name="owner"),
        CheckConstraint("valid_from < valid_to", name="validity"),
    )

    jurisdiction_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    #: Whose it is. NULL: a partner's.
    unit_id: Mapped[int | None]
    #: Whose it is. NULL: a unit's.
    partner_id: Mapped[int | None]
    #: SHA-256 of the certificate (DER), in hexadecimal.
    fingerprint: Mapped[str]
    #: For people.
    subject: Mapped[str]
    pem: Mapped[str]
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime]
    registered_at: Mapped[datetime]
    #: From then on it verifies nothing new. NULL: it is in force.
    revoked_at: Mapped[datetime | None]


class ReportSignature(Base):
    """A leader's signature of one version of a report: detached JWS over its canonical JSON."""

    __tablename__ = "report_signature"
    __table_args__ = (
        ForeignKeyConstraint(
            ["jurisdiction_id", "period_id", "unit_id"],
            ["report.jurisdiction_id", "report.period_id", "report.unit_id"],
            ondelete="CASCADE",
        ),
    )

    jurisdiction_id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    signature: Mapped[str]
    #: SHA-256 of the certificate that it was verified by, in hexadecimal.
    fingerprint: Mapped[str]
    signed_at: Mapped[datetime]


class SignaturePolicy(Base):
    """Units whose leaders must sign what they send. A unit without a row need not."""

    __tablename__ = "signature_policy"
    __table_args__ = (
        ForeignKeyConstraint(["jurisdiction_id", "unit_id"], ["unit.jurisdiction_id", "unit.id"]),
    )

    jurisdiction_id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    required: Mapped[bool]
