"""Transactions: `reading()` and `writing()` are the only begin, commit and roll back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from indicators_api.db.failures import explained

__all__ = ["Database", "Session", "look_back"]

#: The schema `past` has views of the same names as the tables; see docs/decisions/0008.
# Statements of their own and no `set_config`: Citus then sets the same on the workers.
_LOOK_BACK = (
    "SET LOCAL citus.propagate_set_commands = 'local'",
    "SET LOCAL indicators.as_of = '{moment}'",
    "SET LOCAL search_path = past, public",
)


class Database:
    """The way to one database. Nobody holds two transactions at once."""

    def __init__(self, bind: Engine | Connection) -> None:
        """Take an engine.

        Or, in tests, a connection whose outer transaction is rolled back afterwards.
        """
        self._bind = bind
        self._owns_transaction = isinstance(bind, Engine)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a READ ONLY transaction on one REPEATABLE READ snapshot: probe and data agree."""
        with self._session() as session:
            if self._owns_transaction:
                session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            else:
                session.execute(text("SET TRANSACTION READ ONLY"))
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a READ COMMITTED transaction and commit it when the block ends well."""
        with self._session() as session:
            yield session
            session.commit()

    @contextmanager
    def _session(self) -> Iterator[Session]:
        session = Session(
            self._bind,
            join_transaction_mode=(
                "conditional_savepoint" if self._owns_transaction else "create_savepoint"
            ),
            autoflush=False,
            expire_on_commit=False,
        )
        try:
            yield session
        except (DBAPIError, PoolTimeoutError) as error:
            raise explained(error) from error
        finally:
            session.close()


def look_back(session: Session, moment: datetime) -> None:
    """Let the rest of a transaction see catalogue, plans, calendar and reports as recorded then.

    What was recorded at that very moment is seen. All statements stay as they are; whoever writes
    in such a transaction writes into the present.
    """
    connection = session.connection()
    for statement in _LOOK_BACK:
        # SET takes no parameters; a moment is written with digits, T, +, - and : alone.
        connection.exec_driver_sql(statement.format(moment=moment.isoformat()))
