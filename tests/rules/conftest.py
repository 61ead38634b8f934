"""The reference catalogue as the rules see it, without a database."""

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest

from indicators_api.indicators.snapshot import IndicatorFacts, RuleFacts, Snapshot

DATA = files("indicators_api") / "data" / "tra_vinh"


@pytest.fixture(scope="session")
def tra_vinh() -> Snapshot:
    """All 649 indicators and 195 validation rules of the packaged reference data."""
    rows = _rows("indicators.csv")
    ids = {row["code"]: number for number, row in enumerate(rows, start=1)}
    facts = [_indicator(row, ids) for row in rows]
    rules = tuple(_rule(row) for row in _rows("validation_rules.csv"))
    return Snapshot(1, {f.code: f for f in facts}, {f.id: f for f in facts}, rules, {})


@pytest.fixture(scope="session")
def indicator(tra_vinh: Snapshot) -> Callable[..., IndicatorFacts]:
    """Make an indicator: a monthly flow without bounds, with two decimals; keywords override."""
    usual = tra_vinh.by_code["KT050101"]._replace(decimals=2, minimum=None, maximum=None)
    assert (usual.time_aggregation, usual.frequency) == ("sum", "monthly")
    ids = iter(range(1001, 10**6))

    def make(code: str, **overrides: Any) -> IndicatorFacts:
        return usual._replace(**{"id": next(ids), "code": code, **overrides})

    return make


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / name).read_text(encoding="utf-8").splitlines()))


def _indicator(row: dict[str, str], ids: dict[str, int]) -> IndicatorFacts:
    return IndicatorFacts(
        id=ids[row["code"]],
        code=row["code"],
        name_vi=row["name_vi"],
        name_en=row["name_en"],
        decimals=int(row["decimals"]),
        value_type=row["value_type"],
        nature=row["temporal_nature"],
        area_aggregation=row["area_aggregation"],
        time_aggregation=row["time_aggregation"],
        frequency=row["frequency"],
        value_scope=row["value_scope"],
        minimum=_decimal(row["min_value"]),
        maximum=_decimal(row["max_value"]),
        weight_id=ids.get(row["weight_code"]),
        numerator_id=ids.get(row["numerator_code"]),
        denominator_id=ids.get(row["denominator_code"]),
        factor=_decimal(row["factor"]),
        sector_id=1,
        valid_from=date(2020, 1, 1),
        valid_to=None,
    )


def _rule(row: dict[str, str]) -> RuleFacts:
    start = row.pop("scope_start_month")
    tolerance = Decimal(row.pop("tolerance"))
    return RuleFacts(**row, tolerance=tolerance, scope_start_month=int(start) if start else None)


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None
