"""Storing reporting units and who took over from whom."""

from indicators_api.catalogue.files import Catalogue
from indicators_api.catalogue.ledger import Ledger, Row, ending
from indicators_api.catalogue.lookup import AreaIndex
from indicators_api.catalogue.store_areas import AreaKey, key_of, replace_rows


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
