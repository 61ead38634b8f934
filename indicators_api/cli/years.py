"""`indicators-api database years`: the partitions that figures lie in."""

import click

from indicators_api.cli.opening import operator, reading, wall_clock, writing
from indicators_api.db import years as parts
from indicators_api.periods import FIRST_YEAR, LAST_YEAR
from indicators_api.reports import archiving

#: Years are put away in all jurisdictions at once; each one's journal tells of it.
ALL = 0

YEAR = click.IntRange(FIRST_YEAR, LAST_YEAR)


@click.group()
def years() -> None:
    """Look after the years that figures are stored by."""


@years.command("list")
def list_years() -> None:
    """List the years with rows (counted) and size."""
    with reading() as session:
        found = parts.all_years(session)
    click.echo(f"{'year':6} {'observations':>14} {'sums':>12} {'MB':>8}")
    for year in found:
        put_away = "  archived" if year.is_archived else ""
        click.echo(
            f"{year.year:<6} {year.observations:14,} {year.sums:12,} {year.size / 1e6:8,.1f}"
            f"{put_away}"
        )


@years.command()
@click.argument("year", type=YEAR, required=False)
def create(year: int | None) -> None:
    """Make the tables of YEAR; without it, of this year and the next ones."""
    with writing() as session:
        this_year = wall_clock().year
        made = parts.create(session, [year]) if year else parts.ahead(session, this_year)
    click.echo(f"Made: {', '.join(map(str, made))}." if made else "There is nothing to make.")


@years.command()
@click.argument("year", type=YEAR)
def archive(year: int) -> None:
    """Put the figures of YEAR into the schema `archive`; the service answers them no more."""
    with writing() as session:
        archiving.archive(session, operator(ALL), year, at=wall_clock())
    click.echo(f"The figures of {year} are in archive.observation_{year}, archive.rollup_{year}.")


@years.command()
@click.argument("year", type=YEAR)
def restore(year: int) -> None:
    """Take the figures of YEAR back from the archive."""
    with writing() as session:
        archiving.restore(session, operator(ALL), year, at=wall_clock())
    click.echo(f"The figures of {year} are answered again.")
