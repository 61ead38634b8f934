"""What must hold for levels, areas, units and successions."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from indicators_api.catalogue.faults import in_cell, in_file, in_row
from indicators_api.catalogue.files import Catalogue
from indicators_api.catalogue.lookup import AreaIndex, ends
from indicators_api.catalogue.rows import AreaRow, Place, UnitRow
from indicators_api.errors import Fault, mark

_DAY = timedelta(days=1)


def area_faults(catalogue: Catalogue) -> list[Fault]:
    """Give all that is wrong with levels, areas, units and successions."""
    areas = AreaIndex(catalogue.areas.rows)
    return [
        *_owners(catalogue),
        *_levels(catalogue),
        *_overlaps(areas),
        *_parents(catalogue, areas),
        *_successions(catalogue, areas),
        *_units(catalogue, areas),
        *_unit_successions(catalogue),
    ]


def _owners(catalogue: Catalogue) -> Iterator[Fault]:
    """Ask for one jurisdiction, and for a regime for the units."""
    sheet = catalogue.jurisdiction
    if sheet.complete and len(sheet.rows) + len(sheet.unread) != 1:
        yield in_file("jurisdiction.csv", "not-one-row", mark("The file has one row."))
    if catalogue.regimes.complete and not catalogue.regimes.rows and not catalogue.regimes.unread:
        yield in_file("regimes.csv", "empty", mark("At least one regime is needed."))


def _levels(catalogue: Catalogue) -> Iterator[Fault]:
    ranks = {level.code: level.rank for level in catalogue.levels.rows}
    for level in catalogue.levels.rows:
        if level.accepting_level in ranks and ranks[level.accepting_level] >= level.rank:
            text = mark("The level that accepts is not wider than %(level)s.")
            yield in_cell(level.place, "accepting_level", "not-wider", text, level=level.code)


def _overlaps(areas: AreaIndex) -> Iterator[Fault]:
    """Let a code name one area a day; rows of the same first day are named as duplicates."""
    for bearers in areas:
        for earlier, later in pairwise(bearers):
            if earlier.valid_from < later.valid_from <= ends(earlier.valid_to):
                text = mark("%(code)s is still valid in row %(row)s of %(file)s.")
                place = {"row": earlier.place.row, "file": earlier.place.file}
                yield in_cell(later.place, "valid_from", "overlap", text, code=later.code, **place)


def _parents(catalogue: Catalogue, areas: AreaIndex) -> Iterator[Fault]:
    """Let every area but the widest lie in a wider one, from its first day to its last."""
    ranks = {level.code: level.rank for level in catalogue.levels.rows}
    widest = min(ranks.values(), default=0)
    for area in catalogue.areas.rows:
        rank = ranks.get(area.level)
        if area.parent_code is None:
            if rank is not None and rank > widest:
                yield in_cell(
                    area.place, "parent_code", "empty", mark("The area it lies in is missing.")
                )
            continue
        parent = areas.on(area.parent_code, area.valid_from)
        if parent is None:
            yield from _unknown_area(
                catalogue, area.place, "parent_code", area.parent_code, area.valid_from
            )
            continue
        if rank is not None and ranks.get(parent.level, 0) >= rank:
            text = mark("%(code)s is not of a wider level.")
            yield in_cell(area.place, "parent_code", "not-wider", text, code=parent.code)
        yield from _outlasting(area, parent)


def _outlasting(row: AreaRow | UnitRow, area: AreaRow) -> Iterator[Fault]:
    if ends(row.valid_to) > ends(area.valid_to):
        text = mark("It is valid longer than %(code)s, which ends on %(day)s.")
        yield in_cell(
            row.place, "valid_to", "outlasts", text, code=area.code, day=str(area.valid_to)
        )


def _successions(catalogue: Catalogue, areas: AreaIndex) -> Iterator[Fault]:
    """Ask for a predecessor valid on the day before and a successor valid on the day itself."""
    for row in catalogue.area_successions.rows:
        eve = row.effective_date - _DAY
        before, after = (
            areas.on(row.predecessor_code, eve),
            areas.on(row.successor_code, row.effective_date),
        )
        if before is None:
            yield from _unknown_area(
                catalogue, row.place, "predecessor_code", row.predecessor_code, eve
            )
        if after is None:
            column, code = "successor_code", row.successor_code
            yield from _unknown_area(catalogue, row.place, column, code, row.effective_date)
        if before is not None and before is after:
            yield in_row(row.place, "same", mark("An area does not succeed itself."))
        if row.share is not None and not 0 < row.share <= 1:
            text = mark("A share is more than 0 and at most 1.")
            yield in_cell(row.place, "share", "out-of-range", text)


def _units(catalogue: Catalogue, areas: AreaIndex) -> Iterator[Fault]:
    """Find each unit's area on the unit's first day; the unit ends with it at the latest."""
    for unit in catalogue.units.rows:
        area = areas.on(unit.area_code, unit.valid_from)
        if area is None:
            yield from _unknown_area(
                catalogue, unit.place, "area_code", unit.area_code, unit.valid_from
            )
        else:
            yield from _outlasting(unit, area)


def _unit_successions(catalogue: Catalogue) -> Iterator[Fault]:
    for row in catalogue.unit_successions.rows:
        if row.predecessor_code == row.successor_code:
            yield in_row(row.place, "same", mark("A unit does not succeed itself."))


def _unknown_area(
    catalogue: Catalogue, place: Place, column: str, code: str, day: date
) -> Iterator[Fault]:
    if catalogue.areas.complete and code not in catalogue.areas.unread:
        text = mark("No area has the code %(code)s on %(day)s.")
        yield in_cell(place, column, "unknown-reference", text, code=code, day=str(day))
