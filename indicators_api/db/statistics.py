"""What the planner knows of tables that a transaction has just filled."""

from collections.abc import Sequence

from sqlalchemy import text

from indicators_api.db import citus
from indicators_api.db.session import Session


def count_anew(session: Session, tables: Sequence[str]) -> None:
    """Tell the planner at once what tables hold, not when autovacuum comes by.

    Not where Citus has them: it refuses that after changes in the same transaction.
    """
    if not citus.is_there(session):
        session.execute(text(f"ANALYZE {', '.join(tables)}"))
