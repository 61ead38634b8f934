"""Which units must sign what they send."""

from datetime import datetime

from sqlalchemy import text

from indicators_api.audit import journal
from indicators_api.catalogue.versions import grow, own
from indicators_api.db.session import Session
from indicators_api.errors import NotFound, mark
from indicators_api.indicators.snapshot import snapshot
from indicators_api.reports.access import find_unit
from indicators_api.reports.queries import ReportingUnit

_SIGNING = text("""
    SELECT unit_id FROM signature_policy WHERE jurisdiction_id = :jurisdiction AND required
""")
_PUT = text("""
    INSERT INTO signature_policy AS p (jurisdiction_id, unit_id, required)
    VALUES (:jurisdiction, :unit, :required)
    ON CONFLICT (jurisdiction_id, unit_id) DO UPDATE SET required = excluded.required
        WHERE p.required <> excluded.required
    RETURNING unit_id
""")


def is_required(session: Session, jurisdiction: int, *units: int | None) -> bool:
    """Tell whether any of some units, by their ids, must sign. None: no unit, which need not."""
    signing = snapshot(session, jurisdiction).remembered(
        _SIGNING, lambda: frozenset(session.scalars(_SIGNING, {"jurisdiction": jurisdiction}))
    )
    return not signing.isdisjoint(units)


def read(session: Session, jurisdiction: int, code: str) -> bool:
    """Tell whether a unit must sign. Raises NotFound."""
    return is_required(session, jurisdiction, _unit(session, jurisdiction, code).id)


def put(
    session: Session, author: journal.Author, code: str, *, required: bool, at: datetime
) -> None:
    """Let a unit have to sign, or not, from now on. Raises NotFound."""
    own(session, author.jurisdiction)
    unit = _unit(session, author.jurisdiction, code)
    parameters = {"jurisdiction": author.jurisdiction, "unit": unit.id, "required": required}
    if session.scalar(_PUT, parameters) is not None:
        grow(session, author.jurisdiction, at=at)
        subject = journal.Subject(f"unit/{code}", None, unit.id, unit.area_id)
        told = {subject: {"required": required}}
        journal.append(session, author, "signature_policy.change", told, at=at)


def _unit(session: Session, jurisdiction: int, code: str) -> ReportingUnit:
    unit = find_unit(session, jurisdiction, code)
    if unit is None:
        raise NotFound(mark("There is no unit %(code)s."), code=code)
    return unit
