"""What was measured, as a table in the terminal, as JSON, as a page and as a plot."""

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from benchmarks.scale import drawing, projection
from benchmarks.scale.measures import Storage, Taken
from benchmarks.scale.projection import UNITS_OF_ONE, Line
from indicators_api.version import __version__

FOLDER = Path(__file__).resolve().parents[1]
PAGE, DATA, PLOT = FOLDER / "SCALE.md", FOLDER / "scale.json", FOLDER / "scale.svg"
#: performance.md: a province's read at 50 times the units against one.
TARGET = 1.5


def write(
    taken: Sequence[Taken], storage: Sequence[Storage], *, rows_a_second: float, months: int
) -> None:
    """Show and keep all of it."""
    lines = projection.project(storage, taken, rows_a_second=rows_a_second, months=months)
    tables = {
        "Growth": growth(taken),
        "Storage": stored(storage),
        f"Extrapolation to {projection.UNITS:,} units and ten years": needed(lines),
    }
    about = machine(rows_a_second, months)
    for title, table in tables.items():
        click.echo(f"\n{title}\n\n{table}")
    sections = [f"## {title}\n\n{table}" for title, table in tables.items()]
    PAGE.write_text("\n\n".join([_HEAD, about, *sections, _NOTES]) + "\n", encoding="utf-8")
    said = {
        "about": about,
        "taken": [each._asdict() for each in taken],
        "storage": [each._asdict() for each in storage],
        "extrapolation": [line._asdict() for line in lines],
    }
    DATA.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    drawing.draw(taken, storage, PLOT)


def growth(taken: Sequence[Taken]) -> str:
    """Give milliseconds by size, and the ratio of the largest to the smallest within rounds."""
    sizes = sorted({each.provinces for each in taken})
    found = {(each.what, each.provinces): each for each in taken}
    rows = []
    for what in dict.fromkeys(each.what for each in taken):
        first, last = found[what, sizes[0]], found[what, sizes[-1]]
        times = [f"{1000 * found[what, size].median:,.1f} ms" for size in sizes]
        rows.append([what, *times, f"{last.median / first.median:.2f}", spread(first, last)])
    units = [f"{size} × ({size * UNITS_OF_ONE:,} units)" for size in sizes]
    return table(["what", *units, "largest : 1 ×", "of rounds"], rows)


def spread(first: Taken, last: Taken) -> str:
    """Give the lowest and the highest ratio of two sizes within a round."""
    if len(first.seconds) != len(last.seconds):
        return "–"
    ratios = [b / a for a, b in zip(first.seconds, last.seconds, strict=True)]
    return f"{min(ratios):.2f}–{max(ratios):.2f}"


def stored(storage: Sequence[Storage]) -> str:
    """Give rows and bytes a row of each table and size."""
    rows = [
        [
            each.table,
            f"{each.provinces} ×",
            f"{each.rows:,}",
            f"{(each.heap + each.indexes) / 2**20:,.1f}",
            f"{each.heap / each.rows:.0f}",
            f"{each.indexes / each.rows:.0f}",
        ]
        for each in sorted(storage, key=lambda each: (each.table, each.provinces))
    ]
    return table(["table", "size", "rows", "MiB", "bytes a row", "of indexes"], rows)


def needed(lines: Sequence[Line]) -> str:
    """Give the extrapolation."""
    return table(["what", "how much", "assumed"], [list(line) for line in lines])


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table that Markdown reads and people too."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        return f"| {' | '.join(padded)} |"

    return "\n".join([line(head), line(["-" * width for width in widths]), *map(line, rows)])


def machine(rows_a_second: float, months: int) -> str:
    """Say on what it was measured, and when."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Measured on {datetime.now(UTC):%d %B %Y} with version {__version__}, Python"
        f" {platform.python_version()}, the project's PostgreSQL, {os.cpu_count()} cores of"
        f" {platform.machine()} and {memory:.0f} GiB of memory, shared with other work; {months}"
        f" full months of each province. COPY loaded {rows_a_second:,.0f} values a second."
    )


_HEAD = """# From a province to the country

Written by `python -m benchmarks.scale`; the figures are in [scale.json](scale.json).

A province has 194 units, each with a full report of 649 values a month. 10 × and 50 × are as many
jurisdictions in one installation. Measured is what one of them does while the others are there:
through the whole application, without a socket in between, all sizes in turns."""
_NOTES = f"""![How time and storage grow](scale.svg)

- The target of [performance.md](../docs/design/performance.md) for a province's read at 50 × is
  {TARGET} of its time at 1 ×.
- The catalogues of the further provinces are copies of the first one's rows, without their
  histories and without the exclusion constraints on assignments, which guard administrators'
  writes alone.
- Ratios count. Milliseconds are those of a machine that did other things as well."""
