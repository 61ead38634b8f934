"""Storing who reports what."""

from collections import defaultdict
from collections.abc import Iterable
from operator import itemgetter

from indicators_api.catalogue.files import Catalogue
from indicators_api.catalogue.ledger import Ledger, Row, ending
from indicators_api.catalogue.lookup import AreaIndex, asked
from indicators_api.catalogue.store_areas import AreaKey, key_of
from indicators_api.catalogue.validities import Pair, make_room, meeting


def store_assignments(
    ledger: Ledger,
    catalogue: Catalogue,
    areas: dict[AreaKey, int],
    units: dict[str, int],
    indicators: dict[str, int],
) -> None:
    """Store the assignments. What has vanished ends, or is taken back where it hasn't begun.

    A territory's figure that goes over to another unit of the area begins there when it has ended
    here: data were sent under the former assignment, so that one is not rewritten.
    """
    wanted = _wanted(catalogue, areas, units, indicators)
    present: dict[Pair, list[Row]] = defaultdict(list)
    for row in ledger.rows("assignment"):
        present[row["unit_id"], row["indicator_id"]].append(row)
    left = make_room(wanted, present, ledger.eve)
    begun = [row for row in left if row["valid_from"] <= ledger.eve]
    ended = [ended for row in begun if (ended := ending(row, ledger.eve))]
    removed = [row["id"] for row in left if row["valid_from"] > ledger.eve]
    # In this order the exclusion constraints are fastest.
    rows = sorted(wanted.values(), key=itemgetter("unit_id", "indicator_id"))
    removed += _identify(ledger, rows, present)
    found = ledger.compare("assignment", rows)
    ledger.write("assignment", found._replace(ended=ended, removed=removed), anew=True)


def _wanted(
    catalogue: Catalogue,
    areas: dict[AreaKey, int],
    units: dict[str, int],
    indicators: dict[str, int],
) -> dict[Pair, Row]:
    index = AreaIndex(catalogue.areas.rows)
    area_ids = {
        unit.code: areas[key_of(area)]
        for unit in catalogue.units.rows
        if (area := index.on(unit.area_code, unit.valid_from))
    }
    found: dict[Pair, Row] = {}
    for one in asked(catalogue):
        pair = units[one.unit.code], indicators[one.indicator.code]
        found[pair] = {
            "unit_id": pair[0],
            "indicator_id": pair[1],
            "area_id": area_ids[one.unit.code],
            "value_scope": one.indicator.value_scope,
            "valid_from": one.valid_from,
            "valid_to": one.valid_to,
        }
    return found


def _identify(ledger: Ledger, rows: Iterable[Row], present: dict[Pair, list[Row]]) -> list[int]:
    """Give each wanted row the id of the row present that it goes on with, or a new one.

    It goes on with the one of the same first day, else with the first that it overlaps. The answer
    is the ids of further rows that it overlaps, and so replaces.
    """
    new: list[Row] = []
    replaced: list[int] = []
    for row in rows:
        kept = meeting(row, present.get((row["unit_id"], row["indicator_id"]), ()))
        row["frequency"] = kept[0]["frequency"] if kept else None
        if kept:
            row["id"] = kept[0]["id"]
            replaced += [other["id"] for other in kept[1:]]
        else:
            new.append(row)
    for row, row_id in zip(new, ledger.new_ids("assignment", len(new)), strict=True):
        row["id"] = row_id
    return replaced
