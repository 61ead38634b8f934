"""Exceptions from deadlines."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from indicators_api.api import examples
from indicators_api.api.context import actor, author, database, now
from indicators_api.api.paging import cursor
from indicators_api.api.resources.listing import answer
from indicators_api.api.rest import BASE, Blueprint, Resource, reply
from indicators_api.api.schemas import deadlines as schemas
from indicators_api.db.session import Session
from indicators_api.errors import NotFound
from indicators_api.periods import Period
from indicators_api.reports import deadlines
from indicators_api.reports.deadlines import Extension
from indicators_api.security.permissions import Permission

blueprint = Blueprint("deadlines", __name__, url_prefix=BASE, description="More time for units.")


@blueprint.at("/deadline-exceptions")
class DeadlineExceptions(Resource):
    """More time for units."""

    @blueprint.needs(Permission.WRITE_DEADLINES)
    @blueprint.takes(schemas.NewExtensions, example=examples.EXTENSIONS)
    @blueprint.answers(200, schemas.Granted, example=examples.EXTENSIONS_GRANTED)
    def post(self, body: dict[str, Any]) -> Response:
        """Give units more time for a period.

        An exception that a unit has is replaced. Expires with its day, and never gives less time
        than the ordinary deadline. All units or none: a unit must owe the period's report.
        """
        period, units = body["period"], body["units"]
        with database().writing() as session:
            deadlines.grant(
                session, author(), period, units, due=body["due"], reason=body["reason"], at=now()
            )
            granted = deadlines.exceptions(
                session, actor().jurisdiction, period=period, units=units
            )
        return reply({"data": [rendered(item) for item in granted]})

    @blueprint.needs(Permission.READ_CATALOGUE)
    @blueprint.takes(schemas.ExtensionFilter, location="query")
    @blueprint.answers(200, schemas.Extensions, example=examples.EXTENSION_LIST)
    def get(self, query: dict[str, Any]) -> Response:
        """List exceptions, by period and unit.

        Of all periods and units unless told: deadlines are no secret.
        """
        limit, unit = query["limit"], query.get("unit")

        def read(session: Session) -> Sequence[Extension]:
            return deadlines.exceptions(
                session,
                actor().jurisdiction,
                period=query.get("period"),
                units=[unit] if unit else None,
                after=query.get("cursor"),
                limit=limit + 1,
            )

        return answer(read, lambda rows: _page(rows, limit))


@blueprint.at("/deadline-exceptions/<unit>/<period:period>")
class DeadlineException(Resource):
    """One unit's and period's."""

    @blueprint.needs(Permission.WRITE_DEADLINES, NotFound)
    @blueprint.answers(204)
    def delete(self, unit: str, period: Period) -> Response:
        """Take an exception back.

        The ordinary deadline holds again, also for what was sent meanwhile.
        """
        with database().writing() as session:
            deadlines.revoke(session, author(), period, unit, at=now())
        return Response(status=204)


def _page(rows: Sequence[Extension], limit: int) -> dict[str, Any]:
    page = rows[:limit]
    further = [page[-1].period_id, page[-1].unit] if len(rows) > limit else None
    return {"data": [rendered(item) for item in page], "next": cursor(further)}


def rendered(item: Extension) -> dict[str, Any]:
    """An exception with its period written out."""
    period = str(Period.of_id(item.period_id))
    return {"unit": item.unit, "period": period, "due": item.due, "reason": item.reason}
