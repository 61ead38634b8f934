"""Territories: which area a code names on a day, what lies above and below it."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import TextClause, text

from indicators_api.db.session import Session


class AreaFacts(NamedTuple):
    """An area as pages and services need it."""

    id: int
    code: str
    name_vi: str
    name_en: str
    level: str
    kind: str
    #: The area it lies in. None for the widest level.
    parent_id: int | None
    parent: str | None
    has_areas_below: bool
    valid_from: date
    #: Last day. None: still valid.
    valid_to: date | None


_FACTS = """
    SELECT area.id, area.code, area.name_vi, area.name_en, area.level_code, area.kind,
           area.parent_id, parent.code, area.has_areas_below, area.valid_from, area.valid_to
    FROM area
    LEFT JOIN area parent
      ON parent.jurisdiction_id = area.jurisdiction_id AND parent.id = area.parent_id
"""
_VALID = """(CAST(:day AS date) IS NULL
    OR :day BETWEEN area.valid_from AND coalesce(area.valid_to, 'infinity'))"""
_OF_LEVEL = "(CAST(:level AS text) IS NULL OR area.level_code = :level)"


def _areas(condition: str) -> TextClause:
    return text(f"{_FACTS} WHERE area.jurisdiction_id = :jurisdiction AND {condition}")


_ON = _areas(
    f"""{_VALID} AND {_OF_LEVEL}
    AND (CAST(:parent AS text) IS NULL OR parent.code = :parent)
    AND (CAST(:after AS text) IS NULL OR area.code > :after)
    ORDER BY area.code LIMIT :limit"""
)
_BY_CODE = _areas(f"{_VALID} AND area.code = :code")
_NEWEST = _areas("area.code = :code ORDER BY area.valid_from DESC LIMIT 1")
_ROOTS = _areas(f"{_VALID} AND area.parent_id IS NULL ORDER BY area.code")
_WITHIN = text(
    f"""{_FACTS}
    WHERE area.jurisdiction_id = :jurisdiction AND {_VALID} AND area.level_code = :level
      AND area.id IN (SELECT descendant_id FROM area_closure
                      WHERE jurisdiction_id = :jurisdiction AND ancestor_id = ANY(:area_ids))
    ORDER BY area.code"""
)
_IDS = text(
    """
    SELECT DISTINCT descendant_id FROM area_closure
    WHERE jurisdiction_id = :jurisdiction AND ancestor_id = ANY(:area_ids)
    ORDER BY descendant_id"""
)
_IDS_OF_CODE = text(
    """
    SELECT DISTINCT closure.descendant_id FROM area
    JOIN area_closure closure
      ON closure.jurisdiction_id = area.jurisdiction_id AND closure.ancestor_id = area.id
    WHERE area.jurisdiction_id = :jurisdiction AND area.code = :code
    ORDER BY closure.descendant_id"""
)
_LEVELS = text("SELECT code FROM area_level WHERE jurisdiction_id = :jurisdiction ORDER BY rank")


def areas_on(
    session: Session,
    jurisdiction: int,
    day: date | None,
    *,
    level: str | None = None,
    parent: str | None = None,
    after: str | None = None,
    limit: int | None = None,
) -> list[AreaFacts]:
    """Give the areas that are valid on a day, by code; `after` a code, at most `limit`.

    `parent` is the code of the area directly above. With None for the day, the areas of all times;
    a code may then come more than once.
    """
    filters = {"day": day, "level": level, "parent": parent, "after": after, "limit": limit}
    found = session.execute(_ON, {"jurisdiction": jurisdiction, **filters})
    return [AreaFacts(*row) for row in found]


def area_on(session: Session, jurisdiction: int, code: str, day: date) -> AreaFacts | None:
    """Give the area that bears a code on a day; None where none does."""
    params = {"jurisdiction": jurisdiction, "code": code, "day": day}
    row = session.execute(_BY_CODE, params).one_or_none()
    return AreaFacts(*row) if row else None


def newest_area(session: Session, jurisdiction: int, code: str) -> AreaFacts | None:
    """Give the area that bears a code, or bore it last; None where none ever did."""
    row = session.execute(_NEWEST, {"jurisdiction": jurisdiction, "code": code}).one_or_none()
    return AreaFacts(*row) if row else None


def roots_on(session: Session, jurisdiction: int, day: date) -> list[AreaFacts]:
    """Give the areas of a day that lie in no other, by code: the province."""
    found = session.execute(_ROOTS, {"jurisdiction": jurisdiction, "day": day})
    return [AreaFacts(*row) for row in found]


def areas_within(
    session: Session, jurisdiction: int, area_ids: Sequence[int], *, level: str, day: date
) -> list[AreaFacts]:
    """Give the areas of a level that are valid on a day and are, or lie in, some areas; by code."""
    params = {"area_ids": list(area_ids), "level": level, "day": day}
    found = session.execute(_WITHIN, {"jurisdiction": jurisdiction, **params})
    return [AreaFacts(*row) for row in found]


def area_ids_within(session: Session, jurisdiction: int, area_ids: Sequence[int]) -> list[int]:
    """Give the ids of some areas and of all that lie in them, of all times, ascending."""
    params = {"jurisdiction": jurisdiction, "area_ids": list(area_ids)}
    return list(session.scalars(_IDS, params))


def area_ids_of_code(session: Session, jurisdiction: int, code: str) -> list[int]:
    """Give the ids of the areas that bear or ever bore a code, and of all in them, ascending."""
    return list(session.scalars(_IDS_OF_CODE, {"jurisdiction": jurisdiction, "code": code}))


def levels(session: Session, jurisdiction: int) -> list[str]:
    """Give the codes of the levels, the widest first."""
    return list(session.scalars(_LEVELS, {"jurisdiction": jurisdiction}))
