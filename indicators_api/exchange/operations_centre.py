"""What the operations centre pulls: one document of a period for its screens.

Who has reported, the figures that it watches, and the thresholds that they cross.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from indicators_api.aggregation.bulletin import MEASURES
from indicators_api.aggregation.measures import MEASURES as ALL_MEASURES
from indicators_api.aggregation.queries import Figure
from indicators_api.aggregation.service import Limits, Question, figures_of
from indicators_api.aggregation.watching import Judged, judge
from indicators_api.catalogue.thresholds import ThresholdFacts, thresholds_of
from indicators_api.catalogue.watched import watched
from indicators_api.db.session import Session
from indicators_api.errors import InvalidRequest, mark
from indicators_api.indicators.queries import IndicatorDetails, indicators
from indicators_api.models.threshold import WATCHED_MEASURES
from indicators_api.periods import Period
from indicators_api.reports import completeness
from indicators_api.reports.completeness import AreaCompleteness
from indicators_api.security.actors import Actor
from indicators_api.units import tree
from indicators_api.units.areas import GEOGRAPHY_CUT_OFF, demand_one, find_areas
from indicators_api.units.sight import demand_visible, seen_of
from indicators_api.units.tree import AreaFacts

#: All measures that a snapshot may rest on.
RESTS_ON = (*MEASURES, *WATCHED_MEASURES)


class Asked(NamedTuple):
    """Which snapshot. `area` None: the province."""

    period: Period
    area: str | None
    sent: bool
    #: When it is judged what is late.
    at: datetime


class Line(NamedTuple):
    """A watched indicator and its figure."""

    indicator: IndicatorDetails
    figure: Figure


class Snapshot(NamedTuple):
    """What stands in the document."""

    area: AreaFacts
    #: Of the area; None where no unit in it owes a report.
    reports: AreaCompleteness | None
    #: Of the areas directly below it that the actor sees, by code.
    reports_below: Sequence[AreaCompleteness]
    lines: Sequence[Line]
    judged: Judged


def take(session: Session, actor: Actor, asked: Asked, limits: Limits) -> Snapshot:
    """Take a snapshot of an area and a period.

    Lines in the order of the watched indicators, those without a row of figures left out. Watched
    are the thresholds of the area and of all areas in it that exist in the period and that the
    actor sees. Raises InvalidRequest for an unknown area, Forbidden, TooManyCells.
    """
    area = _area(session, actor, asked)
    seen = _seen_inside(session, actor, area, asked.period)
    codes = watched(session, actor.jurisdiction).codes
    thresholds = thresholds_of(session, actor.jurisdiction, list(seen))
    figures: dict[tuple[int, str], Figure] = {}
    for areas, question in _questions(asked, area, codes, thresholds, seen):
        found = figures_of(session, actor, question, areas, limits)
        figures |= {(figure.area_id, figure.indicator): figure for figure in found}
    below = [each.id for each in seen.values() if each.parent_id == area.id]
    counted = completeness.by_area(
        session, actor.jurisdiction, asked.period, [area.id, *below], at=asked.at
    )
    rows = [row for row in counted if row.unit_level is None]
    details = {facts.code: facts for facts in indicators(session, actor.jurisdiction)}
    return Snapshot(
        area,
        next((row for row in rows if row.area_id == area.id), None),
        [row for row in rows if row.area_id != area.id],
        [Line(details[c], figures[area.id, c]) for c in codes if (area.id, c) in figures],
        judge(thresholds, figures),
    )


def _area(session: Session, actor: Actor, asked: Asked) -> AreaFacts:
    day = asked.period.cut_off(GEOGRAPHY_CUT_OFF)
    areas, faults = find_areas(session, actor.jurisdiction, area=asked.area, level=None, on=day)
    if faults:
        raise InvalidRequest(
            mark("The question has %(count)s faults."), faults=faults, count=len(faults)
        )
    area = demand_one(areas)
    demand_visible(session, actor, {area.id: area.code})
    return area


def _seen_inside(
    session: Session, actor: Actor, area: AreaFacts, period: Period
) -> dict[int, AreaFacts]:
    """Give an area and those in it that exist in the period and that the actor sees, by id."""
    inside = tree.area_ids_within(session, actor.jurisdiction, [area.id])
    seen = seen_of(session, actor, inside)
    day = period.cut_off(GEOGRAPHY_CUT_OFF)
    valid = tree.areas_on(session, actor.jurisdiction, day)
    return {each.id: each for each in valid if each.id in seen}


def _questions(
    asked: Asked,
    area: AreaFacts,
    codes: Sequence[str],
    thresholds: Sequence[ThresholdFacts],
    areas: Mapping[int, AreaFacts],
) -> Iterator[tuple[list[AreaFacts], Question]]:
    """Give the questions for all figures: one for each level that has thresholds.

    The watched indicators are asked with the thresholds of the area itself, alone at its level.
    """
    of_level: defaultdict[str, list[ThresholdFacts]] = defaultdict(list, {area.level: []})
    for threshold in thresholds:
        of_level[areas[threshold.area_id].level].append(threshold)
    for level, found in of_level.items():
        own, shown, beside = ([area], codes, MEASURES) if level == area.level else ([], (), ())
        measures = {*beside, *(threshold.measure for threshold in found)}
        question = Question(
            periods=[asked.period],
            indicators=sorted({*shown, *(threshold.indicator for threshold in found)}),
            sent=asked.sent,
            measures=[measure for measure in ALL_MEASURES if measure in measures],
        )
        yield own or _of(found, areas), question


def _of(thresholds: Sequence[ThresholdFacts], areas: Mapping[int, AreaFacts]) -> list[AreaFacts]:
    return [areas[number] for number in sorted({each.area_id for each in thresholds})]
