"""A generated catalogue: one unit per area, 194 areas, every unit assigned all 649 indicators.

The reference catalogue asks at most 239 indicators of a unit; the targets are for full reports.
"""

import csv
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).resolve().parents[1] / "indicators_api" / "data" / "tra_vinh"
DISTRICTS, COMMUNES = 9, 184
LEVELS = "province;district;commune"

_KEPT = (
    "jurisdiction",
    "area_levels",
    "sectors",
    "units_of_measure",
    "regimes",
    "deadline_rules",
    "holidays",
)


def read(name: str) -> list[dict[str, str]]:
    """Give the rows of a reference file."""
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_catalogue(folder: Path) -> None:
    """Write the generated catalogue's files."""
    for name in _KEPT:
        (folder / f"{name}.csv").write_bytes((REFERENCE / f"{name}.csv").read_bytes())
    indicators = [{**row, "reporting_levels": LEVELS} for row in read("indicators")]
    areas = list(_areas())
    _write(folder, "areas", areas)
    _write(folder, "reporting_units", [_unit(area) for area in areas])
    _write(folder, "indicators", indicators)
    _write(folder, "assignments", _assignments(indicators))
    # Random values contradict each other: rules run, and warn.
    rules = [{**row, "severity": "warning"} for row in read("validation_rules")]
    _write(folder, "validation_rules", rules)
    for name in ("area_successions", "annual_targets"):
        _write(folder, name, [], header=list(read(name)[0]))


def values(seed: int) -> dict[str, Any]:
    """Give a full report: a value for each of the 649 indicators, within its bounds and decimals.

    What a rule compares is at its lowest: findings are then as few as in a careful report.
    """
    chance = random.Random(seed)  # noqa: S311 - figures to measure with, no secrets
    rules = read("validation_rules")
    sides = " ".join(f"{row['left_expression']} {row['right_expression']}" for row in rules)
    compared = set(sides.split())
    return {
        row["code"]: (row["min_value"] or "0")
        if row["code"] in compared
        else str(_value(row, chance))
        for row in read("indicators")
    }


def _value(row: dict[str, str], chance: random.Random) -> Decimal:
    low = Decimal(row["min_value"] or "0")
    high = Decimal(row["max_value"] or "99999")
    step = Decimal(1).scaleb(-int(row["decimals"]))
    value = low + (high - low) * Decimal(chance.randint(1, 10**6)) / 10**6
    return value.quantize(step)


def parent_of(area: str) -> str:
    """Give the code of the area above a commune or district, of the province itself."""
    is_commune = len(area) == len("20001")
    return str(801 + (int(area) - 20001) % DISTRICTS) if is_commune else "84"


def _areas() -> list[dict[str, str]]:
    def area(code: str, level: str, kind: str, parent: str) -> dict[str, str]:
        names = {"name_vi": f"{kind} {code}", "name_en": f"Area {code}"}
        dates = {"valid_from": "2015-05-15", "valid_to": ""}
        return {"code": code, **names, "level": level, "kind": kind, "parent_code": parent, **dates}

    province = area("84", "province", "tỉnh", "")
    districts = [area(str(801 + n), "district", "huyện", "84") for n in range(DISTRICTS)]
    codes = [str(20001 + n) for n in range(COMMUNES)]
    communes = [area(code, "commune", "xã", parent_of(code)) for code in codes]
    return [province, *districts, *communes]


def _unit(area: dict[str, str]) -> dict[str, str]:
    code = f"U{area['code']}"
    return {
        "code": code,
        "name_vi": f"Đơn vị {code}",
        "name_en": f"Unit {code}",
        "level": area["level"],
        "area_code": area["code"],
        "parent_unit_code": f"U{area['parent_code']}" if area["parent_code"] else "",
        "valid_from": "2021-01-01",
        "valid_to": "",
        "unit_kind": area["level"].upper(),
    }


def _assignments(indicators: list[dict[str, str]]) -> list[dict[str, str]]:
    return [
        {"level": level, "unit_kind": level.upper(), "indicator_code": row["code"]}
        for level in LEVELS.split(";")
        for row in indicators
    ]


def _write(
    folder: Path, name: str, rows: list[dict[str, str]], header: list[str] | None = None
) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header or list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
