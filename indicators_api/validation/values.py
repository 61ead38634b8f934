"""What a JSON object `values` says, and whether the catalogue takes it. Pure, and set-wise.

The usual case, a map of plain numbers and nulls, is decided on the whole set; other maps are walked
through value by value. Source: domain.md, "Values and rules"; performance.md, rule 2.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import repeat
from types import NoneType
from typing import Any

from indicators_api.errors import Fault, Message, mark
from indicators_api.models.observation import MISSING_REASONS, STATUSES
from indicators_api.observations.entry import Entry
from indicators_api.validation.number import are_usual, pointer_to, read_number

#: Characters of a note.
NOTE_LENGTH = 1000
#: What a bare null says.
NOT_AVAILABLE = Entry(None, "not_available")

#: An endless column without anything in it.
_NOTHING = repeat(None)
_FIELDS = ("value", "missing", "ytd", "status", "note")
_TEXT_TYPES = frozenset({str, NoneType})
_PLAIN_TYPES = frozenset({Decimal, int, str, NoneType})
_UNFIT_FOR_NOTES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

UNKNOWN_FIELD = mark("There is no such field here; the fields are %(allowed)s.")
ONE_OF = mark("One of these is expected: %(allowed)s.")
VALUE_AND_MISSING = mark("A value and a reason why there is none exclude each other.")
NOTE_TEXT = mark("A note is text of at most %(limit)s characters.")
NOTE_CHARACTERS = mark(
    "A note holds no control characters but newline and tab, and no half of a surrogate pair."
)


def parse_values(raw: Mapping[str, object]) -> tuple[dict[str, Entry], list[Fault]]:
    """Read indicator code → number, null or `{value, missing, ytd, status, note}`.

    Decoded with parse_float=Decimal. Gives the entries in the order sent and every fault, with
    pointers such as `/values/KT070101` and `/values/KT070101/ytd`. Null, and an object without
    value and reason, is `not_available`; so is, among the entries, a value with a fault, that its
    code can be checked all the same.
    """
    usual = _usual_entries(raw)
    if usual is not None:
        return dict(zip(raw, usual, strict=True)), []
    faults: list[Fault] = []
    entries = {
        code: _entry(said, f"/values/{pointer_to(code)}", faults) for code, said in raw.items()
    }
    return entries, faults


def _usual_entries(raw: Mapping[str, object]) -> Iterator[Entry] | None:
    """Read what needs no second look, by one look at each field of all values; None if any does."""
    types = set(map(type, raw.values()))
    if types <= _PLAIN_TYPES:
        numbers = list(raw.values())
        return _entries(numbers) if _are_usual(numbers) else None
    if not types <= _PLAIN_TYPES | {dict}:
        return None
    objects = [said if isinstance(said, dict) else {"value": said} for said in raw.values()]
    return _entries_of_objects(objects) if set().union(*objects) <= set(_FIELDS) else None


def _entries_of_objects(objects: Sequence[Mapping[str, Any]]) -> Iterator[Entry] | None:
    values, reasons, ytd, statuses, notes = ([o.get(field) for o in objects] for field in _FIELDS)
    is_usual = (
        _are_numbers(values)
        and _are_numbers(ytd)
        and _are_words(reasons, MISSING_REASONS)
        and _are_words(statuses, STATUSES)
        and _are_notes(notes)
        and all(
            value is None or reason is None for value, reason in zip(values, reasons, strict=True)
        )
    )
    return _entries(values, reasons, statuses, ytd, notes) if is_usual else None


def _are_numbers(column: Sequence[Any]) -> bool:
    return set(map(type, column)) <= _PLAIN_TYPES and _are_usual(column)


def _are_usual(column: Sequence[Any]) -> bool:
    return are_usual([number for number in column if number is not None])


def _are_words(column: Sequence[Any], allowed: tuple[str, ...]) -> bool:
    return set(map(type, column)) <= _TEXT_TYPES and set(column) <= {*allowed, None}


def _are_notes(column: Sequence[Any]) -> bool:
    if not set(map(type, column)) <= _TEXT_TYPES:
        return False
    notes = [note for note in column if note is not None]
    return all(len(note) <= NOTE_LENGTH for note in notes) and not _UNFIT_FOR_NOTES.search(
        "\n".join(notes)
    )


def _entries(
    values: Sequence[Any],
    reasons: Iterable[str | None] = _NOTHING,
    statuses: Iterable[str | None] = _NOTHING,
    ytd: Sequence[Any] | None = None,
    notes: Iterable[str | None] = _NOTHING,
) -> Iterator[Entry]:
    """Make the entries of usual fields; by tuple.__new__, at half the price of Entry()."""
    if None in values:
        reasons = [
            (reason or "not_available") if said is None else None
            for said, reason in zip(values, reasons, strict=False)
        ]
    cumulated = _NOTHING if ytd is None else _decimals(ytd)
    fields = zip(_decimals(values), reasons, statuses, cumulated, notes, strict=False)
    return map(tuple.__new__, repeat(Entry), fields)


def _decimals(numbers: Sequence[Any]) -> Iterable[Decimal | None]:
    if None in numbers:
        return [None if said is None else Decimal(said) for said in numbers]
    return map(Decimal, numbers)


def _entry(said: object, pointer: str, faults: list[Fault]) -> Entry:
    if said is None:
        return NOT_AVAILABLE
    if isinstance(said, Mapping):
        return _entry_of_object(said, pointer, faults)
    value = read_number(said, pointer, faults)
    return NOT_AVAILABLE if value is None else Entry(value)


def _entry_of_object(said: Mapping[str, object], pointer: str, faults: list[Fault]) -> Entry:
    for field in (key for key in said if key not in _FIELDS):
        message = Message(UNKNOWN_FIELD, {"allowed": ", ".join(_FIELDS)})
        faults.append(Fault(f"{pointer}/{pointer_to(field)}", "unknown-field", message))
    value = _optional_number(said.get("value"), f"{pointer}/value", faults)
    missing = _word(said.get("missing"), MISSING_REASONS, f"{pointer}/missing", faults)
    if said.get("value") is not None and said.get("missing") is not None:
        faults.append(Fault(f"{pointer}/missing", "value-and-missing", Message(VALUE_AND_MISSING)))
    return Entry(
        value,
        (missing or "not_available") if value is None else None,
        _word(said.get("status"), STATUSES, f"{pointer}/status", faults),
        _optional_number(said.get("ytd"), f"{pointer}/ytd", faults),
        _note(said.get("note"), f"{pointer}/note", faults),
    )


def _optional_number(said: object, pointer: str, faults: list[Fault]) -> Decimal | None:
    return None if said is None else read_number(said, pointer, faults)


def _word(said: object, allowed: tuple[str, ...], pointer: str, faults: list[Fault]) -> str | None:
    if said is None:
        return None
    if isinstance(said, str) and said in allowed:
        return said
    faults.append(Fault(pointer, "not-allowed", Message(ONE_OF, {"allowed": ", ".join(allowed)})))
    return None


def _note(said: object, pointer: str, faults: list[Fault]) -> str | None:
    if said is None:
        return None
    if not isinstance(said, str) or len(said) > NOTE_LENGTH:
        faults.append(Fault(pointer, "note-too-long", Message(NOTE_TEXT, {"limit": NOTE_LENGTH})))
        return None
    if _UNFIT_FOR_NOTES.search(said):
        faults.append(Fault(pointer, "note-characters", Message(NOTE_CHARACTERS)))
        return None
    return said
