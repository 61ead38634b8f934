"""What must hold between the rows of the catalogue files. Pure: rows in, all faults out.

Rows and files that could not be read have their own faults already; references to them are
passed by.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from indicators_api.catalogue.check_areas import area_faults
from indicators_api.catalogue.check_calendar import calendar_faults
from indicators_api.catalogue.check_indicators import indicator_faults
from indicators_api.catalogue.check_plans import plan_faults
from indicators_api.catalogue.faults import in_cell, in_row
from indicators_api.catalogue.files import Catalogue, Sheet
from indicators_api.errors import Fault, mark

#: Columns that no two rows have in common.
_KEYS = (
    ("levels", ("code",)),
    ("levels", ("rank",)),
    ("areas", ("code", "valid_from")),
    ("area_successions", ("predecessor_code", "successor_code", "effective_date")),
    ("regimes", ("code",)),
    ("deadlines", ("regime_code", "level_code")),
    ("holidays", ("day",)),
    ("units", ("code",)),
    ("unit_successions", ("predecessor_code", "successor_code")),
    ("sectors", ("code",)),
    ("units_of_measure", ("code",)),
    ("indicators", ("code",)),
    ("assignments", ("level", "unit_kind", "indicator_code")),
    ("rules", ("code",)),
    ("targets", ("indicator_code", "year", "area_code")),
)
#: Columns that hold a code of another file. Areas are not here: their codes need a day.
_REFERENCES = (
    ("levels", "accepting_level", "levels"),
    ("areas", "level", "levels"),
    ("deadlines", "regime_code", "regimes"),
    ("deadlines", "level_code", "levels"),
    ("units", "level", "levels"),
    ("units", "parent_unit_code", "units"),
    ("units", "regime_code", "regimes"),
    ("unit_successions", "predecessor_code", "units"),
    ("unit_successions", "successor_code", "units"),
    ("sectors", "parent_code", "sectors"),
    ("indicators", "sector_code", "sectors"),
    ("indicators", "unit_of_measure_code", "units_of_measure"),
    *(
        ("indicators", column, "indicators")
        for column in ("parent_code", "weight_code", "numerator_code", "denominator_code")
    ),
    ("assignments", "level", "levels"),
    ("assignments", "indicator_code", "indicators"),
    ("targets", "indicator_code", "indicators"),
    ("targets", "unit_of_measure_code", "units_of_measure"),
)
_PARENTS = (
    ("units", "parent_unit_code"),
    ("sectors", "parent_code"),
    ("indicators", "parent_code"),
)
_VALIDITIES = ("areas", "units", "indicators")


def check(catalogue: Catalogue) -> list[Fault]:
    """Give all that is wrong with a catalogue, by kind of fault and row."""
    faults = list(_general_faults(catalogue))
    faults += area_faults(catalogue)
    faults += calendar_faults(catalogue)
    faults += indicator_faults(catalogue)
    faults += plan_faults(catalogue)
    return faults


def _general_faults(catalogue: Catalogue) -> Iterator[Fault]:
    sheets: Mapping[str, Sheet[Any]] = catalogue._asdict()
    for part, columns in _KEYS:
        yield from _duplicates(sheets[part], columns)
    for part, column, target in _REFERENCES:
        yield from _unknown(sheets[part], column, sheets[target])
    for part, column in _PARENTS:
        yield from _circles(sheets[part], column)
    for part in _VALIDITIES:
        yield from _reversed(sheets[part])


def _duplicates(sheet: Sheet[Any], columns: tuple[str, ...]) -> Iterator[Fault]:
    seen: dict[tuple[object, ...], Any] = {}
    for row in sheet.rows:
        key = tuple(getattr(row, column) for column in columns)
        first = seen.setdefault(key, row)
        if first is not row:
            text = mark("%(key)s is in row %(first)s of %(file)s already.")
            shown = ", ".join(str(part) for part in key)
            place = {"first": first.place.row, "file": first.place.file}
            yield in_cell(row.place, columns[0], "duplicate", text, key=shown, **place)


def _unknown(sheet: Sheet[Any], column: str, target: Sheet[Any]) -> Iterator[Fault]:
    if not target.complete:
        return
    known = {row.code for row in target.rows} | target.unread
    for row in sheet.rows:
        code = getattr(row, column)
        if code is not None and code not in known:
            text = mark("%(code)s is not in the catalogue.")
            yield in_cell(row.place, column, "unknown-reference", text, code=code)


def _circles(sheet: Sheet[Any], column: str) -> Iterator[Fault]:
    """Name each row that is an ancestor of itself."""
    parents = {row.code: getattr(row, column) for row in sheet.rows}
    for row in sheet.rows:
        seen = set()
        above = parents[row.code]
        while above is not None and above not in seen:
            seen.add(above)
            above = parents.get(above)
        if row.code in seen:
            text = mark("%(code)s lies below itself.")
            yield in_cell(row.place, column, "circle", text, code=row.code)


def _reversed(sheet: Sheet[Any]) -> Iterator[Fault]:
    for row in sheet.rows:
        if row.valid_to is not None and row.valid_to < row.valid_from:
            yield in_row(row.place, "bad-validity", mark("It ends before it begins."))
