"""What the demonstration is told about a province: its indicators, units, areas and rules."""

from dataclasses import dataclass
from decimal import Decimal

#: Year and month, (2024, 7).
Month = tuple[int, int]


@dataclass(frozen=True, slots=True)
class DemoIndicator:
    """One indicator of the catalogue, as the API shows it."""

    code: str
    value_type: str
    decimals: int
    #: flow, stock, rate or index.
    temporal_nature: str
    area_aggregation: str
    time_aggregation: str
    #: Of a weighted mean, None otherwise.
    weight: str | None
    #: Parts and factor of a computed ratio (recompute), None otherwise.
    numerator: str | None
    denominator: str | None
    factor: Decimal | None
    #: monthly, quarterly or yearly.
    frequency: str
    minimum: Decimal | None
    maximum: Decimal | None
    parent: str | None
    #: part (the parts of one dimension make the parent) or of_which.
    parent_relation: str | None
    parent_dimension: str | None
    #: territory or agency.
    value_scope: str

    @property
    def is_filed(self) -> bool:
        """Whether units send it: computed ratios are left to the system."""
        return self.area_aggregation != "recompute"


@dataclass(frozen=True, slots=True)
class DemoUnit:
    """A reporting unit with the codes of the indicators assigned to it."""

    code: str
    level: str
    #: Code of the area it reports for.
    area: str
    kind: str
    indicators: frozenset[str]


@dataclass(frozen=True, slots=True)
class DemoArea:
    """An area; the province has no parent."""

    code: str
    level: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class DemoRule:
    """A validation rule; expressions hold indicator codes, numbers, +, - and *."""

    code: str
    left: str
    #: =, <= or >=.
    operator: str
    right: str
    #: error or warning.
    severity: str
    #: period, year_to_date or crop_year.
    scope: str
    #: Absolute, on the right side.
    tolerance: Decimal
    #: First month of the crop year, None for the other scopes.
    scope_start_month: int | None
