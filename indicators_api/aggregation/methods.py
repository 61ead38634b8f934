"""How each indicator adds up: from the catalogue to what the figures' query must look up. Pure.

Areas first, then time: a series is an indicator's figures of areas, put together over the periods
that a span is made of. Source: domain.md, "How figures add up".
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from indicators_api.aggregation import spans
from indicators_api.aggregation.spans import Components, Span
from indicators_api.indicators.snapshot import IndicatorFacts
from indicators_api.periods import Period


class Series(NamedTuple):
    """An indicator's figures over time.

    `pair`: 0 for the areas' figures; a ratio's id for those over the units that count for both of
    its parts. `rule`: how periods are put together: `sum`, `mean`, `last`, `none`, or `since` for a
    flow from January on. `mode`: which periods, by frequency.
    """

    id: int
    indicator: int
    pair: int
    rule: str
    mode: str
    #: Whether it is an asked figure; else a part of one.
    is_asked: bool


class Ratio(NamedTuple):
    """A `recompute` indicator: factor x numerator / denominator, each a series."""

    id: int
    upper: int
    lower: int
    factor: Decimal | None


class Pair(NamedTuple):
    """A ratio whose parts are taken over the units that count for both, read one by one."""

    id: int
    numerator: int
    denominator: int


class Weight(NamedTuple):
    """A `weighted_mean` indicator and where its weights are; `rule` is `sum` or `last`."""

    id: int
    weight: int
    mode: str
    rule: str


class Component(NamedTuple):
    """A period that a mode looks at for a span; the newest has rank 1."""

    mode: str
    span: int
    period: int
    rank: int
    #: Whether it lies in the span.
    is_own: bool
    #: Whether it ends with the span.
    is_last: bool


class Whole(NamedTuple):
    """What a span is made of in a mode, whether there are figures or not."""

    mode: str
    span: int
    #: How many periods of the span itself; 0 where nothing is collected in it.
    periods: int
    tiled: bool
    #: Id of the month that the first of all its periods begins with.
    first_month: int
    #: Whether the newest period ends with the span.
    has_last: bool
    #: Whether it is one period of its own, which then has no components.
    is_alone: bool


class Group(NamedTuple):
    """Indicators that are looked up in the same periods.

    `is_own`: also without a value, as the coverage tells; else only what has one.
    """

    indicators: Sequence[int]
    periods: Sequence[int]
    is_own: bool


class Plan(NamedTuple):
    """What the query of figures looks up for asked indicators and spans."""

    #: The codes of what is asked, by id.
    asked: Mapping[int, str]
    looked: Sequence[Period]
    groups: Sequence[Group]
    series: Sequence[Series]
    ratios: Sequence[Ratio]
    pairs: Sequence[Pair]
    weights: Sequence[Weight]
    #: Indicator and period of what is read from the leaf observations: weighted means, extremes.
    leaves: Sequence[tuple[int, int]]
    components: Sequence[Component]
    #: Where the weights of values in each period are looked for.
    weighing: Sequence[Component]
    wholes: Sequence[Whole]

    @property
    def cells(self) -> int:
        """Count the figures that are looked up for one area."""
        return sum(len(group.indicators) * len(group.periods) for group in self.groups)

    @property
    def weighs_pairs(self) -> bool:
        """Tell whether a part of a pair is a weighted mean."""
        parts = {part for pair in self.pairs for part in (pair.numerator, pair.denominator)}
        return any(weight.id in parts for weight in self.weights)


#: Rules whose figures are read from the leaf observations, or stored by spread.py.
FROM_LEAVES = frozenset({"weighted_mean", "min", "max"})


def plan(
    indicators: Iterable[IndicatorFacts],
    looked_at: Iterable[Span],
    by_id: Mapping[int, IndicatorFacts],
    unequal: frozenset[int],
    *,
    as_sent: bool = False,
) -> Plan:
    """Say what to look up for the figures of some indicators over some spans.

    `unequal` holds the agency ratios for whose parts different units count. `as_sent`: ratios are
    what was sent, which does not add up over time, not what their parts give.
    """
    asked, wanted = sorted(indicators), list(dict.fromkeys(looked_at))
    desk = _Desk(wanted, by_id, unequal)
    ratios = [] if as_sent else [desk.ratio(i) for i in asked if i.numerator_id is not None]
    for facts in asked:
        if as_sent or facts.numerator_id is None:
            desk.ask(facts, "none" if facts.numerator_id else facts.time_aggregation)
    groups = desk.groups()
    leaves = [] if as_sent else _leaves(groups, by_id)
    weights = _weights(leaves, by_id)
    components, wholes = desk.components()
    return Plan(
        asked={i.id: i.code for i in asked},
        looked=[Period.of_id(n) for n in sorted({n for g in groups for n in g.periods})],
        groups=groups,
        series=[s._replace(is_asked=s.id in desk.asked) for s in desk.series.values()],
        ratios=ratios,
        pairs=desk.pairs,
        weights=weights,
        leaves=leaves,
        components=components,
        weighing=_weighing(weights, leaves),
        wholes=wholes,
    )


def plan_of_leaves(leaves: Sequence[tuple[int, int]], by_id: Mapping[int, IndicatorFacts]) -> Plan:
    """Say what to look up for the weighted means and extremes of (indicator, period)s alone."""
    weights = _weights(leaves, by_id)
    return Plan(
        asked={},
        looked=[Period.of_id(n) for n in sorted({period for _, period in leaves})],
        groups=[],
        series=[],
        ratios=[],
        pairs=[],
        weights=weights,
        leaves=leaves,
        components=[],
        weighing=_weighing(weights, leaves),
        wholes=[],
    )


def weighed_by(
    weight: int, period: Period, by_id: Mapping[int, IndicatorFacts]
) -> set[tuple[int, int]]:
    """Give the (indicator, period)s whose values a weight's value of a period may weigh."""
    found = [w for w in _weights(((n, 0) for n in by_id), by_id) if w.weight == weight]
    later = spans.ending_within_a_year(period.last_month) if found else []
    return {
        (w.id, other.id)
        for w in found
        for other in later
        if period in _of_mode(w.mode, other).periods
    }


class _Desk:
    """Collects the series that a question needs, each once."""

    def __init__(
        self, wanted: Sequence[Span], by_id: Mapping[int, IndicatorFacts], unequal: frozenset[int]
    ) -> None:
        self.wanted = wanted
        self.by_id = by_id
        self.unequal = unequal
        self.series: dict[tuple[int, int, str, str], Series] = {}
        self.pairs: list[Pair] = []
        self.asked: set[int] = set()

    def ask(self, facts: IndicatorFacts, rule: str) -> None:
        """Add an asked indicator that isn't recomputed."""
        self.asked.add(self.add(facts, 0, rule, "own"))

    def add(self, facts: IndicatorFacts, pair: int, rule: str, kind: str) -> int:
        """Give the number of a series, a new one if it isn't there."""
        key = facts.id, pair, rule, f"{kind}:{facts.frequency}"
        return self.series.setdefault(key, Series(len(self.series), *key, is_asked=False)).id

    def ratio(self, facts: IndicatorFacts) -> Ratio:
        """Add the parts of a ratio; a flow over a stock is taken from January on."""
        upper, lower = self.by_id[facts.numerator_id or 0], self.by_id[facts.denominator_id or 0]
        pair = facts.id if facts.id in self.unequal else 0
        if pair:
            self.pairs.append(Pair(pair, upper.id, lower.id))
        if upper.time_aggregation == "sum" and lower.time_aggregation == "last":
            above = self.add(upper, pair, "since", "since")
        else:
            above = self.add(upper, pair, upper.time_aggregation, _part_kind(upper))
        below = self.add(lower, pair, lower.time_aggregation, _part_kind(lower))
        return Ratio(facts.id, above, below, facts.factor)

    def groups(self) -> list[Group]:
        """Put indicators together that are looked up in the same periods."""
        inside: defaultdict[int, set[int]] = defaultdict(set)
        earlier: defaultdict[int, set[int]] = defaultdict(set)
        known = {mode: self._periods(mode) for mode in {s.mode for s in self.series.values()}}
        for series in self.series.values():
            own, others = known[series.mode]
            inside[series.indicator] |= own
            earlier[series.indicator] |= others
        found: defaultdict[tuple[bool, frozenset[int]], list[int]] = defaultdict(list)
        for number in sorted(inside):
            found[True, frozenset(inside[number])].append(number)
            found[False, frozenset(earlier[number] - inside[number])].append(number)
        return [
            Group(numbers, sorted(periods), is_own)
            for (is_own, periods), numbers in found.items()
            if periods
        ]

    def components(self) -> tuple[list[Component], list[Whole]]:
        """Give what each mode looks at for each span, beyond the span itself."""
        components, wholes = [], []
        for mode in sorted({series.mode for series in self.series.values()}):
            for span in self.wanted:
                made_of = _of_mode(mode, span)
                whole = _whole(mode, span, made_of)
                wholes.append(whole)
                components += [] if whole.is_alone else _components(mode, span, made_of)
        return components, wholes

    def _periods(self, mode: str) -> tuple[set[int], set[int]]:
        found = [_of_mode(mode, span) for span in self.wanted]
        own = {period.id for made_of in found for period in made_of.own}
        return own, {period.id for made_of in found for period in made_of.periods} - own


def _leaves(groups: Iterable[Group], by_id: Mapping[int, IndicatorFacts]) -> list[tuple[int, int]]:
    return [
        (number, period)
        for group in groups
        for number in group.indicators
        if by_id[number].area_aggregation in FROM_LEAVES
        for period in group.periods
    ]


def _weights(
    leaves: Iterable[tuple[int, int]], by_id: Mapping[int, IndicatorFacts]
) -> list[Weight]:
    return [
        _weight(by_id[n], by_id)
        for n in sorted({number for number, _ in leaves})
        if by_id[n].area_aggregation == "weighted_mean"
    ]


def _weighing(weights: Sequence[Weight], leaves: Iterable[tuple[int, int]]) -> list[Component]:
    """Give where the weights of values in each period are looked for."""
    modes = {weight.id: weight.mode for weight in weights}
    asked = sorted({(modes[number], period) for number, period in leaves if number in modes})
    return [
        component
        for mode, span in [(mode, Period.of_id(period)) for mode, period in asked]
        for component in _components(mode, span, _of_mode(mode, span))
    ]


def _part_kind(part: IndicatorFacts) -> str:
    return "stock" if part.time_aggregation == "last" else "own"


def _weight(facts: IndicatorFacts, by_id: Mapping[int, IndicatorFacts]) -> Weight:
    weight = by_id[facts.weight_id or 0]
    rule = "sum" if weight.time_aggregation == "sum" else "last"
    mode = f"weight-{weight.time_aggregation}:{weight.frequency}"
    return Weight(facts.id, weight.id, mode, rule)


def _of_mode(mode: str, span: Span) -> Components:
    """Give what a mode looks at for a span."""
    kind, _, frequency = mode.partition(":")
    match kind:
        case "own":
            return spans.own(frequency, span)
        case "stock":
            return spans.stock(frequency, span)
        case "since":
            return spans.since_january(frequency, span)
    assert isinstance(span, Period)  # noqa: S101 - values are weighed in periods
    return spans.weight(kind.removeprefix("weight-"), frequency, span)


def _components(mode: str, span: Span, made_of: Components) -> list[Component]:
    end = span.last_month
    return [
        Component(mode, span.id, p.id, rank, p in made_of.own, p.last_month == end)
        for rank, p in enumerate(made_of.periods, 1)
    ]


def _whole(mode: str, span: Span, made_of: Components) -> Whole:
    first = min(period.first_month.id for period in made_of.periods)
    has_last = any(period.last_month == span.last_month for period in made_of.periods)
    is_alone = made_of.tiled and list(made_of.periods) == [span]
    return Whole(mode, span.id, made_of.inside, made_of.tiled, first, has_last, is_alone)


def comparable_from(changes: Iterable[date], geography: date, cut_off_day: int | None) -> int:
    """Give the first month id that an area's figures are comparable from.

    `changes` are the days on which other areas went over into it; those after `geography` don't
    matter.
    """
    days = [day for day in changes if day <= geography]
    if not days:
        return 0
    last = max(days)
    month = Period.month(last.year, last.month)
    return month.id if month.cut_off(cut_off_day) >= last else month.next.id
