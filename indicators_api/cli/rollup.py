"""`indicators-api rollup`: prove the stored figures, or make them anew."""

import sys

import click

from indicators_api.aggregation import rollup as figures
from indicators_api.aggregation.counting import stale_rows
from indicators_api.aggregation.rollup import Sum
from indicators_api.aggregation.spread import Spread
from indicators_api.catalogue.versions import grow, own
from indicators_api.cli.opening import JURISDICTION, reading, wall_clock, writing


@click.group()
def rollup() -> None:
    """Prove the stored roll-up, or make it anew."""


@rollup.command()
def verify() -> None:
    """Recompute every stored figure from the accepted reports; exit status 1 on a difference."""
    with reading() as session:
        stale = stale_rows(session, JURISDICTION)
        found = figures.verify(session, JURISDICTION)
    for table, rows in stale.items():
        if rows:
            click.echo(f"{table}: {rows} rows are not what follows from the assignments")
    for cell in found:
        click.echo(
            f"{cell.period} {cell.area} {cell.indicator}: "
            f"stored {_told(cell.stored)}, true {_told(cell.true)}"
        )
    if found or any(stale.values()):
        click.echo(f"{len(found)} cells differ: run `indicators-api rollup rebuild`.", err=True)
        sys.exit(1)
    click.echo("The roll-up is exactly what the accepted reports add up to.")


@rollup.command()
def rebuild() -> None:
    """Make the roll-up anew; acceptances wait meanwhile."""
    at = wall_clock()
    with writing() as session:
        own(session, JURISDICTION)
        figures.rebuild(session, JURISDICTION, at=at)
        grow(session, JURISDICTION, at=at)
    click.echo("The roll-up is made anew.")


def _told(columns: Sum | Spread | None) -> str:
    if columns is None:
        return "nothing"
    return ", ".join(f"{name} {value}" for name, value in columns._asdict().items())
