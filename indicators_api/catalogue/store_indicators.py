"""Storing sectors, units of measure, indicators, validation rules and annual targets."""

from collections.abc import Iterable
from datetime import date

from indicators_api.catalogue.files import Catalogue
from indicators_api.catalogue.ledger import Ledger, Row, ending
from indicators_api.catalogue.lookup import AreaIndex
from indicators_api.catalogue.rows import IndicatorRow
from indicators_api.catalogue.store_areas import AreaKey, key_of, note_staying
from indicators_api.catalogue.targets import plan_subject
from indicators_api.indicators.search import fold

#: Versions with another source were decided by people; files neither see nor change them.
_FROM_FILES = ("real", "constructed")


def store_sectors(ledger: Ledger, catalogue: Catalogue) -> dict[str, int]:
    """Store the sectors and give their ids; a sector is never taken away."""
    ids = ledger.ids("sector", (row.code for row in catalogue.sectors.rows), ["code"])
    wanted: list[Row] = [
        {
            "id": ids[row.code],
            "code": row.code,
            "name_vi": row.name_vi,
            "name_en": row.name_en,
            "parent_id": ids[row.parent_code] if row.parent_code else None,
            "sort_order": row.sort_order,
        }
        for row in catalogue.sectors.rows
    ]
    ledger.write("sector", ledger.compare("sector", wanted))
    note_staying(ledger, "sector", ids.values())
    return ids


def store_units_of_measure(ledger: Ledger, catalogue: Catalogue) -> dict[str, int]:
    """Store the units of measure and give their ids; none is ever taken away."""
    rows = catalogue.units_of_measure.rows
    ids = ledger.ids("unit_of_measure", (row.code for row in rows), ["code"])
    wanted: list[Row] = [
        {
            "id": ids[row.code],
            "code": row.code,
            "name_vi": row.name_vi,
            "name_en": row.name_en,
            "symbol": row.symbol,
            "standard_code": row.ucum_or_sdmx,
        }
        for row in rows
    ]
    ledger.write("unit_of_measure", ledger.compare("unit_of_measure", wanted))
    note_staying(ledger, "unit_of_measure", ids.values())
    return ids


def store_indicators(
    ledger: Ledger, catalogue: Catalogue, sectors: dict[str, int], units_of_measure: dict[str, int]
) -> dict[str, int]:
    """Store the indicators and give their ids; those that have vanished end."""
    rows = catalogue.indicators.rows
    ids = ledger.ids("indicator", (row.code for row in rows), ["code"])
    wanted = [
        {
            "id": ids[row.code],
            "sector_id": sectors[row.sector_code],
            "unit_of_measure_id": units_of_measure[row.unit_of_measure_code],
            **_related(row, ids),
            **_indicator(row),
        }
        for row in rows
    ]
    missing = ledger.missing("indicator", set(ids.values()))
    ended = [ended for row in missing if (ended := ending(row, ledger.eve))]
    ledger.write("indicator", ledger.compare("indicator", wanted)._replace(ended=ended))
    return ids


def _related(row: IndicatorRow, ids: dict[str, int]) -> Row:
    codes = {
        "parent_id": row.parent_code,
        "weight_id": row.weight_code,
        "numerator_id": row.numerator_code,
        "denominator_id": row.denominator_code,
    }
    return {column: ids[code] if code else None for column, code in codes.items()}


def _indicator(row: IndicatorRow) -> Row:
    searched = (row.code, row.name_vi, row.name_en, row.definition_vi, row.definition_en)
    return {
        "code": row.code,
        "name_vi": row.name_vi,
        "name_en": row.name_en,
        "parent_relation": row.parent_relation,
        "parent_dimension": row.parent_dimension,
        "value_type": row.value_type,
        "decimals": row.decimals,
        "nature": row.temporal_nature,
        "area_aggregation": row.area_aggregation,
        "time_aggregation": row.time_aggregation,
        "factor": row.factor,
        "frequency": row.frequency,
        "value_scope": row.value_scope,
        "reporting_levels": list(row.reporting_levels),
        "minimum": row.min_value,
        "maximum": row.max_value,
        "legal_basis": row.legal_basis,
        "definition_vi": row.definition_vi,
        "definition_en": row.definition_en,
        "search_text": fold(" ".join(searched)),
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
    }


def store_rules(ledger: Ledger, catalogue: Catalogue) -> None:
    """Store the validation rules; those that have vanished are not active any more."""
    ids = ledger.ids("validation_rule", (row.code for row in catalogue.rules.rows), ["code"])
    wanted: list[Row] = [
        {
            "id": ids[row.code],
            "code": row.code,
            "name_vi": row.name_vi,
            "name_en": row.name_en,
            "left_expression": row.left_expression,
            "operator": row.operator,
            "right_expression": row.right_expression,
            "severity": row.severity,
            "evaluation_scope": row.evaluation_scope,
            "tolerance": row.tolerance,
            "scope_start_month": row.scope_start_month,
            "active": True,
        }
        for row in catalogue.rules.rows
    ]
    missing = ledger.missing("validation_rule", set(ids.values()))
    ended = [{"id": row["id"], "active": False} for row in missing if row["active"]]
    ledger.write("validation_rule", ledger.compare("validation_rule", wanted)._replace(ended=ended))


def store_targets(
    ledger: Ledger, catalogue: Catalogue, areas: dict[AreaKey, int], indicators: dict[str, int]
) -> None:
    """Store the annual targets: a changed value or direction is a new version.

    It is valid from the day of the load, or from 1 January where that is later. What is compared is
    the newest version that came from files. Targets that have vanished stay.
    """
    newest_version: dict[tuple[int, int, int], int] = {}
    from_files: dict[tuple[int, int, int], Row] = {}
    for row in sorted(ledger.rows("annual_target"), key=lambda row: row["version"]):
        key = row["indicator_id"], row["area_id"], row["year"]
        newest_version[key] = row["version"]
        if row["source"] in _FROM_FILES:
            from_files[key] = row
    first, same, renewed = [], [], []
    for key, target in _targets(catalogue, areas, indicators).items():
        before = from_files.get(key)
        version = newest_version.get(key, 0)
        if before is None:
            first.append({**target, "version": version + 1})
        elif (before["value"], before["direction"]) != (target["value"], target["direction"]):
            begins = max(target["valid_from"], ledger.today)
            renewed.append({**target, "version": version + 1, "valid_from": begins})
        else:
            kept = {column: before[column] for column in ("id", "version", "valid_from")}
            same.append({**target, **kept})
    new_ids = ledger.new_ids("annual_target", len(first) + len(renewed))
    for row, row_id in zip([*first, *renewed], new_ids, strict=True):
        row["id"] = row_id
    found = ledger.compare("annual_target", same)
    ledger.write("annual_target", found._replace(added=first, renewed=renewed))
    _tell_plans(ledger, [*first, *renewed], areas, indicators)


def _tell_plans(
    ledger: Ledger, rows: Iterable[Row], areas: dict[AreaKey, int], indicators: dict[str, int]
) -> None:
    """Let the journal know of new versions."""
    area_of = {number: code for (code, _), number in areas.items()}
    indicator_of = {number: code for code, number in indicators.items()}
    for row in rows:
        indicator, area, year = indicator_of[row["indicator_id"]], row["area_id"], row["year"]
        said = {name: row[name] for name in ("year", "version", "value", "direction", "valid_from")}
        subject = plan_subject(indicator, area_of[area], year, area)
        ledger.told["plan.change"][subject] = {"indicator": indicator, **said}


def _targets(
    catalogue: Catalogue, areas: dict[AreaKey, int], indicators: dict[str, int]
) -> dict[tuple[int, int, int], Row]:
    index = AreaIndex(catalogue.areas.rows)
    found = {}
    for row in catalogue.targets.rows:
        if area := index.planned_for(row):
            key = indicators[row.indicator_code], areas[key_of(area)], row.year
            found[key] = {
                **dict(zip(("indicator_id", "area_id", "year"), key, strict=True)),
                "value": row.target_value,
                "direction": row.direction,
                "valid_from": date(row.year, 1, 1),
                "source": row.source,
                "source_note": row.source_note,
            }
    return found
