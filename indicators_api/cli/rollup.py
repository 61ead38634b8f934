"""`indicators-api rollup`: prove the stored figures, or make them anew."""

import sys

import click

from indicators_api.aggregation import rollup as figures
from indicators_api.catalogue.versions import grow, own
from indicators_api.cli.opening import JURISDICTION, open_database, wall_clock


@click.group()
def rollup() -> None:
    """Prove the stored roll-up, or make it anew."""


@rollup.command()
def verify() -> None:
    """Recompute every stored figure from the accepted reports; exit status 1 on a difference."""
    with open_database().reading() as session:
        found = figures.verify(session, JURISDICTION)
    for cell in found:
        click.echo(
            f"{cell.period} {cell.area} {cell.indicator}: stored {cell.stored_sum} of "
            f"{cell.stored_count},"
            f" true {cell.true_sum} of {cell.true_count}"
        )
    if found:
        click.echo(f"{len(found)} cells differ: run `indicators-api rollup rebuild`.", err=True)
        sys.exit(1)
    click.echo("The roll-up is exactly what the accepted reports add up to.")


@rollup.command()
def rebuild() -> None:
    """Make the roll-up anew; acceptances wait meanwhile."""
    with open_database().writing() as session:
        own(session, JURISDICTION)
        figures.rebuild(session, JURISDICTION)
        grow(session, JURISDICTION, at=wall_clock())
    click.echo("The roll-up is made anew.")
