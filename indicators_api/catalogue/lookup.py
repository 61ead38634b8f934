"""What rows of the catalogue files mean together: which area a code names, who is asked what."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from indicators_api.catalogue.files import Catalogue
from indicators_api.catalogue.rows import AreaRow, AssignmentRow, IndicatorRow, TargetRow, UnitRow


class AreaIndex:
    """Areas by code and day."""

    def __init__(self, areas: Iterable[AreaRow]) -> None:
        self._by_code: dict[str, list[AreaRow]] = defaultdict(list)
        for area in areas:
            self._by_code[area.code].append(area)

    def on(self, code: str, day: date) -> AreaRow | None:
        """Give the area that bears a code on a day, None where none does."""
        bearers = self._by_code.get(code, ())
        return next((a for a in bearers if a.valid_from <= day and ends(a.valid_to) >= day), None)

    def planned_for(self, target: TargetRow) -> AreaRow | None:
        """Give a target's area: that of 1 January, else of 31 December (founded in the year)."""
        january = self.on(target.area_code, date(target.year, 1, 1))
        return january or self.on(target.area_code, date(target.year, 12, 31))

    def __iter__(self) -> Iterator[list[AreaRow]]:
        """Give the bearers of each code, by their first day."""
        return (sorted(bearers, key=lambda a: a.valid_from) for bearers in self._by_code.values())


class Asked(NamedTuple):
    """A unit is asked an indicator for as long as both are valid; `row` says so."""

    row: AssignmentRow
    unit: UnitRow
    indicator: IndicatorRow
    valid_from: date
    #: Last day. None: no end.
    valid_to: date | None


def ends(valid_to: date | None) -> date:
    """Give a last day that can be compared; an open end is after all days."""
    return valid_to or date.max


def overlap(one: tuple[date, date | None], other: tuple[date, date | None]) -> bool:
    """Tell whether two validities share a day; both ends are included."""
    return one[0] <= ends(other[1]) and other[0] <= ends(one[1])


def units_by_kind(units: Iterable[UnitRow]) -> dict[tuple[str, str], list[UnitRow]]:
    """Give the units of each level and kind."""
    found = defaultdict(list)
    for unit in units:
        found[unit.level, unit.unit_kind].append(unit)
    return dict(found)


def asked(catalogue: Catalogue) -> Iterator[Asked]:
    """Spread the assignments of kinds over their units, in the file's order.

    Unknown kinds and indicators are passed by.
    """
    of_kind = units_by_kind(catalogue.units.rows)
    by_code = {indicator.code: indicator for indicator in catalogue.indicators.rows}
    for row in catalogue.assignments.rows:
        indicator = by_code.get(row.indicator_code)
        if indicator is None:
            continue
        for unit in of_kind.get((row.level, row.unit_kind), ()):
            first = max(unit.valid_from, indicator.valid_from)
            last = min(ends(unit.valid_to), ends(indicator.valid_to))
            if first <= last:
                yield Asked(row, unit, indicator, first, None if last == date.max else last)
