"""`indicators-api sharing`: look after the sharing log."""

import os
from datetime import timedelta

import click

from indicators_api.audit import journal
from indicators_api.audit import sharing as log
from indicators_api.audit.journal import Subject
from indicators_api.cli.opening import (
    JURISDICTION,
    OPERATOR,
    connected,
    require_url,
    wall_clock,
)
from indicators_api.config import from_environment


@click.group()
def sharing() -> None:
    """Look after the log of what was shared (Decree 47/2020/NĐ-CP, article 45)."""


@sharing.command()
@click.option("--dry-run", is_flag=True, help="Only tell how many rows would be deleted.")
def purge(*, dry_run: bool) -> None:
    """Delete what is older than INDICATORS_SHARING_DAYS, and note it in the journal.

    Meant for a timer: once a day is often enough.
    """
    days = from_environment({**os.environ, "DATABASE_URL": require_url()}).sharing_days
    at = wall_clock()
    before = at - timedelta(days=days)
    with connected() as database:
        if dry_run:
            with database.reading() as session:
                rows = log.older(session, JURISDICTION, before=before)
            click.echo(f"{rows} rows are older than {days} days and would be deleted.")
            return
        rows = log.purge(database, JURISDICTION, before=before)
        if rows:
            entries = {Subject("sharing"): {"before": before, "rows": rows}}
            with database.writing() as session:
                journal.append(session, OPERATOR, "sharing.purge", entries, at=at)
    click.echo(f"{rows} rows were older than {days} days and are deleted.")
