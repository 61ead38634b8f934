"""How many connections the server lends to the service's role at once."""

from sqlalchemy import text

from indicators_api.db.session import Session

#: What a role or database may have at most is -1 where nobody has said; reserved_connections is
#: there from PostgreSQL 16 on.
_LENT = text("""
    SELECT least(
        current_setting('max_connections')::int
            - current_setting('superuser_reserved_connections')::int
            - coalesce(current_setting('reserved_connections', TRUE)::int, 0),
        (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user),
        (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database()))
""")


def lent(session: Session) -> int:
    """Give the most connections that this role may have in this database."""
    return int(session.execute(_LENT).scalar_one())
