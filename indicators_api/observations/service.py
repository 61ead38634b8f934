"""Answer questions for observations: what is meant, who may see it, then the query."""

from collections.abc import Generator, Sequence
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.db.copying import Form
from indicators_api.db.session import Session
from indicators_api.errors import InvalidRequest, NotFound, mark
from indicators_api.indicators.choosing import choose, unknown
from indicators_api.indicators.snapshot import snapshot
from indicators_api.observations import queries
from indicators_api.observations.queries import Place
from indicators_api.periods import Period
from indicators_api.security.actors import Actor


class Question(NamedTuple):
    """What is asked. None: no restriction."""

    periods: Sequence[Period]
    unit: str | None = None
    area: str | None = None
    indicators: Sequence[str] | None = None
    sectors: Sequence[str] | None = None
    sent: bool = False
    after: Place | None = None
    #: None: all that there are.
    limit: int | None = None


_UNIT = text("SELECT id FROM unit WHERE jurisdiction_id = :jurisdiction AND code = :code")
_AREAS = text("""
    SELECT c.descendant_id FROM area_closure c
    JOIN area a ON a.jurisdiction_id = c.jurisdiction_id AND a.id = c.ancestor_id
    WHERE c.jurisdiction_id = :jurisdiction
      AND (CAST(:code AS text) IS NULL OR a.code = :code)
      AND c.descendant_id IN (SELECT s.descendant_id FROM area_closure s
                              WHERE s.jurisdiction_id = :jurisdiction
                                AND (CAST(:seen AS int) IS NULL OR s.ancestor_id = :seen))
""")


def find(session: Session, actor: Actor, asked: Question, form: Form) -> Generator[bytes]:
    """Write the observations that the actor may see, as `queries.lines` does, once they are read.

    A clerk or leader sees its own unit's, a reviewer those of units in its area. Raises at once
    InvalidRequest that names every unknown code, NotFound for another unit.
    """
    known = snapshot(session, actor.jurisdiction)
    chosen, faults = choose(
        session, actor.jurisdiction, known, codes=asked.indicators, sectors=asked.sectors
    )
    unit = _unit(session, actor, asked.unit)
    areas = _areas(session, actor, asked.area)
    if asked.area is not None and not areas:
        faults.append(unknown("area", asked.area))
    if faults:
        raise InvalidRequest(
            mark("The question has %(count)s faults."), faults=faults, count=len(faults)
        )
    wanted = queries.Slice(
        jurisdiction=actor.jurisdiction,
        periods=asked.periods,
        indicators=[facts.id for facts in chosen],
        areas=areas,
        unit=unit,
        sent=asked.sent,
        after=asked.after,
        limit=asked.limit,
    )
    return queries.lines(session, wanted, form)


def _unit(session: Session, actor: Actor, code: str | None) -> int | None:
    if actor.works_in_a_unit:
        if code not in {None, actor.unit_code}:
            raise NotFound(mark("There is no unit %(code)s."), code=code)
        return actor.unit_id
    if code is None:
        return None
    found = session.scalar(_UNIT, {"jurisdiction": actor.jurisdiction, "code": code})
    if found is None:
        raise NotFound(mark("There is no unit %(code)s."), code=code)
    return int(found)


def _areas(session: Session, actor: Actor, code: str | None) -> list[int]:
    """Give the areas of a code, with all in them, that the actor sees."""
    whole = actor.role == "operations"
    seen = None if whole else actor.area_id
    parameters = {"jurisdiction": actor.jurisdiction, "code": code, "seen": seen}
    return sorted(set(session.scalars(_AREAS, parameters)))
