"""What units sent, value by value; and how new the data are."""

from typing import Any

from flask import Response

from indicators_api.api import examples
from indicators_api.api.conditional import PRIVATE, is_known, not_modified, read_tag, tagged
from indicators_api.api.context import actor, database
from indicators_api.api.negotiation import wanted_format
from indicators_api.api.paging import cursor, link
from indicators_api.api.past import version_at
from indicators_api.api.rest import BASE, Blueprint, Resource, reply
from indicators_api.api.schemas import figures as schemas
from indicators_api.api.streaming import FORMATS, Rows, answer_lines, page_of, splice
from indicators_api.db.copying import Form
from indicators_api.db.session import Session
from indicators_api.errors import NotAcceptable, NotFound
from indicators_api.observations import service
from indicators_api.observations.queries import COLUMNS
from indicators_api.observations.versions import SliceVersion, slice_version
from indicators_api.periods import Period
from indicators_api.security.permissions import Permission

blueprint = Blueprint(
    "observations", __name__, url_prefix=BASE, description="What units sent, value by value."
)


@blueprint.at("/observations")
class Observations(Resource):
    """Values by unit, indicator and period."""

    @blueprint.needs(Permission.READ_REPORTS, NotFound, NotAcceptable)
    @blueprint.takes(schemas.ObservationsQuery, location="query")
    @blueprint.answers(200, schemas.Observations, example=examples.OBSERVATIONS, files=FORMATS[1:])
    def get(self, query: dict[str, Any]) -> Response:
        """Pull what units sent, with status, note and version.

        By period, unit and indicator. A clerk or leader sees its own unit's, a reviewer those of
        its area. As JSON in pages; as CSV or JSON lines whole, however many rows there are, unless
        `limit` asks for a page.
        """
        kind = wanted_format(query.get("format"), FORMATS)
        rows = rows_of(query)
        if kind != "json":
            return answer_lines(rows, Form(kind), query.get("limit"))
        with database().reading() as session:
            version = newest(session, query)
            if is_known(tag := read_tag(version)):
                return not_modified(tag)
            page = page_of(session, rows, Form.JSON, query.get("limit", schemas.PAGE))
        further = cursor(page.further)
        head = {"basis": query["basis"], "as_of": version.changed_at}
        data = f"[{b','.join(page.lines).decode()}]"
        return splice(head, data, further, {**tagged(tag), **link(further)})


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


def newest(session: Session, query: dict[str, Any]) -> SliceVersion:
    """Give the version of what the answer rests on; as of a moment the past is seen from here."""
    ids = [period.id for period in query["period"]]
    return version_at(
        session, query.get("as_of"), lambda: slice_version(session, actor().jurisdiction, ids)
    )


def rows_of(query: dict[str, Any]) -> Rows:
    """Give the question behind the parameters."""
    who = actor()
    asked = service.Question(
        periods=query["period"],
        unit=query.get("unit"),
        area=query.get("area"),
        indicators=query.get("indicator"),
        sectors=query.get("sector"),
        sent=query["basis"] == "sent",
        after=query.get("cursor"),
    )
    return Rows(
        tag=lambda session: read_tag(newest(session, query)),
        lines=lambda session, form, limit: service.find(
            session, who, asked._replace(limit=limit), form
        ),
        columns=COLUMNS,
        place=lambda row: (Period.parse(row["period"]).id, row["unit"], row["indicator"]),
    )
