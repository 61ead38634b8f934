"""What follows from what came of a message, by its kind."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Protocol

from indicators_api.db.session import Session
from indicators_api.exchange import pausing
from indicators_api.exchange.kinds import EVENT
from indicators_api.outbox.queue import Attempted


class Consequence(Protocol):
    """Does what follows, in the transaction that records the attempt; it must not fail."""

    def __call__(self, session: Session, tried: Attempted, *, at: datetime) -> None:
        """Look at the verdict and do it."""


_BY_KIND: Final[Mapping[str, Consequence]] = {EVENT: pausing.follow}


def follow(session: Session, tried: Attempted, *, at: datetime) -> None:
    """Do what follows from an attempt; for most kinds of message nothing does."""
    consequence = _BY_KIND.get(tried.message.kind)
    if consequence is not None:
        consequence(session, tried, at=at)
