"""Reading the lists of the catalogue: sectors, units of measure, validation rules, plans."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.db.session import Session
from indicators_api.indicators.snapshot import RuleFacts, snapshot


class SectorFacts(NamedTuple):
    """A group of indicators."""

    code: str
    name_vi: str
    name_en: str
    #: None for the widest groups.
    parent: str | None
    sort_order: int


class UnitOfMeasureFacts(NamedTuple):
    """What figures are counted in."""

    code: str
    name_vi: str
    name_en: str
    symbol: str
    #: In UCUM or SDMX, with the list's name before it; empty where neither has it.
    standard_code: str


class TargetFacts(NamedTuple):
    """What an area plans to attain of an indicator in a year."""

    indicator: str
    indicator_name_vi: str
    indicator_name_en: str
    area_id: int
    area: str
    year: int
    version: int
    #: In the indicator's unit of measure.
    value: Decimal
    unit_of_measure: str
    direction: str
    #: None where not known.
    decision_number: str | None
    valid_from: date
    source: str
    source_note: str


_SECTORS = text(
    """
    SELECT sector.code, sector.name_vi, sector.name_en, parent.code, sector.sort_order
    FROM sector
    LEFT JOIN sector parent
      ON parent.jurisdiction_id = sector.jurisdiction_id AND parent.id = sector.parent_id
    WHERE sector.jurisdiction_id = :jurisdiction
    ORDER BY sector.sort_order, sector.code
    """
)
_UNITS_OF_MEASURE = text(
    """
    SELECT code, name_vi, name_en, symbol, standard_code
    FROM unit_of_measure WHERE jurisdiction_id = :jurisdiction ORDER BY code
    """
)
_TARGET_FACTS = """
    SELECT indicator.code, indicator.name_vi, indicator.name_en, area.id, area.code, target.year,
           target.version, target.value, unit_of_measure.code, target.direction,
           target.decision_number, target.valid_from, target.source, target.source_note
    FROM annual_target target
    JOIN indicator ON indicator.jurisdiction_id = target.jurisdiction_id
                  AND indicator.id = target.indicator_id
    JOIN unit_of_measure ON unit_of_measure.jurisdiction_id = indicator.jurisdiction_id
                        AND unit_of_measure.id = indicator.unit_of_measure_id
    JOIN area ON area.jurisdiction_id = target.jurisdiction_id AND area.id = target.area_id
    WHERE target.jurisdiction_id = :jurisdiction
"""
_TARGET_ORDER = "ORDER BY indicator.code, area.code, area.id, target.year, target.version"
_TARGETS = text(
    f"""
    {_TARGET_FACTS}
      AND (CAST(:indicator AS text) IS NULL OR indicator.code = :indicator)
      AND (CAST(:indicators AS int[]) IS NULL OR indicator.id = ANY(:indicators))
      AND (CAST(:area AS text) IS NULL OR area.code = :area)
      AND (CAST(:year AS integer) IS NULL OR target.year = :year)
      AND (:every_version OR NOT EXISTS (
           SELECT FROM annual_target newer
           WHERE newer.jurisdiction_id = target.jurisdiction_id
             AND newer.indicator_id = target.indicator_id AND newer.area_id = target.area_id
             AND newer.year = target.year AND newer.version > target.version))
    {_TARGET_ORDER}
    """
)
_TARGETS_OF_IDS = text(f"{_TARGET_FACTS} AND target.id = ANY(:ids) {_TARGET_ORDER}")


def sectors(session: Session, jurisdiction: int) -> list[SectorFacts]:
    """Give all sectors in the order in which they are shown."""
    found = session.execute(_SECTORS, {"jurisdiction": jurisdiction})
    return [SectorFacts(*row) for row in found]


def units_of_measure(session: Session, jurisdiction: int) -> list[UnitOfMeasureFacts]:
    """Give all units of measure by code."""
    found = session.execute(_UNITS_OF_MEASURE, {"jurisdiction": jurisdiction})
    return [UnitOfMeasureFacts(*row) for row in found]


def validation_rules(session: Session, jurisdiction: int) -> list[RuleFacts]:
    """Give the active validation rules by code."""
    return list(snapshot(session, jurisdiction).rules)


def targets(
    session: Session,
    jurisdiction: int,
    *,
    indicator: str | None = None,
    indicator_ids: Sequence[int] | None = None,
    area: str | None = None,
    year: int | None = None,
    every_version: bool = False,
) -> list[TargetFacts]:
    """Give the annual targets by indicator, area, year and version; only the newest by default.

    `area` is a code: of all areas that bear or bore it.
    """
    filters = {"indicator": indicator, "area": area, "year": year, "every_version": every_version}
    ids = {"indicators": list(indicator_ids) if indicator_ids is not None else None}
    found = session.execute(_TARGETS, {"jurisdiction": jurisdiction, **filters, **ids})
    return [TargetFacts(*row) for row in found]


def targets_of_ids(session: Session, jurisdiction: int, ids: Sequence[int]) -> list[TargetFacts]:
    """Give some versions of annual targets by indicator, area, year and version."""
    found = session.execute(_TARGETS_OF_IDS, {"jurisdiction": jurisdiction, "ids": list(ids)})
    return [TargetFacts(*row) for row in found]
