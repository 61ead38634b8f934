"""What packages say, typed, in our own vocabulary and units of measure. Pure.

One type for each package of QCVN 125:2021/BTTTT that our data can fill; those without a period are
in `catalogue_packages.py`. What a partner calls the fields, codes and units is written in the
mapping alone.
"""

from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from indicators_api.exchange.catalogue_packages import (
    DataForm,
    IndicatorCatalogue,
    KpiDisaggregations,
    KpiGroups,
    KpiSet,
    ListData,
    PeriodCatalogue,
    ReportRegime,
)
from indicators_api.exchange.codes import (
    AreaCode,
    FormCode,
    Identifier,
    IndicatorCode,
    Kind,
    Missing,
    Quantity,
    State,
    Status,
    UnitOfMeasure,
)
from indicators_api.periods import Period


class Envelope(NamedTuple):
    """What a package wears: who it is, from whom to whom, and which one it replaces."""

    message_id: str
    kind: Kind
    sender: Identifier
    receiver: Identifier
    #: None: of no period, as catalogues are.
    period: Period | None
    #: Counts the packages of a partner, kind and period.
    number: int
    #: The package before it, which says nothing any more. None: there is none.
    replaces: str | None
    created_at: datetime


class Figure(NamedTuple):
    """A figure of the sender's whole territory."""

    indicator: IndicatorCode
    unit_of_measure: UnitOfMeasure
    #: None: there is none, `missing` says why. Missing is never zero.
    value: Quantity | None
    missing: Missing | None
    #: The worst behind the value. None: there is no value.
    status: Status | None
    #: From January to the end of the period.
    ytd: Quantity | None
    #: Units that count, and those of them with a value.
    expected: int
    reported: int


class ReportData(NamedTuple):
    """The province's accepted figures of a period, in the form's order."""

    form: FormCode
    period: Period
    unit: Identifier
    area: AreaCode
    figures: tuple[Figure, ...]


class Counts(NamedTuple):
    """How many reports of the sender's units a period has."""

    due: int
    sent: int
    accepted: int
    returned: int
    on_time: int
    late: int
    missing: int


class ReportStatus(NamedTuple):
    """How it stands with a report: ours of a period, or what a partner says of a package."""

    #: The package that it tells of. None: none was sent.
    package: str | None
    #: None: the package says it.
    period: Period | None
    #: Ours: `complete` where all that is due is accepted, else `partial`; a partner's: `received`,
    #: `applied` or `refused`.
    state: State
    #: A partner's words. None: none.
    note: str | None
    #: None: a partner's.
    counts: Counts | None


class KpiFigure(NamedTuple):
    """A figure of an area beside its plan; of the plan see `aggregation/measures.py`."""

    indicator: IndicatorCode
    area: AreaCode
    unit_of_measure: UnitOfMeasure
    value: Quantity | None
    missing: Missing | None
    status: Status | None
    ytd: Quantity | None
    plan: Quantity | None
    #: Per cent attained. None: there is no plan, or no figure.
    plan_pct: Decimal | None


class KpiData(NamedTuple):
    """Accepted figures of the province and of the areas directly below it."""

    form: FormCode
    period: Period
    unit: Identifier
    figures: tuple[KpiFigure, ...]


class Receipt(NamedTuple):
    """A partner has a package."""

    package: str
    receipt: str | None
    received_at: datetime


Package = (
    PeriodCatalogue
    | IndicatorCatalogue
    | ReportRegime
    | DataForm
    | ListData
    | ReportData
    | ReportStatus
    | KpiSet
    | KpiGroups
    | KpiDisaggregations
    | KpiData
    | Receipt
)

#: What a message of a kind says.
CONTENT: Final[dict[str, type[Package]]] = {
    "period_catalogue": PeriodCatalogue,
    "indicator_catalogue": IndicatorCatalogue,
    "report_regime": ReportRegime,
    "data_form": DataForm,
    "list_data": ListData,
    "report_data": ReportData,
    "report_status": ReportStatus,
    "kpi_set": KpiSet,
    "kpi_groups": KpiGroups,
    "kpi_disaggregations": KpiDisaggregations,
    "kpi_data": KpiData,
    "receipt": Receipt,
}
