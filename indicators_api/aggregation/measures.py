"""What is shown beside a value: comparisons, year to date, plan; and how each is computed.

Growth in percent is 100 × (value − base) ÷ base, plan_pct percent attained whatever the direction.
An undefined one is null with a reason, not an error, not 0. Source: domain.md, "How figures add
up".
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from indicators_api.aggregation.spans import Span, year_to_date
from indicators_api.periods import Period


class Part(StrEnum):
    """The figure that a span has beside an asked period."""

    VALUE = "value"
    PREVIOUS = "previous"
    SAME_PERIOD = "same_period"
    YTD = "ytd"
    YTD_SAME_PERIOD = "ytd_same_period"


class Place(NamedTuple):
    """Which span is a part of which asked period."""

    period: int
    part: Part
    span: int


#: What can be asked, in the order of the contract.
MEASURES: Final = (
    *("value", "expected", "reported", "periods", "periods_with_value", "status"),
    *("previous", "change", "change_pct", "same_period", "yoy_change", "yoy_pct"),
    *("ytd", "ytd_reported", "ytd_same_period", "ytd_yoy_pct", "plan", "plan_pct"),
)
#: What is answered unless measures are named.
USUAL: Final = ("value", "expected", "reported")
#: Those that stand for themselves: the figure asked for, and what is behind it.
OWN: Final = frozenset(MEASURES[:6])
#: Of whose versions the direction is answered beside.
PLANNED: Final = frozenset({"plan", "plan_pct"})

#: Which other figures a measure is computed from.
_NEEDS: Final = {
    "previous": (Part.PREVIOUS,),
    "change": (Part.PREVIOUS,),
    "change_pct": (Part.PREVIOUS,),
    "same_period": (Part.SAME_PERIOD,),
    "yoy_change": (Part.SAME_PERIOD,),
    "yoy_pct": (Part.SAME_PERIOD,),
    "ytd": (Part.YTD,),
    "ytd_same_period": (Part.YTD, Part.YTD_SAME_PERIOD),
    "ytd_yoy_pct": (Part.YTD, Part.YTD_SAME_PERIOD),
    "plan_pct": (Part.YTD,),
}
#: What comparisons compare: the figure's own part, and the base.
_COMPARED: Final = {
    "change": (Part.VALUE, Part.PREVIOUS),
    "yoy_change": (Part.VALUE, Part.SAME_PERIOD),
    "change_pct": (Part.VALUE, Part.PREVIOUS),
    "yoy_pct": (Part.VALUE, Part.SAME_PERIOD),
    "ytd_yoy_pct": (Part.YTD, Part.YTD_SAME_PERIOD),
}
#: Of a rate there is no sum of the year: its own value is held against the plan.
_ATTAINED = "CASE WHEN f.time_rule = 'none' THEN f.value ELSE f.ytd END"


def parts(measures: Iterable[str]) -> set[Part]:
    """Give the parts that measures are computed from; the value always."""
    return {Part.VALUE, *(part for name in measures for part in _NEEDS.get(name, ()))}


def places(periods: Sequence[Period], measures: Iterable[str]) -> list[tuple[Place, Span]]:
    """Give the spans beside asked periods that measures are computed from."""
    wanted = parts(measures)
    found = [
        (period, part, _span(period, part)) for period in periods for part in Part if part in wanted
    ]
    return [(Place(period.id, part, span.id), span) for period, part, span in found]


def _span(period: Period, part: Part) -> Span:
    match part:
        case Part.PREVIOUS:
            return period.previous
        case Part.SAME_PERIOD:
            return period.same_last_year
        case Part.YTD:
            return year_to_date(period)
        case Part.YTD_SAME_PERIOD:
            return year_to_date(period.same_last_year)
    return period


def expression(measure: str) -> str:
    """Give a measure as SQL over a row `f` of figures side by side, with its plan `f.plan`.

    Beside the value each part has a column of its name, and others with `reason_`, `expected_` and
    `reported_` before it.
    """
    if measure in OWN or measure in {*Part, "ytd_reported", "plan"}:
        return f"f.{measure}"
    if measure == "plan_pct":
        return f"100 * ({_ATTAINED}) / nullif(f.plan, 0)"
    own, base = _COMPARED[measure]
    if measure.endswith("_pct"):
        return f"100 * (f.{own} - f.{base}) / nullif(f.{base}, 0)"
    return f"f.{own} - f.{base}"


def reason(measure: str) -> str:
    """Give why a measure is null, as SQL over the same row; NULL where it is not."""
    match measure:
        case "plan":
            return "CASE WHEN f.plan IS NULL THEN 'no_plan' END"
        case "plan_pct":
            return f"""CASE WHEN f.plan IS NULL THEN 'no_plan'
                WHEN ({_ATTAINED}) IS NULL THEN 'value_missing'
                WHEN f.plan = 0 THEN 'plan_zero' END"""
        case "ytd_reported":
            return "CASE WHEN f.ytd_reported IS NULL THEN f.reason_ytd_reported END"
    if measure not in _COMPARED:
        return f"CASE WHEN f.{measure} IS NULL THEN coalesce(f.reason_{measure}, 'missing') END"
    own, base = _COMPARED[measure]
    zero = f"WHEN f.{base} = 0 THEN 'base_zero'" if measure.endswith("_pct") else ""
    return f"""CASE WHEN f.{own} IS NULL THEN 'value_missing'
                WHEN f.{base} IS NULL THEN 'base_missing' {zero} END"""


def reasons(measures: Sequence[str]) -> str:
    """Give the reasons of all measures that are null, as a JSON object; empty where none is."""
    named = [f"'{name}', {reason(name)}" for name in measures if name not in OWN]
    return f"jsonb_strip_nulls(jsonb_build_object({', '.join(named)}))"


def coverage_differs(measures: Sequence[str]) -> str:
    """Give the bases that rest on another coverage than what is compared, as a JSON array."""
    wanted = parts(measures)
    pairs = [(o, b) for o, b in dict.fromkeys(_COMPARED.values()) if b in wanted]
    named = ", ".join(_differs(own, base) for own, base in pairs)
    return f"to_jsonb(array_remove(ARRAY[{named}]::text[], NULL))"


def _differs(own: Part, base: Part) -> str:
    return f"""CASE WHEN f.{own} IS NOT NULL AND f.{base} IS NOT NULL
                AND ({_of("expected", own)}, {_of("reported", own)})
                    IS DISTINCT FROM ({_of("expected", base)}, {_of("reported", base)})
                THEN '{base}' END"""


def _of(name: str, part: Part) -> str:
    return f"f.{name}" if part is Part.VALUE else f"f.{name}_{part}"
