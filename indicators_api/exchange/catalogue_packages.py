"""What packages say of how things are, whatever the period: catalogues, forms, lists. Pure."""

from datetime import date
from typing import NamedTuple

from indicators_api.exchange.codes import (
    AreaCode,
    Dimension,
    Direction,
    FormCode,
    Frequency,
    GroupCode,
    Identifier,
    IndicatorCode,
    LevelCode,
    ListCode,
    Measure,
    Nature,
    PeriodTypeCode,
    RegimeCode,
    UnitOfMeasure,
)
from indicators_api.periods import Period


class PeriodItem(NamedTuple):
    """A reporting period (kỳ báo cáo), with its calendar days."""

    period: Period
    type: PeriodTypeCode
    name_vi: str
    first_day: date
    last_day: date


class PeriodCatalogue(NamedTuple):
    """The periods that are reported, by year, type and number."""

    items: tuple[PeriodItem, ...]


class IndicatorItem(NamedTuple):
    """An indicator that is exchanged."""

    indicator: IndicatorCode
    name_vi: str
    name_en: str
    definition_vi: str
    definition_en: str
    unit_of_measure: UnitOfMeasure
    nature: Nature
    frequency: Frequency
    legal_basis: str
    valid_from: date
    #: Last day. None: still valid.
    valid_to: date | None


class IndicatorCatalogue(NamedTuple):
    """The indicators that are exchanged, in the form's order."""

    items: tuple[IndicatorItem, ...]


class Deadline(NamedTuple):
    """By which day units of a level send, so many months after the period's last one."""

    level: LevelCode
    day: int
    months_after: int


class Regime(NamedTuple):
    """A reporting regime (chế độ báo cáo)."""

    regime: RegimeCode
    name_vi: str
    name_en: str
    #: Last day of the data window, in the period's last month. None: calendar months.
    cut_off_day: int | None
    deadlines: tuple[Deadline, ...]


class ReportRegime(NamedTuple):
    """The regimes that units report under, and when the province itself sends."""

    #: Day of a period's last month. None: only when told.
    sends_on_day: int | None
    regimes: tuple[Regime, ...]


class FormRow(NamedTuple):
    """A row of a form: an indicator, and what it is counted in."""

    line: int
    indicator: IndicatorCode
    unit_of_measure: UnitOfMeasure


class FormColumn(NamedTuple):
    """A column of a form: what is told of each indicator."""

    column: int
    measure: Measure


class DataForm(NamedTuple):
    """A form for figures (biểu mẫu số liệu)."""

    form: FormCode
    name_vi: str
    name_en: str
    regime: RegimeCode
    period_type: PeriodTypeCode
    rows: tuple[FormRow, ...]
    columns: tuple[FormColumn, ...]


class ListItem(NamedTuple):
    """A reporting unit, as a row of a list."""

    unit: Identifier
    name_vi: str
    name_en: str
    level: LevelCode
    area: AreaCode
    #: The unit it reports to. None: it is of the province.
    parent: Identifier | None
    valid_from: date
    #: Last day. None: still valid.
    valid_to: date | None


class ListData(NamedTuple):
    """A list: the reporting units, by code."""

    list: ListCode
    items: tuple[ListItem, ...]


class Kpi(NamedTuple):
    """An indicator of the set, and which side of a plan is good. None: it has no plan."""

    indicator: IndicatorCode
    name_vi: str
    name_en: str
    unit_of_measure: UnitOfMeasure
    group: GroupCode
    frequency: Frequency
    direction: Direction | None


class KpiSet(NamedTuple):
    """The indicators that are watched (bộ chỉ số), in the form's order."""

    form: FormCode
    name_vi: str
    name_en: str
    items: tuple[Kpi, ...]


class KpiGroup(NamedTuple):
    """A sector. `parent` None: it is one of the widest."""

    group: GroupCode
    name_vi: str
    name_en: str
    parent: GroupCode | None


class KpiGroups(NamedTuple):
    """The sectors of the set's indicators, with those above them, in their own order."""

    items: tuple[KpiGroup, ...]


class KpiMember(NamedTuple):
    """What a whole is broken down to: an area, or an indicator; the other is None."""

    area: AreaCode | None
    indicator: IndicatorCode | None
    name_vi: str
    name_en: str
    #: Codes of areas are used again after mergers: the days say which one is meant.
    valid_from: date
    #: Last day. None: still valid.
    valid_to: date | None


class KpiDisaggregation(NamedTuple):
    """A way to break indicators down; `total` None: each of them, as by area."""

    dimension: Dimension
    total: IndicatorCode | None
    members: tuple[KpiMember, ...]


class KpiDisaggregations(NamedTuple):
    """How the set's indicators are broken down (phân tổ): by area first, then by their parts."""

    items: tuple[KpiDisaggregation, ...]
