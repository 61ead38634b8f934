"""Which representation of an answer: by `format`, else by `Accept`."""

from collections.abc import Mapping, Sequence

from flask import Response, current_app, request

from indicators_api.errors import NotAcceptable, mark
from indicators_api.formats.csv import write_csv
from indicators_api.formats.table import Table

#: By the name that `format` takes; the first is what is answered unless another is asked.
MEDIA_TYPES = {
    "json": "application/json",
    "csv": "text/csv",
    "jsonl": "application/jsonl",
    "html": "text/html",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def wanted_format(asked: str | None, offered: Sequence[str] = ("json",)) -> str:
    """Give the format of the answer. Raises NotAcceptable when none that is offered is accepted."""
    if asked is not None:
        return asked
    by_type = {MEDIA_TYPES[name]: name for name in offered}
    if not request.accept_mimetypes.provided:
        return offered[0]
    best = request.accept_mimetypes.best_match(list(by_type))
    if best is None:
        raise NotAcceptable(
            mark("The answer is offered as %(offered)s only."), offered=", ".join(by_type)
        )
    return by_type[best]


#: CSV says that it has a header row.
CSV_WITH_HEADER = f"{MEDIA_TYPES['csv']}; charset=utf-8; header=present"


def csv_file(table: Table, headers: Mapping[str, str]) -> Response:
    """Answer a table as CSV."""
    return current_app.response_class(
        write_csv(table), content_type=CSV_WITH_HEADER, headers=headers
    )
