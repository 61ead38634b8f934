"""Which jurisdiction a command works on: `--jurisdiction CODE`, for all commands alike.

In a province's own installation there is one, and nobody has to name it.
"""

from collections.abc import Iterator, Sequence

import click

from indicators_api.catalogue.jurisdictions import JurisdictionFacts, chosen, the_one

__all__ = ["chosen", "each_jurisdiction", "one_jurisdiction", "the_one", "titled"]

#: Of commands that work on one: see `the_one`.
one_jurisdiction = click.option(
    "--jurisdiction", help="Code of the jurisdiction; needed only where there are several."
)
#: Of commands that work on one after the other: see `chosen`.
each_jurisdiction = click.option(
    "--jurisdiction", help="Code of the jurisdiction; all of them unless given."
)


def titled(found: Sequence[JurisdictionFacts]) -> Iterator[JurisdictionFacts]:
    """Give jurisdictions in turn; where there are several, a line says whose lines follow."""
    for each in found:
        if len(found) > 1:
            click.echo(f"{each.code}:")
        yield each
