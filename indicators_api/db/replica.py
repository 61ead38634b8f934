"""The read replica: asked only when it holds all that the primary had committed. See decision 20.

A request's authentication goes to the primary and brings its position in the log along. The replica
is asked when it has replayed up to there, so no answer of it is older than the request: a token
reads what it wrote, and nobody sees a version go back. Otherwise the primary answers.
"""

import logging
import threading
import time
from typing import Any, Final, NamedTuple

import psycopg
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, NoResultFound
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from indicators_api.db.failures import AWAY

log = logging.getLogger(__name__)

#: An expression of the primary: up to where its log holds every commit that was answered. Where
#: commits don't wait for the disk that is farther than the disk's end. NULL on a standby.
POSITION: Final = """CASE WHEN pg_is_in_recovery() THEN NULL
                WHEN current_setting('synchronous_commit') = 'off'
                THEN CAST(pg_current_wal_insert_lsn() AS text)
                ELSE CAST(pg_current_wal_flush_lsn() AS text) END"""

#: Seconds in which a replica that failed, or was behind when waited for, is not asked.
PAUSE: Final = 1.0
#: Seconds between two looks whether it holds enough, while a request waits.
_STEP: Final = 0.002

#: NULL where it isn't one any more: promoted, it goes its own way, and its replaying stands still.
_HOLDS = """
    SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() >= CAST(%s AS pg_lsn) END
"""
_WHICH = text("SELECT system_identifier, current_database() FROM pg_control_system()")
_IS_STANDBY = text("SELECT pg_is_in_recovery()")
_LAG = text("""
    SELECT greatest(pg_wal_lsn_diff(CAST(:position AS pg_lsn), pg_last_wal_replay_lsn()), 0),
           CASE WHEN pg_last_wal_replay_lsn() >= CAST(:position AS pg_lsn) THEN 0
                ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END
    WHERE pg_is_in_recovery()
""")

#: What a standby answers when the statement was in the way of replaying, or is none for a standby
#: (PostgreSQL manual, "Hot Standby").
_IN_THE_WAY = ("40001", "40P01", "25006", "55000")


class ReplicaLost(Exception):
    """The replica gave up in the middle of a read; nothing was written, the primary can answer."""


class Lag(NamedTuple):
    """How far a replica is behind the primary; both None while it isn't asked."""

    used: bool
    #: Bytes of the primary's log that it has not replayed.
    lag_bytes: int | None
    #: Since the last commit that it has replayed, 0 when it has them all.
    lag_seconds: float | None


_UNKNOWN: Final = Lag(used=False, lag_bytes=None, lag_seconds=None)


class Replica:
    """A standby of the primary, whether it can be asked, and for what."""

    def __init__(self, engine: Engine, primary: Engine, *, wait: float) -> None:
        """Take the engine of the standby, and seconds that a read waits for it to catch up."""
        # Said each time: SQLAlchemy takes it back with READ WRITE, which a standby refuses.
        self._engine = engine.execution_options(postgresql_readonly=True)
        self._primary = primary
        self._wait = wait
        #: Whether it answered as a standby of the primary and hasn't failed since.
        self._trusted = False
        self._lock = threading.Lock()
        self._next_look = self._next_wait = 0.0
        self._looking: threading.Thread | None = None
        #: Connections that are older than the last of them are not used again.
        self._failures = 0
        #: Why it isn't trusted, told once.
        self._told: str | None = None

    def close(self) -> None:
        """Close the connections that nobody uses."""
        if self._looking:
            self._looking.join()
        self._engine.dispose()

    def lag(self, position: str) -> Lag:
        """Say how far it is behind a position of the primary. It doesn't connect to a dead one."""
        if not self._is_trusted():
            return _UNKNOWN
        try:
            with self._engine.connect() as connection:
                behind, seconds = connection.execute(_LAG, {"position": position}).one()
        except (DBAPIError, NoResultFound, PoolTimeoutError) as error:
            self._distrust(error)
            return _UNKNOWN
        if behind == 0:
            self._next_wait = 0.0
        return Lag(behind == 0, int(behind), None if seconds is None else round(float(seconds), 3))

    def connection(self, position: str) -> Connection | None:
        """Give a connection to the replica once it holds all up to a position, or None."""
        if not self._is_trusted():
            return None
        connection = None
        try:
            connection = self._engine.connect()
            if connection.info.setdefault("failures", self._failures) != self._failures:
                connection.invalidate()
            if self._holds(connection.connection.driver_connection, position):
                return connection
        except (DBAPIError, psycopg.Error, PoolTimeoutError) as error:
            if connection is not None:
                connection.invalidate()
            self._distrust(error)
        if connection is not None:
            connection.close()
        return None

    def is_to_blame(self, error: DBAPIError | PoolTimeoutError) -> bool:
        """Tell whether the replica failed, not the question; a dead one is not asked any more."""
        if not isinstance(error, DBAPIError):
            return False
        state = getattr(error.orig, "sqlstate", None) or ""
        if error.connection_invalidated or state.startswith(AWAY):
            self._distrust(error)
            return True
        return state in _IN_THE_WAY

    def _holds(self, connection: Any, position: str) -> bool:
        """Look whether it holds enough, and wait a little where that wasn't in vain just before.

        On the driver's connection and before the transaction, whose snapshot is then as new; it
        proves that the connection is alive as well.
        """
        begun = time.monotonic()
        patience = self._wait if begun >= self._next_wait else 0.0
        connection.autocommit = True
        while not (holds := connection.execute(_HOLDS, [position]).fetchone()[0]):
            if holds is None:
                raise psycopg.OperationalError("it is no standby any more")
            if time.monotonic() - begun >= patience:
                break
            time.sleep(_STEP)
        connection.autocommit = False
        if holds:
            self._next_wait = 0.0
        elif patience:
            self._next_wait = time.monotonic() + PAUSE
        return bool(holds)

    def _is_trusted(self) -> bool:
        """Tell whether it can be asked; if not, let a thread look, so that no request waits."""
        with self._lock:
            if self._trusted or time.monotonic() < self._next_look:
                return self._trusted
            self._next_look = time.monotonic() + PAUSE
            self._looking = threading.Thread(target=self._look, name="replica", daemon=True)
            self._looking.start()
        return False

    def _look(self) -> None:
        """Trust it when it answers as a standby of the primary."""
        try:
            fault = self._fault()
        except (DBAPIError, PoolTimeoutError) as error:
            fault = f"it does not answer: {_said(error)}"
        with self._lock:
            self._trusted = fault is None
            self._next_look = time.monotonic() + PAUSE
        if fault is None:
            log.info("the read replica is used")
        elif fault != self._told:
            log.warning("the read replica is not used: %s", fault)
        self._told = fault

    def _fault(self) -> str | None:
        with self._engine.connect() as connection:
            which = connection.execute(_WHICH).one()
            is_standby = connection.execute(_IS_STANDBY).scalar_one()
        with self._primary.connect() as connection:
            if connection.execute(_WHICH).one() != which:
                return "it belongs to another PostgreSQL than DATABASE_URL, or is another database"
        return None if is_standby else "it is no standby"

    def _distrust(self, error: Exception) -> None:
        """Ask it no more until a look has found it well, and then on new connections."""
        with self._lock:
            was_trusted, self._trusted = self._trusted, False
            self._next_look = time.monotonic() + PAUSE
        if was_trusted:
            self._failures += 1
            self._told = None
            log.warning("the read replica failed: %s", _said(error))


def _said(error: Exception) -> str:
    """Give the first line of what a driver says."""
    return (str(getattr(error, "orig", None) or error).splitlines() or [""])[0]
