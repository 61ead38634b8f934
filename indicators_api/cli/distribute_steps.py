"""Turn an installation into a distributed one, within one transaction: all of it, or nothing.

Foreign keys are set aside first. With them Citus would take over each table that refers to one it
gets, and could not make reference tables of those any more, because of their identity columns
(docs/decisions/0017).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.db.session import Session
from indicators_api.errors import Conflict, mark
from indicators_api.models.placement import DISTRIBUTED, LOCAL, reference_tables

#: Shards of the facts: more than there are nodes, so that more nodes can be added.
USUAL_SHARDS = 32
#: All facts lie beside those of this table.
BESIDE = DISTRIBUTED[0]

_BEGIN = [
    text(f"SET LOCAL {setting}")
    for setting in (
        "statement_timeout = 0",
        "lock_timeout = '10s'",
        "citus.multi_shard_modify_mode = 'sequential'",
    )
]
_FOREIGN_KEYS = text("""
    SELECT k.conname::text AS name, source.relname::text AS source, target.relname::text AS target,
           pg_get_constraintdef(k.oid) AS definition
    FROM pg_constraint k
    JOIN pg_class source ON source.oid = k.conrelid
    JOIN pg_class target ON target.oid = k.confrelid
    WHERE k.contype = 'f' AND k.conparentid = 0 AND k.connamespace = 'public'::regnamespace
      AND (source.relname = ANY(:tables) OR target.relname = ANY(:tables))
    ORDER BY source.relname, k.conname
""")
_IDENTITIES = text("""
    SELECT c.relname::text, a.attname::text, format_type(a.atttypid, NULL),
           pg_get_serial_sequence(c.relname, a.attname)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE a.attidentity <> '' AND c.relname = ANY(:tables)
      AND c.relnamespace = 'public'::regnamespace
    ORDER BY c.relname
""")
_WRITERS = text("""
    SELECT DISTINCT grantee FROM information_schema.role_table_grants
    WHERE table_schema = 'public' AND table_name = :table AND privilege_type = 'INSERT'
      AND grantee <> current_user
""")
_EXTENSIONS = text("""
    SELECT extname FROM pg_extension WHERE extname NOT LIKE 'citus%' AND extname <> 'plpgsql'
""")
_REFERENCE = text("SELECT create_reference_table(CAST(:table AS regclass))")
_DISTRIBUTE = text("""
    SELECT create_distributed_table(CAST(:table AS regclass), 'jurisdiction_id',
                                    colocate_with => 'none', shard_count => :shards)
""")
_DISTRIBUTE_BESIDE = text("""
    SELECT create_distributed_table(CAST(:table AS regclass), 'jurisdiction_id',
                                    colocate_with => :beside)
""")
_FREE = text("SELECT truncate_local_data_after_distributing_table(CAST(:table AS regclass))")


class ForeignKey(NamedTuple):
    """A foreign key, and how it is made again."""

    name: str
    source: str
    target: str
    definition: str


class Done(NamedTuple):
    """What was done: rows by table, and the foreign keys that are no more."""

    rows: dict[str, int]
    dropped: list[ForeignKey]


def remaining(placed: Sequence[str]) -> list[str]:
    """Give the tables that Citus doesn't know yet, parents before what refers to them."""
    return [table for table in (*reference_tables(), *DISTRIBUTED) if table not in placed]


def count(session: Session, tables: Sequence[str]) -> dict[str, int]:
    """Count the rows of tables, by table."""
    return {
        table: session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
        for table in tables
    }


def distribute(
    session: Session, tables: Sequence[str], shards: int, *, tell: Callable[[str], None]
) -> Done:
    """Hand tables over to Citus; `tell` hears of each as it is done.

    Raises Conflict where a table has other rows afterwards: then nothing has happened.
    """
    for setting in _BEGIN:
        session.execute(setting)
    for extension in session.scalars(_EXTENSIONS).all():
        # Said again, it comes to the workers too.
        session.execute(text(f'CREATE EXTENSION IF NOT EXISTS "{extension}"'))
    session.execute(text(f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE"))
    before = count(session, tables)
    keys = _set_aside(session, tables)
    _give_plain_defaults(session, tables)
    for table in tables:
        _place(session, table, shards)
        tell(table)
    _demand_same(before, count(session, tables))
    return Done(before, _bring_back(session, keys))


def free(session: Session, table: str) -> None:
    """Give back the space of the rows that a table had before it was placed."""
    session.execute(_FREE, {"table": table})


def _set_aside(session: Session, tables: Sequence[str]) -> list[ForeignKey]:
    keys = [ForeignKey(*row) for row in session.execute(_FOREIGN_KEYS, {"tables": list(tables)})]
    for key in keys:
        session.execute(text(f"ALTER TABLE {key.source} DROP CONSTRAINT {key.name}"))
    return keys


def _bring_back(session: Session, keys: Sequence[ForeignKey]) -> list[ForeignKey]:
    """Make foreign keys again, and give those that can't be: local tables stay local."""
    for key in keys:
        if key.source not in LOCAL and key.target not in LOCAL:
            session.execute(
                text(f"ALTER TABLE {key.source} ADD CONSTRAINT {key.name} {key.definition}")
            )
    return [key for key in keys if key.source in LOCAL or key.target in LOCAL]


def _give_plain_defaults(session: Session, tables: Sequence[str]) -> None:
    """Let ids be drawn by a default: of identity columns Citus takes those of bigint alone."""
    for table, column, kind, sequence in session.execute(_IDENTITIES, {"tables": list(tables)}):
        last, is_called = session.execute(
            text(f"SELECT last_value, is_called FROM {sequence}")
        ).one()
        for statement in (
            f"ALTER TABLE {table} ALTER COLUMN {column} DROP IDENTITY",
            f"CREATE SEQUENCE {sequence} AS {kind} OWNED BY {table}.{column}",
            f"SELECT setval('{sequence}', {last}, {is_called})",
            f"ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT nextval('{sequence}')",
        ):
            session.execute(text(statement))
        # An identity column's sequence asks for no right of its own.
        for grantee in session.scalars(_WRITERS, {"table": table}).all():
            role = grantee if grantee == "PUBLIC" else f'"{grantee}"'
            session.execute(text(f"GRANT USAGE ON SEQUENCE {sequence} TO {role}"))


def _place(session: Session, table: str, shards: int) -> None:
    if table not in DISTRIBUTED:
        session.execute(_REFERENCE, {"table": table})
    elif table == BESIDE:
        session.execute(_DISTRIBUTE, {"table": table, "shards": shards})
    else:
        session.execute(_DISTRIBUTE_BESIDE, {"table": table, "beside": BESIDE})


def _demand_same(before: dict[str, int], after: dict[str, int]) -> None:
    changed = {table for table in before if before[table] != after[table]}
    if changed:
        raise Conflict(
            mark("Tables have other numbers of rows afterwards, nothing was changed: %(tables)s."),
            tables=", ".join(f"{t} {before[t]} → {after[t]}" for t in sorted(changed)),
        )
