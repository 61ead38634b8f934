"""The feed of changes."""

from typing import Any

from flask import Response

from indicators_api.api import examples_changes as examples
from indicators_api.api.conditional import is_known, not_modified, read_tag, tagged
from indicators_api.api.context import actor, database
from indicators_api.api.paging import cursor, link
from indicators_api.api.rest import BASE, Blueprint, Resource, reply
from indicators_api.api.schemas import changes as schemas
from indicators_api.audit import numbering
from indicators_api.audit.queries import last_position
from indicators_api.indicators.snapshot import catalogue_version
from indicators_api.reports import changes
from indicators_api.security.permissions import Permission

blueprint = Blueprint(
    "changes", __name__, url_prefix=BASE, description="What has happened since one looked last."
)

#: Of a backlog, what one request works off; the next ones go on.
_NUMBERED = 10 * numbering.BATCH


@blueprint.at("/changes")
class Changes(Resource):
    """Events in order."""

    @blueprint.needs(Permission.READ_CHANGES)
    @blueprint.takes(schemas.ChangesQuery, location="query")
    @blueprint.answers(200, schemas.Changes, example=examples.CHANGES)
    def get(self, query: dict[str, Any]) -> Response:
        """Read what was sent, accepted, corrected, returned or changed since a place or a time.

        Keep `next` and go on from it: each event is told once, those of a report in their order,
        and none is left out, however many write at once. `next` is there on an empty page too;
        `Link` is there when more can be had at once. Reports are told to those who may see them,
        plans and deadlines to everybody; nobody is named.
        """
        jurisdiction = actor().jurisdiction
        numbering.number(database(), jurisdiction, most=_NUMBERED)
        with database().reading() as session:
            last = last_position(session, jurisdiction)
            if is_known(tag := read_tag([catalogue_version(session, jurisdiction), last])):
                return not_modified(tag)
            page = changes.read(session, actor(), _wanted(query))
        going_on = cursor([page.place]) or ""
        headers = {**tagged(tag), **_further(going_on, more=page.more)}
        rows = [changes.told(event) for event in page.events]
        return reply({"data": rows, "next": going_on}, headers=headers)


def _wanted(query: dict[str, Any]) -> changes.Wanted:
    return changes.Wanted(
        after=query["after"][0] if "after" in query else None,
        since=query.get("since"),
        kinds=query.get("kind"),
        area=query.get("area"),
        limit=query["limit"],
    )


def _further(going_on: str, *, more: bool) -> dict[str, str]:
    """Give `Next-Cursor` always, `Link` when more is there already."""
    headers = link(going_on, parameter="after", instead_of="from")
    return headers if more else {"Next-Cursor": going_on}
