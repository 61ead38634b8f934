"""Transactions of which nothing stays."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.orm import Session


@contextmanager
def rolled_back(engine: Engine) -> Iterator[Session]:
    """Open a session of which nothing stays."""
    with engine.connect() as held:
        transaction = held.begin()
        with Session(
            held, join_transaction_mode="create_savepoint", expire_on_commit=False
        ) as opened:
            yield opened
        transaction.rollback()
