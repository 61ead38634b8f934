"""Put the figures of an old year away, and take them back: all of an installation's at once.

Reports, versions and steps stay where they are: who sent what when is always told. Source:
docs/decisions/0016.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import text

from indicators_api.audit import journal
from indicators_api.catalogue.versions import grow, own
from indicators_api.db import years
from indicators_api.db.session import Session
from indicators_api.errors import Conflict, NotFound, mark

#: Years that are never put away: this one and those that it is compared with. A stock of January
#: may be carried over from the year before, beside which stands the year before that.
KEPT: Final = 3

_JURISDICTIONS = text("SELECT id FROM jurisdiction ORDER BY id")
# Whoever writes a report waits, whoever reads one does not.
_HOLD_REPORTS = text("LOCK TABLE report IN SHARE ROW EXCLUSIVE MODE")
_OPEN_REPORTS = text("""
    SELECT count(*) FROM report r
    WHERE r.jurisdiction_id = :jurisdiction AND r.period_id BETWEEN :first AND :last
      AND (r.accepted_version IS DISTINCT FROM r.version OR r.state <> 'accepted')
""")
_OPEN_CORRECTIONS = text("""
    SELECT count(*) FROM correction k
    WHERE k.jurisdiction_id = :jurisdiction AND k.period_id BETWEEN :first AND :last
      AND k.state = 'requested'
""")


def archive(session: Session, author: journal.Author, year: int, *, at: datetime) -> None:
    """Put the figures of a year away; the oldest goes first.

    Raises NotFound for a year that has none or is put away already, Conflict where the year is
    young, an older one is there still, or something of it is open.
    """
    present = years.attached(session)
    if year not in present:
        raise NotFound(mark("There are no figures of %(year)s to archive."), year=year)
    if year > at.year - KEPT:
        raise Conflict(
            mark("Figures of %(year)s are needed: the last to be archived is %(last)s."),
            year=year,
            last=at.year - KEPT,
        )
    if year > present[0]:
        raise Conflict(
            mark("Figures of %(oldest)s are there still: the oldest year is archived first."),
            oldest=present[0],
        )
    jurisdictions = _hold(session)
    for jurisdiction in jurisdictions:
        _demand_closed(session, jurisdiction, year)
    years.detach(session, year, at=at)
    _tell(session, author, jurisdictions, "year.archive", year, at=at)


def restore(session: Session, author: journal.Author, year: int, *, at: datetime) -> None:
    """Take the figures of a year back; the newest comes first.

    Raises NotFound where none is put away, Conflict for another than the newest.
    """
    newest = years.newest_archived(session)
    if newest is None:
        raise NotFound(mark("No year is archived."))
    if year != newest:
        raise Conflict(
            mark("Figures of %(newest)s are restored first: they are the newest in the archive."),
            newest=newest,
        )
    jurisdictions = _hold(session)
    years.attach(session, year)
    _tell(session, author, jurisdictions, "year.restore", year, at=at)


def _hold(session: Session) -> list[int]:
    """Wait until nobody writes a report or uses a catalogue, and give all jurisdictions."""
    jurisdictions = list(session.scalars(_JURISDICTIONS))
    for jurisdiction in jurisdictions:
        own(session, jurisdiction)
    session.execute(_HOLD_REPORTS)
    return jurisdictions


def _demand_closed(session: Session, jurisdiction: int, year: int) -> None:
    asked = {"jurisdiction": jurisdiction, "first": year * 100, "last": year * 100 + 99}
    reports = session.scalar(_OPEN_REPORTS, asked)
    corrections = session.scalar(_OPEN_CORRECTIONS, asked)
    if reports or corrections:
        raise Conflict(
            mark(
                "%(year)s is not closed: %(reports)s reports are not accepted as they stand, "
                "%(corrections)s corrections wait for a decision."
            ),
            year=year,
            reports=reports,
            corrections=corrections,
        )


def _tell(
    session: Session,
    author: journal.Author,
    jurisdictions: list[int],
    action: str,
    year: int,
    *,
    at: datetime,
) -> None:
    """Note it in each journal, and let what clients keep of figures be out of date."""
    for jurisdiction in jurisdictions:
        grow(session, jurisdiction, at=at)
        subject = journal.Subject(f"year/{year}", None, None, None)
        journal.append(
            session, author._replace(jurisdiction=jurisdiction), action, {subject: {}}, at=at
        )
