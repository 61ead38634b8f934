"""The catalogue of a small province as files, and what changes in them from one load to the next.

Changes are made by chance. Not each is possible at any time: the loader refuses some.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

from tests.catalogue_files import ROWS, add, change, drop, read_rows, write_catalogue, write_rows

Choice = TypeVar("Choice")
#: Changes the files of a folder on a day.
Change = Callable[[Path, Random, date], None]

WARDS = ("8411", "8412", "8421", "8422")
#: No ward lies in the last one at first.
DISTRICTS = ("841", "842", "843")
#: Units and the areas that they report for.
UNITS = {
    **dict.fromkeys(("S1", "S2"), "84"),
    **dict(zip(("D1", "D2", "D3"), DISTRICTS, strict=True)),
    **dict(zip(("W11", "W12", "W21", "W22"), WARDS, strict=True)),
    "X11": "8411",
}
#: The second units of their areas: a territory's figure has one owner.
SECOND = ("S2", "X11")
#: Rule over time and over areas, weight, numerator, denominator, factor, frequency; scope.
INDICATORS = {
    "FLOW": ("sum,sum,,,,,monthly", "territory"),
    "STOCK": ("last,sum,,,,,quarterly", "territory"),
    "MEAN": ("mean,mean,,,,,monthly", "agency"),
    "LOW": ("none,min,,,,,monthly", "territory"),
    "HIGH": ("last,max,,,,,monthly", "agency"),
    "ALONE": ("none,none,,,,,monthly", "territory"),
    "RATE": ("mean,weighted_mean,STOCK,,,,monthly", "territory"),
    "RATIO": ("recompute,recompute,,FLOW,STOCK,100,monthly", "territory"),
    "FILES": ("sum,sum,,,,,monthly", "agency"),
    "STAFF": ("last,sum,,,,,half_yearly", "agency"),
    "SHARE": ("recompute,recompute,,FILES,STAFF,0.5,monthly", "agency"),
}
_LEVELS = {2: "province", 3: "district", 4: "commune"}
_EVERYWHERE = ";".join(_LEVELS.values())

_ROWS = {
    "areas.csv": [
        "84,Tỉnh,Province,province,tỉnh,,2015-01-01,",
        *(f"{code},Huyện,District,district,huyện,84,2015-01-01," for code in DISTRICTS),
        *(f"{code},Xã,Commune,commune,xã,{code[:3]},2015-01-01," for code in WARDS),
    ],
    "area_successions.csv": [],
    "deadline_rules.csv": [
        *ROWS["deadline_rules.csv"],
        *(f"THANG,{level},5,1" for level in _LEVELS.values()),
    ],
    "reporting_units.csv": [
        f"{unit},{unit},{unit},{_LEVELS[len(area)]},{area},,2021-01-01,,{unit}"
        for unit, area in UNITS.items()
    ],
    "indicators.csv": [
        f"{code},{code},{code},KT,,NGUOI,decimal,10,flow,{rules},{_EVERYWHERE},,,,,,,,{scope}"
        for code, (rules, scope) in INDICATORS.items()
    ],
    "validation_rules.csv": [],
    "annual_targets.csv": ["FLOW,2024,84,1000,NGUOI,at_least,real,QĐ 2"],
}
#: What files may say besides, and what is said first.
_MORE: Mapping[str, Mapping[str, str]] = {
    "reporting_units.csv": {"regime_code": "ND09"},
    "indicators.csv": {"valid_from": "2015-01-01", "valid_to": ""},
}


class NothingThereError(Exception):
    """What should be changed is not there."""


def pick(chance: Random, choices: Sequence[Choice]) -> Choice:
    """Choose one. Raises NothingThereError."""
    if not choices:
        raise NothingThereError
    return chance.choice(choices)


def begin(folder: Path, chance: Random) -> None:
    """Write what the first load reads; who is asked what is left to chance."""
    asked = [
        f"{_LEVELS[len(area)]},{unit},{code}"
        for unit, area in UNITS.items()
        for code, (_, scope) in INDICATORS.items()
        if not (unit in SECOND and scope == "territory") and chance.random() < 0.7
    ]
    write_catalogue(folder, {**ROWS, **_ROWS, "assignments.csv": asked})
    for file, columns in _MORE.items():
        write_rows(folder / file, [{**row, **columns} for row in read_rows(folder / file)])


def end_an_assignment(folder: Path, chance: Random, _: date) -> None:
    path = folder / "assignments.csv"
    drop(path, _line(path, chance))


def make_an_assignment(folder: Path, chance: Random, _: date) -> None:
    unit = chance.choice(read_rows(folder / "reporting_units.csv"))
    code = chance.choice(list(INDICATORS))
    add(folder / "assignments.csv", f"{unit['level']},{unit['unit_kind']},{code}")


def change_a_rule(folder: Path, chance: Random, _: date) -> None:
    path = folder / "indicators.csv"
    rules = ("sum", "sum", "mean", "min", "max", "none", "weighted_mean")
    rule = chance.choice(rules)
    change(
        path,
        _line(path, chance, numerator_code=""),
        area_aggregation=rule,
        weight_code="STOCK" if rule == "weighted_mean" else "",
        time_aggregation=chance.choice(("sum", "last", "mean", "none")),
    )


def change_a_ratio(folder: Path, chance: Random, _: date) -> None:
    path = folder / "indicators.csv"
    parts = ("FLOW", "STOCK", "FILES", "STAFF")
    change(
        path,
        _line(path, chance, area_aggregation="recompute"),
        numerator_code=chance.choice(parts),
        denominator_code=chance.choice(parts),
        factor=chance.choice(("100", "1", "-0.5")),
    )


def change_a_frequency(folder: Path, chance: Random, _: date) -> None:
    path = folder / "indicators.csv"
    often = chance.choice(("monthly", "quarterly", "half_yearly", "yearly"))
    change(path, _line(path, chance), frequency=often)


def change_a_scope(folder: Path, chance: Random, _: date) -> None:
    path = folder / "indicators.csv"
    change(path, _line(path, chance), value_scope=chance.choice(("agency", "territory")))


def move_to_another_sector(folder: Path, chance: Random, _: date) -> None:
    path = folder / "indicators.csv"
    change(path, _line(path, chance), sector_code=chance.choice(("KT", "KT05")))


def end_an_indicator(folder: Path, chance: Random, today: date) -> None:
    path = folder / "indicators.csv"
    change(path, _line(path, chance), valid_to=_last_day(chance, today))


def found_an_indicator(folder: Path, chance: Random, today: date) -> None:
    path = folder / "indicators.csv"
    rows = read_rows(path)
    code = f"NEW{len(rows)}"
    first = {"valid_from": chance.choice(("2015-01-01", str(today)))}
    write_rows(path, [*rows, {**chance.choice(rows), "code": code, **first}])
    for unit in chance.sample(read_rows(folder / "reporting_units.csv"), 3):
        add(folder / "assignments.csv", f"{unit['level']},{unit['unit_kind']},{code}")


def end_a_unit(folder: Path, chance: Random, today: date) -> None:
    path = folder / "reporting_units.csv"
    change(path, _line(path, chance), valid_to=_last_day(chance, today))


def change_a_regime(folder: Path, chance: Random, _: date) -> None:
    path = folder / "reporting_units.csv"
    change(path, _line(path, chance), regime_code=chance.choice(("ND09", "THANG")))


def move_the_window(folder: Path, chance: Random, _: date) -> None:
    change(folder / "regimes.csv", 2, cut_off_day=chance.choice(("10", "13", "14", "16")))


def merge_areas(folder: Path, chance: Random, today: date) -> None:
    """Let a ward go over into another one: it ends, and so do its units."""
    gone, heir = chance.sample(_codes(folder, "commune"), 2)
    day = today + timedelta(days=chance.choice((-30, 0, 0, 10)))
    for file, column in (("areas.csv", "code"), ("reporting_units.csv", "area_code")):
        rows = read_rows(folder / file)
        ends = {"valid_to": str(day - timedelta(days=1))}
        write_rows(folder / file, [{**r, **ends} if r[column] == gone else r for r in rows])
    add(folder / "area_successions.csv", f"{gone},{heir},{day},merge,")


def found_an_area(folder: Path, chance: Random, today: date) -> None:
    """Found a ward with a unit that is asked some indicators."""
    district, number = chance.choice(DISTRICTS), len(read_rows(folder / "areas.csv"))
    code, first = f"9{number:03}", chance.choice(("2021-01-01", str(today)))
    add(folder / "areas.csv", f"{code},Xã,Commune,commune,xã,{district},{first},")
    unit = f"N{number}"
    line = f"{unit},{unit},{unit},commune,{code},,{first},,{unit},ND09"
    add(folder / "reporting_units.csv", line)
    for indicator in chance.sample(list(INDICATORS), 4):
        add(folder / "assignments.csv", f"commune,{unit},{indicator}")


def move_an_area(folder: Path, chance: Random, _: date) -> None:
    """Let a ward lie in another district."""
    path = folder / "areas.csv"
    change(path, _line(path, chance, level="commune"), parent_code=chance.choice(DISTRICTS))


def change_a_plan(folder: Path, chance: Random, _: date) -> None:
    path = folder / "annual_targets.csv"
    value = str(chance.randrange(1000))
    if chance.random() < 0.5:
        change(path, _line(path, chance), target_value=value)
    else:
        code, area = chance.choice(list(INDICATORS)), chance.choice(("84", *DISTRICTS))
        add(path, f"{code},2024,{area},{value},NGUOI,at_most,real,")


#: By name.
CHANGES: Mapping[str, Change] = {
    made.__name__.replace("_", " "): made
    for made in (
        *(end_an_assignment, make_an_assignment, end_a_unit, change_a_regime, move_the_window),
        *(change_a_rule, change_a_ratio, change_a_frequency, change_a_scope),
        *(move_to_another_sector, end_an_indicator, found_an_indicator),
        *(merge_areas, found_an_area, move_an_area, change_a_plan),
    )
}


def _line(path: Path, chance: Random, **cells: str) -> int:
    """Pick a row that has some cells; rows are lines, the first one after the header is 2."""
    rows = enumerate(read_rows(path), 2)
    return pick(chance, [n for n, row in rows if row.items() >= cells.items()])


def _codes(folder: Path, level: str) -> list[str]:
    return [row["code"] for row in read_rows(folder / "areas.csv") if row["level"] == level]


def _last_day(chance: Random, today: date) -> str:
    """Give the last day of a validity about today; empty: it has no end."""
    days = chance.choice((None, -40, -10, -1, 0, 20))
    return "" if days is None else str(today + timedelta(days=days))
