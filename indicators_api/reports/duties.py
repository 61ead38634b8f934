"""What units are and owe, by the catalogue alone: read once per version of it and kept."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from indicators_api.db.session import Session
from indicators_api.indicators.frequency import accepts, asks
from indicators_api.indicators.snapshot import IndicatorFacts, Snapshot, snapshot
from indicators_api.periods import PeriodType
from indicators_api.reports import deadlines, queries
from indicators_api.reports.access import Key
from indicators_api.reports.queries import Asked


class Duty(NamedTuple):
    """What a unit may report in a period, by code, and the ids of what it is expected to."""

    assigned: Mapping[str, IndicatorFacts]
    expected: frozenset[int]


class _Assignments:
    """Assignments of all times, by indicator code: one object for all units with the same ones."""

    def __init__(self, asked: tuple[Asked, ...]) -> None:
        self.asked = asked


def duty_of(session: Session, known: Snapshot, key: Key) -> Duty:
    """Give what a unit may report in a period and what it is expected to."""
    assignments = known.remembered(
        (_Assignments, key.unit.id), lambda: _assignments(session, known, key)
    )
    kind, day = key.period.type, key.period.cut_off(key.unit.cut_off_day)
    return known.remembered(
        (Duty, assignments, kind, day), lambda: _duty(known, assignments, kind, day)
    )


def due_of(session: Session, key: Key) -> date:
    """Give the last day on which a report is on time, its unit's exception considered."""
    dues = snapshot(session, key.jurisdiction).remembered(
        (deadlines, key.period.id), lambda: deadlines.dues(session, key.jurisdiction, key.period)
    )
    return dues[key.unit.id]


def _assignments(session: Session, known: Snapshot, key: Key) -> _Assignments:
    asked = tuple(queries.assigned(session, key.jurisdiction, key.unit.id))
    return known.remembered(asked, lambda: _Assignments(asked))


def _duty(known: Snapshot, assignments: _Assignments, kind: PeriodType, day: date) -> Duty:
    in_force = [(known.by_id[a.indicator_id], a.frequency) for a in assignments.asked if a.on(day)]
    return Duty(
        {facts.code: facts for facts, frequency in in_force if accepts(kind, frequency)},
        frozenset(
            facts.id
            for facts, frequency in in_force
            if asks(kind, frequency) and facts.area_aggregation != "recompute"
        ),
    )
