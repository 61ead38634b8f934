"""`indicators-api audit`: look after the journal."""

import click

from indicators_api.audit import numbering
from indicators_api.cli.jurisdictions import chosen, each_jurisdiction, titled
from indicators_api.cli.opening import connected


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
@each_jurisdiction
def number(*, adopt: bool, jurisdiction: str | None) -> None:
    """Give the entries that were committed their positions and hashes.

    Reading the feed of changes does so too; a timer keeps the time short in which an entry is not
    chained yet where nobody reads it.
    """
    with connected() as database:
        with database.reading() as session:
            found = chosen(session, jurisdiction)
        for each in titled(found):
            if adopt:
                click.echo(f"{numbering.adopt(database, each.id)} entries did not wait; now do.")
            click.echo(f"{numbering.number(database, each.id)} entries are numbered.")
