"""Exceptions from deadlines."""

from typing import Any

from flask import Response

from indicators_api.api import examples
from indicators_api.api.conditional import PRIVATE
from indicators_api.api.context import actor, author, database, now
from indicators_api.api.rest import BASE, Blueprint, Resource, reply
from indicators_api.api.schemas import deadlines as schemas
from indicators_api.periods import Period
from indicators_api.reports import deadlines
from indicators_api.security.permissions import Permission

blueprint = Blueprint("deadlines", __name__, url_prefix=BASE, description="When reports are due.")


@blueprint.at("/deadline-exceptions")
class DeadlineExceptions(Resource):
    """More time for units."""

    @blueprint.needs(Permission.WRITE_DEADLINES)
    @blueprint.takes(schemas.NewExtensions, example=examples.EXTENSIONS)
    @blueprint.answers(200, schemas.Extensions, example=examples.EXTENSION_LIST)
    def post(self, body: dict[str, Any]) -> Response:
        """Give units more time for a period.

        An exception that a unit has is replaced. Expires with its day.
        """
        period = body["period"]
        with database().writing() as session:
            deadlines.grant(
                session,
                author(),
                period,
                body["units"],
                due=body["due"],
                reason=body["reason"],
                at=now(),
            )
            granted = deadlines.exceptions(session, actor().jurisdiction, period)
        return reply({"data": [rendered(item, period) for item in granted]})

    @blueprint.needs(Permission.READ_COMPLETENESS)
    @blueprint.takes(schemas.ExtensionFilter, location="query")
    @blueprint.answers(200, schemas.Extensions, example=examples.EXTENSION_LIST)
    def get(self, query: dict[str, Any]) -> Response:
        """List the exceptions of a period, by unit.

        Those of all units: deadlines are no secret.
        """
        with database().reading() as session:
            granted = deadlines.exceptions(session, actor().jurisdiction, query["period"])
        rows = [rendered(item, query["period"]) for item in granted]
        return reply({"data": rows}, headers=PRIVATE)


def rendered(item: deadlines.Extension, period: Period) -> dict[str, Any]:
    """An exception with its period written out."""
    return {"unit": item.unit, "period": str(period), "due": item.due, "reason": item.reason}
