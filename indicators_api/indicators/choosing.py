"""Choose indicators by code and by sector, naming every unknown code."""

from collections.abc import Sequence

from sqlalchemy import text

from indicators_api.db.session import Session
from indicators_api.errors import Fault, Message, mark
from indicators_api.indicators.snapshot import IndicatorFacts, Snapshot

_SECTORS = text("""
    WITH RECURSIVE inside AS (
        SELECT code AS asked, id FROM sector
        WHERE jurisdiction_id = :jurisdiction AND code = ANY(:codes)
        UNION
        SELECT i.asked, s.id FROM inside i
        JOIN sector s ON s.jurisdiction_id = :jurisdiction AND s.parent_id = i.id
    )
    SELECT asked, array_agg(id) FROM inside GROUP BY asked
""")


def choose(
    session: Session,
    jurisdiction: int,
    known: Snapshot,
    *,
    codes: Sequence[str] | None,
    sectors: Sequence[str] | None,
) -> tuple[list[IndicatorFacts], list[Fault]]:
    """Give the indicators that are named or belong to a named sector (with all sectors in it).

    All, if none is.

    In no particular order. The faults name the unknown codes.
    """
    if codes is None and sectors is None:
        return list(known.by_code.values()), []
    members, faults = _of_sectors(session, jurisdiction, known, sectors or ())
    chosen = {facts.id: facts for facts in members}
    for code in codes or ():
        facts = known.by_code.get(code)
        if facts is None:
            faults.append(unknown("indicator", code))
        else:
            chosen[facts.id] = facts
    return list(chosen.values()), faults


def unknown(kind: str, code: str) -> Fault:
    """Say that a parameter names something that does not exist."""
    said = Message(mark("There is no %(kind)s %(code)s."), {"kind": kind, "code": code})
    return Fault(f"/{kind}", f"unknown-{kind}", said, {"in": "query"})


def _of_sectors(
    session: Session, jurisdiction: int, known: Snapshot, codes: Sequence[str]
) -> tuple[list[IndicatorFacts], list[Fault]]:
    if not codes:
        return [], []
    rows = session.execute(_SECTORS, {"jurisdiction": jurisdiction, "codes": list(codes)})
    by_code: dict[str, list[int]] = {row[0]: row[1] for row in rows}
    ids = {number for members in by_code.values() for number in members}
    faults = [unknown("sector", code) for code in codes if code not in by_code]
    return [facts for facts in known.by_code.values() if facts.sector_id in ids], faults
