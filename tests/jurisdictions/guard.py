"""The database of the tests made to notice: a row of another jurisdiction written, or relied on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

#: Roles belong to the whole server, on which other processes test at the same time.
ROLE = f"one_jurisdiction_{os.getpid()}"
#: Every table whose rows are a jurisdiction's, and the column that says whose. What is put up on a
#: table that has partitions holds for them.
_OWNED = text("""
    SELECT c.relname, a.attname
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND NOT c.relispartition
      AND (a.attname = 'jurisdiction_id'
           OR (a.attname = 'id' AND c.relname IN ('jurisdiction', 'jurisdiction_history')))
""")
_PAST = text("SELECT table_name FROM information_schema.views WHERE table_schema = 'past'")
_REFUSE = """
    CREATE FUNCTION refuse_strange() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (to_jsonb(coalesce(NEW, OLD)) ->> TG_ARGV[0]) = current_setting('tests.strange', TRUE)
        THEN RAISE EXCEPTION 'a row of another jurisdiction is written in %', TG_TABLE_NAME;
        END IF;
        RETURN coalesce(NEW, OLD);
    END $$
"""


def put_up(connection: Connection) -> None:
    """Let no row of the jurisdiction in `tests.strange` be written, nor seen by the role `ROLE`.

    The role sees rows of the one in `tests.own` alone, in the views of the past as well.
    """
    connection.execute(text(_REFUSE))
    connection.execute(text(f"CREATE ROLE {ROLE}"))
    for table, column in connection.execute(_OWNED).all():
        connection.execute(
            text(f"""
            CREATE TRIGGER refuse_strange BEFORE INSERT OR UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_strange('{column}')
        """)
        )
        connection.execute(text(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"))
        connection.execute(
            text(f"""
            CREATE POLICY own ON {table}
            USING ({column} = CAST(current_setting('tests.own') AS int))
        """)
        )
    for (view,) in connection.execute(_PAST).all():
        connection.execute(text(f"ALTER VIEW past.{view} SET (security_invoker = TRUE)"))
    for schema in ("public", "past"):
        connection.execute(text(f"GRANT USAGE ON SCHEMA {schema} TO {ROLE}"))
        connection.execute(text(f"GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO {ROLE}"))
    connection.execute(text(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {ROLE}"))


@contextmanager
def strange(connection: Connection, jurisdiction: int) -> Iterator[None]:
    """Raise from the database where a row of a jurisdiction is written; all is undone after."""
    before = connection.begin_nested()
    connection.execute(_SET, {"name": "tests.strange", "number": str(jurisdiction)})
    try:
        yield
    finally:
        before.rollback()


@contextmanager
def alone(connection: Connection, jurisdiction: int) -> Iterator[None]:
    """Hide the rows of all jurisdictions but one; all is undone after."""
    before = connection.begin_nested()
    connection.execute(_SET, {"name": "tests.own", "number": str(jurisdiction)})
    connection.execute(text(f"SET LOCAL ROLE {ROLE}"))
    try:
        yield
    finally:
        before.rollback()


_SET = text("SELECT set_config(:name, :number, TRUE)")
