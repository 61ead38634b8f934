"""`indicators-api distribute`: over the nodes of a Citus cluster, by jurisdiction."""

import sys

import click

from indicators_api.cli import distribute_steps as steps
from indicators_api.cli.distribute_preflight import obstacles, placed
from indicators_api.cli.opening import connected
from indicators_api.db.session import Database
from indicators_api.models.placement import DISTRIBUTED


@click.command()
@click.option("--dry-run", is_flag=True, help="Tell what would be done, and what is in the way.")
@click.option(
    "--shards",
    type=click.IntRange(1, 64_000),
    help=f"How many shards the facts are cut into ({steps.USUAL_SHARDS}); stays as it is.",
)
def distribute(*, dry_run: bool, shards: int | None) -> None:
    """Distribute the installation over the nodes of a Citus cluster.

    The catalogue is copied to every node, facts are cut into shards by jurisdiction, journal,
    queues and tokens stay on the coordinator. Run again, it does what is left to do. Stop the
    service meanwhile.
    """
    with connected() as database:
        todo = look(database, shards)
        if not todo:
            click.echo("There is nothing to do: all tables are placed.")
        elif dry_run:
            tell_plan(database, todo)
        else:
            do(database, todo, shards or steps.USUAL_SHARDS)


def look(database: Database, shards: int | None) -> list[str]:
    """Give the tables that are left to place; obstacles are told, and end the command."""
    with database.reading() as session:
        found = obstacles(session, shards)
        if not found:
            return steps.remaining(list(placed(session)))
    for obstacle in found:
        click.echo(obstacle, err=True)
    click.echo("Nothing was changed.", err=True)
    sys.exit(1)


def tell_plan(database: Database, todo: list[str]) -> None:
    """Tell what would be done, in order, with the rows there are."""
    with database.reading() as session:
        rows = steps.count(session, todo)
    for table in todo:
        click.echo(f"{table:28} {kind_of(table):12} {rows[table]:12,} rows")
    click.echo("Nothing was changed: this is a dry run.")


def do(database: Database, todo: list[str], shards: int) -> None:
    """Place the tables, then free the space that they took before."""
    with database.writing() as session:
        done = steps.distribute(
            session, todo, shards, tell=lambda table: click.echo(f"• {table}: {kind_of(table)}")
        )
    for key in done.dropped:
        click.echo(f"• {key.source} does not refer to {key.target} by a key any more ({key.name})")
    for table in todo:
        with database.writing() as session:
            steps.free(session, table)
    rows = sum(done.rows.values())
    click.echo(f"{len(todo)} tables with {rows:,} rows are placed; each has as many as before.")


def kind_of(table: str) -> str:
    """Say how a table is placed."""
    return "distributed" if table in DISTRIBUTED else "reference"
