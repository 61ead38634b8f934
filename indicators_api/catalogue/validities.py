"""Fitting the validities of assignments that the files want beside those that were. Pure.

Rows are columns by name, as in `catalogue/ledger.py`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from indicators_api.catalogue.ledger import Row
from indicators_api.catalogue.lookup import ends, overlap

#: A unit and an indicator; the files give at most one validity of it.
Pair = tuple[int, int]
Validity = tuple[date, date | None]
#: By area and indicator: when units have owned a figure that they own no more.
Owned = Mapping[Pair, list[Validity]]


def validity(row: Row) -> Validity:
    """Give the first and the last day of a row."""
    return row["valid_from"], row["valid_to"]


def make_room(wanted: dict[Pair, Row], present: Mapping[Pair, list[Row]], eve: date) -> list[Row]:
    """Let wanted rows begin after the times in which other units have owned their figure.

    Gives the rows present that no wanted one goes on with; they end with `eve`, or were never in
    force. A wanted row without a day left is taken out, and may leave more rows over, so this is
    repeated until nothing moves; rows only ever begin later, so it comes to an end.
    """
    while True:
        left = [
            row
            for pair, rows in present.items()
            for row in rows
            if pair not in wanted or not overlap(validity(row), validity(wanted[pair]))
        ]
        if not _move(wanted, _owned(left, eve)):
            return left


def meeting(row: Row, present: Iterable[Row]) -> list[Row]:
    """Give the rows present that a wanted one overlaps, one of the same first day before others."""
    found = [other for other in present if overlap(validity(other), validity(row))]
    if len(found) > 1:
        found.sort(
            key=lambda other: (other["valid_from"] != row["valid_from"], other["valid_from"])
        )
    return found


def _owned(left: Iterable[Row], eve: date) -> Owned:
    found: dict[Pair, list[Validity]] = defaultdict(list)
    for row in left:
        if row["value_scope"] == "territory" and row["valid_from"] <= eve:
            last = min(ends(row["valid_to"]), eve)
            found[row["area_id"], row["indicator_id"]].append((row["valid_from"], last))
    return found


def _move(wanted: dict[Pair, Row], owned: Owned) -> bool:
    """Move first days behind the former owners' times; tell whether any was moved."""
    moved = False
    for pair, row in list(wanted.items()) if owned else ():
        former = owned.get((row["area_id"], row["indicator_id"]), ())
        for time in former if row["value_scope"] == "territory" else ():
            if overlap(time, validity(row)):
                row["valid_from"] = ends(time[1]) + timedelta(days=1)
                moved = True
        if row["valid_from"] > ends(row["valid_to"]):
            del wanted[pair]
    return moved
