"""Storing regimes, and starting the calendar of deadlines and holidays.

Files bring the calendar to a new installation; after that it is the administrators'. So a load adds
what the database never had, and leaves the rest alone: what was changed, added or taken out by hand
is never undone, and where files say otherwise there is a note.
"""

from collections.abc import Callable, Sequence

from indicators_api.audit.journal import Subject
from indicators_api.catalogue.files import Catalogue
from indicators_api.catalogue.ledger import Difference, Ledger, Row
from indicators_api.catalogue.store_areas import note_staying
from indicators_api.errors import mark

_DIFFER = mark("%(table)s: the files differ, but administrators decide on it: %(keys)s.")
_REMOVED = mark("%(table)s: not put in again, since it was taken out by hand: %(keys)s.")
_EXTRA = mark("%(table)s: not in the files, it stays: %(keys)s.")
#: Keys that a note names; then it says how many more there are.
_NAMED = 10


def store_calendar(ledger: Ledger, catalogue: Catalogue) -> dict[str, int]:
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
    found = ledger.compare("regime", wanted)
    ledger.write("regime", found)
    for row in (*found.added, *(found.changed if "cut_off_day" in found.columns else ())):
        said = {"regime": row["code"], "cut_off_day": row["cut_off_day"]}
        ledger.told["regime.change"][Subject(f"regime/{row['code']}")] = said
    note_staying(ledger, "regime", ids.values())
    _start_deadlines(ledger, catalogue, ids)
    _start_holidays(ledger, catalogue)
    return ids


def _start_deadlines(ledger: Ledger, catalogue: Catalogue, regimes: dict[str, int]) -> None:
    code_of = {row["id"]: row["code"] for row in ledger.rows("regime")}
    code_of |= {number: code for code, number in regimes.items()}

    def name_of(row: Row) -> str:
        return f"{code_of[row['regime_id']]}/{row['level_code']}"

    wanted: list[Row] = [
        {
            "regime_id": regimes[row.regime_code],
            "level_code": row.level_code,
            "day": row.day,
            "months_after": row.months_after,
        }
        for row in catalogue.deadlines.rows
    ]
    for row in _start(ledger, "deadline_rule", wanted, ["regime_id", "level_code"], name_of):
        ledger.told["deadline.rule"][Subject(f"deadline-rule/{name_of(row)}")] = {
            "regime": code_of[row["regime_id"]],
            "level": row["level_code"],
            "day": row["day"],
            "months_after": row["months_after"],
        }


def _start_holidays(ledger: Ledger, catalogue: Catalogue) -> None:
    wanted: list[Row] = [
        {
            "day": row.day,
            "name_vi": row.name_vi,
            "name_en": row.name_en,
            "is_working": row.is_working,
        }
        for row in catalogue.holidays.rows
    ]
    for row in _start(ledger, "holiday", wanted, ["day"], lambda row: str(row["day"])):
        said = {column: value for column, value in row.items() if column != "id"}
        ledger.told["calendar.change"][Subject(f"holiday/{row['day']}")] = said


def _start(
    ledger: Ledger,
    name: str,
    wanted: list[Row],
    columns: Sequence[str],
    name_of: Callable[[Row], str],
) -> Sequence[Row]:
    """Add the rows whose keys a table never had, note how files and table differ; give the added.

    Whoever takes a row out leaves its history behind: by that it is known.
    """

    def key(row: Row) -> tuple[object, ...]:
        return tuple(row[column] for column in columns)

    present = {key(row): row for row in ledger.rows(name)}
    past = ledger.past(name, columns)
    there = [row for row in wanted if key(row) in present]
    added = [row for row in wanted if key(row) not in past and key(row) not in present]
    removed = [row for row in wanted if key(row) in past and key(row) not in present]
    differing = [row for row in there if row.items() - present[key(row)].items()]
    files = {key(row) for row in wanted}
    extra = [row for row in present.values() if key(row) not in files]
    for row, number in zip(added, ledger.new_ids(name, len(added)), strict=True):
        row["id"] = number
    ledger.write(name, Difference(added=added, unchanged=len(there)))
    for text, rows in ((_DIFFER, differing), (_REMOVED, removed), (_EXTRA, extra)):
        names = sorted(map(name_of, rows))
        if names:
            more = f" (+ {len(names) - _NAMED})" if len(names) > _NAMED else ""
            ledger.note(text, table=name, keys=", ".join(names[:_NAMED]) + more)
    return added
