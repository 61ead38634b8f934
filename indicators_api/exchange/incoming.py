"""What a partner's message says, read into our vocabulary and checked against its type. Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from indicators_api.errors import Fault, Message, mark
from indicators_api.exchange import mapping as words
from indicators_api.exchange.codes import Amount, Code
from indicators_api.exchange.mapping import LEFT_OUT, PartnerMapping
from indicators_api.exchange.packages import CONTENT, Envelope
from indicators_api.exchange.shapes import Leaf, Part, Shape, part_name, shapes
from indicators_api.periods import FIRST_YEAR, LAST_YEAR, Period
from indicators_api.validation.number import pointer_to, shown

#: Definitions and notes are a few lines.
_LONGEST_TEXT: Final = 10_000
#: More faults than anybody reads are not told: whoever sends nonsense gets no long answer.
_MOST_FAULTS: Final = 200
#: Whole numbers that every program reads alike (RFC 8785).
_GREATEST: Final = 2**53 - 1

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: As we write it: in the partner's unit, with as many places as the factor between the units gives.
_AMOUNT = re.compile(r"-?(?:0|[1-9][0-9]{0,29})(?:\.[0-9]{1,30})?")
#: Fit for a database and for UTF-8.
_TEXT = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]*")


class Incoming(NamedTuple):
    """A message, by our names of fields; what it lacks is not there.

    Codes are ours where we have them, else theirs, which `unknown` names by system.
    """

    envelope: Mapping[str, Any]
    content: Mapping[str, Any]
    unknown: Mapping[str, list[str]]
    #: With faults it is not to be used.
    faults: list[Fault]


def read(mapping: PartnerMapping, kind: str, document: object) -> Incoming:
    """Read a message of a kind that partners may send."""
    reader = _Reader(mapping)
    names = {part: mapping.fields.get("message", {}).get(part, part) for part in _PARTS}
    if not isinstance(document, dict):
        document = {}
    reader.demand_known(document, "", names.values())
    found = {
        part: reader.part(of, document.get(names[part]), f"/{names[part]}")
        for part, of in (("envelope", Envelope), ("content", CONTENT[kind]))
    }
    unknown = {system: list(codes) for system, codes in reader.unknown.items()}
    return Incoming(found["envelope"], found["content"], unknown, reader.faults)


class _Reader:
    """Reads parts of a message; collects what is wrong, and codes that we don't have."""

    def __init__(self, mapping: PartnerMapping) -> None:
        self.mapping = mapping
        self.faults: list[Fault] = []
        #: By system; dicts, because they keep an order and know what is in them.
        self.unknown: dict[str, dict[str, None]] = {}

    def part(self, of: Any, said: object, pointer: str) -> dict[str, Any]:
        if not isinstance(said, dict):
            self.fault(pointer, mark("An object is expected."))
            return {}
        named = self.mapping.fields.get(part_name(of), {})
        fields = {shape: named.get(shape.name, LEFT_OUT) for shape in shapes(of)}
        self.demand_known(said, pointer, fields.values())
        found: dict[str, Any] = {}
        for shape, name in fields.items():
            if name == LEFT_OUT:
                continue
            if said.get(name) is not None:
                found[shape.name] = self.value(shape, said[name], f"{pointer}/{name}")
            elif not shape.optional:
                self.fault(f"{pointer}/{name}", mark("Missing data for required field."))
        return found

    def value(self, shape: Shape, said: object, pointer: str) -> Any:
        match shape.how:
            case Part(type=of, many=True):
                return self.parts(of, said, pointer)
            case Part(type=of):
                return self.part(of, said, pointer)
            case Code(system=system):
                return self.code(system, said, pointer)
            case Leaf(type=of) if of is Period:
                return self.code("period", said, pointer)
            case Amount():
                return self.amount(said, pointer)
            case Leaf(type=of):
                read_leaf, expected = _LEAVES[of]
                found = read_leaf(said)
                if found is None:
                    self.fault(pointer, expected)
                return found
        raise TypeError(shape)

    def parts(self, of: Any, said: object, pointer: str) -> list[dict[str, Any]]:
        if not isinstance(said, list):
            self.fault(pointer, mark("Not a valid list."))
            return []
        return [self.part(of, each, f"{pointer}/{n}") for n, each in enumerate(said)]

    def amount(self, said: object, pointer: str) -> Decimal | None:
        if not isinstance(said, str) or not _AMOUNT.fullmatch(said):
            self.fault(pointer, mark("An exact decimal is expected, as a text."))
            return None
        return Decimal(said)

    def code(self, system: str, said: object, pointer: str) -> str | Period | None:
        found = _text(said)
        if not found:
            self.fault(pointer, mark("A text is expected."))
            return None
        if system == "period":
            return words.our_period(self.mapping, found) or self.not_ours(system, found)
        return words.our_code(self.mapping, system, found) or self.not_ours(system, found)

    def not_ours(self, system: str, code: str) -> str:
        self.unknown.setdefault(system, {})[code] = None
        return code

    def demand_known(self, said: Mapping[str, Any], pointer: str, names: Any) -> None:
        known = {name for name in names if name != LEFT_OUT}
        for name in said:
            if name not in known:
                self.fault(f"{pointer}/{pointer_to(shown(name))}", mark("Unknown field."))

    def fault(self, pointer: str, text: str) -> None:
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(Fault(pointer, "schema", Message(text)))


def _text(said: object) -> str | None:
    if not isinstance(said, str) or len(said) > _LONGEST_TEXT or not _TEXT.fullmatch(said):
        return None
    return said


def _whole(said: object) -> int | None:
    return said if type(said) is int and abs(said) <= _GREATEST else None


def _day(said: object) -> date | None:
    try:
        return date.fromisoformat(said) if isinstance(said, str) and _DAY.fullmatch(said) else None
    except ValueError:
        return None


def _moment(said: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
    if moment is None or moment.tzinfo is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    return moment


_PARTS: Final = ("envelope", "content")
_LEAVES: Final[Mapping[type, tuple[Callable[[object], Any], str]]] = {
    str: (_text, mark("A text of at most 10000 characters is expected, without control ones.")),
    int: (_whole, mark("Not a valid integer.")),
    date: (_day, mark("Not a valid date.")),
    datetime: (_moment, mark("Not a moment; write 2024-07-16T09:00:00+07:00.")),
}
