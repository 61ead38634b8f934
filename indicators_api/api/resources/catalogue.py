"""The short lists of the catalogue, and the plans."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Response

from indicators_api.api import examples
from indicators_api.api.context import actor
from indicators_api.api.languages import name_of
from indicators_api.api.resources.listing import answer, answer_all
from indicators_api.api.resources.units import known_area
from indicators_api.api.rest import BASE, Blueprint, Resource
from indicators_api.api.schemas import catalogue as schemas
from indicators_api.catalogue import queries
from indicators_api.db.session import Session
from indicators_api.security.permissions import Permission

blueprint = Blueprint(
    "catalogue", __name__, url_prefix=BASE, description="Sectors, units of measure, rules, plans."
)


@blueprint.at("/sectors")
class Sectors(Resource):
    """Groups of indicators."""

    @blueprint.needs(Permission.READ_CATALOGUE)
    @blueprint.answers(200, schemas.Sectors, example=examples.SECTORS)
    def get(self) -> Response:
        """List the sectors.

        In the order in which bulletins show them.
        """
        return answer_all(lambda session: queries.sectors(session, actor().jurisdiction))


@blueprint.at("/units-of-measure")
class UnitsOfMeasure(Resource):
    """What figures are counted in."""

    @blueprint.needs(Permission.READ_CATALOGUE)
    @blueprint.answers(200, schemas.UnitsOfMeasure, example=examples.UNITS_OF_MEASURE)
    def get(self) -> Response:
        """List the units of measure.

        By code, with their code in UCUM or SDMX.
        """
        return answer_all(lambda session: queries.units_of_measure(session, actor().jurisdiction))


@blueprint.at("/validation-rules")
class ValidationRules(Resource):
    """Rules between the values of a report."""

    @blueprint.needs(Permission.READ_CATALOGUE)
    @blueprint.answers(200, schemas.ValidationRules, example=examples.VALIDATION_RULES)
    def get(self) -> Response:
        """List the validation rules in force.

        A rule runs where all its indicators are assigned to the unit.
        """
        return answer_all(lambda session: queries.validation_rules(session, actor().jurisdiction))


@blueprint.at("/targets")
class Targets(Resource):
    """Plans."""

    @blueprint.needs(Permission.READ_CATALOGUE)
    @blueprint.takes(schemas.TargetFilter, location="query")
    @blueprint.answers(200, schemas.Targets, example=examples.TARGETS)
    def get(self, query: dict[str, Any]) -> Response:
        """List annual targets: the newest version of each.

        By indicator, area and year.
        """

        def read(session: Session) -> list[queries.TargetFacts]:
            area, year = query.get("area"), query.get("year")
            on = date(year, 1, 1) if year else None
            return queries.targets(
                session,
                actor().jurisdiction,
                indicator=query.get("indicator"),
                area_id=known_area(session, area, on).id if area else None,
                year=year,
            )

        return answer(read, rendered)


def rendered(rows: Sequence[queries.TargetFacts]) -> dict[str, Any]:
    """Targets with the indicator's name in the reader's language."""
    return {
        "data": [
            {
                **row._asdict(),
                "name": name_of(
                    {"name_vi": row.indicator_name_vi, "name_en": row.indicator_name_en}
                ),
            }
            for row in rows
        ]
    }
