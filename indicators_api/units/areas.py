"""Find the areas that a question means, naming what is unknown."""

from collections.abc import Sequence
from datetime import date

from indicators_api.db.session import Session
from indicators_api.errors import Fault, InvalidRequest, Message, mark
from indicators_api.units import tree
from indicators_api.units.tree import AreaFacts

#: Figures cover all units of an area, whatever their regime; the decree's window dates the areas.
GEOGRAPHY_CUT_OFF = 14


def find_areas(
    session: Session, jurisdiction: int, *, area: str | None, level: str | None, on: date
) -> tuple[list[AreaFacts], list[Fault]]:
    """Give the area that bears a code on a day, or its areas of a level, by code.

    Without a code the province. The faults name an unknown code or level.
    """
    named = _named(session, jurisdiction, area, on)
    if not named:
        text = mark("No area has the code %(code)s on %(day)s.")
        if area is None:
            text = mark("No province is known of on %(day)s.")
        said = Message(text, {"code": area, "day": on.isoformat()})
        return [], [Fault("/area", "unknown-area", said, {"in": "query"})]
    if level is None:
        return named, []
    known = tree.levels(session, jurisdiction)
    if level not in known:
        said = Message(mark("The levels are %(levels)s."), {"levels": ", ".join(known)})
        return [], [Fault("/level", "unknown-level", said, {"in": "query"})]
    ids = [found.id for found in named]
    return tree.areas_within(session, jurisdiction, ids, level=level, day=on), []


def demand_one(areas: Sequence[AreaFacts]) -> AreaFacts:
    """Give the only one of some areas.

    Raises InvalidRequest where they are several, as the widest ones of a day may be.
    """
    if len(areas) > 1:
        codes = ", ".join(area.code for area in areas)
        said = Message(mark("Name one of the areas %(areas)s."), {"areas": codes})
        raise InvalidRequest(
            mark("The answer is of one area."),
            faults=[Fault("/area", "required", said, {"in": "query"})],
        )
    return areas[0]


def _named(session: Session, jurisdiction: int, code: str | None, on: date) -> list[AreaFacts]:
    if code is None:
        return tree.roots_on(session, jurisdiction, on)
    found = tree.area_on(session, jurisdiction, code, on)
    return [found] if found else []
