"""`indicators-api`: the commands, and how their failures are told."""

import os
import sys

import click

from indicators_api.cli import (
    audit,
    catalogue,
    certificates,
    database,
    demo,
    distribute,
    exchange,
    openapi,
    partners,
    rollup,
    run,
    sharing,
    tokens,
)
from indicators_api.config import ConfigError
from indicators_api.db.embedded import EmbeddedError
from indicators_api.errors import DomainError
from indicators_api.version import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def commands() -> None:
    """Run and look after the reporting system of a province.

    Commands work on the database in DATABASE_URL; `run` starts a private one without it.
    """


commands.add_command(run.run)
commands.add_command(database.database)
commands.add_command(distribute.distribute)
commands.add_command(catalogue.catalogue)
commands.add_command(tokens.tokens)
commands.add_command(certificates.certificates)
commands.add_command(rollup.rollup)
commands.add_command(audit.audit)
commands.add_command(exchange.exchange)
commands.add_command(partners.partners)
commands.add_command(sharing.sharing)
commands.add_command(openapi.openapi)
commands.add_command(demo.demo)


def main() -> None:
    """Run a command; an expected failure is a sentence on standard error and exit status 1."""
    try:
        commands(prog_name="indicators-api")
    except (DomainError, ConfigError, EmbeddedError) as error:
        click.echo(f"indicators-api: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
