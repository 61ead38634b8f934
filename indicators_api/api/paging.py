"""Paging by opaque keyset cursors: no duplicate and no gap when rows come in between."""

import base64
import binascii
import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import request
from marshmallow import ValidationError, fields

from indicators_api.errors import mark

#: What a place can hold: text that a database takes, a whole number of its integers.
_TEXT = re.compile(r"[^\x00\ud800-\udfff]{0,200}")
_GREATEST = 2**31 - 1


class CursorField(fields.Field[tuple[Any, ...]]):
    """Where a page goes on: taken as is from `next` of the page before.

    `kinds` are the types of its parts.
    """

    def __init__(self, *kinds: type, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kinds = kinds

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[Any, ...]:
        try:
            parts = json.loads(base64.urlsafe_b64decode(value.encode("ascii")))
        except (AttributeError, ValueError, binascii.Error, RecursionError) as error:
            raise ValidationError(mark("Not a cursor of this call.")) from error
        fits = isinstance(parts, list) and len(parts) == len(self.kinds)
        if not fits or not all(map(_is_place, parts, self.kinds)):
            raise ValidationError(mark("Not a cursor of this call."))
        return tuple(parts)


def _is_place(part: Any, kind: type) -> bool:
    if isinstance(part, str):
        return kind is str and _TEXT.fullmatch(part) is not None
    return type(part) is int and kind is int and -_GREATEST <= part <= _GREATEST


def cursor(place: Sequence[Any] | None) -> str | None:
    """Write the place where a page ended as a cursor. None: it was the last page."""
    if place is None:
        return None
    text = json.dumps(list(place), ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode("ascii")


def link(
    next_cursor: str | None, *, parameter: str = "cursor", instead_of: str = ""
) -> dict[str, str]:
    """Give the headers that lead to the next page, if there is one.

    `Next-Cursor` for all; `Link` (RFC 8288) where the page was asked for by its address: with the
    cursor as a parameter, instead of another one that named the place.
    """
    if next_cursor is None:
        return {}
    if request.method == "POST":
        return {"Next-Cursor": next_cursor}
    parameters = {**request.args.to_dict(), parameter: next_cursor}
    parameters.pop(instead_of, None)
    further = f'<{request.path}?{urlencode(parameters)}>; rel="next"'
    return {"Link": further, "Next-Cursor": next_cursor}
