"""From a package to bytes: a neutral tree of named fields first, then JSON of it. Pure.

The tree has the partner's names, codes, units of measure and spellings; what is written of it, and
how, knows nothing of packages. XML would be another writer of the same tree.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from indicators_api.errors import Fault
from indicators_api.exchange import mapping as words
from indicators_api.exchange.codes import Amount, Code
from indicators_api.exchange.mapping import LEFT_OUT, Gap, PartnerMapping
from indicators_api.exchange.packages import Envelope, Package
from indicators_api.exchange.shapes import Leaf, Part, Shape, part_name, shapes
from indicators_api.periods import Period
from indicators_api.security.canonical import canonical
from indicators_api.validation.exact import plain


class Branch(NamedTuple):
    """Named fields, in the order of the package's type."""

    fields: "tuple[tuple[str, Tree], ...]"


#: Many branches are repetitions of one field. Numbers are whole; others stand as texts.
Tree = Branch | tuple[Branch, ...] | str | int | None


class Told(NamedTuple):
    """A part of a package as the partner is told it, and all that the mapping has no word for."""

    tree: Branch
    gaps: list[Fault]


def tell(mapping: PartnerMapping, part: Envelope | Package) -> Told:
    """Translate a part of a package. With gaps, the tree is not fit to be sent."""
    gaps: dict[str, Fault] = {}
    tree = _branch(mapping, part, gaps)
    return Told(tree, list(gaps.values()))


def message(mapping: PartnerMapping, envelope: Branch, content: Branch) -> Branch:
    """Put a message together. Raises Gap where the mapping does not name its two parts."""
    named = [words.field(mapping, "message", name) for name in ("envelope", "content")]
    return Branch(tuple(zip(named, (envelope, content), strict=True)))


def to_json(tree: Branch) -> bytes:
    """Write a tree as canonical JSON (RFC 8785), the form that is signed."""
    return canonical(_plain_objects(tree))


def _branch(mapping: PartnerMapping, part: Any, gaps: dict[str, Fault]) -> Branch:
    fields = []
    kind: Any = type(part)
    for shape in shapes(kind):
        try:
            name = words.field(mapping, part_name(kind), shape.name)
            if name != LEFT_OUT:
                fields.append((name, _value(mapping, part, shape, gaps)))
        except Gap as gap:
            gaps[gap.fault.pointer] = gap.fault
    return Branch(tuple(fields))


def _value(mapping: PartnerMapping, part: Any, shape: Shape, gaps: dict[str, Fault]) -> Tree:
    value = getattr(part, shape.name)
    match shape.how:
        case _ if value is None:
            return None
        case Part(many=True):
            return tuple(_branch(mapping, each, gaps) for each in value)
        case Part():
            return _branch(mapping, value, gaps)
        case Code(system=system):
            return _code(mapping, part, system, value)
        case Amount():
            unit = part.unit_of_measure
            return plain(words.scaled(mapping, part.indicator, unit, value))
        case Leaf():
            return _leaf(mapping, value)


def _code(mapping: PartnerMapping, part: Any, system: str, value: str) -> str:
    if system != "unit_of_measure":
        return words.code(mapping, system, value)
    # Rows without numbers need the factor as well: a form promises what the data will be in.
    words.factor(mapping, part.indicator, value)
    return words.theirs(mapping, part.indicator).unit


def _leaf(mapping: PartnerMapping, value: Any) -> str | int:
    if isinstance(value, Period):
        return words.period_code(mapping, value)
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value  # type: ignore[no-any-return]  # shapes.py knows texts and whole numbers beside


def _plain_objects(tree: Tree) -> Any:
    if isinstance(tree, Branch):
        return {name: _plain_objects(value) for name, value in tree.fields}
    if isinstance(tree, tuple):
        return [_plain_objects(each) for each in tree]
    return tree
