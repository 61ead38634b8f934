"""Which indicators the operations centre's snapshot shows, in their order."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.audit import journal
from indicators_api.audit.journal import Subject
from indicators_api.catalogue.faults import unknown_indicator
from indicators_api.catalogue.history import remember_whole
from indicators_api.catalogue.versions import grow, own
from indicators_api.db.base import Base
from indicators_api.db.session import Session
from indicators_api.errors import Fault, InvalidRequest, Message, mark
from indicators_api.indicators.snapshot import snapshot
from indicators_api.models import SnapshotIndicator

_TABLE = Base.metadata.tables[SnapshotIndicator.__tablename__]

_CHOSEN = text("""
    SELECT i.code FROM snapshot_indicator s
    JOIN indicator i ON i.jurisdiction_id = s.jurisdiction_id AND i.id = s.indicator_id
    WHERE s.jurisdiction_id = :jurisdiction ORDER BY s.sort_order
""")
_USUAL = text("""
    SELECT code FROM indicator i
    WHERE jurisdiction_id = :jurisdiction
      AND (EXISTS (SELECT FROM threshold t WHERE t.jurisdiction_id = :jurisdiction
                                             AND t.indicator_id = i.id)
           OR EXISTS (SELECT FROM annual_target t WHERE t.jurisdiction_id = :jurisdiction
                                                    AND t.indicator_id = i.id))
    ORDER BY code
""")
_CLEAR = text("DELETE FROM snapshot_indicator WHERE jurisdiction_id = :jurisdiction")
_CHOOSE = text("""
    INSERT INTO snapshot_indicator (jurisdiction_id, indicator_id, sort_order)
    SELECT :jurisdiction, c.id, c.place
    FROM unnest(CAST(:ids AS int[])) WITH ORDINALITY AS c(id, place)
""")


class Watched(NamedTuple):
    """Codes of indicators in their order; whether somebody chose them."""

    codes: list[str]
    is_chosen: bool


def watched(session: Session, jurisdiction: int) -> Watched:
    """Give the indicators of the snapshot.

    Where none is chosen, those that have a threshold or a plan, of any area, by code.
    """
    chosen = list(session.scalars(_CHOSEN, {"jurisdiction": jurisdiction}))
    if chosen:
        return Watched(chosen, is_chosen=True)
    usual = list(session.scalars(_USUAL, {"jurisdiction": jurisdiction}))
    return Watched(usual, is_chosen=False)


def choose(
    session: Session, author: journal.Author, codes: Sequence[str], *, at: datetime
) -> Watched:
    """Choose the indicators of the snapshot in their order; with none it shows the usual ones.

    Raises InvalidRequest with every fault.
    """
    own(session, author.jurisdiction)
    known = snapshot(session, author.jurisdiction).by_code
    faults = _faults(codes, known)
    if faults:
        raise InvalidRequest(
            mark("The request has %(count)s faults."), faults=faults, count=len(faults)
        )
    mine = {"jurisdiction": author.jurisdiction}
    if list(session.scalars(_CHOSEN, mine)) != list(codes):
        session.execute(_CLEAR, mine)
        session.execute(_CHOOSE, {**mine, "ids": [known[code].id for code in codes]})
        remember_whole(session, _TABLE, author.jurisdiction, at=at)
        grow(session, author.jurisdiction, at=at)
        entries = {Subject("operations-centre/indicators"): {"indicators": list(codes)}}
        journal.append(session, author, "snapshot.choose", entries, at=at)
    return watched(session, author.jurisdiction)


def _faults(codes: Sequence[str], known: Collection[str]) -> list[Fault]:
    faults: list[Fault] = []
    for number, code in enumerate(codes):
        pointer = f"/indicators/{number}"
        if code not in known:
            faults.append(unknown_indicator(pointer, code))
        elif code in codes[:number]:
            message = Message(mark("An entry stands in the list twice."))
            faults.append(Fault(pointer, "repeated", message))
    return faults
