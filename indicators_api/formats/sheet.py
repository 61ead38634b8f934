"""A table for people: what a page and a workbook show alike. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from indicators_api.formats.numbers import vietnamese


class Column(NamedTuple):
    """A column's heading, and a second line below it."""

    heading: str
    below: str = ""


class Number(NamedTuple):
    """A number with all its digits, how many decimals are shown, and the mark of a footnote."""

    value: Decimal
    places: int
    mark: str = ""

    def __str__(self) -> str:
        """Write it as people read it in Vietnam, rounded half up."""
        return vietnamese(self.value, self.places)


class Heading(NamedTuple):
    """A line across the table; `depth` 0 is the widest group."""

    text: str
    depth: int


class Row(NamedTuple):
    """A line of the table: its name, indented by `depth`, then its cells; text stands as it is."""

    name: str
    depth: int
    cells: Sequence[Number | str]


class Sheet(NamedTuple):
    """A table with what stands above and below it. The first column holds the rows' names."""

    title: str
    subtitles: Sequence[str]
    columns: Sequence[Column]
    lines: Sequence[Heading | Row]
    notes: Sequence[str]
