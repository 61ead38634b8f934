"""Answer questions for figures.

Which areas, indicators and months are meant, who may see them, then the query.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import NamedTuple, TypeVar

from indicators_api.aggregation import measures, methods, queries
from indicators_api.aggregation.measures import USUAL
from indicators_api.aggregation.methods import Plan
from indicators_api.aggregation.queries import Figure, Place, Slice
from indicators_api.aggregation.spans import Span
from indicators_api.db.session import Session
from indicators_api.errors import InvalidRequest, TooManyCells, mark
from indicators_api.indicators.choosing import choose
from indicators_api.indicators.snapshot import IndicatorFacts, Snapshot, snapshot
from indicators_api.periods import Period
from indicators_api.security.actors import Actor
from indicators_api.units.areas import GEOGRAPHY_CUT_OFF, find_areas
from indicators_api.units.sight import demand_visible
from indicators_api.units.tree import AreaFacts
from indicators_api.validation.exact import EXACT


class Question(NamedTuple):
    """What is asked. None: the default of api.md, "Figures"."""

    periods: Sequence[Period]
    level: str | None = None
    area: str | None = None
    indicators: Sequence[str] | None = None
    sectors: Sequence[str] | None = None
    sent: bool = False
    source: str = "rollup"
    geography: date | None = None
    after: Place | None = None
    limit: int = 10_000
    measures: Sequence[str] = USUAL


class Limits(NamedTuple):
    """What an answer may not pass."""

    cells: int


#: How many figures of single periods may be looked up for each cell that may be asked.
LOOKED_UP = 10
#: How much one statement of a streamed answer does, in months that are looked up: an eighth of a
#: second, so that the first rows leave soon. A row costs as much as eight months (measured).
AT_ONCE, A_ROW = 60_000, 8

Item = TypeVar("Item")


class Reconciled(NamedTuple):
    """An area's own figure beside the one rolled up from below; differences are first less second.

    Of either side the year to date as it adds up, the one that was reported, and their difference,
    reported less added up: earlier months get revised without being sent again.
    """

    area: str
    area_id: int
    indicator: str
    period: str
    reported: Decimal | None
    rolled_up: Decimal | None
    difference: Decimal | None
    ytd: Decimal | None
    ytd_reported: Decimal | None
    ytd_difference: Decimal | None
    rolled_up_ytd: Decimal | None
    rolled_up_ytd_reported: Decimal | None
    rolled_up_ytd_difference: Decimal | None


class _Found(NamedTuple):
    """What a question means."""

    geography: date
    areas: Sequence[AreaFacts]
    indicators: Sequence[IndicatorFacts]
    known: Snapshot


class _Planned(NamedTuple):
    """What a plan depends on, beside the catalogue: ids of indicators, spans."""

    indicators: tuple[int, ...]
    spans: tuple[Span, ...]
    as_sent: bool


def prepare(session: Session, actor: Actor, asked: Question, limits: Limits) -> Slice:
    """Turn a question into what is looked up.

    Raises InvalidRequest with every unknown code, Forbidden for areas the actor may not see,
    TooManyCells.
    """
    return _slice(session, actor, asked, limits, _find(session, actor, asked))


def parts(
    session: Session, actor: Actor, asked: Question, *, at_once: int = AT_ONCE
) -> Iterator[Slice]:
    """Turn a question of any size into what is looked up bit by bit, in the order of the rows.

    Each slice has room for all its rows. Raises at once InvalidRequest and Forbidden as `prepare`.
    """
    return _parts(session, actor, asked, _find(session, actor, asked), at_once)


def _parts(
    session: Session, actor: Actor, asked: Question, found: _Found, at_once: int
) -> Iterator[Slice]:
    begun = asked.after[0] if asked.after else ""
    areas = sorted((area for area in found.areas if area.code >= begun), key=_code)
    indicators = sorted(found.indicators, key=_code)
    each = _months(asked) + A_ROW * len(asked.periods)
    groups = list(_grouped(indicators, at_once // each))

    @cache
    def planned(n: int) -> Slice:
        rows = len(areas) * len(groups[n]) * len(asked.periods)
        whole = found._replace(areas=areas, indicators=groups[n])
        return _slice(session, actor, asked._replace(limit=rows), None, whole)

    for some in _grouped(areas, at_once // each // max(1, len(indicators))):
        for n in range(len(groups)):
            yield planned(n)._replace(areas=some)


def _months(asked: Question) -> int:
    """Count the months that a figure and what stands beside it are made of: some are looked up."""
    spans = {span for _, span in measures.places(asked.periods, asked.measures)}
    return sum(span.last_month.number - span.first_month.number + 1 for span in spans)


def _grouped(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Cut items into groups of a size; of one, where it is less."""
    step = max(1, size)
    return (items[n : n + step] for n in range(0, len(items), step))


def _code(item: AreaFacts | IndicatorFacts) -> str:
    return item.code


def figures_of(
    session: Session, actor: Actor, asked: Question, areas: Sequence[AreaFacts], limits: Limits
) -> list[Figure]:
    """Give all figures of some areas, by area code, indicator code and period.

    The areas are valid on the geography's day, the actor sees them, and the question names
    indicators that there are. Raises TooManyCells.
    """
    known = snapshot(session, actor.jurisdiction)
    indicators = [known.by_code[code] for code in asked.indicators or ()]
    if not areas or not indicators:
        return []
    found = _Found(_geography(asked), areas, indicators, known)
    rows = len(areas) * len(indicators) * len(asked.periods)
    wanted = _slice(session, actor, asked._replace(limit=rows), limits, found)
    return queries.figures(session, wanted)[0]


def reconcile(
    session: Session, actor: Actor, asked: Question, limits: Limits
) -> tuple[list[Reconciled], Place | None]:
    """Put what areas' own units sent beside what rolls up from below, for territory indicators.

    Rows by area, indicator and period, where the area has a unit of its own; None where a side has
    no figure.
    """
    found = _find(session, actor, asked)
    territory = [facts for facts in found.indicators if facts.value_scope == "territory"]
    found = found._replace(indicators=territory)
    asked = asked._replace(source="reported", measures=("value", "ytd", "ytd_reported"))
    own, further = queries.figures(session, _slice(session, actor, asked, limits, found))
    rows = len(found.areas) * len(asked.periods) * (len(territory) + 1)
    whole = asked._replace(source="rollup", after=None, limit=rows)
    below, _ = queries.figures(session, _slice(session, actor, whole, limits, found))
    by_key = {(f.area_id, f.indicator, f.period): f for f in below}
    return [_reconciled(f, by_key.get((f.area_id, f.indicator, f.period))) for f in own], further


def _find(session: Session, actor: Actor, asked: Question) -> _Found:
    known = snapshot(session, actor.jurisdiction)
    geography = _geography(asked)
    areas, area_faults = find_areas(
        session, actor.jurisdiction, area=asked.area, level=asked.level, on=geography
    )
    indicators, indicator_faults = choose(
        session, actor.jurisdiction, known, codes=asked.indicators, sectors=asked.sectors
    )
    faults = area_faults + indicator_faults
    if faults:
        raise InvalidRequest(
            mark("The question has %(count)s faults."), faults=faults, count=len(faults)
        )
    demand_visible(session, actor, {area.id: area.code for area in areas})
    return _Found(geography, areas, indicators, known)


def _geography(asked: Question) -> date:
    """Give the day that dates the areas."""
    newest = max(asked.periods, key=lambda period: period.end)
    return asked.geography or newest.cut_off(GEOGRAPHY_CUT_OFF)


def _slice(
    session: Session, actor: Actor, asked: Question, limits: Limits | None, found: _Found
) -> Slice:
    areas, jurisdiction = found.areas, actor.jurisdiction
    _demand_few(len(areas) * len(found.indicators) * len(asked.periods), limits)
    beside = measures.places(asked.periods, asked.measures)
    wanted = _Planned(
        indicators=tuple(facts.id for facts in found.indicators),
        spans=tuple(span for _, span in beside),
        as_sent=asked.source == "reported",
    )
    plan = _planner(session, jurisdiction, found.known)(wanted)
    _demand_few(len(areas) * plan.cells, limits and Limits(limits.cells * LOOKED_UP))
    return Slice(
        jurisdiction=jurisdiction,
        areas=areas,
        comparable=_comparable(session, jurisdiction, areas, found.geography),
        periods=asked.periods,
        plan=plan,
        places=[place for place, _ in beside],
        source=asked.source,
        sums=queries.sums(session, jurisdiction, sent=asked.sent),
        sent=asked.sent,
        after=asked.after,
        limit=asked.limit,
        measures=asked.measures,
    )


#: How many plans of one catalogue are kept: what is asked again and again, a page after a page.
_PLANS = 8


def _planner(session: Session, jurisdiction: int, known: Snapshot) -> Callable[[_Planned], Plan]:
    """Give what plans by a version of the catalogue, and keeps the plans of the last questions."""
    unequal = queries.unequal_pairs(session, jurisdiction, known.version)

    @lru_cache(maxsize=_PLANS)
    def planned(wanted: _Planned) -> Plan:
        chosen = [known.by_id[number] for number in wanted.indicators]
        return methods.plan(chosen, wanted.spans, known.by_id, unequal, as_sent=wanted.as_sent)

    return known.remembered(_planner, lambda: planned)


def _reconciled(own: Figure, below: Figure | None) -> Reconciled:
    value, ytd, stated = (below.value, below.ytd, below.ytd_reported) if below else (None,) * 3
    return Reconciled(
        *own[:4],
        reported=own.value,
        rolled_up=value,
        difference=_less(own.value, value),
        ytd=own.ytd,
        ytd_reported=own.ytd_reported,
        ytd_difference=_less(own.ytd_reported, own.ytd),
        rolled_up_ytd=ytd,
        rolled_up_ytd_reported=stated,
        rolled_up_ytd_difference=_less(stated, ytd),
    )


def _less(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    """Subtract exactly: the context's digits are for computing, not for what was sent."""
    return None if first is None or second is None else EXACT.subtract(first, second)


def _demand_few(cells: int, limits: Limits | None) -> None:
    if limits is not None and cells > limits.cells:
        raise TooManyCells(
            mark(
                "The question spans %(requested)s cells, at most %(limit)s are answered: ask "
                "for one sector, one level or fewer months at a time, or pull /aggregates as CSV "
                "or JSON lines without `limit`, which is streamed whatever its size."
            ),
            limit=limits.cells,
            requested=cells,
        )


def _comparable(
    session: Session, jurisdiction: int, areas: Sequence[AreaFacts], geography: date
) -> dict[int, int]:
    """Say from which month on areas are the territory that they are on the geography's day."""
    changes = queries.incorporations(session, jurisdiction, [area.id for area in areas])
    return {
        area_id: methods.comparable_from(days, geography, GEOGRAPHY_CUT_OFF)
        for area_id, days in changes.items()
    }
