"""What the demonstration reads of the catalogue: who reports what in a month, and who reviews it.

Read from the database and not over HTTP: the command is the operator's, beside the service, and
issues its tokens there anyway. All else goes over HTTP.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.catalogue.queries import units_of_measure, validation_rules
from indicators_api.cli.demo_values import DemoArea, DemoIndicator, DemoRule, DemoUnit
from indicators_api.db.session import Session
from indicators_api.indicators.queries import IndicatorDetails, indicators
from indicators_api.periods import Period
from indicators_api.units.areas import GEOGRAPHY_CUT_OFF
from indicators_api.units.queries import UnitFacts, units
from indicators_api.units.tree import AreaFacts, areas_on

_ASSIGNED = text("""
    SELECT unit.code, array_agg(indicator.code)
    FROM assignment
    JOIN unit ON unit.jurisdiction_id = assignment.jurisdiction_id
             AND unit.id = assignment.unit_id
    JOIN indicator ON indicator.jurisdiction_id = assignment.jurisdiction_id
                  AND indicator.id = assignment.indicator_id
    WHERE assignment.jurisdiction_id = :jurisdiction
      AND :day BETWEEN assignment.valid_from AND coalesce(assignment.valid_to, 'infinity')
      AND :day BETWEEN indicator.valid_from AND coalesce(indicator.valid_to, 'infinity')
    GROUP BY unit.code
""")


class Label(NamedTuple):
    """How an indicator is shown."""

    name: str
    unit_of_measure: str
    decimals: int


class Facts(NamedTuple):
    """What values are made from."""

    indicators: tuple[DemoIndicator, ...]
    units: tuple[DemoUnit, ...]
    areas: tuple[DemoArea, ...]
    rules: tuple[DemoRule, ...]


class Catalogue(NamedTuple):
    """A month's catalogue: all that is valid on its cut-off day."""

    jurisdiction: int
    facts: Facts
    #: Id of the widest area.
    province: int
    #: Ids of the units by code.
    unit_ids: Mapping[str, int]
    #: By the code of a unit the id of the area whose reviewers accept its reports.
    reviewing: Mapping[str, int]
    #: By code.
    labels: Mapping[str, Label]
    #: Names of the areas by code.
    area_names: Mapping[str, str]


def read(session: Session, jurisdiction: int, month: Period) -> Catalogue | None:
    """Read who reports what in a month. None: no unit owes it."""
    day = month.cut_off(GEOGRAPHY_CUT_OFF)
    areas = {area.id: area for area in areas_on(session, jurisdiction, day)}
    assigned = _assigned(session, jurisdiction, day)
    owing = units(session, jurisdiction, day=day)
    owing = [unit for unit in owing if unit.code in assigned and unit.area_id in areas]
    if not owing:
        return None
    listed = [each for each in indicators(session, jurisdiction) if _is_valid(each, day)]
    return Catalogue(
        jurisdiction,
        Facts(
            tuple(_indicator(each) for each in listed),
            tuple(_unit(unit, assigned[unit.code]) for unit in owing),
            tuple(DemoArea(area.code, area.level, area.parent) for area in areas.values()),
            _rules(session, jurisdiction),
        ),
        province=_widest(areas, owing[0].area_id).id,
        unit_ids={unit.code: unit.id for unit in owing},
        reviewing={unit.code: _reviewing_area(unit, areas).id for unit in owing},
        labels=_labels(session, jurisdiction, listed),
        area_names={area.code: area.name_en for area in areas.values()},
    )


def _assigned(session: Session, jurisdiction: int, day: date) -> dict[str, frozenset[str]]:
    rows = session.execute(_ASSIGNED, {"jurisdiction": jurisdiction, "day": day})
    return {unit: frozenset(codes) for unit, codes in rows}


def _is_valid(indicator: IndicatorDetails, day: date) -> bool:
    return indicator.valid_from <= day <= (indicator.valid_to or date.max)


def _indicator(each: IndicatorDetails) -> DemoIndicator:
    return DemoIndicator(
        code=each.code,
        value_type=each.value_type,
        decimals=each.decimals,
        temporal_nature=each.nature,
        area_aggregation=each.area_aggregation,
        time_aggregation=each.time_aggregation,
        weight=each.weight,
        numerator=each.numerator,
        denominator=each.denominator,
        factor=each.factor,
        frequency=each.frequency,
        minimum=each.minimum,
        maximum=each.maximum,
        parent=each.parent,
        parent_relation=each.parent_relation,
        parent_dimension=each.parent_dimension,
        value_scope=each.value_scope,
    )


def _unit(unit: UnitFacts, codes: frozenset[str]) -> DemoUnit:
    return DemoUnit(unit.code, unit.level, unit.area, unit.kind, codes)


def _rules(session: Session, jurisdiction: int) -> tuple[DemoRule, ...]:
    return tuple(
        DemoRule(
            rule.code,
            rule.left_expression,
            rule.operator,
            rule.right_expression,
            rule.severity,
            rule.evaluation_scope,
            rule.tolerance,
            rule.scope_start_month,
        )
        for rule in validation_rules(session, jurisdiction)
    )


def _labels(
    session: Session, jurisdiction: int, listed: Iterable[IndicatorDetails]
) -> dict[str, Label]:
    measures = {each.code: each.name_en for each in units_of_measure(session, jurisdiction)}
    return {
        each.code: Label(each.name_en, measures[each.unit_of_measure], each.decimals)
        for each in listed
    }


def _reviewing_area(unit: UnitFacts, areas: Mapping[int, AreaFacts]) -> AreaFacts:
    """Find whose reviewers accept a unit's reports.

    The nearest area above the unit's of the accepting level, else the widest.
    """
    area = areas[unit.area_id]
    while area.parent_id is not None:
        area = areas[area.parent_id]
        if area.level == unit.accepting_level:
            break
    return area


def _widest(areas: Mapping[int, AreaFacts], area_id: int) -> AreaFacts:
    """Climb from an area to the widest that it lies in."""
    area = areas[area_id]
    return area if area.parent_id is None else _widest(areas, area.parent_id)
