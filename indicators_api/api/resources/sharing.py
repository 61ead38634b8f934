"""The sharing log, for those who answer for it."""

from typing import Any

from flask import Response

from indicators_api.api import examples_sharing as examples
from indicators_api.api.conditional import PRIVATE
from indicators_api.api.context import actor, database
from indicators_api.api.negotiation import csv_file, wanted_format
from indicators_api.api.paging import cursor, link
from indicators_api.api.rest import BASE, Blueprint, Resource, reply
from indicators_api.api.schemas import sharing as schemas
from indicators_api.audit import sharing
from indicators_api.audit.sharing import Filters, SharingRow
from indicators_api.errors import NotAcceptable
from indicators_api.formats.table import Table
from indicators_api.security.permissions import Permission

blueprint = Blueprint("sharing", __name__, url_prefix=BASE, description="What was shared.")

#: The numbers that tokens can have.
_MOST_DIGITS = 9


@blueprint.at("/sharing-log")
class SharingLog(Resource):
    """Every sharing of data."""

    @blueprint.needs(Permission.READ_SHARING, NotAcceptable)
    @blueprint.takes(schemas.SharingFilter, location="query")
    @blueprint.answers(200, schemas.SharingLog, example=examples.SHARING_LOG, files=("csv",))
    def get(self, query: dict[str, Any]) -> Response:
        """Read who was given what, the newest first.

        Every answer with figures, reports, completeness or changes is in it before it leaves, also
        304 and what was refused, and every message to a partner (Decree 47/2020/NĐ-CP, article 45).
        A unit that reads its own reports shares nothing. As JSON, or as CSV (`format=csv` or
        `Accept: text/csv`); rows are kept as long as the operator has set.
        """
        kind = wanted_format(query.get("format"), ("json", "csv"))
        limit = query["limit"]
        with database().reading() as session:
            rows = sharing.listed(
                session,
                actor().jurisdiction,
                _filters(query),
                after=query.get("cursor"),
                limit=limit + 1,
            )
        page = rows[:limit]
        further = cursor(_place(page[-1]) if len(rows) > limit else None)
        headers = {**PRIVATE, **link(further)}
        if kind == "csv":
            return csv_file(Table(SharingRow._fields, map(_written, page)), headers)
        data = [row._asdict() for row in page]
        return reply({"data": data, "next": further}, headers=headers)


def _place(row: SharingRow) -> tuple[str, int]:
    return (row.at.isoformat(), row.id)


def _filters(query: dict[str, Any]) -> Filters:
    said = {name: query.get(name) for name in ("since", "until", "kind", "role", "state")}
    who = query.get("who")
    if who is not None and who.isascii() and who.isdigit() and len(who) <= _MOST_DIGITS:
        return Filters(**said, token_id=int(who))
    return Filters(**said, who=who)


def _written(row: SharingRow) -> SharingRow:
    """Give a row whose moment is written as in JSON."""
    return row._replace(at=row.at.isoformat())  # type: ignore[arg-type]
