"""The rows of the catalogue files: a field is a column, with its type and what its cells may hold.

A field with a default is a column that a file may leave out; an empty cell in it is the default
too. `place` says where the row stands.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, NamedTuple

from indicators_api.catalogue.cells import (
    code,
    day,
    flag,
    listed,
    number,
    one_of,
    optional,
    remark,
    term,
    whole,
    words,
)
from indicators_api.models.indicator import (
    AREA_RULES,
    FREQUENCIES,
    NATURES,
    TIME_RULES,
    VALUE_SCOPES,
    VALUE_TYPES,
)
from indicators_api.models.target import DIRECTIONS
from indicators_api.models.validation_rule import EVALUATION_SCOPES, OPERATORS, SEVERITIES
from indicators_api.periods import FIRST_YEAR, LAST_YEAR

Code = Annotated[str, code]
MaybeCode = Annotated[str | None, optional(code)]
Term = Annotated[str, term]
MaybeTerm = Annotated[str | None, optional(term)]
Words = Annotated[str, words]
Remark = Annotated[str, remark]
Day = Annotated[date, day]
MaybeDay = Annotated[date | None, optional(day)]
Number = Annotated[Decimal, number]
MaybeNumber = Annotated[Decimal | None, optional(number)]

#: Of an indicator whose file says nothing: before all periods.
ALWAYS = date(FIRST_YEAR, 1, 1)


class Place(NamedTuple):
    """Where a row stands: the file, and the line that the row begins on (the header's is 1)."""

    file: str
    row: int


class JurisdictionRow(NamedTuple):
    """jurisdiction.csv: one row."""

    place: Place
    code: Code
    name_vi: Words
    name_en: Words


class LevelRow(NamedTuple):
    """area_levels.csv."""

    place: Place
    code: Code
    name_vi: Words
    name_en: Words
    rank: Annotated[int, whole(1, 99)]
    accepting_level: MaybeCode
    direct_send: Annotated[bool, flag]


class AreaRow(NamedTuple):
    """areas.csv and areas_*.csv, which are read as one."""

    place: Place
    code: Code
    name_vi: Words
    name_en: Words
    level: Code
    kind: Words
    parent_code: MaybeCode
    valid_from: Day
    valid_to: MaybeDay


class AreaSuccessionRow(NamedTuple):
    """area_successions.csv."""

    place: Place
    predecessor_code: Code
    successor_code: Code
    effective_date: Day
    kind: Annotated[str, one_of(("merge", "split", "rename", "part"))]
    note: Remark
    share: MaybeNumber = None


class RegimeRow(NamedTuple):
    """regimes.csv."""

    place: Place
    code: Code
    name_vi: Words
    name_en: Words
    cut_off_day: Annotated[int | None, optional(whole(1, 28))]


class DeadlineRow(NamedTuple):
    """deadline_rules.csv."""

    place: Place
    regime_code: Code
    level_code: Code
    day: Annotated[int, whole(1, 28)]
    months_after: Annotated[int, whole(0, 3)]


class HolidayRow(NamedTuple):
    """holidays.csv: days that are not what their day of the week is."""

    place: Place
    day: Day
    name_vi: Words
    name_en: Words
    #: A Saturday or Sunday that makes up for another day.
    is_working: Annotated[bool, flag] = False


class UnitRow(NamedTuple):
    """reporting_units.csv."""

    place: Place
    code: Code
    name_vi: Words
    name_en: Words
    level: Code
    area_code: Code
    parent_unit_code: MaybeCode
    valid_from: Day
    valid_to: MaybeDay
    unit_kind: Code
    #: None: the first regime by code.
    regime_code: MaybeCode = None


class UnitSuccessionRow(NamedTuple):
    """unit_successions.csv."""

    place: Place
    predecessor_code: Code
    successor_code: Code
    effective_date: Day


class SectorRow(NamedTuple):
    """sectors.csv."""

    place: Place
    code: Code
    name_vi: Words
    name_en: Words
    parent_code: MaybeCode
    sort_order: Annotated[int, whole(0, 999_999_999)]


class UnitOfMeasureRow(NamedTuple):
    """units_of_measure.csv."""

    place: Place
    code: Code
    name_vi: Words
    name_en: Words
    symbol: Words
    ucum_or_sdmx: Remark


class IndicatorRow(NamedTuple):
    """indicators.csv."""

    place: Place
    code: Term
    name_vi: Words
    name_en: Words
    sector_code: Code
    parent_code: MaybeTerm
    unit_of_measure_code: Code
    value_type: Annotated[str, one_of(VALUE_TYPES)]
    decimals: Annotated[int, whole(0, 10)]
    temporal_nature: Annotated[str, one_of(NATURES)]
    time_aggregation: Annotated[str, one_of(TIME_RULES)]
    area_aggregation: Annotated[str, one_of(AREA_RULES)]
    weight_code: MaybeTerm
    numerator_code: MaybeTerm
    denominator_code: MaybeTerm
    factor: MaybeNumber
    frequency: Annotated[str, one_of(FREQUENCIES)]
    reporting_levels: Annotated[tuple[str, ...], listed]
    min_value: MaybeNumber
    max_value: MaybeNumber
    legal_basis: Remark
    definition_vi: Remark
    definition_en: Remark
    parent_relation: Annotated[str | None, optional(one_of(("part", "of_which")))]
    parent_dimension: Annotated[str | None, optional(words)]
    value_scope: Annotated[str, one_of(VALUE_SCOPES)]
    valid_from: Day = ALWAYS
    valid_to: MaybeDay = None


class AssignmentRow(NamedTuple):
    """assignments.csv: all units of a level and kind report an indicator."""

    place: Place
    level: Code
    unit_kind: Code
    indicator_code: Term


class RuleRow(NamedTuple):
    """validation_rules.csv."""

    place: Place
    code: Code
    name_vi: Words
    name_en: Words
    left_expression: Words
    operator: Annotated[str, one_of(OPERATORS)]
    right_expression: Words
    severity: Annotated[str, one_of(SEVERITIES)]
    evaluation_scope: Annotated[str, one_of(EVALUATION_SCOPES)]
    tolerance: Number
    scope_start_month: Annotated[int | None, optional(whole(1, 12))]


class TargetRow(NamedTuple):
    """annual_targets.csv."""

    place: Place
    indicator_code: Term
    year: Annotated[int, whole(FIRST_YEAR, LAST_YEAR)]
    area_code: Code
    target_value: Number
    unit_of_measure_code: Code
    direction: Annotated[str, one_of(DIRECTIONS)]
    source: Annotated[str, one_of(("real", "constructed"))]
    source_note: Remark
