"""Answer questions for figures.

Which areas, indicators and months are meant, who may see them, then the query.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from indicators_api.aggregation import methods, queries
from indicators_api.aggregation.queries import Figure, Place, Slice
from indicators_api.db.session import Session
from indicators_api.errors import Fault, InvalidRequest, Message, TooManyCells, mark
from indicators_api.indicators.choosing import choose
from indicators_api.indicators.snapshot import snapshot
from indicators_api.periods import Period, PeriodType
from indicators_api.security.actors import Actor
from indicators_api.units.areas import GEOGRAPHY_CUT_OFF, find_areas
from indicators_api.units.sight import demand_visible
from indicators_api.units.tree import AreaFacts


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


class Limits(NamedTuple):
    """What an answer may not pass."""

    cells: int


class Reconciled(NamedTuple):
    """An area's own figure beside the one rolled up from below.

    `difference` is reported less rolled up.
    """

    area: str
    area_id: int
    indicator: str
    period: str
    reported: Decimal | None
    rolled_up: Decimal | None
    difference: Decimal | None


def prepare(session: Session, actor: Actor, asked: Question, limits: Limits) -> Slice:
    """Turn a question into what is looked up.

    Raises InvalidRequest with every unknown code, Forbidden for areas the actor may not see,
    TooManyCells.
    """
    known = snapshot(session, actor.jurisdiction)
    geography = asked.geography or asked.periods[-1].cut_off(GEOGRAPHY_CUT_OFF)
    faults = [fault for period in asked.periods for fault in _not_a_month(period)]
    areas, area_faults = find_areas(
        session, actor.jurisdiction, area=asked.area, level=asked.level, on=geography
    )
    indicators, indicator_faults = choose(
        session, actor.jurisdiction, known, codes=asked.indicators, sectors=asked.sectors
    )
    faults += area_faults + indicator_faults
    if faults:
        raise InvalidRequest(
            mark("The question has %(count)s faults."), faults=faults, count=len(faults)
        )
    demand_visible(session, actor, {area.id: area.code for area in areas})
    _demand_few(len(areas) * len(indicators) * len(asked.periods), limits)
    unequal = queries.unequal_pairs(session, actor.jurisdiction, known.version)
    plan = methods.plan(indicators, asked.periods, known.by_id, unequal)
    return Slice(
        jurisdiction=actor.jurisdiction,
        areas=areas,
        comparable=_comparable(session, actor.jurisdiction, areas, geography),
        months=[period.id for period in asked.periods],
        plan=plan,
        sent=asked.sent,
        after=asked.after,
        limit=asked.limit,
    )


def reconcile(
    session: Session, actor: Actor, asked: Question, limits: Limits
) -> tuple[list[Reconciled], Place | None]:
    """Put what areas' own units sent beside what rolls up from below, for territory indicators.

    Rows by area, indicator and period, where the area has a unit of its own; None where a side has
    no figure.
    """
    known = snapshot(session, actor.jurisdiction)
    wanted = prepare(session, actor, asked, limits)
    territory = [n for n in wanted.plan.asked if known.by_id[n].value_scope == "territory"]
    wanted = wanted._replace(plan=wanted.plan._replace(asked=territory))
    own, further = queries.figures(session, wanted, source="reported")
    whole = wanted._replace(limit=len(wanted.areas) * len(wanted.months) * (len(territory) + 1))
    below, _ = queries.figures(session, whole, source="rollup")
    by_key = {(f.area_id, f.indicator, f.period): f.value for f in below}
    return [_reconciled(f, by_key.get((f.area_id, f.indicator, f.period))) for f in own], further


def _reconciled(own: Figure, below: Decimal | None) -> Reconciled:
    difference = None if own.value is None or below is None else own.value - below
    return Reconciled(
        own.area, own.area_id, own.indicator, own.period, own.value, below, difference
    )


def _not_a_month(period: Period) -> list[Fault]:
    if period.type is PeriodType.MONTH:
        return []
    text = Message(
        mark("%(period)s is no month; figures are answered for months."), {"period": str(period)}
    )
    return [Fault("/period", "not-a-month", text, {"in": "query"})]


def _demand_few(cells: int, limits: Limits) -> None:
    if cells > limits.cells:
        raise TooManyCells(
            mark(
                "The question spans %(requested)s cells, at most %(limit)s are answered: ask "
                "for one sector, "
                "one level or fewer months at a time."
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
