"""What stands in the way of distributing an installation; reads only.

Each obstacle is a sentence for the operator. Source: docs/decisions/0017.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import text

from indicators_api.db import migrate
from indicators_api.db.base import Base
from indicators_api.db.session import Session
from indicators_api.models.placement import DISTRIBUTED, LOCAL, reference_tables

#: From 11 on every node knows the tables, which questions to reference tables rely on.
OLDEST_CITUS = 11

_VERSION = text("SELECT extversion FROM pg_extension WHERE extname = 'citus'")
_AVAILABLE = text("SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'citus')")
# Roles that may not read it get no row: then nothing is known.
_PRELOADED = text("SELECT setting FROM pg_settings WHERE name = 'shared_preload_libraries'")
_GROUP = text("SELECT groupid FROM pg_dist_local_group")
_NODES = text("""
    SELECT nodename || ':' || nodeport AS node, groupid = 0 AS is_coordinator, isactive,
           hasmetadata AND metadatasynced AS knows_the_tables,
           groupid <> 0 AND isactive AND shouldhaveshards AS takes_shards
    FROM pg_dist_node WHERE noderole = 'primary' ORDER BY groupid
""")
_EXTENSIONS = text("SELECT extname FROM pg_extension WHERE extname NOT LIKE 'citus%'")
_ON_WORKERS = text("""
    SELECT nodename || ':' || nodeport, success, result FROM run_command_on_workers(:command)
""")
_UNDECLARED = text("""
    SELECT relname FROM pg_class
    WHERE relkind IN ('r', 'p') AND NOT relispartition AND relname <> ALL(:known)
      AND relnamespace = 'public'::regnamespace
    ORDER BY relname
""")
_KEYS = text("""
    SELECT i.indexrelid::regclass::text, c.relname FROM pg_index i
    JOIN pg_class c ON c.oid = i.indrelid
    WHERE (i.indisunique OR i.indisexclusion) AND c.relname = ANY(:facts)
      AND c.relnamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_attribute a
                      WHERE a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
                        AND a.attname = 'jurisdiction_id')
    ORDER BY 1
""")
_FOREIGN_KEYS = text("""
    SELECT k.conname, source.relname, target.relname,
           EXISTS (SELECT FROM pg_attribute a
                   WHERE a.attrelid = k.conrelid AND a.attnum = ANY(k.conkey)
                     AND a.attname = 'jurisdiction_id')
    FROM pg_constraint k
    JOIN pg_class source ON source.oid = k.conrelid
    JOIN pg_class target ON target.oid = k.confrelid
    WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
    ORDER BY 1
""")
_TRIGGERS = text("""
    SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND c.relname = ANY(:facts)
      AND c.relnamespace = 'public'::regnamespace
    ORDER BY 1
""")
_NOT_OURS = text("""
    SELECT relname FROM pg_class
    WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
      AND relname = ANY(:tables) AND NOT pg_has_role(relowner, 'USAGE')
    ORDER BY relname
""")
_BUSY = text("""
    SELECT count(*), coalesce(string_agg(DISTINCT application_name, ', '), '')
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
      AND backend_type = 'client backend' AND application_name NOT LIKE 'citus%'
""")
_PLACED = text("""
    SELECT c.relname, p.partmethod = 'h' AS is_distributed,
           p.partmethod = 'n' AND p.repmodel = 't' AS is_reference,
           column_to_column_name(p.logicalrelid, p.partkey) AS by_column,
           (SELECT count(*) FROM pg_dist_shard s WHERE s.logicalrelid = p.logicalrelid) AS shards
    FROM pg_dist_partition p JOIN pg_class c ON c.oid = p.logicalrelid
    WHERE NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
    ORDER BY c.relname
""")


def obstacles(session: Session, shards: int | None) -> list[str]:
    """Name everything that stands in the way. `shards` None: as many as there are, or the usual."""
    found = list(_of_the_server(session))
    if session.scalar(_VERSION) is None:
        return found
    return [*found, *_of_the_cluster(session), *_of_the_database(session, shards)]


def placed(session: Session) -> dict[str, Any]:
    """Give what Citus knows of already, by table."""
    return {row.relname: row for row in session.execute(_PLACED)}


def of_the_schema(session: Session) -> Iterator[str]:
    """Name tables, keys and triggers that can't be distributed."""
    facts = {"facts": list(DISTRIBUTED)}
    known = [*Base.metadata.tables, "alembic_version"]
    for (table,) in session.execute(_UNDECLARED, {"known": known}):
        yield f"Table {table} is none of this software: move it to another schema."
    for index, table in session.execute(_KEYS, facts):
        yield f"Key {index} of {table} has no jurisdiction_id: no shard could guard it."
    for name, table, target, by_jurisdiction in session.execute(_FOREIGN_KEYS):
        if target in DISTRIBUTED and (table not in DISTRIBUTED or not by_jurisdiction):
            yield f"Foreign key {name} of {table} refers to the facts in {target}."
        if table not in LOCAL and target in LOCAL and table in DISTRIBUTED:
            yield f"Foreign key {name} of the facts in {table} refers to local table {target}."
    for name, table in session.execute(_TRIGGERS, facts):
        yield f"Trigger {name} on {table}: the shards of facts can't have triggers."


def _of_the_server(session: Session) -> Iterator[str]:
    present, newest = migrate.present(session), migrate.newest()
    if present != newest:
        yield (
            f"The database is at revision {present or 'none'}, the newest is {newest}: "
            "run `indicators-api database upgrade`."
        )
    version = session.scalar(_VERSION)
    if version is None:
        yield (
            "The database has no Citus extension: run `CREATE EXTENSION citus` as a superuser."
            if session.scalar(_AVAILABLE)
            else "The Citus extension is not installed on this server."
        )
        loaded = session.scalar(_PRELOADED)
        if loaded is not None and "citus" not in loaded:
            yield "The server does not load Citus: add it to shared_preload_libraries, restart."
    elif int(version.partition(".")[0].partition("-")[0]) < OLDEST_CITUS:
        yield f"Citus {version} is too old: version {OLDEST_CITUS} is needed."


def _of_the_cluster(session: Session) -> Iterator[str]:
    if session.scalar(_GROUP):
        yield "This is a worker: run the command on the coordinator."
    nodes = session.execute(_NODES).all()
    if not any(node.is_coordinator for node in nodes):
        yield (
            "The coordinator is not among its own nodes, so it holds no reference tables: "
            "SELECT citus_set_coordinator_host('name of this host', port)."
        )
    if not any(node.takes_shards for node in nodes):
        yield "There is no active worker: SELECT citus_add_node('name of its host', port)."
    for node in nodes:
        if not node.isactive:
            yield f"Node {node.node} is not active: SELECT citus_activate_node(…), or remove it."
        elif not (node.is_coordinator or node.knows_the_tables):
            yield f"Node {node.node} does not know the tables: start_metadata_sync_to_all_nodes()."
    yield from _of_extensions(session)


def _of_extensions(session: Session) -> Iterator[str]:
    for extension in session.scalars(_EXTENSIONS).all():
        asked = f"SELECT count(*) FROM pg_available_extensions WHERE name = '{extension}'"
        for node, is_answered, result in session.execute(_ON_WORKERS, {"command": asked}):
            if not is_answered:
                yield f"Worker {node} does not answer: {result}"
            elif result == "0":
                yield f"Worker {node} has no extension {extension}: install its package."


def _of_the_database(session: Session, shards: int | None) -> Iterator[str]:
    yield from of_the_schema(session)
    wanted = [*DISTRIBUTED, *reference_tables()]
    for (table,) in session.execute(_NOT_OURS, {"tables": wanted}):
        yield f"Table {table} belongs to another role: run the command as its owner."
    busy, names = session.execute(_BUSY).one()
    if busy:
        yield f"{busy} transactions are open ({names}): stop the service meanwhile."
    yield from _of_what_is_placed(session, shards)


def _of_what_is_placed(session: Session, shards: int | None) -> Iterator[str]:
    references = set(reference_tables())
    for table, row in placed(session).items():
        if table in DISTRIBUTED:
            if not row.is_distributed or row.by_column != "jurisdiction_id":
                yield f"Table {table} is placed otherwise than by jurisdiction_id already."
            elif shards is not None and row.shards != shards:
                yield f"Table {table} has {row.shards} shards already, not {shards}."
        elif table in references and not row.is_reference:
            yield f"Table {table} is placed already, but not as a reference table."
        elif table in LOCAL:
            yield f"Table {table} is known to Citus, though it is the coordinator's own."
