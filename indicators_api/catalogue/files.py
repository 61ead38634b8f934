"""Reading a folder of catalogue files into typed rows: CSV in UTF-8, comma, with a header."""

import csv
import io
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar, get_type_hints

from indicators_api.catalogue import rows as kinds
from indicators_api.catalogue.cells import CellRefused, Reader
from indicators_api.catalogue.faults import in_cell, in_column, in_file, in_row
from indicators_api.errors import Fault, mark

Row = TypeVar("Row")
Record = tuple[kinds.Place, list[str]]

#: Read by people, not loaded: assignments.csv is what these rules give.
_DOCUMENTATION = {"assignment_rules.csv"}
_OPTIONAL = {"unit_successions.csv"}


class Sheet(NamedTuple, Generic[Row]):
    """What could be read of a file."""

    rows: list[Row]
    #: First cells of the rows that could not be read: references to them are passed by.
    unread: frozenset[str] = frozenset()
    #: False: the file is missing or can't be read at all.
    complete: bool = True


class Catalogue(NamedTuple):
    """The files of a folder."""

    jurisdiction: Sheet[kinds.JurisdictionRow]
    levels: Sheet[kinds.LevelRow]
    areas: Sheet[kinds.AreaRow]
    area_successions: Sheet[kinds.AreaSuccessionRow]
    regimes: Sheet[kinds.RegimeRow]
    deadlines: Sheet[kinds.DeadlineRow]
    holidays: Sheet[kinds.HolidayRow]
    units: Sheet[kinds.UnitRow]
    unit_successions: Sheet[kinds.UnitSuccessionRow]
    sectors: Sheet[kinds.SectorRow]
    units_of_measure: Sheet[kinds.UnitOfMeasureRow]
    indicators: Sheet[kinds.IndicatorRow]
    assignments: Sheet[kinds.AssignmentRow]
    rules: Sheet[kinds.RuleRow]
    targets: Sheet[kinds.TargetRow]


#: Where each part of the catalogue stands, and its rows. Areas have more files, `areas_*.csv`.
FILES: Mapping[str, tuple[str, type[Any]]] = {
    "jurisdiction": ("jurisdiction.csv", kinds.JurisdictionRow),
    "levels": ("area_levels.csv", kinds.LevelRow),
    "areas": ("areas.csv", kinds.AreaRow),
    "area_successions": ("area_successions.csv", kinds.AreaSuccessionRow),
    "regimes": ("regimes.csv", kinds.RegimeRow),
    "deadlines": ("deadline_rules.csv", kinds.DeadlineRow),
    "holidays": ("holidays.csv", kinds.HolidayRow),
    "units": ("reporting_units.csv", kinds.UnitRow),
    "unit_successions": ("unit_successions.csv", kinds.UnitSuccessionRow),
    "sectors": ("sectors.csv", kinds.SectorRow),
    "units_of_measure": ("units_of_measure.csv", kinds.UnitOfMeasureRow),
    "indicators": ("indicators.csv", kinds.IndicatorRow),
    "assignments": ("assignments.csv", kinds.AssignmentRow),
    "rules": ("validation_rules.csv", kinds.RuleRow),
    "targets": ("annual_targets.csv", kinds.TargetRow),
}


class _Unreadable(Exception):
    """Nothing of a file can be used."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.faults = faults


def read(folder: Path) -> tuple[Catalogue, list[Fault]]:
    """Read all files of a folder; what could not be read is left out and named by a fault."""
    faults: list[Fault] = list(_unknown_files(folder))
    sheets = {}
    for part, (file, kind) in FILES.items():
        found = [read_sheet(path, kind) for path in _paths(folder, file)]
        faults += [fault for _, wrong in found for fault in wrong]
        sheets[part] = _joined(sheet for sheet, _ in found)
    return Catalogue(**sheets), faults


def read_sheet(path: Path, kind: type[Row]) -> tuple[Sheet[Row], list[Fault]]:
    """Read a file into rows of a kind."""
    try:
        records = _records(path)
        order = _order(path.name, records[0][1] if records else [], kind)
    except _Unreadable as refused:
        return Sheet([], complete=False), list(refused.faults)
    make: Callable[..., Row] = kind
    readers = _readers(kind, order)
    rows: list[Row] = []
    unread: set[str] = set()
    faults: list[Fault] = []
    for place, cells in records[1:]:
        values, wrong = _values(place, cells, readers)
        if wrong:
            unread.add(cells[0])
            faults += wrong
        else:
            rows.append(make(place=place, **values))
    return Sheet(rows, frozenset(unread)), faults


def _paths(folder: Path, file: str) -> list[Path]:
    """Give the files of one part of the catalogue; a required one even where it is missing."""
    if file in _OPTIONAL:
        return [path for path in [folder / file] if path.exists()]
    more = sorted(folder.glob("areas_*.csv")) if file == "areas.csv" else []
    return [folder / file, *more]


def _unknown_files(folder: Path) -> Iterator[Fault]:
    """Name CSV files that nothing reads: a misspelt optional file would be lost in silence."""
    known = {file for file, _ in FILES.values()} | _DOCUMENTATION
    for path in sorted(folder.glob("*.csv")):
        if path.name not in known and not path.match("areas_*.csv"):
            yield in_file(
                path.name, "unknown-file", mark("No part of the catalogue is read from this file.")
            )


def _joined(sheets: Iterable[Sheet[Any]]) -> Sheet[Any]:
    every = list(sheets)
    unread = frozenset[str]().union(*(sheet.unread for sheet in every))
    return Sheet(
        [row for sheet in every for row in sheet.rows],
        unread,
        all(sheet.complete for sheet in every),
    )


def _records(path: Path) -> list[Record]:
    """Split a file into records, each with its place; blank lines are left out."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    records: list[Record] = []
    begins = 1
    try:
        for cells in reader:
            if cells:
                trimmed = [unicodedata.normalize("NFC", cell.strip()) for cell in cells]
                records.append((kinds.Place(path.name, begins), trimmed))
            begins = reader.line_num + 1
    except csv.Error as error:
        text = mark("The file is not CSV as RFC 4180 has it: %(reason)s.")
        raise _Unreadable(
            in_row(kinds.Place(path.name, begins), "not-csv", text, reason=str(error))
        ) from None
    return records


def _text(path: Path) -> str:
    """Read a file as UTF-8 without a byte order mark."""
    try:
        raw = path.read_bytes()
    except OSError:
        raise _Unreadable(
            in_file(path.name, "missing-file", mark("The file is missing or can't be read."))
        ) from None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        place = kinds.Place(path.name, raw.count(b"\n", 0, error.start) + 1)
        raise _Unreadable(in_row(place, "not-utf-8", mark("The file is not UTF-8."))) from None
    if text.startswith("\ufeff"):
        text_of_fault = mark(
            "The file begins with a byte order mark: save it as UTF-8 without one."
        )
        raise _Unreadable(in_file(path.name, "byte-order-mark", text_of_fault))
    return text


def _order(file: str, header: list[str], kind: type[Any]) -> list[str]:
    """Give the file's columns in its own order; refuse missing, unknown and repeated ones."""
    known = [name for name in kind._fields if name != "place"]
    missing = [name for name in known if name not in header and name not in kind._field_defaults]
    unknown = [name for name in dict.fromkeys(header) if name not in known]
    repeated = [name for name in dict.fromkeys(header) if name in known and header.count(name) > 1]
    faults = [
        in_column(file, name, "missing-column", mark("The column %(column)s is missing."))
        for name in missing
    ]
    faults += [
        in_column(file, name, "unknown-column", mark("There is no column “%(column)s”."))
        for name in unknown
    ]
    faults += [
        in_column(file, name, "duplicate", mark("The column %(column)s is there twice."))
        for name in repeated
    ]
    if faults:
        raise _Unreadable(*faults)
    return header


def _readers(kind: type[Any], order: list[str]) -> dict[str, Reader]:
    """Give the columns' readers in the file's order; an empty cell reads as its default, if any."""
    hints = get_type_hints(kind, include_extras=True)
    readers = {}
    for column in order:
        reader = hints[column].__metadata__[0]
        has_default = column in kind._field_defaults
        readers[column] = _or(kind._field_defaults[column], reader) if has_default else reader
    return readers


def _or(default: object, reader: Reader) -> Reader:
    return lambda text: reader(text) if text else default


def _values(
    place: kinds.Place, cells: list[str], readers: Mapping[str, Reader]
) -> tuple[dict[str, Any], list[Fault]]:
    """Read the cells of a row, in the order of the readers."""
    if len(cells) != len(readers):
        return {}, [_wrong_length(place, len(cells), len(readers))]
    values: dict[str, Any] = {}
    faults = []
    for (column, reader), cell in zip(readers.items(), cells, strict=True):
        try:
            values[column] = reader(cell)
        except CellRefused as refused:
            message = refused.message
            faults.append(in_cell(place, column, refused.code, message.text, **message.params))
    return values, faults


def _wrong_length(place: kinds.Place, found: int, wanted: int) -> Fault:
    text = mark("The row has %(found)s cells, the header %(wanted)s.")
    return in_row(place, "wrong-length", text, found=found, wanted=wanted)
