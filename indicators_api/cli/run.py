"""`indicators-api run`: from nothing to a running service, a line per step."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import text

from indicators_api.cli import private
from indicators_api.cli.catalogue import TRA_VINH, load_and_derive
from indicators_api.cli.opening import JURISDICTION, wall_clock, writing
from indicators_api.cli.tokens import find_area, find_units, issue_all
from indicators_api.config import from_environment
from indicators_api.db import migrate
from indicators_api.db.session import Session
from indicators_api.db.years import ahead
from indicators_api.security.tokens import Holder, list_all

GUNICORN_SETTINGS = private.PROJECT / "gunicorn.conf.py"

#: The commune of the demonstration: Phường 4 of Trà Vinh city.
UNIT = "H59.21.11"
#: Codes are reused: the areas of the reference data are those of this day.
DAY = datetime(2024, 7, 14, tzinfo=UTC)

_LOADED = text("SELECT EXISTS (SELECT FROM jurisdiction WHERE id = :jurisdiction)")


@click.command()
@click.option("--no-demo", is_flag=True, help="Issue no demonstration tokens.")
def run(*, no_demo: bool) -> None:
    """Start the service, with a private PostgreSQL unless DATABASE_URL names one.

    Migrates, loads the reference data, prints demonstration tokens the first time, and serves on
    PORT (8000) until stopped.
    """
    if not os.environ.get("DATABASE_URL"):
        step("Starting the private PostgreSQL")
        os.environ["DATABASE_URL"] = private.start()
        private.use()
    config = from_environment(os.environ)
    step("Bringing the database up to date")
    migrate.upgrade(config.database_url)
    with writing() as session:
        ahead(session, wall_clock().year)
        load_reference_data(session)
        if not no_demo:
            print_demonstration_tokens(session)
    step(f"Serving on http://{config.host}:{config.port} – documentation at /docs, Ctrl-C stops it")
    sys.stdout.flush()
    gunicorn = Path(sys.executable).with_name("gunicorn")
    os.chdir(private.PROJECT)
    os.execv(gunicorn, [str(gunicorn), "--config", str(GUNICORN_SETTINGS), "wsgi:app"])  # noqa: S606 - our own


def step(what: str) -> None:
    """Tell what happens now."""
    click.echo(f"• {what}")


def load_reference_data(session: Session) -> None:
    """Load the packaged catalogue into a new installation.

    Afterwards administrators look after it.
    """
    if session.scalar(_LOADED, {"jurisdiction": JURISDICTION}):
        step("The reference data are loaded; `indicators-api catalogue load` brings changes")
        return
    step("Loading the reference data of Trà Vinh")
    report = load_and_derive(session, TRA_VINH, at=wall_clock())
    rows = sum(count.added for count in report.tables.values())
    click.echo(f"  {rows} rows")


def print_demonstration_tokens(session: Session) -> None:
    """Issue one token of each role, once: they can't be read again."""
    if list_all(session, JURISDICTION):
        click.echo(
            "• Tokens were issued before: `indicators-api tokens list` shows them, `issue` "
            "makes more"
        )
        return
    step("Demonstration tokens, shown this once; paste them into the other terminal")
    for variable, role, area in (
        ("CLERK", "clerk", None),
        ("LEADER", "leader", None),
        ("REVIEWER", "reviewer", "842"),
        ("OPERATIONS", "operations", "84"),
        ("ADMINISTRATOR", "administrator", "84"),
    ):
        token, holder = demonstration_token(session, role, area)
        click.echo(f"  export {variable}={token}  # {holder}")


def demonstration_token(session: Session, role: str, area: str | None) -> tuple[str, str]:
    """Issue a token of a role to the demonstration unit, or for an area.

    Give it and who it is for.
    """
    at = wall_clock()
    if area is None:
        ((number, code),) = find_units(session, role, UNIT, each_unit=False)
        holder, area_id = Holder(number, f"{role} of {code}"), None
    else:
        area_id, code = find_area(session, area, DAY)
        holder = Holder(None, f"{role} of area {code}")
    (token,) = issue_all(session, role, [holder], area_id=area_id, at=at)
    return token, holder.name
