"""Thresholds: where figures become warnings and alarms."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from indicators_api.api import examples_centre as examples
from indicators_api.api.context import actor, author, database, now
from indicators_api.api.json import written
from indicators_api.api.paging import cursor
from indicators_api.api.rendering import named
from indicators_api.api.resources.listing import answer
from indicators_api.api.rest import BASE, Blueprint, Resource, reply
from indicators_api.api.schemas import thresholds as schemas
from indicators_api.catalogue import thresholds
from indicators_api.catalogue.threshold_faults import NewThreshold
from indicators_api.catalogue.thresholds import ThresholdFacts
from indicators_api.db.session import Session
from indicators_api.errors import NotFound
from indicators_api.security.permissions import Permission

blueprint = Blueprint(
    "thresholds", __name__, url_prefix=BASE, description="Where figures become warnings and alarms."
)

Json = dict[str, Any]


@blueprint.at("/thresholds")
class Thresholds(Resource):
    """Warnings and alarms by indicator, area and measure."""

    @blueprint.needs(Permission.READ_THRESHOLDS)
    @blueprint.takes(schemas.ThresholdFilter, location="query")
    @blueprint.answers(200, schemas.Thresholds, example=examples.THRESHOLDS)
    def get(self, query: Json) -> Response:
        """List thresholds, by indicator, area, measure and direction.

        They are data of the catalogue: no figures, and no secret. `GET /operations-centre/snapshot`
        tells which are crossed.
        """
        limit = query["limit"]

        def read(session: Session) -> Sequence[ThresholdFacts]:
            return thresholds.thresholds(
                session,
                actor().jurisdiction,
                indicator=query.get("indicator"),
                area=query.get("area"),
                after=query.get("cursor"),
                limit=limit + 1,
            )

        return answer(read, lambda rows: _page(rows, limit), as_of=query.get("as_of"))

    @blueprint.needs(Permission.WRITE_THRESHOLDS)
    @blueprint.takes(schemas.NewThresholds, example=examples.NEW_THRESHOLDS)
    @blueprint.answers(200, schemas.PutThresholds, example=examples.PUT_THRESHOLDS)
    def post(self, body: Json) -> Response:
        """Set thresholds: each replaces that of its indicator, area, measure and direction.

        All of them or none; others stay. A call may be repeated.
        """
        given = [NewThreshold(**item) for item in body["items"]]
        with database().writing() as session:
            put = thresholds.put(session, author(), given, at=now())
        counts = {"added": put.added, "changed": put.changed, "unchanged": put.unchanged}
        return reply({**counts, "data": [rendered(each) for each in put.thresholds]})


@blueprint.at("/thresholds/<int:number>")
class Threshold(Resource):
    """One of them."""

    @blueprint.needs(Permission.WRITE_THRESHOLDS, NotFound)
    @blueprint.answers(204)
    def delete(self, number: int) -> Response:
        """Take a threshold away, by its id.

        Answers as of an earlier moment still know it.
        """
        with database().writing() as session:
            thresholds.remove(session, author(), number, at=now())
        return Response(status=204)


def _page(rows: Sequence[ThresholdFacts], limit: int) -> Json:
    page = rows[:limit]
    further = page[-1].place if len(rows) > limit else None
    return {"data": [rendered(each) for each in page], "next": cursor(further)}


def rendered(each: ThresholdFacts) -> Json:
    """A threshold with the indicator's name in the reader's language."""
    limits = {"warning": written(each.warning), "alarm": written(each.alarm)}
    return {**each._asdict(), **named(each), **limits}
