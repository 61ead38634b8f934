"""`indicators-api database`: bring it up to date, or ask where it stands."""

import sys

import click

from indicators_api.cli.opening import reading, require_url, wall_clock, writing
from indicators_api.cli.years import years
from indicators_api.db import migrate
from indicators_api.db.years import ahead


@click.group()
def database() -> None:
    """Bring the database up to date; look after its years."""


database.add_command(years)


@database.command()
def upgrade() -> None:
    """Run the migrations that are missing; nothing happens when there are none.

    Figures of this year and the next ones get their tables.
    """
    migrate.upgrade(require_url())
    with writing() as session:
        ahead(session, wall_clock().year)
    click.echo(f"The database is at revision {migrate.newest()}.")


@database.command()
def check() -> None:
    """Tell whether the database is up to date; exit status 1 when not."""
    with reading() as session:
        present = migrate.present(session)
    if present == migrate.newest():
        click.echo(f"The database is up to date, at revision {present}.")
        return
    click.echo(
        f"The database is at revision {present or 'none'}, the newest is {migrate.newest()}: "
        "run `indicators-api database upgrade`.",
        err=True,
    )
    sys.exit(1)
