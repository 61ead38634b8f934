"""Storing levels, areas, units, and the calendar of deadlines."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import text

from indicators_api.catalogue.files import Catalogue
from indicators_api.catalogue.history import remember_whole
from indicators_api.catalogue.ledger import Ledger, Row, ending
from indicators_api.catalogue.lookup import AreaIndex
from indicators_api.catalogue.rows import AreaRow
from indicators_api.db.base import Base
from indicators_api.db.statistics import count_anew
from indicators_api.errors import mark

#: A code is reused: an area is known by its code and first day.
AreaKey = tuple[str, date]

_STAYS = mark(
    "%(table)s %(code)s is not in the files any more; it stays, because data may refer to it."
)

_FORGET_CLOSURE = text("DELETE FROM area_closure WHERE jurisdiction_id = :jurisdiction")
_CLOSE = text(
    """
    WITH RECURSIVE pair (descendant_id, ancestor_id, distance) AS (
        SELECT id, id, 0 FROM area WHERE jurisdiction_id = :jurisdiction
        UNION ALL
        SELECT pair.descendant_id, above.parent_id, pair.distance + 1
        FROM pair
        JOIN area above ON above.jurisdiction_id = :jurisdiction AND above.id = pair.ancestor_id
        WHERE above.parent_id IS NOT NULL
    )
    INSERT INTO area_closure (jurisdiction_id, descendant_id, ancestor_id, distance)
    SELECT :jurisdiction, descendant_id, ancestor_id, distance FROM pair
    """
)


def store_levels(ledger: Ledger, catalogue: Catalogue) -> None:
    """Store the levels; a level is never taken away."""
    ids = ledger.ids("area_level", (level.code for level in catalogue.levels.rows), ["code"])
    wanted: list[Row] = [
        {
            "id": ids[level.code],
            "code": level.code,
            "name_vi": level.name_vi,
            "name_en": level.name_en,
            "rank": level.rank,
            "accepting_level": level.accepting_level,
            "direct_send": level.direct_send,
        }
        for level in catalogue.levels.rows
    ]
    found = ledger.compare("area_level", wanted)
    if "rank" in found.columns:  # Ranks that are exchanged would meet on the way.
        aside = [{"id": row["id"], "rank": -row["id"]} for row in found.changed]
        ledger.update("area_level", aside)
    ledger.write("area_level", found)
    note_staying(ledger, "area_level", ids.values())


def store_areas(ledger: Ledger, catalogue: Catalogue) -> dict[AreaKey, int]:
    """Store areas and who lies in whom; give the areas' ids.

    Those that have vanished end, before the code's next bearer begins at the latest.
    """
    rows = catalogue.areas.rows
    ids = ledger.ids("area", map(key_of, rows), ["code", "valid_from"])
    missing = ledger.missing("area", set(ids.values()))
    index = AreaIndex(rows)
    parents = {key_of(area): _parent(index, area, ids) for area in rows}
    with_children = {*parents.values(), *(row["parent_id"] for row in missing)}
    wanted = [_area(area, ids[key_of(area)], parents[key_of(area)], with_children) for area in rows]
    last_days = last_days_of(missing, rows, ledger.eve)
    ended = [ended for row in missing if (ended := ending(row, last_days[row["id"]]))]
    ledger.write("area", ledger.compare("area", wanted)._replace(ended=ended))
    if {"id", "parent_id"} & ledger.touched["area"]:
        ledger.session.execute(_FORGET_CLOSURE, {"jurisdiction": ledger.jurisdiction})
        ledger.session.execute(_CLOSE, {"jurisdiction": ledger.jurisdiction})
        count_anew(ledger.session, ["area_closure"])
        closure = Base.metadata.tables["area_closure"]
        remember_whole(ledger.session, closure, ledger.jurisdiction, at=ledger.at)
    return ids


def key_of(area: AreaRow) -> AreaKey:
    """Give what an area is known by."""
    return area.code, area.valid_from


def last_days_of(missing: Iterable[Row], rows: Iterable[AreaRow], eve: date) -> dict[int, date]:
    """Give the last days of vanished areas by id: `eve`, or the day before the code is reused."""
    begins: dict[str, list[date]] = defaultdict(list)
    for area in rows:
        begins[area.code].append(area.valid_from - timedelta(days=1))
    return {
        row["id"]: min([eve, *(day for day in begins[row["code"]] if day >= row["valid_from"])])
        for row in missing
    }


def _parent(index: AreaIndex, area: AreaRow, ids: dict[AreaKey, int]) -> int | None:
    parent = area.parent_code and index.on(area.parent_code, area.valid_from)
    return ids[key_of(parent)] if parent else None


def _area(
    area: AreaRow, area_id: int, parent_id: int | None, with_children: set[int | None]
) -> Row:
    return {
        "id": area_id,
        "code": area.code,
        "name_vi": area.name_vi,
        "name_en": area.name_en,
        "level_code": area.level,
        "kind": area.kind,
        "parent_id": parent_id,
        "has_areas_below": area_id in with_children,
        "valid_from": area.valid_from,
        "valid_to": area.valid_to,
    }


def store_area_successions(ledger: Ledger, catalogue: Catalogue, areas: dict[AreaKey, int]) -> None:
    """Store what became of whom; a succession that has vanished was none."""
    index = AreaIndex(catalogue.areas.rows)
    found = {}
    for row in catalogue.area_successions.rows:
        before = index.on(row.predecessor_code, row.effective_date - timedelta(days=1))
        after = index.on(row.successor_code, row.effective_date)
        if before and after:
            found[areas[key_of(before)], areas[key_of(after)], row.effective_date] = row
    columns = ["predecessor_id", "successor_id", "effective_date"]
    ids = ledger.ids("area_succession", found, columns)
    wanted: list[Row] = [
        {
            "id": ids[key],
            **dict(zip(columns, key, strict=True)),
            "kind": row.kind,
            "share": row.share,
            "note": row.note,
        }
        for key, row in found.items()
    ]
    replace_rows(ledger, "area_succession", wanted)


def replace_rows(ledger: Ledger, name: str, wanted: list[Row]) -> None:
    """Store rows that nothing refers to: vanished ones are deleted, their history stays."""
    missing = ledger.missing(name, {row["id"] for row in wanted})
    difference = ledger.compare(name, wanted)
    ledger.write(name, difference._replace(removed=[row["id"] for row in missing]))


def note_staying(ledger: Ledger, name: str, wanted: Iterable[int]) -> None:
    """Say which rows have vanished from the files and stay all the same."""
    for row in ledger.missing(name, set(wanted)):
        ledger.note(_STAYS, table=name, code=row["code"])
