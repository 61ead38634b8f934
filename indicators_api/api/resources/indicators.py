"""Indicators: what is measured, and how it adds up."""

from typing import Any

from flask import Response

from indicators_api.api import examples
from indicators_api.api.context import actor
from indicators_api.api.resources.listing import answer, answer_page
from indicators_api.api.resources.units import find_unit, first
from indicators_api.api.rest import BASE, Blueprint, Resource
from indicators_api.api.schemas import catalogue as schemas
from indicators_api.db.session import Session
from indicators_api.errors import NotFound, mark
from indicators_api.indicators import queries
from indicators_api.security.permissions import Permission

blueprint = Blueprint(
    "indicators", __name__, url_prefix=BASE, description="What is measured, and how it adds up."
)


@blueprint.at("/indicators")
class Indicators(Resource):
    """All indicators."""

    @blueprint.needs(Permission.READ_CATALOGUE, NotFound)
    @blueprint.takes(schemas.IndicatorFilter, location="query")
    @blueprint.answers(200, schemas.Indicators, example=examples.INDICATORS)
    def get(self, query: dict[str, Any]) -> Response:
        """List indicators by code.

        `q` finds words of names and definitions in either language, with or without accents.
        """
        limit, after = query.pop("limit"), (query.pop("cursor", None) or (None,))[0]
        unit = query.pop("unit", None)

        def read(session: Session) -> list[queries.IndicatorDetails]:
            unit_id = find_unit(session, unit).id if unit else None
            return queries.indicators(
                session,
                actor().jurisdiction,
                unit_id=unit_id,
                after=after,
                limit=limit + 1,
                **query,
            )

        return answer_page(read, limit)


@blueprint.at("/indicators/<code>")
class Indicator(Resource):
    """One indicator."""

    @blueprint.needs(Permission.READ_CATALOGUE, NotFound)
    @blueprint.answers(200, schemas.Indicator, example=examples.INDICATOR)
    def get(self, code: str) -> Response:
        """Read an indicator.

        With its definition, its rules for adding up and its bounds.
        """
        return answer(lambda session: [find_indicator(session, code)], first)


def find_indicator(session: Session, code: str) -> queries.IndicatorDetails:
    """Give an indicator. Raises NotFound."""
    found = queries.indicator_of_code(session, actor().jurisdiction, code)
    if found is None:
        raise NotFound(mark("There is no indicator %(code)s."), code=code)
    return found
