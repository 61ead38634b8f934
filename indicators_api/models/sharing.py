"""The sharing log: every sharing of data, as Decree 47/2020/NĐ-CP, article 45, asks."""

from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from indicators_api.db.base import Base, one_of

SHARINGS = ("pull", "push", "package")
#: `answering`: it has begun to leave, or the service died meanwhile; `broken`: it left in part.
SHARING_STATES = ("answering", "answered", "broken", "refused", "failed")


class Sharing(Base):
    """When, who, what was asked, what was answered, how much."""

    __tablename__ = "sharing"
    __table_args__ = (
        one_of("kind", SHARINGS),
        one_of("state", SHARING_STATES),
        Index("ix_sharing_time", "jurisdiction_id", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    jurisdiction_id: Mapped[int]
    at: Mapped[datetime]
    #: `pull`: somebody asked; `push`: an event; `package`: a package to a partner.
    kind: Mapped[str]
    #: The token that asked, or NULL for what was sent.
    token_id: Mapped[int | None]
    #: Who asked or was sent to, by name and role or partner.
    who: Mapped[str]
    role: Mapped[str]
    #: The call with its parameters, or the kind and stream of a message.
    asked: Mapped[str]
    #: HTTP status of the answer. NULL: there was none, or it is still being sent.
    status: Mapped[int | None]
    #: Bytes of the answer or message, as they went out, of a broken one those that were taken.
    #: NULL: not known yet.
    size: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str]
    #: In the logs. NULL: of no request.
    request_id: Mapped[str | None]
