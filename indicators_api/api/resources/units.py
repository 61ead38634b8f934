"""Areas and reporting units."""

from datetime import date
from typing import Any

from flask import Response

from indicators_api.api import examples, rendering
from indicators_api.api.context import actor, now
from indicators_api.api.resources.listing import answer, answer_page
from indicators_api.api.rest import BASE, Blueprint, Resource
from indicators_api.api.schemas import catalogue as schemas
from indicators_api.db.session import Session
from indicators_api.errors import InvalidRequest, NotFound, mark
from indicators_api.indicators.choosing import unknown
from indicators_api.security.permissions import Permission
from indicators_api.units import queries, tree

blueprint = Blueprint(
    "units", __name__, url_prefix=BASE, description="Areas, and the units that report for them."
)


@blueprint.at("/areas")
class Areas(Resource):
    """All areas of a day."""

    @blueprint.needs(Permission.READ_CATALOGUE)
    @blueprint.takes(schemas.AreaFilter, location="query")
    @blueprint.answers(200, schemas.Areas, example=examples.AREAS)
    def get(self, query: dict[str, Any]) -> Response:
        """List the areas that are valid on a day, by code.

        Today's unless `on` names another day: official codes are reused after mergers.
        """
        filters = {"level": query.get("level"), "parent": query.get("parent")}
        limit, after = query["limit"], (query.get("cursor") or (None,))[0]
        return answer_page(
            lambda session: tree.areas_on(
                session, actor().jurisdiction, day(query), after=after, limit=limit + 1, **filters
            ),
            limit,
        )


@blueprint.at("/areas/<code>")
class Area(Resource):
    """One area."""

    @blueprint.needs(Permission.READ_CATALOGUE, NotFound)
    @blueprint.takes(schemas.AreaDay, location="query")
    @blueprint.answers(200, schemas.Area, example=examples.AREA)
    def get(self, query: dict[str, Any], code: str) -> Response:
        """Read the area that bears a code on a day.

        Today unless `on` names another day.
        """
        return answer(lambda session: [find_area(session, code, day(query))], first)


@blueprint.at("/units")
class Units(Resource):
    """All reporting units."""

    @blueprint.needs(Permission.READ_CATALOGUE)
    @blueprint.takes(schemas.UnitFilter, location="query")
    @blueprint.answers(200, schemas.Units, example=examples.UNITS)
    def get(self, query: dict[str, Any]) -> Response:
        """List reporting units by code.

        Of all times unless `on` names a day.
        """
        limit, after = query["limit"], (query.get("cursor") or (None,))[0]

        def read(session: Session) -> list[queries.UnitFacts]:
            area = query.get("area")
            return queries.units(
                session,
                actor().jurisdiction,
                level=query.get("level"),
                kind=query.get("kind"),
                area_id=known_area(session, area, query.get("on")).id if area else None,
                day=query.get("on"),
                after=after,
                limit=limit + 1,
            )

        return answer_page(read, limit)


@blueprint.at("/units/<code>")
class Unit(Resource):
    """One reporting unit."""

    @blueprint.needs(Permission.READ_CATALOGUE, NotFound)
    @blueprint.answers(200, schemas.Unit, example=examples.UNIT)
    def get(self, code: str) -> Response:
        """Read a reporting unit.

        With its regime and the policy of its reports.
        """
        return answer(lambda session: [find_unit(session, code)], first)


@blueprint.at("/units/<code>/assignments")
class UnitAssignments(Resource):
    """What a unit reports."""

    @blueprint.needs(Permission.READ_CATALOGUE, NotFound)
    @blueprint.takes(schemas.AssignmentsQuery, location="query")
    @blueprint.answers(200, schemas.Assignments, example=examples.ASSIGNMENTS)
    def get(self, query: dict[str, Any], code: str) -> Response:
        """List what a unit is assigned in a period, by indicator.

        Whatever the frequency: a monthly report accepts longer ones, but expects the monthly ones.
        """
        period = query["period"]
        return answer(
            lambda session: queries.assigned(
                session,
                actor().jurisdiction,
                find_unit(session, code).id,
                period.last_month.id,
            ),
            lambda rows: {
                "unit": code,
                "period": str(period),
                "data": [rendering.item(row) for row in rows],
            },
        )


def day(query: dict[str, Any]) -> date:
    """Give the day that is asked about: today unless told."""
    asked = query.get("on")
    return asked if isinstance(asked, date) else now().date()


def first(rows: Any) -> dict[str, Any]:
    """Render the only item."""
    return rendering.item(rows[0])


def find_area(session: Session, code: str, on: date) -> tree.AreaFacts:
    """Give the area that bears a code on a day. Raises NotFound."""
    area = tree.area_on(session, actor().jurisdiction, code, on)
    if area is None:
        raise NotFound(
            mark("No area has the code %(code)s on %(day)s."), code=code, day=on.isoformat()
        )
    return area


def known_area(session: Session, code: str, on: date | None) -> tree.AreaFacts:
    """Give the area of a filter: of the day, or without one the newest that ever bore the code."""
    if on is not None:
        found = tree.area_on(session, actor().jurisdiction, code, on)
    else:
        found = tree.newest_area(session, actor().jurisdiction, code)
    if found is None:
        raise InvalidRequest(
            mark("The question has %(count)s faults."), faults=[unknown("area", code)], count=1
        )
    return found


def find_unit(session: Session, code: str) -> queries.UnitFacts:
    """Give a unit. Raises NotFound."""
    unit = queries.unit_of_code(session, actor().jurisdiction, code)
    if unit is None:
        raise NotFound(mark("There is no unit %(code)s."), code=code)
    return unit
