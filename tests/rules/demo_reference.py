"""The packaged reference catalogue in the shape that the demonstration's generator takes."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

import indicators_api
from indicators_api.cli.demo_catalogue import DemoArea, DemoIndicator, DemoRule, DemoUnit

DATA = Path(indicators_api.__file__).parent / "data" / "tra_vinh"


def rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


@cache
def indicators() -> dict[str, DemoIndicator]:
    return {
        row["code"]: DemoIndicator(
            row["code"],
            row["value_type"],
            int(row["decimals"]),
            row["temporal_nature"],
            row["area_aggregation"],
            row["time_aggregation"],
            row["weight_code"] or None,
            row["numerator_code"] or None,
            row["denominator_code"] or None,
            Decimal(row["factor"]) if row["factor"] else None,
            row["frequency"],
            Decimal(row["min_value"]) if row["min_value"] else None,
            Decimal(row["max_value"]) if row["max_value"] else None,
            row["parent_code"] or None,
            row["parent_relation"] or None,
            row["parent_dimension"] or None,
            row["value_scope"],
        )
        for row in rows("indicators")
    }


@cache
def units() -> tuple[DemoUnit, ...]:
    codes: dict[tuple[str, str], set[str]] = {}
    for row in rows("assignments"):
        codes.setdefault((row["level"], row["unit_kind"]), set()).add(row["indicator_code"])
    return tuple(
        DemoUnit(
            row["code"],
            row["level"],
            row["area_code"],
            row["unit_kind"],
            frozenset(codes[row["level"], row["unit_kind"]]),
        )
        for row in rows("reporting_units")
    )


@cache
def areas() -> tuple[DemoArea, ...]:
    return tuple(
        DemoArea(row["code"], row["level"], row["parent_code"] or None) for row in rows("areas")
    )


@cache
def rules() -> tuple[DemoRule, ...]:
    return tuple(
        DemoRule(
            row["code"],
            row["left_expression"],
            row["operator"],
            row["right_expression"],
            row["severity"],
            row["evaluation_scope"],
            Decimal(row["tolerance"] or 0),
            int(row["scope_start_month"]) if row["scope_start_month"] else None,
        )
        for row in rows("validation_rules")
    )
