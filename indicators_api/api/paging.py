"""Paging by opaque keyset cursors: no duplicate and no gap when rows come in between."""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import request
from marshmallow import ValidationError, fields

from indicators_api.errors import mark


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
        if not fits or not all(
            type(part) is kind for part, kind in zip(parts, self.kinds, strict=True)
        ):
            raise ValidationError(mark("Not a cursor of this call."))
        return tuple(parts)


def cursor(place: Sequence[Any] | None) -> str | None:
    """Write the place where a page ended as a cursor. None: it was the last page."""
    if place is None:
        return None
    text = json.dumps(list(place), ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode("ascii")


def link(next_cursor: str | None) -> dict[str, str]:
    """Give the `Link` header to the next page (RFC 8288), if there is one."""
    if next_cursor is None:
        return {}
    parameters = {**request.args.to_dict(), "cursor": next_cursor}
    return {"Link": f'<{request.path}?{urlencode(parameters)}>; rel="next"'}
