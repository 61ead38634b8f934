"""Canonical JSON: the one form of a document, whose bytes are signed. Pure. Source: RFC 8785."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import rfc8785


class NotCanonical(ValueError):
    """A document has no canonical form. A fault of who made it, never of a client."""


def canonical(document: Any) -> bytes:
    """Give a document's one form: keys in order, no spaces, UTF-8.

    It may hold null, truth values, texts, lists, objects and whole numbers up to 2**53 - 1. Numbers
    of RFC 8785 are IEEE doubles, which do not hold our decimals: these stand as texts in what is
    signed, so a float or Decimal is refused with its place, never rounded. Raises NotCanonical.
    """
    inexact = next(_inexact(document, ""), None)
    if inexact is not None:
        pointer, number = inexact
        kind = type(number).__name__
        raise NotCanonical(f"{pointer or '/'}: {number} is a {kind}; write exact decimals as texts")
    try:
        return rfc8785.dumps(document)
    except rfc8785.CanonicalizationError as error:
        raise NotCanonical(str(error)) from error


def _inexact(part: Any, pointer: str) -> Iterator[tuple[str, float | Decimal]]:
    """Yield the numbers of a document that are no whole ones, each with its place."""
    if isinstance(part, float | Decimal):
        yield pointer, part
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from _inexact(value, f"{pointer}/{key}")
    elif isinstance(part, list | tuple):
        for index, value in enumerate(part):
            yield from _inexact(value, f"{pointer}/{index}")
