"""A world as the catalogue's rows."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, text

from indicators_api import models
from indicators_api.aggregation import rollup
from indicators_api.db.session import Session
from tests.queries.world import LEVELS, Area, Indicator, Succession, Target, Unit, World

#: After all periods of the stories.
NOW = datetime(2025, 3, 1, tzinfo=UTC)

#: What no figure depends on.
_UNIMPORTANT = {
    "sector_id": 1,
    "unit_of_measure_id": 1,
    "value_type": "decimal",
    "decimals": 10,
    "nature": "flow",
    "reporting_levels": list(LEVELS),
    "legal_basis": "",
    "definition_vi": "",
    "definition_en": "",
    "search_text": "",
}


class Ids(NamedTuple):
    """The database's ids, by code."""

    areas: Mapping[str, int]
    units: Mapping[str, int]


def store(session: Session, world: World) -> Ids:
    """Write a world's catalogue rows and derive who counts."""
    areas = {code: n for n, code in enumerate(world.areas, 1)}
    units = {code: n for n, code in enumerate(world.units, 1)}
    indicators = {code: n for n, code in enumerate(world.indicators, 1)}
    version = session.scalar(text("SELECT nextval('catalogue_version')"))
    rows: list[tuple[Any, list[dict[str, Any]]]] = [
        (models.Jurisdiction, [_jurisdiction(version)]),
        (models.AreaLevel, [_level(n, code) for n, code in enumerate(LEVELS, 1)]),
        (models.Regime, [_regime(n, day) for n, day in ((1, 14), (2, None))]),
        (models.DeadlineRule, list(_deadlines())),
        (models.Sector, [{**_named(1, "S"), "sort_order": 1, "parent_id": None}]),
        (models.UnitOfMeasure, [{**_named(1, "M"), "symbol": "m", "standard_code": ""}]),
        (models.Area, [_area(world, areas, area) for area in world.areas.values()]),
        (models.AreaClosure, list(_closure(world, areas))),
        (models.Unit, [_unit(world, areas, units, unit) for unit in world.units.values()]),
        (models.Indicator, [_indicator(indicators, i) for i in world.indicators.values()]),
        (models.Assignment, [
            _assignment(world, areas, units, indicators, n) for n in range(len(world.assignments))
        ]),
        (models.AnnualTarget, [_target(areas, indicators, t) for t in world.targets]),
        (models.AreaSuccession, [_succession(areas, s) for s in world.successions]),
    ]  # fmt: skip
    for model, values in rows:
        if values:
            session.execute(insert(model.__table__).values(values))
    rollup.rebuild(session, 1, at=NOW)
    return Ids(areas, units)


def _named(number: int, code: str) -> dict[str, Any]:
    return {"jurisdiction_id": 1, "id": number, "code": code, "name_vi": code, "name_en": code}


def _jurisdiction(version: int | None) -> dict[str, Any]:
    named = {"id": 1, "code": "J", "name_vi": "J", "name_en": "J"}
    return {**named, "catalogue_version": version, "catalogue_changed_at": NOW}


def _level(rank: int, code: str) -> dict[str, Any]:
    acceptor = "district" if code == "commune" else None
    return {**_named(rank, code), "rank": rank, "accepting_level": acceptor, "direct_send": True}


def _regime(number: int, day: int | None) -> dict[str, Any]:
    return {**_named(number, f"G{number}"), "cut_off_day": day}


def _deadlines() -> list[dict[str, Any]]:
    common = {"jurisdiction_id": 1, "day": 28, "months_after": 1}
    pairs = [(regime, level) for regime in (1, 2) for level in LEVELS]
    return [
        {**common, "id": n, "regime_id": regime, "level_code": level}
        for n, (regime, level) in enumerate(pairs, 1)
    ]


def _area(world: World, ids: Mapping[str, int], area: Area) -> dict[str, Any]:
    return {
        **_named(ids[area.code], area.code),
        "level_code": area.level,
        "kind": area.level,
        "parent_id": ids[area.parent] if area.parent else None,
        "has_areas_below": any(other.parent == area.code for other in world.areas.values()),
        "valid_from": area.valid[0],
        "valid_to": area.valid[1],
    }


def _closure(world: World, ids: Mapping[str, int]) -> list[dict[str, Any]]:
    found = []
    for code in world.areas:
        above: str | None = code
        distance = 0
        while above is not None:
            pair = {"descendant_id": ids[code], "ancestor_id": ids[above]}
            found.append({"jurisdiction_id": 1, **pair, "distance": distance})
            above, distance = world.areas[above].parent, distance + 1
    return found


def _unit(
    world: World, areas: Mapping[str, int], ids: Mapping[str, int], unit: Unit
) -> dict[str, Any]:
    level = world.areas[unit.area].level
    return {
        **_named(ids[unit.code], unit.code),
        "level_code": level,
        "kind": level,
        "area_id": areas[unit.area],
        "parent_id": None,
        "regime_id": 1 if unit.cut_off_day == 14 else 2,
        "direct_send": None,
        "accepting_level": None,
        "valid_from": unit.valid[0],
        "valid_to": unit.valid[1],
    }


def _indicator(ids: Mapping[str, int], facts: Indicator) -> dict[str, Any]:
    return {
        **_named(ids[facts.code], facts.code),
        **_UNIMPORTANT,
        "area_aggregation": facts.area_rule,
        "time_aggregation": facts.time_rule,
        "weight_id": ids[facts.weight] if facts.weight else None,
        "numerator_id": ids[facts.numerator] if facts.numerator else None,
        "denominator_id": ids[facts.denominator] if facts.denominator else None,
        "factor": facts.factor,
        "frequency": facts.frequency,
        "value_scope": facts.scope,
        "valid_from": facts.valid[0],
        "valid_to": facts.valid[1],
    }


def _assignment(
    world: World,
    areas: Mapping[str, int],
    units: Mapping[str, int],
    indicators: Mapping[str, int],
    number: int,
) -> dict[str, Any]:
    row = world.assignments[number]
    return {
        "jurisdiction_id": 1,
        "id": number + 1,
        "unit_id": units[row.unit],
        "indicator_id": indicators[row.indicator],
        "area_id": areas[world.units[row.unit].area],
        "value_scope": world.indicators[row.indicator].scope,
        "frequency": row.frequency,
        "valid_from": row.valid[0],
        "valid_to": row.valid[1],
    }


def _target(
    areas: Mapping[str, int], indicators: Mapping[str, int], target: Target
) -> dict[str, Any]:
    return {
        "jurisdiction_id": 1,
        "area_id": areas[target.area],
        "indicator_id": indicators[target.indicator],
        "year": target.year,
        "version": target.version,
        "value": target.value,
        "direction": target.direction,
        "valid_from": target.valid_from,
        "source": "constructed",
        "source_note": "",
    }


def _succession(areas: Mapping[str, int], succession: Succession) -> dict[str, Any]:
    return {
        "jurisdiction_id": 1,
        "predecessor_id": areas[succession.predecessor],
        "successor_id": areas[succession.successor],
        "effective_date": succession.day,
        "kind": "merge",
        "note": "",
    }
