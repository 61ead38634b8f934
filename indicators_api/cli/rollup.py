"""`indicators-api rollup`: prove the stored figures, or make them anew."""

import sys

import click

from indicators_api.aggregation import rollup as figures
from indicators_api.aggregation.counting import stale_rows
from indicators_api.aggregation.rollup import Sum
from indicators_api.aggregation.spread import Spread
from indicators_api.catalogue.versions import grow, own
from indicators_api.cli.jurisdictions import chosen, each_jurisdiction, titled
from indicators_api.cli.opening import connected, reading, wall_clock
from indicators_api.db.session import Session


@click.group()
def rollup() -> None:
    """Prove the stored roll-up, or make it anew."""


@rollup.command()
@each_jurisdiction
def verify(*, jurisdiction: str | None) -> None:
    """Recompute every stored figure from the accepted reports; exit status 1 on a difference."""
    with reading() as session:
        good = [
            tell_differences(session, each.id) for each in titled(chosen(session, jurisdiction))
        ]
    if not all(good):
        sys.exit(1)


def tell_differences(session: Session, jurisdiction: int) -> bool:
    """Print what of a jurisdiction's roll-up is wrong, if anything; tell whether it is good."""
    stale = stale_rows(session, jurisdiction)
    found = figures.verify(session, jurisdiction)
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
        return False
    click.echo("The roll-up is exactly what the accepted reports add up to.")
    return True


@rollup.command()
@each_jurisdiction
def rebuild(*, jurisdiction: str | None) -> None:
    """Make the roll-up anew; acceptances wait meanwhile."""
    with connected() as database:
        with database.reading() as session:
            found = chosen(session, jurisdiction)
        for each in titled(found):
            at = wall_clock()
            with database.writing() as session:
                own(session, each.id)
                figures.rebuild(session, each.id, at=at)
                grow(session, each.id, at=at)
            click.echo("The roll-up is made anew.")


def _told(columns: Sum | Spread | None) -> str:
    if columns is None:
        return "nothing"
    return ", ".join(f"{name} {value}" for name, value in columns._asdict().items())
