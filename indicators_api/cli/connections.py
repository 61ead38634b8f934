"""Whether the server has as many connections as the processes may open."""

from typing import NamedTuple

from indicators_api.cli.opening import reading
from indicators_api.config import Config
from indicators_api.db import capacity
from indicators_api.errors import DomainError

#: Messages that a worker has under way at once, unless told; it holds one connection more.
EXCHANGE_THREADS = 2


class Need(NamedTuple):
    """What the settings may open, against what the server lends."""

    workers: int
    threads: int
    #: Of the server, for this role.
    lent: int

    @property
    def wanted(self) -> int:
        """A connection a thread, and those of one worker of the exchange."""
        return self.workers * self.threads + EXCHANGE_THREADS + 1

    @property
    def fits(self) -> bool:
        """Whether nobody will be refused."""
        return self.wanted <= self.lent

    def __str__(self) -> str:
        said = (
            f"{self.workers} workers × {self.threads} threads and {EXCHANGE_THREADS + 1} of the "
            f"exchange want {self.wanted} connections, PostgreSQL lends {self.lent}"
        )
        if self.fits:
            return f"{said}."
        return (
            f"{said}: lower INDICATORS_WORKERS or INDICATORS_THREADS, raise max_connections, or "
            "put a pooler in between (DATABASE_POOLER)."
        )


def need(config: Config) -> Need | None:
    """Compare them. None: a pooler lends the connections and keeps the count."""
    if config.pooler != "none":
        return None
    with reading() as session:
        return Need(config.workers, config.threads, capacity.lent(session))


def complaint(config: Config) -> str | None:
    """Say what would go wrong, before the first request does. None: nothing."""
    try:
        found = need(config)
    except DomainError as error:
        cause = str(getattr(error.__cause__, "orig", error.__cause__))
        return f"the database can't be reached: {' '.join(cause.split())}"
    return str(found) if found and not found.fits else None
