"""Read the file that maps what is ours to what a partner calls it: TOML, with every fault named."""

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeVar

from indicators_api.errors import ExchangeNotReady, Fault, Message, mark
from indicators_api.exchange.codes import SYSTEMS
from indicators_api.exchange.identifiers import SPELLINGS, is_identifier
from indicators_api.exchange.mapping import (
    AS_OURS,
    LEFT_OUT,
    Form,
    PartnerMapping,
    Theirs,
    are_told_apart,
)
from indicators_api.exchange.shapes import fields_by_part
from indicators_api.periods import FIRST_YEAR, LAST_YEAR, PeriodType

#: The packaged one; its comments say what in it is real and what is constructed.
PACKAGED: Final = Path(__file__).resolve().parents[1] / "data" / "exchange" / "mapping.toml"

#: Fit for JSON and for XML alike.
_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")
#: Digits of a factor before and after the point: a product stays far within `EXACT`.
_MOST_DIGITS = 20

Read = TypeVar("Read")


def read(path: Path | None) -> PartnerMapping:
    """Read a mapping, the packaged one unless there is a path.

    Raises ExchangeNotReady that names every fault of the file.
    """
    path = path or PACKAGED
    try:
        with path.open("rb") as file:
            said = tomllib.load(file, parse_float=Decimal)
    except (OSError, ValueError) as error:
        raise ExchangeNotReady(
            mark("The mapping %(file)s can't be read: %(reason)s."),
            file=path.name,
            reason=getattr(error, "strerror", None) or str(error),
        ) from error
    reader = _Reader()
    mapping = reader.mapping(said)
    if reader.faults:
        raise ExchangeNotReady(
            mark("The mapping %(file)s has %(count)s faults."),
            faults=reader.faults,
            file=path.name,
            count=len(reader.faults),
        )
    return mapping


class _Reader:
    """Reads the parts of the file and collects what is wrong with them."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def mapping(self, said: Mapping[str, Any]) -> PartnerMapping:
        self.known(said, "", {*PartnerMapping._fields, "parties"} - _IN_PARTIES)
        parties = self.table(said, "", "parties")
        self.known(parties, "/parties", _IN_PARTIES)
        return PartnerMapping(
            sender=self.identifier(parties, "sender"),
            receiver=self.identifier(parties, "receiver"),
            spelling=self.text(parties, "/parties", "spelling", SPELLINGS),
            spelled=self.texts(parties.get("spelled", {}), "/parties/spelled"),
            path=self.path(said),
            since=self.year(said),
            form=self.form(self.table(said, "", "form")),
            indicators=self.indicators(said),
            units_of_measure=self.each(said, "units_of_measure", self.factors),
            periods=self.periods(self.table(said, "", "periods")),
            codes=self.codes(self.table(said, "", "codes")),
            fields=self.fields(self.table(said, "", "fields")),
        )

    def identifier(self, said: Mapping[str, Any], key: str) -> str:
        found = self.text(said, "/parties", key)
        if found and not is_identifier(found):
            self.fault(
                f"/parties/{key}",
                mark("An electronic identifier in the new spelling is expected, such as H59."),
            )
        return found

    def path(self, said: Mapping[str, Any]) -> str:
        found = said.get("path", "")
        if not isinstance(found, str) or not _PATH.fullmatch(found):
            self.fault("/path", mark("A path such as /packages is expected."))
            return ""
        return found

    def year(self, said: Mapping[str, Any]) -> int:
        found = said.get("since")
        if type(found) is not int or not FIRST_YEAR <= found <= LAST_YEAR:
            text = mark("A year from %(first)s to %(last)s is expected.")
            self.fault("/since", text, first=FIRST_YEAR, last=LAST_YEAR)
            return FIRST_YEAR
        return found

    def form(self, said: Mapping[str, Any]) -> Form:
        self.known(said, "/form", Form._fields)
        asked = said.get("indicators")
        if not isinstance(asked, list) or not all(isinstance(each, str) for each in asked):
            self.fault("/form/indicators", mark("A list of codes is expected."))
            asked = []
        if len(set(asked)) < len(asked):
            self.fault("/form/indicators", mark("An entry stands in the list twice."))
        return Form(
            name_vi=self.text(said, "/form", "name_vi"),
            name_en=self.text(said, "/form", "name_en"),
            regime=self.text(said, "/form", "regime"),
            period_type=self.text(said, "/form", "period_type", tuple(PeriodType)),
            indicators=tuple(asked),
        )

    def indicator(self, said: Mapping[str, Any], pointer: str) -> Theirs:
        self.known(said, pointer, Theirs._fields)
        return Theirs(self.text(said, pointer, "code"), self.text(said, pointer, "unit"))

    def factors(self, said: Mapping[str, Any], pointer: str) -> dict[str, Decimal]:
        found = {}
        for ours, factor in said.items():
            if not _is_factor(factor):
                self.fault(
                    f"{pointer}/{ours}",
                    mark(
                        "A number above 0 of at most %(digits)s digits on either side is expected."
                    ),
                    digits=_MOST_DIGITS,
                )
            else:
                found[ours] = Decimal(factor)
        return found

    def periods(self, said: Mapping[str, Any]) -> dict[str, str]:
        self.known(said, "/periods", tuple(PeriodType))
        forms = {key: form for key, form in self.texts(said, "/periods").items() if key in _TYPES}
        bad = [key for key, form in forms.items() if not _is_form(form)]
        for key in bad:
            text = mark("A form of year, number and month is expected, such as {year}-{month:02}.")
            self.fault(f"/periods/{key}", text)
        if not bad and not are_told_apart(forms):
            self.fault("/periods", mark("Two periods would be written alike."))
        return {key: form for key, form in forms.items() if key not in bad}

    def codes(self, said: Mapping[str, Any]) -> dict[str, Mapping[str, str] | None]:
        self.known(said, "/codes", SYSTEMS)
        found: dict[str, Mapping[str, str] | None] = {}
        for system, table in said.items():
            if table == AS_OURS:
                found[system] = None
                continue
            found[system] = self.texts(table, f"/codes/{system}")
            allowed = SYSTEMS.get(system)
            if allowed is not None:
                self.known(found[system] or {}, f"/codes/{system}", allowed)
        return found

    def fields(self, said: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
        parts = fields_by_part()
        self.known(said, "/fields", parts)
        found: dict[str, Mapping[str, str]] = {}
        for part, table in said.items():
            pointer = f"/fields/{part}"
            found[part] = self.texts(table, pointer, empty=True)
            self.known(found[part], pointer, parts.get(part, found[part]))
            names = [name for name in found[part].values() if name != LEFT_OUT]
            if not all(map(_FIELD_NAME.fullmatch, names)):
                self.fault(pointer, mark("Names of fields are of ASCII letters, digits and _ . -"))
            if len(set(names)) < len(names):
                self.fault(pointer, mark("Two fields have one name."))
        return found

    def indicators(self, said: Mapping[str, Any]) -> dict[str, Theirs]:
        found = self.each(said, "indicators", self.indicator)
        if len({each.code for each in found.values()}) < len(found):
            self.fault("/indicators", mark("Two indicators have one code."))
        return found

    def each(
        self,
        said: Mapping[str, Any],
        key: str,
        reader: Callable[[Mapping[str, Any], str], Read],
    ) -> dict[str, Read]:
        table = self.table(said, "", key)
        return {
            name: reader(self.table(table, f"/{key}", name), f"/{key}/{name}") for name in table
        }

    def table(self, said: Mapping[str, Any], pointer: str, key: str) -> Mapping[str, Any]:
        found = said.get(key)
        if isinstance(found, dict):
            return found
        self.fault(f"{pointer}/{key}", mark("A table is expected."))
        return {}

    def text(
        self, said: Mapping[str, Any], pointer: str, key: str, allowed: Collection[str] = ()
    ) -> str:
        found = said.get(key)
        if not isinstance(found, str) or not found:
            self.fault(f"{pointer}/{key}", mark("A text is expected."))
            return ""
        if allowed and found not in allowed:
            text = mark("Must be one of: %(choices)s.")
            self.fault(f"{pointer}/{key}", text, choices=", ".join(allowed))
        return found

    def texts(self, said: Any, pointer: str, *, empty: bool = False) -> dict[str, str]:
        if not isinstance(said, dict):
            self.fault(pointer, mark("A table is expected."))
            return {}
        bad = [key for key, text in said.items() if not isinstance(text, str)]
        bad += [key for key, text in said.items() if text == "" and not empty]
        for key in bad:
            self.fault(f"{pointer}/{key}", mark("A text is expected."))
        return {key: text for key, text in said.items() if key not in bad}

    def known(self, said: Mapping[str, Any], pointer: str, allowed: Collection[str]) -> None:
        for key in said:
            if key not in allowed:
                self.fault(f"{pointer}/{key}", mark("This is nothing that the mapping can name."))

    def fault(self, pointer: str, text: str, **params: Any) -> None:
        self.faults.append(Fault(pointer, "mapping", Message(text, params)))


_IN_PARTIES: Final = {"sender", "receiver", "spelling", "spelled"}
_TYPES: Final = frozenset(PeriodType)


def _is_factor(said: object) -> bool:
    if type(said) is not int and not isinstance(said, Decimal):
        return False
    factor = Decimal(said)
    if not factor.is_finite() or factor <= 0:
        return False
    places = -int(factor.as_tuple().exponent)
    return factor.adjusted() < _MOST_DIGITS and places <= _MOST_DIGITS


def _is_form(form: str) -> bool:
    try:
        form.format(year=2024, number=7, month=7)
    except (AttributeError, IndexError, KeyError, ValueError):
        return False
    return True
