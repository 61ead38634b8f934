"""What the operations centre pulls: one compact document, and what stands in it."""

from typing import Any

from flask import Response

from indicators_api.aggregation.watching import Crossing
from indicators_api.api import examples_centre as examples
from indicators_api.api.conditional import is_known, not_modified, read_tag, tagged
from indicators_api.api.context import actor, author, database, now
from indicators_api.api.languages import name_of
from indicators_api.api.rendering import named
from indicators_api.api.resources.aggregates import limits, newest
from indicators_api.api.resources.bulletin import figure_row, without_empty
from indicators_api.api.resources.listing import answer
from indicators_api.api.rest import BASE, Blueprint, Resource, reply
from indicators_api.api.schemas import operations_centre as schemas
from indicators_api.api.schemas.thresholds import ChosenIndicators, WatchedIndicators
from indicators_api.catalogue import watched
from indicators_api.catalogue.thresholds import ThresholdFacts
from indicators_api.db.session import Session
from indicators_api.errors import TooManyCells
from indicators_api.exchange import operations_centre
from indicators_api.exchange.operations_centre import RESTS_ON, Asked
from indicators_api.indicators.snapshot import snapshot
from indicators_api.reports import completeness
from indicators_api.reports.completeness import AreaCompleteness
from indicators_api.security.permissions import Permission

blueprint = Blueprint(
    "operations-centre",
    __name__,
    url_prefix=BASE,
    description="One document of a period for the operations centre's screens.",
)

Json = dict[str, Any]

#: What the document says of the reports of an area.
_OF_REPORTS = (
    *("area", "area_id", "due", "sent", "accepted", "returned"),
    *("on_time", "late", "missing", "not_due", "on_time_rate"),
)


@blueprint.at("/operations-centre/snapshot")
class Snapshot(Resource):
    """A period in one document."""

    @blueprint.needs(Permission.READ_FIGURES, TooManyCells)
    @blueprint.takes(schemas.SnapshotQuery, location="query")
    @blueprint.answers(200, schemas.Snapshot, example=examples.SNAPSHOT)
    def get(self, query: Json) -> Response:
        """Pull who has reported, the watched figures, and the thresholds that are crossed.

        `figures` are those of the bulletin for the indicators of
        `GET /operations-centre/indicators`, in their order; one that no unit is assigned has none.
        Held against are the thresholds of the area and of all areas in it that exist in the period:
        an alarm or a warning is passed when the figure is greater (`above`) or less (`below`) than
        the limit, not when it equals it. What has no figure crosses nothing and is listed with the
        reason. Areas that the token does not see are left out. Ask again with the `ETag`: 304 as
        long as nothing has changed, before any figure is looked up.
        """
        period, as_of = query["period"], query.get("as_of")
        asked = Asked(period, query.get("area"), query["basis"] == "sent", as_of or now())
        with database().reading() as session:
            version = newest(session, [period], RESTS_ON, as_of)
            passed = completeness.deadlines_passed(
                session, actor().jurisdiction, period, at=asked.at
            )
            if is_known(tag := read_tag([*version, passed])):
                return not_modified(tag)
            found = operations_centre.take(session, actor(), asked, limits())
        head = {"period": str(period), "basis": query["basis"], "as_of": version.changed_at}
        return reply(rendered(found, head), headers=tagged(tag))


@blueprint.at("/operations-centre/indicators")
class SnapshotIndicators(Resource):
    """What the snapshot shows."""

    @blueprint.needs(Permission.READ_THRESHOLDS)
    @blueprint.answers(200, WatchedIndicators, example=examples.WATCHED)
    def get(self) -> Response:
        """List the indicators of the snapshot, in its order.

        Where none is chosen, those that have a threshold or a plan, of any area, by code.
        """
        return answer(lambda session: [_watched(session)], lambda rows: rows[0])

    @blueprint.needs(Permission.WRITE_THRESHOLDS)
    @blueprint.takes(ChosenIndicators, example=examples.CHOSEN)
    @blueprint.answers(200, WatchedIndicators, example=examples.WATCHED)
    def put(self, body: Json) -> Response:
        """Choose the indicators of the snapshot, in its order.

        They replace those chosen before. An empty list chooses none: the snapshot shows the
        indicators that have a threshold or a plan.
        """
        with database().writing() as session:
            watched.choose(session, author(), body["indicators"], at=now())
            shown = _watched(session)
        return reply(shown)


def _watched(session: Session) -> Json:
    found = watched.watched(session, actor().jurisdiction)
    known = snapshot(session, actor().jurisdiction).by_code
    rows = [{"indicator": code, **named(known[code])} for code in found.codes]
    return {"is_chosen": found.is_chosen, "data": rows}


def rendered(found: operations_centre.Snapshot, head: Json) -> Json:
    """A snapshot as one document."""
    return {
        "area": found.area.code,
        "area_id": found.area.id,
        "area_name": name_of(found.area._asdict()),
        **head,
        "completeness": {
            "total": _reports(found.reports) if found.reports else None,
            "areas": [_reports(row) for row in found.reports_below],
        },
        "figures": [without_empty(figure_row(*line)) for line in found.lines],
        "thresholds": {
            "counts": found.judged.counts,
            "crossed": [_crossed(crossing) for crossing in found.judged.crossed],
            "unknown": [
                {**_held(unknown.threshold), "reason": unknown.reason}
                for unknown in found.judged.unknown
            ],
        },
    }


def _reports(row: AreaCompleteness) -> Json:
    said = row._asdict()
    return {name: said[name] for name in _OF_REPORTS}


def _crossed(crossing: Crossing) -> Json:
    said = {"level": crossing.level, "limit": crossing.limit, "figure": crossing.figure}
    return {**_held(crossing.threshold), **said}


def _held(threshold: ThresholdFacts) -> Json:
    return {
        "area": threshold.area,
        "area_id": threshold.area_id,
        "indicator": threshold.indicator,
        "measure": threshold.measure,
        "direction": threshold.direction,
    }
