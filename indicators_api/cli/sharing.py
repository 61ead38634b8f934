"""`indicators-api sharing`: look after the sharing log."""

import os
from datetime import datetime, timedelta

import click

from indicators_api.audit import journal
from indicators_api.audit import sharing as log
from indicators_api.audit.journal import Subject
from indicators_api.cli.jurisdictions import chosen, each_jurisdiction, titled
from indicators_api.cli.opening import connected, operator, require_url, wall_clock
from indicators_api.config import from_environment
from indicators_api.db.session import Database


@click.group()
def sharing() -> None:
    """Look after the log of what was shared (Decree 47/2020/NĐ-CP, article 45)."""


@sharing.command()
@click.option("--dry-run", is_flag=True, help="Only tell how many rows would be deleted.")
@each_jurisdiction
def purge(*, dry_run: bool, jurisdiction: str | None) -> None:
    """Delete what is older than INDICATORS_SHARING_DAYS, and note it in the journal.

    Meant for a timer: once a day is often enough.
    """
    days = from_environment({**os.environ, "DATABASE_URL": require_url()}).sharing_days
    before = wall_clock() - timedelta(days=days)
    with connected() as database:
        with database.reading() as session:
            found = chosen(session, jurisdiction)
        for each in titled(found):
            if dry_run:
                with database.reading() as session:
                    rows = log.older(session, each.id, before=before)
                click.echo(f"{rows} rows are older than {days} days and would be deleted.")
            else:
                rows = delete(database, each.id, before)
                click.echo(f"{rows} rows were older than {days} days and are deleted.")


def delete(database: Database, jurisdiction: int, before: datetime) -> int:
    """Delete a jurisdiction's rows of an earlier time, note it, and give how many those were."""
    rows = log.purge(database, jurisdiction, before=before)
    if rows:
        entries = {Subject("sharing"): {"before": before, "rows": rows}}
        with database.writing() as session:
            author = operator(jurisdiction)
            journal.append(session, author, "sharing.purge", entries, at=wall_clock())
    return rows
