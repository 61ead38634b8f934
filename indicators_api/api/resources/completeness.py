"""Who has reported."""

from typing import Any

from flask import Response

from indicators_api.api import examples, rendering
from indicators_api.api.conditional import is_known, not_modified, read_tag, tagged
from indicators_api.api.context import actor, database, now
from indicators_api.api.past import version_at
from indicators_api.api.rest import BASE, Blueprint, Resource, reply
from indicators_api.api.schemas import figures as schemas
from indicators_api.observations.versions import slice_version
from indicators_api.reports import completeness
from indicators_api.security.permissions import Permission

blueprint = Blueprint("completeness", __name__, url_prefix=BASE, description="Who has reported.")


@blueprint.at("/completeness")
class Completeness(Resource):
    """Reports owed and sent."""

    @blueprint.needs(Permission.READ_COMPLETENESS)
    @blueprint.takes(schemas.CompletenessQuery, location="query")
    @blueprint.answers(200, schemas.Completeness, example=examples.COMPLETENESS)
    def get(self, query: dict[str, Any]) -> Response:
        """Count reports owed, sent, accepted, returned, on time, late and missing.

        A row for each area (of `level`, in `area`) over all its units, then one for each level of
        units in it; with `level=unit` a row for each unit.
        """
        period, as_of = query["period"], query.get("as_of")
        at = as_of or now()
        with database().reading() as session:
            version = version_at(
                session,
                as_of,
                lambda: slice_version(session, actor().jurisdiction, [period.id]),
            )
            passed = completeness.deadlines_passed(session, actor().jurisdiction, period, at=at)
            if is_known(tag := read_tag([*version, passed])):
                return not_modified(tag)
            found = completeness.find(
                session, actor(), period, area=query.get("area"), level=query.get("level"), at=at
            )
        rows = [rendering.completeness(row) for row in found]
        return reply({"period": str(period), "data": rows}, headers=tagged(tag))
