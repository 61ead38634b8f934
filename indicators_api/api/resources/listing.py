"""How catalogue lists are answered: a page of items, with an ETag from the catalogue's version."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask import Response

from indicators_api.api import rendering
from indicators_api.api.conditional import is_known, not_modified, read_tag, tagged
from indicators_api.api.context import actor, database, now
from indicators_api.api.paging import cursor, link
from indicators_api.api.rest import reply
from indicators_api.db.session import Session, look_back
from indicators_api.indicators.snapshot import catalogue_version

#: Reads items in an open transaction.
Read = Callable[[Session], Sequence[Any]]


def answer_page(read: Read, limit: int) -> Response:
    """Answer a page of items; `read` gives one more than the limit when there are further ones."""

    def render(rows: Sequence[Any]) -> dict[str, Any]:
        page = rows[:limit]
        further = [page[-1].code] if len(rows) > limit else None
        return {"data": [rendering.item(row) for row in page], "next": cursor(further)}

    return answer(read, render)


def answer_all(read: Read) -> Response:
    """Answer a short list whole."""
    return answer(read, lambda rows: {"data": [rendering.item(row) for row in rows]})


def answer(
    read: Read,
    render: Callable[[Sequence[Any]], dict[str, Any]],
    *,
    as_of: datetime | None = None,
) -> Response:
    """Answer 304 from the catalogue's version alone (and the day, since some lists are today's).

    As of a moment, from its version then.
    """
    with database().reading() as session:
        if as_of is not None:
            look_back(session, as_of)
        version = catalogue_version(session, actor().jurisdiction)
        tag = read_tag([version, now().date()])
        if is_known(tag):
            return not_modified(tag)
        rows = read(session)
    body = render(rows)
    return reply(body, headers={**tagged(tag), **link(body.get("next"))})
