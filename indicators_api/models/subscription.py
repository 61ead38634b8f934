"""Subscriptions: which events of the feed are pushed to a partner."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Identity
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from indicators_api.db.base import CODE, Base, one_of

SUBSCRIPTION_STATES = ("active", "paused", "ended")


class Subscription(Base):
    """Events that a partner is told of, by webhook (Standard Webhooks)."""

    __tablename__ = "subscription"
    __table_args__ = (
        ForeignKeyConstraint(
            ["jurisdiction_id", "partner_id"], ["partner.jurisdiction_id", "partner.id"]
        ),
        ForeignKeyConstraint(["jurisdiction_id", "area_id"], ["area.jurisdiction_id", "area.id"]),
        one_of("state", SUBSCRIPTION_STATES),
        CheckConstraint("(state = 'paused') = (paused_because IS NOT NULL)", name="paused"),
    )

    jurisdiction_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    partner_id: Mapped[int]
    #: Below the partner's base URL.
    path: Mapped[str]
    #: Kinds of event. NULL: all.
    kinds: Mapped[list[str] | None] = mapped_column(ARRAY(CODE))
    #: Of units and plans of this area or of one in it. NULL: of all, and what is of no area.
    area_id: Mapped[int | None]
    #: Codes: of reports with a value of one of them (in the version, or in the accepted one that it
    #: replaces), of plans for one of them. NULL: of all, and what is of none.
    indicators: Mapped[list[str] | None] = mapped_column(ARRAY(CODE))
    #: Position in the journal up to which events were put into the outbox.
    position: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str]
    created_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    #: For people. NULL unless it is paused.
    paused_because: Mapped[str | None]
