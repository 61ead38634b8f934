"""Transactions: `reading()` and `writing()` are the only begin, commit and roll back."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from indicators_api.db.failures import explained
from indicators_api.db.replica import POSITION, Lag, Replica, ReplicaLost

__all__ = ["Database", "Lag", "ReplicaLost", "Session", "Timeouts", "look_back"]

#: The schema `past` has views of the same names as the tables; see docs/decisions/0008.
# Statements of their own and no `set_config`: Citus then sets the same on the workers.
_LOOK_BACK = """
    SET LOCAL citus.propagate_set_commands = 'local';
    SET LOCAL indicators.as_of = '{moment}';
    SET LOCAL search_path = past, public
"""
_POSITION = text(f"SELECT {POSITION}")


_TIMEOUT = text("SELECT set_config('statement_timeout', :milliseconds, TRUE)")


class Timeouts(NamedTuple):
    """How long a statement may take, in milliseconds; None: as long as the connection lets it."""

    write: int | None = None
    #: Of a streamed answer: until its last byte is taken.
    stream: int | None = None


NO_OTHERS = Timeouts()


class Database:
    """The way to one database. Nobody holds two transactions at once."""

    def __init__(
        self,
        bind: Engine | Connection,
        timeouts: Timeouts = NO_OTHERS,
        *,
        replica: Replica | None = None,
        since: str | None = None,
    ) -> None:
        """Take an engine, and what other timeouts than its own there are.

        Or, in tests, a connection whose outer transaction is rolled back afterwards. `since` is a
        position of the primary; reads go to the replica when it holds all up to there.
        """
        self._bind = bind
        self._timeouts = timeouts
        self._owns_transaction = isinstance(bind, Engine)
        self._replica = replica
        self._since = since

    def since(self, position: str | None) -> "Database":
        """Give the same way for one request, that began at a position of the primary.

        None, and whatever the request writes, leaves its reads to the primary.
        """
        return Database(self._bind, self._timeouts, replica=self._replica, since=position)

    def close(self) -> None:
        """Close the connections that nobody uses; who goes on gets new ones."""
        if self._replica:
            self._replica.close()
        if isinstance(self._bind, Engine):
            self._bind.dispose()

    def lag(self, session: Session) -> Lag | None:
        """Say how far the replica is behind an open transaction's primary. None: there is none."""
        position = session.scalar(_POSITION)
        return self._replica.lag(position) if self._replica and position else None

    @contextmanager
    def looking_up(self) -> Iterator[Session]:
        """Run statements that read, each by itself in no transaction: a round trip each."""
        with self._session(self._bind) as session:
            self._begin(session, isolation_level="AUTOCOMMIT")
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a READ ONLY transaction on one REPEATABLE READ snapshot: probe and data agree.

        It holds all that was committed before, wherever it is. Raises ReplicaLost.
        """
        replica = self._replica if self._since else None
        connection = replica.connection(self._since or "") if replica else None
        with (
            connection or nullcontext(),
            self._session(connection or self._bind, replica if connection else None) as session,
        ):
            self._begin(session, isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield session

    @contextmanager
    def streaming(self) -> Iterator[Session]:
        """Open a `reading()` transaction for an answer that leaves while it is open."""
        with self.reading() as session:
            _allow(session, self._timeouts.stream)
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a READ COMMITTED transaction and commit it when the block ends well."""
        self._since = None
        with self._session(self._bind) as session:
            _allow(session, self._timeouts.write)
            yield session
            session.commit()

    def _begin(self, session: Session, **options: Any) -> None:
        """Let a session's transaction begin as told; within another one it can only be read-only.

        Options of the driver's BEGIN, which take no round trip of their own.
        """
        if self._owns_transaction:
            session.connection(execution_options=options)
        else:
            session.execute(text("SET TRANSACTION READ ONLY"))

    @contextmanager
    def _session(
        self, bind: Engine | Connection, replica: Replica | None = None
    ) -> Iterator[Session]:
        session = Session(
            bind,
            join_transaction_mode=(
                "conditional_savepoint" if self._owns_transaction else "create_savepoint"
            ),
            autoflush=False,
            expire_on_commit=False,
        )
        try:
            yield session
        except (DBAPIError, PoolTimeoutError) as error:
            if replica and replica.is_to_blame(error):
                raise ReplicaLost from error
            raise explained(error) from error
        finally:
            # What was read or committed stays so when the connection breaks off only now.
            with suppress(DBAPIError):
                session.close()


def _allow(session: Session, milliseconds: int | None) -> None:
    """Let a statement of the transaction take so long."""
    if milliseconds is not None:
        session.execute(_TIMEOUT, {"milliseconds": str(milliseconds)})


def look_back(session: Session, moment: datetime) -> None:
    """Let the rest of a transaction see catalogue, plans, calendar and reports as recorded then.

    What was recorded at that very moment is seen. All statements stay as they are; whoever writes
    in such a transaction writes into the present.
    """
    # SET takes no parameters; a moment is written with digits, T, +, - and : alone.
    session.connection().exec_driver_sql(_LOOK_BACK.format(moment=moment.isoformat()))
    session.info.clear()
