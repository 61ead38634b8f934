"""Find the areas that a question means.

The one that bears a code on a day, and those of a level in it.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.db.session import Session
from indicators_api.errors import Fault, Message, mark

#: Figures cover all units of an area, whatever their regime; the decree's window dates the areas.
GEOGRAPHY_CUT_OFF = 14


class AreaRow(NamedTuple):
    """An area."""

    id: int
    code: str
    level: str
    has_areas_below: bool


_AREA = text("""
    SELECT a.id, a.code, a.level_code, a.has_areas_below FROM area a
    WHERE a.jurisdiction_id = :jurisdiction AND :on BETWEEN a.valid_from AND coalesce(a.valid_to,
            'infinity')
      AND (a.code = :code OR (CAST(:code AS text) IS NULL AND a.parent_id IS NULL))
    ORDER BY a.code
""")
_BELOW = text("""
    SELECT a.id, a.code, a.level_code, a.has_areas_below
    FROM area_closure c
    JOIN area a ON a.jurisdiction_id = c.jurisdiction_id AND a.id = c.descendant_id
    WHERE c.jurisdiction_id = :jurisdiction AND c.ancestor_id = ANY(:ancestors)
      AND a.level_code = :level
      AND :on BETWEEN a.valid_from AND coalesce(a.valid_to, 'infinity')
    ORDER BY a.code
""")
_LEVELS = text("SELECT code FROM area_level WHERE jurisdiction_id = :jurisdiction ORDER BY rank")
_INSIDE = text("""
    SELECT DISTINCT descendant_id FROM area_closure
    WHERE jurisdiction_id = :jurisdiction AND ancestor_id = ANY(:ancestors)
""")


def find_areas(
    session: Session, jurisdiction: int, *, area: str | None, level: str | None, on: date
) -> tuple[list[AreaRow], list[Fault]]:
    """Give the area that bears a code on a day, or its areas of a level, by code.

    The faults name an unknown code or level.
    """
    named = _areas_at(session, jurisdiction, area, on)
    if not named:
        said = Message(
            mark("No area has the code %(code)s on %(day)s."),
            {"code": area or "", "day": on.isoformat()},
        )
        return [], [Fault("/area", "unknown-area", said, {"in": "query"})]
    if level is None:
        return named, []
    known = _levels(session, jurisdiction)
    if level not in known:
        said = Message(mark("The levels are %(levels)s."), {"levels": ", ".join(known)})
        return [], [Fault("/level", "unknown-level", said, {"in": "query"})]
    return _areas_below(session, jurisdiction, [row.id for row in named], level, on), []


def areas_inside(session: Session, jurisdiction: int, ancestors: Sequence[int]) -> set[int]:
    """Give the ids of some areas and of all that lie in them."""
    parameters = {"jurisdiction": jurisdiction, "ancestors": list(ancestors)}
    return set(session.scalars(_INSIDE, parameters))


def _areas_at(session: Session, jurisdiction: int, code: str | None, on: date) -> list[AreaRow]:
    """Give the area that bears a code on a day, or without a code the widest areas of that day."""
    rows = session.execute(_AREA, {"jurisdiction": jurisdiction, "code": code, "on": on})
    return [AreaRow(*row) for row in rows]


def _areas_below(
    session: Session, jurisdiction: int, ancestors: Sequence[int], level: str, on: date
) -> list[AreaRow]:
    """Give the areas of a level that are or lie in others, by code."""
    rows = session.execute(
        _BELOW,
        {"jurisdiction": jurisdiction, "ancestors": list(ancestors), "level": level, "on": on},
    )
    return [AreaRow(*row) for row in rows]


def _levels(session: Session, jurisdiction: int) -> list[str]:
    """Give the codes of the levels, the widest first."""
    return list(session.scalars(_LEVELS, {"jurisdiction": jurisdiction}))
