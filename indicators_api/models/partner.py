"""Partners: the systems that the province exchanges messages with."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Identity, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from indicators_api.db.base import CODE, Base, Named, one_of

PARTNER_KINDS = ("government_office", "operations_centre")
AUTHENTICATIONS = ("none", "bearer", "hmac", "mutual_tls")


class Partner(Base, Named):
    """A system that messages go to, and come from. Its code never changes."""

    __tablename__ = "partner"
    __table_args__ = (
        UniqueConstraint("jurisdiction_id", "code"),
        ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"]),
        one_of("kind", PARTNER_KINDS),
        one_of("authentication", AUTHENTICATIONS),
        CheckConstraint("(authentication = 'none') = (secret IS NULL)", name="secret"),
        CheckConstraint("monthly_day BETWEEN 1 AND 28", name="monthly_day"),
    )

    jurisdiction_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(CODE)
    kind: Mapped[str]
    #: Where messages are sent to; without a slash at the end.
    base_url: Mapped[str]
    authentication: Mapped[str]
    #: Where the secret is, never the secret: `env:NAME` or `file:NAME`; of mutual TLS the file
    #: with our certificate and its key. NULL: none is needed.
    secret: Mapped[str | None]
    #: The certificates that its server is known by, as `file:NAME`. NULL: the machine's.
    authorities: Mapped[str | None]
    #: Kinds of message that it takes.
    takes: Mapped[list[str]] = mapped_column(ARRAY(CODE))
    #: Day of a period's last month on which its package is sent. NULL: only when told.
    monthly_day: Mapped[int | None]
    #: Whether anything is sent to it. What waits meanwhile goes on waiting.
    switched_on: Mapped[bool]


class PartnerLine(Base):
    """How the line to a partner is: after failures it is given a rest."""

    __tablename__ = "partner_line"
    __table_args__ = (
        ForeignKeyConstraint(
            ["jurisdiction_id", "partner_id"], ["partner.jurisdiction_id", "partner.id"]
        ),
    )

    jurisdiction_id: Mapped[int] = mapped_column(primary_key=True)
    partner_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: Failures since the last success.
    failures: Mapped[int]
    #: Nothing is tried before. NULL: the line is good.
    resting_until: Mapped[datetime | None]
    succeeded_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    #: Of the last failure.
    error: Mapped[str | None]
