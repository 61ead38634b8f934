"""`indicators-api audit`: look after the journal."""

import click

from indicators_api.audit import numbering
from indicators_api.cli.opening import JURISDICTION, connected


@click.group()
def audit() -> None:
    """Look after the journal of changes."""


@audit.command()
@click.option(
    "--adopt",
    is_flag=True,
    help="First look through the whole journal for what older software wrote into it after the "
    "database was upgraded.",
)
def number(*, adopt: bool) -> None:
    """Give the entries that were committed their positions and hashes.

    Reading the feed of changes does so too; a timer keeps the time short in which an entry is not
    chained yet where nobody reads it.
    """
    with connected() as database:
        if adopt:
            click.echo(f"{numbering.adopt(database, JURISDICTION)} entries did not wait; now do.")
        click.echo(f"{numbering.number(database, JURISDICTION)} entries are numbered.")
