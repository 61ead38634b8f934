"""JSON in and out, with exact decimals and nothing silently lost."""

import json
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from flask.json.provider import JSONProvider

from indicators_api.errors import MalformedBody, mark


class Repeated(dict[str, Any]):
    """An object of the request in which a key stands more than once; `keys_twice` names them."""

    keys_twice: list[str]


class ExactProvider(JSONProvider):
    """Flask's JSON by msgspec: decimals are numbers with all their digits, dates RFC 3339."""

    def dumps(self, obj: Any, **_: Any) -> str:
        """Write a document."""
        return _encoder.encode(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """Read a document; see `read`."""
        return read(s if isinstance(s, bytes) else s.encode())


_encoder = msgspec.json.Encoder(decimal_format="number")


def read(data: bytes) -> Any:
    """Read a request's body: numbers with a point as Decimal, repeated keys marked.

    Raises MalformedBody.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedBody(
            mark("The body is not UTF-8: byte %(position)s can't be read."), position=error.start
        ) from error
    try:
        return _decoder.decode(text)
    except json.JSONDecodeError as error:
        raise MalformedBody(
            mark("%(reason)s at line %(line)s, column %(column)s."),
            reason=error.msg,
            line=error.lineno,
            column=error.colno,
        ) from error
    except RecursionError as error:
        raise MalformedBody(mark("The body nests too deeply.")) from error
    except (ValueError, InvalidOperation) as error:
        raise MalformedBody(mark("The body holds a number that can't be read.")) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    marked = Repeated(found)
    marked.keys_twice = sorted(_twice(key for key, _ in pairs))
    return marked


def _twice(keys: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    return {key for key in keys if key in seen or seen.add(key)}  # type: ignore[func-returns-value]


def _no_constant(name: str) -> Any:
    raise ValueError(name)


_decoder = json.JSONDecoder(
    parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_object
)


def written(number: Decimal | None) -> Decimal | msgspec.Raw | None:
    """Give a number so that it is written with all its places: Decimal prints 0.0000001 as 1E-7."""
    if number is None or "E" not in str(number):
        return number
    return msgspec.Raw(format(number, "f").encode())


def pretty(value: Any) -> str:
    """Write a document for people and for diffs.

    Indented, keys in their order, a line end at the end.
    """
    return msgspec.json.format(_encoder.encode(value), indent=2).decode() + "\n"
