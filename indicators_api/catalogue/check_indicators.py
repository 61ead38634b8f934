"""What must hold for indicators and their assignments."""

from collections import defaultdict
from collections.abc import Iterator

from indicators_api.catalogue.faults import in_cell, in_row
from indicators_api.catalogue.files import Catalogue
from indicators_api.catalogue.lookup import AreaIndex, Asked, asked, overlap, units_by_kind
from indicators_api.catalogue.rows import IndicatorRow
from indicators_api.errors import Fault, mark

_PARTS = ("numerator_code", "denominator_code", "factor")


def indicator_faults(catalogue: Catalogue) -> list[Fault]:
    """Give all that is wrong with indicators and assignments."""
    by_code = {indicator.code: indicator for indicator in catalogue.indicators.rows}
    faults: list[Fault] = []
    for indicator in catalogue.indicators.rows:
        faults += _unknown_levels(indicator, catalogue)
        faults += _values(indicator)
        faults += _family(indicator)
        faults += _weight(indicator)
        faults += _parts(indicator, by_code)
    faults += _assignments(catalogue, by_code)
    faults += _double_owners(catalogue)
    return faults


def _unknown_levels(indicator: IndicatorRow, catalogue: Catalogue) -> Iterator[Fault]:
    levels = catalogue.levels
    known = {level.code for level in levels.rows} | levels.unread
    for code in indicator.reporting_levels:
        if levels.complete and code not in known:
            text = mark("%(code)s is not in the catalogue.")
            yield in_cell(indicator.place, "reporting_levels", "unknown-reference", text, code=code)


def _values(indicator: IndicatorRow) -> Iterator[Fault]:
    low, high = indicator.min_value, indicator.max_value
    if low is not None and high is not None and low > high:
        yield in_cell(
            indicator.place, "max_value", "out-of-range", mark("The maximum is below the minimum.")
        )
    if indicator.value_type == "integer" and indicator.decimals:
        yield in_cell(
            indicator.place, "decimals", "out-of-range", mark("A whole number has no decimals.")
        )


def _family(indicator: IndicatorRow) -> Iterator[Fault]:
    if (indicator.parent_code is None) != (indicator.parent_relation is None):
        text = mark("A parent and the relation to it go together.")
        yield in_cell(indicator.place, "parent_relation", "incomplete", text)


def _weight(indicator: IndicatorRow) -> Iterator[Fault]:
    weighted = indicator.area_aggregation == "weighted_mean"
    if weighted and indicator.weight_code is None:
        yield in_cell(
            indicator.place, "weight_code", "empty", mark("A weighted mean needs its weight.")
        )
    if not weighted and indicator.weight_code is not None:
        text = mark("Only a weighted mean has a weight.")
        yield in_cell(indicator.place, "weight_code", "not-empty", text)
    if indicator.weight_code == indicator.code:
        yield in_cell(
            indicator.place, "weight_code", "same", mark("An indicator does not weigh itself.")
        )


def _parts(indicator: IndicatorRow, by_code: dict[str, IndicatorRow]) -> Iterator[Fault]:
    """Ask for the parts of what is recomputed; none of them is recomputed itself."""
    recomputed = indicator.area_aggregation == "recompute"
    if indicator.time_aggregation == "recompute" and not recomputed:
        text = mark("What is recomputed over time is recomputed over areas too.")
        yield in_cell(indicator.place, "time_aggregation", "incomplete", text)
    for column in _PARTS:
        found = getattr(indicator, column)
        if recomputed and found is None:
            text = mark("What is recomputed needs numerator, denominator and factor.")
            yield in_cell(indicator.place, column, "empty", text)
        if not recomputed and found is not None:
            yield in_cell(
                indicator.place, column, "not-empty", mark("Only what is recomputed has parts.")
            )
    for column in ("numerator_code", "denominator_code"):
        part = by_code.get(getattr(indicator, column))
        if recomputed and part is not None and part.area_aggregation == "recompute":
            text = mark("%(code)s is recomputed itself.")
            yield in_cell(indicator.place, column, "recomputed-part", text, code=part.code)
    if indicator.factor == 0:
        yield in_cell(indicator.place, "factor", "out-of-range", mark("The factor is 0."))


def _assignments(catalogue: Catalogue, by_code: dict[str, IndicatorRow]) -> Iterator[Fault]:
    units = catalogue.units
    kinds = units_by_kind(units.rows)
    everyone_known = units.complete and not units.unread
    levels = {level.code for level in catalogue.levels.rows}
    for row in catalogue.assignments.rows:
        if row.level not in levels:
            continue  # A fault already, as a reference.
        if everyone_known and (row.level, row.unit_kind) not in kinds:
            text = mark("No unit of level %(level)s is of the kind %(kind)s.")
            params = {"level": row.level, "kind": row.unit_kind}
            yield in_cell(row.place, "unit_kind", "unknown-reference", text, **params)
        indicator = by_code.get(row.indicator_code)
        if indicator is not None and row.level not in indicator.reporting_levels:
            text = mark("%(code)s is not reported at the level %(level)s.")
            params = {"code": row.indicator_code, "level": row.level}
            yield in_cell(row.place, "level", "level-not-reported", text, **params)


def _double_owners(catalogue: Catalogue) -> Iterator[Fault]:
    """Let no two units of an area be asked a territory's figure at once.

    "One datum, one source, one owner": the exclusion constraint on assignments says the same.
    """
    areas = AreaIndex(catalogue.areas.rows)
    area_of = {
        unit.code: areas.on(unit.area_code, unit.valid_from) for unit in catalogue.units.rows
    }
    owners: dict[tuple[object, str], list[Asked]] = defaultdict(list)
    named = set()
    for one in asked(catalogue):
        area = area_of[one.unit.code]
        if one.indicator.value_scope != "territory" or area is None:
            continue
        earlier = owners[area.place, one.indicator.code]
        other = next((known for known in earlier if _clash(known, one)), None)
        earlier.append(one)
        if other is not None and one.row.place not in named:
            named.add(one.row.place)
            text = mark("%(unit)s and %(other)s would both own %(code)s of the area %(area)s.")
            params = {"unit": one.unit.code, "other": other.unit.code, "area": area.code}
            yield in_row(one.row.place, "two-owners", text, code=one.indicator.code, **params)


def _clash(one: Asked, other: Asked) -> bool:
    if one.unit is other.unit:
        return False
    return overlap((one.valid_from, one.valid_to), (other.valid_from, other.valid_to))
