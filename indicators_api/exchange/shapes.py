"""What fields a package has and how each is written: read off its type. Pure."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

from indicators_api.exchange.codes import Amount, Code
from indicators_api.exchange.packages import CONTENT, Envelope
from indicators_api.periods import Period


class Leaf(NamedTuple):
    """A plain value: text, whole number, decimal, day, moment or period."""

    type: type


class Part(NamedTuple):
    """A package's part, or many of them."""

    type: Any
    many: bool


class Shape(NamedTuple):
    """A field. `optional`: it may be None."""

    name: str
    how: Leaf | Part | Code | Amount
    optional: bool


@cache
def shapes(part: Any) -> tuple[Shape, ...]:
    """Give the fields of a part of a package, in their order."""
    hints = get_type_hints(part, include_extras=True)
    return tuple(_shape(name, hint) for name, hint in hints.items())


def part_name(part: type[Any]) -> str:
    """Name a part as the mapping does: `KpiFigure` is `kpi_figure`."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in part.__name__).lstrip("_")


def fields_by_part() -> dict[str, frozenset[str]]:
    """Give the fields of all parts of all packages, and of the message that holds them."""
    found = {"message": frozenset({"envelope", "content"})}
    for top in (Envelope, *CONTENT.values()):
        for part in _parts(top):
            found[part_name(part)] = frozenset(shape.name for shape in shapes(part))
    return found


def _parts(part: Any) -> Iterator[Any]:
    yield part
    for shape in shapes(part):
        if isinstance(shape.how, Part):
            yield from _parts(shape.how.type)


def _shape(name: str, hint: Any) -> Shape:
    optional = type(None) in get_args(hint)
    (inner,) = [each for each in get_args(hint) if each is not type(None)] if optional else [hint]
    return Shape(name, _how(inner), optional)


def _how(hint: Any) -> Leaf | Part | Code | Amount:
    if get_origin(hint) is Annotated:
        (how,) = hint.__metadata__
        return how  # type: ignore[no-any-return]  # codes.py annotates with nothing else
    if get_origin(hint) is tuple:
        return Part(get_args(hint)[0], many=True)
    if hint in {str, int, Decimal, date, datetime, Period}:
        return Leaf(hint)
    return Part(hint, many=False)
