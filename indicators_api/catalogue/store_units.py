"""Storing regimes, deadlines, holidays and reporting units."""

from indicators_api.catalogue.files import Catalogue
from indicators_api.catalogue.ledger import Ledger, Row, ending
from indicators_api.catalogue.lookup import AreaIndex
from indicators_api.catalogue.store_areas import AreaKey, key_of, note_staying, replace_rows


def store_regimes(ledger: Ledger, catalogue: Catalogue) -> dict[str, int]:
    """Store regimes, deadlines and holidays; give the regimes' ids. No regime is taken away."""
    ids = ledger.ids("regime", (regime.code for regime in catalogue.regimes.rows), ["code"])
    wanted: list[Row] = [
        {
            "id": ids[regime.code],
            "code": regime.code,
            "name_vi": regime.name_vi,
            "name_en": regime.name_en,
            "cut_off_day": regime.cut_off_day,
        }
        for regime in catalogue.regimes.rows
    ]
    ledger.write("regime", ledger.compare("regime", wanted))
    note_staying(ledger, "regime", ids.values())
    _store_deadlines(ledger, catalogue, ids)
    _store_holidays(ledger, catalogue)
    return ids


def _store_deadlines(ledger: Ledger, catalogue: Catalogue, regimes: dict[str, int]) -> None:
    by_key = {(regimes[row.regime_code], row.level_code): row for row in catalogue.deadlines.rows}
    ids = ledger.ids("deadline_rule", by_key, ["regime_id", "level_code"])
    wanted: list[Row] = [
        {
            "id": ids[key],
            "regime_id": key[0],
            "level_code": row.level_code,
            "day": row.day,
            "months_after": row.months_after,
        }
        for key, row in by_key.items()
    ]
    replace_rows(ledger, "deadline_rule", wanted)


def _store_holidays(ledger: Ledger, catalogue: Catalogue) -> None:
    ids = ledger.ids("holiday", (row.day for row in catalogue.holidays.rows), ["day"])
    wanted: list[Row] = [
        {"id": ids[row.day], "day": row.day, "name_vi": row.name_vi, "name_en": row.name_en}
        for row in catalogue.holidays.rows
    ]
    replace_rows(ledger, "holiday", wanted)


def store_units(
    ledger: Ledger, catalogue: Catalogue, areas: dict[AreaKey, int], regimes: dict[str, int]
) -> dict[str, int]:
    """Store the units and who took over from whom; give the units' ids.

    `direct_send` and `accepting_level` of a unit aren't in the files, and are left alone.
    """
    index = AreaIndex(catalogue.areas.rows)
    ids = ledger.ids("unit", (unit.code for unit in catalogue.units.rows), ["code"])
    wanted: list[Row] = [
        {
            "id": ids[unit.code],
            "code": unit.code,
            "name_vi": unit.name_vi,
            "name_en": unit.name_en,
            "level_code": unit.level,
            "kind": unit.unit_kind,
            "area_id": areas[key_of(area)],
            "parent_id": ids[unit.parent_unit_code] if unit.parent_unit_code else None,
            "regime_id": regimes[unit.regime_code or min(regimes)],
            "valid_from": unit.valid_from,
            "valid_to": unit.valid_to,
        }
        for unit in catalogue.units.rows
        if (area := index.on(unit.area_code, unit.valid_from))
    ]
    missing = ledger.missing("unit", set(ids.values()))
    ended = [ended for row in missing if (ended := ending(row, ledger.eve))]
    ledger.write("unit", ledger.compare("unit", wanted)._replace(ended=ended))
    _store_successions(ledger, catalogue, ids)
    return ids


def _store_successions(ledger: Ledger, catalogue: Catalogue, units: dict[str, int]) -> None:
    days = {
        (units[row.predecessor_code], units[row.successor_code]): row.effective_date
        for row in catalogue.unit_successions.rows
    }
    ids = ledger.ids("unit_succession", days, ["predecessor_id", "successor_id"])
    wanted: list[Row] = [
        {"id": ids[key], "predecessor_id": key[0], "successor_id": key[1], "effective_date": day}
        for key, day in days.items()
    ]
    replace_rows(ledger, "unit_succession", wanted)
