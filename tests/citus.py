"""Databases of tests on a Citus cluster: DATABASE_URL names its coordinator.

A copy of a distributed database would name shards that lie in another one. So the template stays
plain; each copy gets its own databases on all nodes, and is distributed as an operator does it. The
nodes are those of DATABASE_URL's database, which has the extension; whoever runs the tests
reaches them by the names there, with the same role and password.
"""

from typing import NamedTuple

import psycopg
from click.testing import CliRunner
from psycopg import conninfo, sql

from indicators_api.cli.main import commands

#: Few, since many databases are made.
SHARDS = 4


class Node(NamedTuple):
    """A node by its name in the cluster."""

    host: str
    port: int


def nodes(admin_url: str) -> list[Node]:
    """Give the nodes of a cluster, its coordinator first. None: it is a server of its own."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        if not connection.execute("SELECT FROM pg_extension WHERE extname = 'citus'").fetchone():
            return []
        rows = connection.execute(
            "SELECT nodename, nodeport FROM pg_dist_node WHERE isactive AND noderole = 'primary'"
            " ORDER BY groupid"
        )
        return [Node(*row) for row in rows]


def drop_on_workers(admin_url: str, name: str) -> None:
    """Drop a database of the workers, with what a killed run left connected."""
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    for worker in nodes(admin_url)[1:]:
        _run(_at(admin_url, worker), statement)


def spread(admin_url: str, url: str, name: str) -> None:
    """Distribute a database that is migrated and loaded over the cluster; nothing without one."""
    coordinator, *workers = nodes(admin_url) or [None]
    if coordinator is None:
        return
    made = sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
    drop_on_workers(admin_url, name)
    for worker in workers:
        _run(_at(admin_url, worker), made)
        _run(_at(admin_url, worker, name), "CREATE EXTENSION citus")
    _run(url, "CREATE EXTENSION citus")
    _run(url, "SELECT citus_set_coordinator_host(%s, %s)", coordinator)
    for worker in workers:
        _run(url, "SELECT citus_add_node(%s, %s)", worker)
    words = ["distribute", "--shards", str(SHARDS)]
    done = CliRunner(env={"DATABASE_URL": url}).invoke(commands, words)
    assert done.exit_code == 0, done.output


def _at(url: str, node: Node, name: str | None = None) -> str:
    database = {"dbname": name} if name else {}
    return conninfo.make_conninfo(url, host=node.host, port=node.port, **database)


def _run(url: str, statement: str | sql.Composed, values: Node | None = None) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        # The database of the coordinator is made by itself, from the template.
        connection.execute("SET citus.enable_create_database_propagation = off")
        connection.execute(statement, values)
