"""JSON or CSV: by `format`, else by `Accept`."""

from collections.abc import Sequence

from flask import request

from indicators_api.errors import NotAcceptable, mark

MEDIA_TYPES = {"json": "application/json", "csv": "text/csv"}


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
