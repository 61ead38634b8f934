"""How large the demonstration's figures are: the packaged sizes, seasons and district profiles.

What the columns mean is written in `indicators_api/data/demo/README.md`.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Size:
    """How one indicator's values come about; see the README of the data for the laws."""

    code: str
    law: str
    #: The indicator a share, split or lag is taken of; empty otherwise.
    of: str = ""
    #: Province's value in mid-2024, of a flow in a year; or the ratio, or the part.
    size: float = 0.0
    geography: str = "people"
    season: str = "even"
    #: Growth in a year, 0.05 for five per cent.
    growth: float = 0.0
    #: Greatest relative deviation by chance; None means the law's own.
    spread: float | None = None
    #: Months between cause and effect, equally likely; of the law lag.
    lags: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """One row of `district_profiles.csv`: text by geography, "" where nothing is said."""

    code: str
    by_geography: dict[str, str]


def _rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a packaged CSV file."""
    text = files("indicators_api").joinpath("data", "demo", name).read_text("utf-8")
    yield from csv.DictReader(text.splitlines())


@cache
def sizes() -> dict[str, Size]:
    """The size of each indicator, by code."""
    return {row["code"]: _size(row) for row in _rows("indicator_sizes.csv")}


def _size(row: dict[str, str]) -> Size:
    """One row of `indicator_sizes.csv`."""
    return Size(
        row["code"],
        row["law"],
        of=row["of"],
        size=float(row["size"] or 0),
        geography=row["geography"] or "people",
        season=row["season"] or "even",
        growth=float(row["growth"] or 0) / 100,
        spread=float(row["spread"]) if row["spread"] else None,
        lags=tuple(int(lag) for lag in row["lags"].split()),
    )


@cache
def seasons() -> dict[str, tuple[float, ...]]:
    """Each season's shares of the year, January first; they add up to 1."""
    by_name = {}
    for row in _rows("seasons.csv"):
        numbers = [float(row[str(month)]) for month in range(1, 13)]
        by_name[row["name"]] = tuple(number / sum(numbers) for number in numbers)
    return by_name


@cache
def profiles() -> dict[str, Profile]:
    """The rows of `district_profiles.csv`: base, town, village and one for each district's code."""
    return {
        row["code"]: Profile(row["code"], {key: text for key, text in row.items() if key != "code"})
        for row in _rows("district_profiles.csv")
    }
