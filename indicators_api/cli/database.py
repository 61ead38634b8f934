"""`indicators-api database`: bring it up to date, or ask where it stands."""

import os
import sys

import click

from indicators_api.aggregation import spread
from indicators_api.cli.connections import need
from indicators_api.cli.opening import reading, require_url, wall_clock, writing
from indicators_api.cli.years import years
from indicators_api.config import from_environment
from indicators_api.db import migrate
from indicators_api.db.years import ahead


def bring_up_to_date(url: str) -> None:
    """Migrate, make the tables of years to come, store what follows from rules and not from SQL."""
    migrate.upgrade(url)
    with writing() as session:
        ahead(session, wall_clock().year)
        spread.complete(session)


@click.group()
def database() -> None:
    """Bring the database up to date; look after its years."""


database.add_command(years)


@database.command()
def upgrade() -> None:
    """Run the migrations that are missing; nothing happens when there are none.

    Figures of this year and the next ones get their tables.
    """
    bring_up_to_date(require_url())
    click.echo(f"The database is at revision {migrate.newest()}.")


@database.command()
def check() -> None:
    """Tell whether the database is up to date and lends enough connections.

    Exit status 1 when not.
    """
    with reading() as session:
        present = migrate.present(session)
    found = need(from_environment({**os.environ, "DATABASE_URL": require_url()}))
    if found:
        click.echo(str(found), err=not found.fits)
    if present == migrate.newest():
        click.echo(f"The database is up to date, at revision {present}.")
        sys.exit(0 if found is None or found.fits else 1)
    click.echo(
        f"The database is at revision {present or 'none'}, the newest is {migrate.newest()}: "
        "run `indicators-api database upgrade`.",
        err=True,
    )
    sys.exit(1)
