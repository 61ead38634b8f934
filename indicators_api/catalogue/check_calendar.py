"""What must hold for deadlines and days of the calendar (domain.md, "Periods …")."""

from collections import defaultdict
from collections.abc import Iterator

from indicators_api.catalogue.deadline_order import Deadline, later_below
from indicators_api.catalogue.faults import in_cell
from indicators_api.catalogue.files import Catalogue
from indicators_api.catalogue.rows import DeadlineRow
from indicators_api.errors import Fault, mark

#: Monday is 1.
_SATURDAY = 6


def calendar_faults(catalogue: Catalogue) -> list[Fault]:
    """Give all that is wrong with deadlines and days."""
    return [*_windows(catalogue), *_order(catalogue), *_worked(catalogue)]


def _windows(catalogue: Catalogue) -> Iterator[Fault]:
    """Let a deadline lie after the last day of the data window."""
    cut_offs = {regime.code: regime.cut_off_day for regime in catalogue.regimes.rows}
    for row in catalogue.deadlines.rows:
        if row.months_after or row.regime_code not in cut_offs:
            continue
        cut_off = cut_offs[row.regime_code]
        if cut_off is None or row.day <= cut_off:
            text = mark("The deadline is not after the last day of the data window.")
            yield in_cell(row.place, "day", "too-early", text)


def _order(catalogue: Catalogue) -> Iterator[Fault]:
    """Let no level have longer than one above it."""
    ranks = {level.code: level.rank for level in catalogue.levels.rows}
    of_regime: dict[str, dict[str, DeadlineRow]] = defaultdict(dict)
    for row in catalogue.deadlines.rows:
        if row.level_code in ranks:
            of_regime[row.regime_code].setdefault(row.level_code, row)
    for rows in of_regime.values():
        deadlines = [
            Deadline(level, ranks[level], row.months_after, row.day) for level, row in rows.items()
        ]
        for low, high in later_below(deadlines):
            text = mark("Units of level %(low)s would have longer than those of %(high)s above.")
            params = {"low": low.level, "high": high.level}
            yield in_cell(rows[low.level].place, "day", "out-of-order", text, **params)


def _worked(catalogue: Catalogue) -> Iterator[Fault]:
    for row in catalogue.holidays.rows:
        if row.is_working and row.day.isoweekday() < _SATURDAY:
            text = mark("%(day)s is worked anyhow.")
            yield in_cell(row.place, "is_working", "works-anyhow", text, day=str(row.day))
