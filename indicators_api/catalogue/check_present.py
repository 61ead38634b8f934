"""What the database does not let the catalogue files say; read before anything is written."""

from collections import defaultdict
from collections.abc import Iterator

from indicators_api.catalogue.deadline_order import Deadline, later_below
from indicators_api.catalogue.faults import in_cell
from indicators_api.catalogue.files import Catalogue
from indicators_api.catalogue.ledger import Ledger
from indicators_api.catalogue.lookup import overlap
from indicators_api.catalogue.store_areas import key_of, last_days_of
from indicators_api.errors import Fault, mark

#: Where the window is the calendar month, no day of that month is after it.
_MONTH = 31


def present_faults(ledger: Ledger, catalogue: Catalogue) -> list[Fault]:
    """Give the faults that only show beside the rows present."""
    return [
        *_taken_ranks(ledger, catalogue),
        *_taken_codes(ledger, catalogue),
        *_passed_windows(ledger, catalogue),
        *_longer_below(ledger, catalogue),
    ]


def _taken_ranks(ledger: Ledger, catalogue: Catalogue) -> Iterator[Fault]:
    """Name ranks of levels that have vanished from the files: they stay, with their ranks."""
    codes = {level.code for level in catalogue.levels.rows}
    staying = {
        row["rank"]: row["code"] for row in ledger.rows("area_level") if row["code"] not in codes
    }
    for level in catalogue.levels.rows:
        if level.rank in staying:
            message = mark(
                "The rank is that of %(code)s, which is in the database but not in the file."
            )
            yield in_cell(level.place, "rank", "duplicate", message, code=staying[level.rank])


def _passed_windows(ledger: Ledger, catalogue: Catalogue) -> Iterator[Fault]:
    """Name windows that would end after a deadline that is there, and stays."""
    code_of = {row["id"]: row["code"] for row in ledger.rows("regime")}
    for regime in catalogue.regimes.rows:
        for row in ledger.rows("deadline_rule"):
            is_met = row["months_after"] or row["day"] > (regime.cut_off_day or _MONTH)
            if code_of[row["regime_id"]] == regime.code and not is_met:
                message = mark("Units of level %(level)s send by day %(day)s already.")
                params = {"level": row["level_code"], "day": row["day"]}
                yield in_cell(regime.place, "cut_off_day", "too-late", message, **params)


def _longer_below(ledger: Ledger, catalogue: Catalogue) -> Iterator[Fault]:
    """Name new deadlines that don't cascade with those that are there, and stay."""
    ranks = {row["code"]: row["rank"] for row in ledger.rows("area_level")}
    ranks |= {level.code: level.rank for level in catalogue.levels.rows}
    code_of = {row["id"]: row["code"] for row in ledger.rows("regime")}
    present: dict[str, dict[str, Deadline]] = defaultdict(dict)
    for row in ledger.rows("deadline_rule"):
        level = row["level_code"]
        deadline = Deadline(level, ranks[level], row["months_after"], row["day"])
        present[code_of[row["regime_id"]]][level] = deadline
    for new in catalogue.deadlines.rows:
        there = present[new.regime_code]
        deadline = Deadline(new.level_code, ranks[new.level_code], new.months_after, new.day)
        pairs = later_below([*there.values(), deadline]) if new.level_code not in there else ()
        for low, high in pairs:
            if deadline in {low, high}:
                text = mark(
                    "Units of level %(low)s would have longer than those of %(high)s above."
                )
                params = {"low": low.level, "high": high.level}
                yield in_cell(new.place, "day", "out-of-order", text, **params)


def _taken_codes(ledger: Ledger, catalogue: Catalogue) -> Iterator[Fault]:
    """Name areas that begin before the code's former bearer, which has vanished, could end."""
    areas = catalogue.areas.rows
    keys = {key_of(area) for area in areas}
    missing = {
        row["code"]: row
        for row in ledger.rows("area")
        if (row["code"], row["valid_from"]) not in keys
    }
    last_days = last_days_of(missing.values(), areas, ledger.eve)
    for area in areas:
        row = missing.get(area.code)
        if row is None:
            continue
        last = max(
            row["valid_from"], min(last_days[row["id"]], row["valid_to"] or last_days[row["id"]])
        )
        if overlap((row["valid_from"], last), (area.valid_from, area.valid_to)):
            message = mark(
                "The database has an area %(code)s that is valid from %(first)s and is not in the"
                " files: keep its row, or let this one begin after it."
            )
            params = {"code": area.code, "first": str(row["valid_from"])}
            yield in_cell(area.place, "valid_from", "overlap", message, **params)
