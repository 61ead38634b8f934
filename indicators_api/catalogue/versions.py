"""The version of a jurisdiction's catalogue, and the lock that changes of it take.

`session.info` holds the version that a transaction has seen: it is forgotten with every lock that
was waited for and every change.
"""

from datetime import datetime

from sqlalchemy import text

from indicators_api.db.session import Session

#: First key of the advisory locks on catalogues; the second is the jurisdiction.
CATALOGUE_LOCK = 7_480_592

_SHARED = text("SELECT pg_advisory_xact_lock_shared(:key, :jurisdiction)")
_EXCLUSIVE = text("SELECT pg_advisory_xact_lock(:key, :jurisdiction)")
_COLUMNS = "id, code, name_vi, name_en, catalogue_version, catalogue_changed_at"
# Drawn by a statement of its own: tables that lie on several nodes take no volatile function.
_NEXT = text("SELECT nextval('catalogue_version')")
# A second change at the very same moment takes the place of the first.
_GROW = [
    text(statement)
    for statement in (
        """UPDATE jurisdiction SET catalogue_version = :version, catalogue_changed_at = :at
           WHERE id = :jurisdiction""",
        "DELETE FROM jurisdiction_history WHERE id = :jurisdiction AND recorded_from = :at",
        """UPDATE jurisdiction_history SET recorded_to = :at
           WHERE id = :jurisdiction AND recorded_to IS NULL""",
        f"""INSERT INTO jurisdiction_history ({_COLUMNS}, recorded_from)
            SELECT {_COLUMNS}, :at FROM jurisdiction WHERE id = :jurisdiction""",
    )
]


def share(session: Session, jurisdiction: int) -> None:
    """Hold the catalogue as it is until the transaction ends.

    Acceptances do, so that no roll-up mixes two.
    """
    session.execute(_SHARED, {"key": CATALOGUE_LOCK, "jurisdiction": jurisdiction})
    session.info.clear()


def own(session: Session, jurisdiction: int) -> None:
    """Wait until nobody uses the catalogue and hold it alone until the transaction ends."""
    session.execute(_EXCLUSIVE, {"key": CATALOGUE_LOCK, "jurisdiction": jurisdiction})
    session.info.clear()


def grow(session: Session, jurisdiction: int, *, at: datetime) -> None:
    """Give the catalogue, which the caller holds alone, a new version.

    From a sequence, so that a number that was rolled back is never given again.
    """
    parameters = {"jurisdiction": jurisdiction, "at": at, "version": session.scalar(_NEXT)}
    for statement in _GROW:
        session.execute(statement, parameters)
    session.info.clear()
