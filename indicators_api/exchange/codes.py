"""The leaves of packages: what is written as it stands, and what partners may call otherwise. Pure.

A package's field is annotated with one of these; `serialise.py` translates by the annotation.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Final, NamedTuple

from indicators_api.exchange.kinds import PACKAGES, RECEIPT
from indicators_api.models.indicator import FREQUENCIES, NATURES
from indicators_api.models.observation import STATUSES
from indicators_api.models.target import DIRECTIONS
from indicators_api.periods import PeriodType


class Code(NamedTuple):
    """A text that is a code of a system, which partners may call otherwise."""

    system: str


class Amount(NamedTuple):
    """A number in the unit of measure of its row's `indicator`, which partners may count in."""


IndicatorCode = Annotated[str, Code("indicator")]
#: In a row that has an `indicator`: what its numbers are counted in.
UnitOfMeasure = Annotated[str, Code("unit_of_measure")]
#: An electronic identifier, which has two spellings.
Identifier = Annotated[str, Code("identifier")]
AreaCode = Annotated[str, Code("area")]
GroupCode = Annotated[str, Code("group")]
RegimeCode = Annotated[str, Code("regime")]
LevelCode = Annotated[str, Code("level")]
FormCode = Annotated[str, Code("form")]
Kind = Annotated[str, Code("kind")]
PeriodTypeCode = Annotated[str, Code("period_type")]
Frequency = Annotated[str, Code("frequency")]
Nature = Annotated[str, Code("nature")]
Status = Annotated[str, Code("status")]
Missing = Annotated[str, Code("missing")]
Measure = Annotated[str, Code("measure")]
Direction = Annotated[str, Code("direction")]
Dimension = Annotated[str, Code("dimension")]
State = Annotated[str, Code("state")]
ListCode = Annotated[str, Code("list")]
Quantity = Annotated[Decimal, Amount()]

#: Systems of codes that partners may call otherwise, with the codes that we have in them; None: the
#: catalogue has them, or, of areas and groups, they are too many to list.
SYSTEMS: Final[Mapping[str, frozenset[str] | None]] = {
    "area": None,
    "group": None,
    "regime": None,
    "level": None,
    "dimension": None,
    "form": frozenset({"monthly", "kpi"}),
    "list": frozenset({"reporting_units"}),
    "kind": frozenset({*PACKAGES, RECEIPT}),
    "period_type": frozenset(PeriodType),
    "frequency": frozenset(FREQUENCIES),
    "nature": frozenset(NATURES),
    "status": frozenset(STATUSES),
    "measure": frozenset({"value", "ytd"}),
    "direction": frozenset(DIRECTIONS),
    "state": frozenset({"complete", "partial", "received", "applied", "refused"}),
    "missing": frozenset({
        *("missing", "not_assigned", "not_additive", "not_comparable", "not_collected"),
        *("numerator_missing", "denominator_missing", "denominator_zero", "weight_missing"),
        "archived",
    }),
}  # fmt: skip
