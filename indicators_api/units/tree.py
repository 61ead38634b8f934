"""Territories: which area a code names on a day, what lies above and below it."""

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
_ABOVE = text(
    f"""{_FACTS}
    JOIN area_closure above ON above.jurisdiction_id = area.jurisdiction_id
        AND above.ancestor_id = area.id AND above.descendant_id = :area_id AND above.distance > 0
    WHERE area.jurisdiction_id = :jurisdiction
    ORDER BY above.distance"""
)
_BELOW = text(
    f"""{_FACTS}
    JOIN area_closure below ON below.jurisdiction_id = area.jurisdiction_id
        AND below.descendant_id = area.id AND below.ancestor_id = :area_id AND below.distance > 0
    WHERE area.jurisdiction_id = :jurisdiction AND {_VALID} AND {_OF_LEVEL}
    ORDER BY area.code, area.valid_from"""
)
_IDS = text(
    f"""
    SELECT area.id FROM area_closure inside
    JOIN area ON area.jurisdiction_id = inside.jurisdiction_id AND area.id = inside.descendant_id
    WHERE inside.jurisdiction_id = :jurisdiction AND inside.ancestor_id = :area_id
      AND inside.distance >= :nearest AND {_VALID} AND {_OF_LEVEL}
    ORDER BY area.id"""
)


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


def ancestors(session: Session, jurisdiction: int, area_id: int) -> list[AreaFacts]:
    """Give the areas that an area lies in, nearest first, without itself."""
    params = {"jurisdiction": jurisdiction, "area_id": area_id}
    return [AreaFacts(*row) for row in session.execute(_ABOVE, params)]


def descendants(
    session: Session,
    jurisdiction: int,
    area_id: int,
    *,
    day: date | None = None,
    level: str | None = None,
) -> list[AreaFacts]:
    """Give the areas below an area, by code and first day; of all times without a day."""
    params = {"jurisdiction": jurisdiction, "area_id": area_id, "day": day, "level": level}
    return [AreaFacts(*row) for row in session.execute(_BELOW, params)]


def area_ids_below(
    session: Session,
    jurisdiction: int,
    area_id: int,
    *,
    day: date | None = None,
    level: str | None = None,
) -> list[int]:
    """Give the ids of the areas strictly below an area, ascending; of all times without a day."""
    params = {"area_id": area_id, "day": day, "level": level, "nearest": 1}
    return list(session.scalars(_IDS, {"jurisdiction": jurisdiction, **params}))


def area_ids_within(
    session: Session,
    jurisdiction: int,
    area_id: int,
    *,
    day: date | None = None,
    level: str | None = None,
) -> list[int]:
    """Give the ids of an area and the areas below it, ascending; of all times without a day."""
    params = {"area_id": area_id, "day": day, "level": level, "nearest": 0}
    return list(session.scalars(_IDS, {"jurisdiction": jurisdiction, **params}))
