"""Answers of rows that the database writes: a page of them, or all, leaving as they are read."""

import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from typing import Any, Final, NamedTuple

from flask import Response, current_app, request

from indicators_api.api import sharing
from indicators_api.api.conditional import is_known, not_modified, tagged
from indicators_api.api.context import database
from indicators_api.api.negotiation import CSV_WITH_HEADER, MEDIA_TYPES
from indicators_api.api.paging import cursor, link
from indicators_api.api.rest import reply
from indicators_api.db.copying import Form
from indicators_api.db.session import Session
from indicators_api.formats import csv, jsonl
from indicators_api.formats.pieces import pieces
from indicators_api.formats.table import Table

#: What answers of rows are offered as; as all but JSON they are whole unless a page is asked.
FORMATS: Final = ("json", "csv", "jsonl")

#: Where a page ended.
Place = tuple[Any, ...]


class Rows(NamedTuple):
    """A question for rows, asked in an open transaction."""

    #: Gives the ETag of the answer.
    tag: Callable[[Session], str]
    #: Gives the rows of a form, at most so many and one more (None: all), once they are read.
    lines: Callable[[Session, Form, int | None], Generator[bytes]]
    columns: Sequence[str]
    #: Says where a page ends whose last row has these columns.
    place: Callable[[Mapping[str, str]], Place]


class Page(NamedTuple):
    """Some rows in a form, and where they end if there are further ones."""

    lines: Sequence[bytes]
    further: Place | None


def page_of(session: Session, rows: Rows, form: Form, limit: int) -> Page:
    """Read a page of at most so many rows."""
    found = list(rows.lines(session, form, limit))
    if len(found) <= limit:
        return Page(found, None)
    last = found[limit - 1]
    said = csv.read_record(rows.columns, last) if form is Form.CSV else json.loads(last)
    return Page(found[:limit], rows.place(said))


def answer_lines(rows: Rows, form: Form, limit: int | None) -> Response:
    """Answer rows as a file of lines: a page of so many rows, or all of them as a stream."""
    with database().reading() as session:
        if is_known(tag := rows.tag(session)):
            return not_modified(tag)
        if limit is not None:
            page = page_of(session, rows, form, limit)
            further = cursor(page.further)
            body = b"".join(_in_pieces(rows, form, page.lines))
            return _file(body, form, {**tagged(tag), **link(further)})
        if request.method == "HEAD":
            # Nothing is read, but what is wrong with the question is said.
            rows.lines(session, form, None)
            return _file(b"", form, tagged(tag))
    sharing.begin()
    return _streamed(rows, form)


def splice(
    head: Mapping[str, Any], data: str, further: str | None, headers: Mapping[str, str]
) -> Response:
    """Put an array that the database wrote into a document as it is: no object per cell."""
    front, _, back = current_app.json.dumps({**head, "next": further}).rpartition('"next":')
    response = reply(None, headers=headers)
    response.set_data(f'{front}"data":{data},"next":{back}')
    return response


def _streamed(rows: Rows, form: Form) -> Response:
    """Begin an answer, and give the first rows: what goes wrong until then is still a problem.

    The transaction ends with the answer, whether it was read to its end or not.
    """
    with ExitStack() as stack:
        session = stack.enter_context(database().streaming())
        tag = rows.tag(session)
        lines = stack.enter_context(closing(rows.lines(session, form, None)))
        body = _in_pieces(rows, form, lines)
        first = next(body)
        kept = stack.pop_all()
    response = _file(_leaving(first, body, kept), form, tagged(tag))
    response.call_on_close(kept.close)
    return response


def _leaving(first: bytes, body: Iterator[bytes], kept: ExitStack) -> Iterator[bytes]:
    """Give all pieces, and end what was kept open for them; a failure goes on as what it means."""
    with kept:
        yield first
        yield from body


def _in_pieces(rows: Rows, form: Form, lines: Iterator[bytes] | Sequence[bytes]) -> Iterator[bytes]:
    if form is Form.CSV:
        return pieces(csv.write_csv(Table(rows.columns, ())), lines, csv.END)
    return pieces(b"", lines, jsonl.END)


def _file(body: bytes | Iterator[bytes], form: Form, headers: Mapping[str, str]) -> Response:
    content_type = CSV_WITH_HEADER if form is Form.CSV else MEDIA_TYPES[form]
    return current_app.response_class(body, content_type=content_type, headers=headers)
