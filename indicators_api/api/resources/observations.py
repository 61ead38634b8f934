"""What units sent, value by value; and how new the data are."""

from typing import Any

from flask import Response

from indicators_api.api import examples
from indicators_api.api.conditional import PRIVATE, is_known, not_modified, read_tag, tagged
from indicators_api.api.context import actor, database
from indicators_api.api.json import written
from indicators_api.api.negotiation import wanted_format
from indicators_api.api.paging import cursor, link
from indicators_api.api.past import version_at
from indicators_api.api.resources.aggregates import as_csv
from indicators_api.api.rest import BASE, Blueprint, Resource, reply
from indicators_api.api.schemas import figures as schemas
from indicators_api.errors import NotAcceptable, NotFound
from indicators_api.formats.table import Table
from indicators_api.observations import service
from indicators_api.observations.queries import ObservationRow
from indicators_api.observations.versions import slice_version
from indicators_api.periods import Period
from indicators_api.security.permissions import Permission

blueprint = Blueprint(
    "observations", __name__, url_prefix=BASE, description="What units sent, value by value."
)

COLUMNS = ["period" if name == "period_id" else name for name in ObservationRow._fields]


@blueprint.at("/observations")
class Observations(Resource):
    """Values by unit, indicator and period."""

    @blueprint.needs(Permission.READ_REPORTS, NotFound, NotAcceptable)
    @blueprint.takes(schemas.ObservationsQuery, location="query")
    @blueprint.answers(200, schemas.Observations, example=examples.OBSERVATIONS, files=("csv",))
    def get(self, query: dict[str, Any]) -> Response:
        """Pull what units sent, with status, note and version.

        By period, unit and indicator. A clerk or leader sees its own unit's, a reviewer those of
        its area. As JSON or CSV.
        """
        kind = wanted_format(query.get("format"), ("json", "csv"))
        ids = [period.id for period in query["period"]]
        with database().reading() as session:
            version = version_at(
                session,
                query.get("as_of"),
                lambda: slice_version(session, actor().jurisdiction, ids),
            )
            if is_known(tag := read_tag(version)):
                return not_modified(tag)
            rows, further = service.find(session, actor(), question(query))
        if kind == "csv":
            return as_csv(Table(COLUMNS, map(plain, rows)), tag, further)
        data = [dict(zip(COLUMNS, plain(exact(row)), strict=True)) for row in rows]
        answer = {"basis": query["basis"], "as_of": version.changed_at, "data": data}
        return reply(
            {**answer, "next": cursor(further)}, headers={**tagged(tag), **link(cursor(further))}
        )


@blueprint.at("/data-version")
class DataVersion(Resource):
    """How new the data are."""

    @blueprint.needs(Permission.READ_CATALOGUE)
    @blueprint.takes(schemas.PeriodRange, location="query")
    @blueprint.answers(200, schemas.DataVersion, example=examples.DATA_VERSION)
    def get(self, query: dict[str, Any]) -> Response:
        """Tell how new the data of some periods are.

        For clients that ask often: nothing has changed while the numbers stay the same.
        """
        ids = [period.id for period in query["period"]]
        with database().reading() as session:
            version = slice_version(session, actor().jurisdiction, ids)
        return reply(
            {
                "catalogue": version.catalogue,
                "reports": version.revisions,
                "as_of": version.changed_at,
            },
            headers=PRIVATE,
        )


def question(query: dict[str, Any]) -> service.Question:
    """Give the question behind the parameters."""
    return service.Question(
        periods=query["period"],
        unit=query.get("unit"),
        area=query.get("area"),
        indicators=query.get("indicator"),
        sectors=query.get("sector"),
        sent=query["basis"] == "sent",
        after=query.get("cursor"),
        limit=query["limit"],
    )


def plain(row: ObservationRow) -> tuple[Any, ...]:
    """Give a row with its period written out."""
    return tuple(row._replace(period_id=str(Period.of_id(row.period_id))))  # type: ignore[arg-type]


def exact(row: ObservationRow) -> ObservationRow:
    """Give a row whose numbers are written with all their places."""
    return row._replace(value=written(row.value), ytd=written(row.ytd))  # type: ignore[arg-type]
