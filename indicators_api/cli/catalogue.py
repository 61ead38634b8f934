"""`indicators-api catalogue`: load the reference data."""

from datetime import datetime
from pathlib import Path

import click

from indicators_api.aggregation.rollup import rebuild
from indicators_api.audit import journal
from indicators_api.audit.journal import Subject
from indicators_api.catalogue.load import LoadReport, load
from indicators_api.cli.opening import operator, wall_clock, writing
from indicators_api.db.session import Session

#: The packaged data of Trà Vinh in 2024.
TRA_VINH = Path(__file__).resolve().parents[1] / "data" / "tra_vinh"


@click.group()
def catalogue() -> None:
    """Load areas, units, indicators, assignments, rules, plans and deadlines."""


@catalogue.command("load")
@click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=TRA_VINH
)
@click.option("--new", is_flag=True, help="The jurisdiction is added to those that are here.")
def load_command(folder: Path, *, new: bool) -> None:
    """Load the CSV files of FOLDER (the packaged Trà Vinh data unless given).

    They are of the jurisdiction that jurisdiction.csv names. Loading again changes only what
    differs. A catalogue that breaks references is refused with every fault named, and nothing is
    loaded.
    """
    with writing() as session:
        report = load_and_derive(session, folder, at=wall_clock(), new=new)
    for table, change in report.tables.items():
        click.echo(
            f"{table:22} {change.added:6} added {change.changed:6} changed {change.ended:6} ended"
            f" {change.unchanged:6} unchanged"
        )
    for note in report.notes:
        click.echo(f"note: {note.text % dict(note.params)}")


def load_and_derive(
    session: Session, folder: Path, *, at: datetime, new: bool = False
) -> LoadReport:
    """Load a folder; in the same transaction derive who counts and the roll-up if need be."""
    report = load(session, folder, at=at, new=new)
    author = operator(report.jurisdiction)
    if report.counting_changed:
        rebuild(session, report.jurisdiction, at=at)
    if report.changed:
        details = {table: change._asdict() for table, change in report.tables.items()}
        journal.append(session, author, "catalogue.load", {Subject("catalogue"): details}, at=at)
    for action, entries in report.told.items():
        journal.append(session, author, action, entries, at=at)
    return report
