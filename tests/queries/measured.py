"""The figure of an area over a span of time, the slow and obvious way: areas first, then time.

Written from domain.md ("How figures add up") and decisions 7 and 9. What these leave open:

- Why there is no figure of several periods is what the newest of them says.
- A span in which no period of the indicator's own ends has no figure (`not_collected`), but is
  there where a unit is assigned in its last month.
- `none` over anything but one whole period is `not_additive_over_time`, also where nothing covers
  the span.
- A flow over a stock is added up from what was sent for periods of the type that the asked figure
  is made of: of months for a month, even where the flow is collected by quarters.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from indicators_api.periods import Period
from tests.queries.reference import Figure, Told, average, in_period, is_comparable, worst
from tests.queries.spans import (
    Span,
    as_period,
    cover,
    is_rarer,
    made_of,
    of_stock,
    periods_of,
    since_january,
)
from tests.queries.world import Indicator


class Measured(NamedTuple):
    """A figure over time. `value` None: there is none, `reason` says why."""

    value: Fraction | None
    reason: str | None
    expected: int
    reported: int
    periods: int
    periods_with_value: int
    status: str | None


def measured(told: Told, area: str, indicator: str, span: Span) -> Measured | None:
    """Give an area's figure of a span. None: no row, since no unit is assigned.

    A ratio that units sent does not add up over time.
    """
    facts = told.world.indicators[indicator]
    if facts.area_rule == "recompute" and told.source == "rollup":
        return _ratio(told, area, facts, span)
    return _over_time(told, area, facts, span)


def _over_time(
    told: Told, area: str, facts: Indicator, span: Span, both: str = ""
) -> Measured | None:
    """Put the figures of the periods that a span is made of together by the rule over time."""
    places = made_of(facts.frequency, span)
    figures = _figures(told, area, facts.code, places, both)
    if not places:
        return _not_collected(told, area, facts, span, both)
    if not figures:
        return None
    rule = "none" if facts.time_rule == "recompute" else facts.time_rule
    given = [figure for figure in figures if figure.value is not None]
    behind = (given or figures)[:1] if rule == "last" else figures
    counts = (*_coverage(behind), len(places), len(given))
    reason = _refused(told, area, rule, places, span)
    if reason is None and not given:
        reason = figures[0].reason
    if reason is not None:
        return Measured(None, reason, *counts, None)
    given = given[:1] if rule == "last" else given
    values = [figure.value or Fraction(0) for figure in given]
    value = average(values) if rule == "mean" else sum(values, Fraction(0))
    return Measured(value, None, *counts, _worst(given))


def _refused(told: Told, area: str, rule: str, places: Sequence[Period], span: Span) -> str | None:
    """Say why periods can't be put together. None: they can."""
    if rule == "none" and not (len(places) == 1 and cover(places, span)):
        return "not_additive_over_time"
    if rule in {"sum", "mean"} and not cover(places, span):
        return "not_collected"
    january = Period.month(span.year, span.first)
    if rule in {"sum", "mean"} and not is_comparable(told, area, january):
        return "not_comparable"
    return None


def _not_collected(
    told: Told, area: str, facts: Indicator, span: Span, both: str
) -> Measured | None:
    """Say that nothing is collected in a span, where a unit is assigned in its last month."""
    month = in_period(told, area, facts.code, Period.month(span.year, span.last), both)
    if month is None:
        return None
    return Measured(None, "not_collected", *_coverage([month]), 0, 0, None)


def _ratio(told: Told, area: str, ratio: Indicator, span: Span) -> Measured | None:
    """Give factor x the area's figure of the numerator / that of the denominator."""
    above = _part(told, area, ratio, ratio.numerator or "", span)
    below = _part(told, area, ratio, ratio.denominator or "", span)
    if above is None or below is None:
        return None
    covers_less = above.reported * below.expected <= below.reported * above.expected
    counts = (above if covers_less else below)[2:6]
    if "not_comparable" in {above.reason, below.reason}:
        return Measured(None, "not_comparable", *counts, None)
    if above.value is None:
        return Measured(None, "numerator_missing", *counts, None)
    if below.value is None:
        return Measured(None, "denominator_missing", *counts, None)
    if below.value == 0:
        return Measured(None, "denominator_zero", *counts, None)
    value = Fraction(ratio.factor or 1) * above.value / below.value
    statuses = [status for status in (above.status, below.status) if status]
    return Measured(value, None, *counts, worst(statuses))


def _part(told: Told, area: str, ratio: Indicator, part: str, span: Span) -> Measured | None:
    """Give a ratio's part over a span, by its own rules; agency: of the units assigned both."""
    facts, both = told.world.indicators[part], ratio.code if ratio.scope == "agency" else ""
    upper = told.world.indicators[ratio.numerator or ""]
    lower = told.world.indicators[ratio.denominator or ""]
    if facts is upper and (upper.time_rule, lower.time_rule) == ("sum", "last"):
        return _flow_since_january(told, area, facts, span, both)
    if facts.time_rule == "last" and is_rarer(facts.frequency, span):
        return _newest_within_a_year(told, area, facts, span, both)
    return _over_time(told, area, facts, span, both)


def _flow_since_january(
    told: Told, area: str, facts: Indicator, span: Span, both: str
) -> Measured | None:
    """Add a flow up from January to the end of a span, if there is any of it in the span itself.

    Coverage is that of the span.
    """
    places = made_of(facts.frequency, span)
    if not places:
        return _not_collected(told, area, facts, span, both)
    own = _figures(told, area, facts.code, places, both)
    if not own:
        return None
    year = since_january(span)
    every = [p for p in periods_of(span.year) if p.type is places[0].type and year.has(p)]
    given = [figure for figure in own if figure.value is not None]
    counts = (*_coverage(own), len(places), len(given))
    reason = _refused(told, area, "sum", every, year)
    if reason is None and not given:
        reason = own[0].reason
    if reason is not None:
        return Measured(None, reason, *counts, None)
    figures = _figures(told, area, facts.code, every, both)
    value = sum((figure.value or Fraction(0) for figure in figures), Fraction(0))
    return Measured(value, None, *counts, _worst(figures))


def _newest_within_a_year(
    told: Told, area: str, facts: Indicator, span: Span, both: str
) -> Measured | None:
    """Give a stock's newest value with its coverage, where a unit is assigned in the span."""
    here = as_period(span) or Period.month(span.year, span.last)
    own = in_period(told, area, facts.code, here, both)
    if own is None:
        return None
    places = of_stock(facts.frequency, span)
    for figure in _figures(told, area, facts.code, places, both):
        if figure.value is not None:
            return Measured(figure.value, None, *_coverage([figure]), 1, 1, figure.status)
    return Measured(None, own.reason, *_coverage([own]), 1, 0, None)


def _figures(
    told: Told, area: str, indicator: str, places: Sequence[Period], both: str
) -> list[Figure]:
    """Give the figures of periods, in their order, where a unit is assigned."""
    found = [in_period(told, area, indicator, place, both) for place in places]
    return [figure for figure in found if figure is not None]


def _coverage(figures: Sequence[Figure]) -> tuple[int, int]:
    return sum(f.expected for f in figures), sum(f.reported for f in figures)


def _worst(figures: Sequence[Figure]) -> str | None:
    return worst([figure.status for figure in figures if figure.status])
