"""Plans in the demonstration: each year has one, and some are raised at half-time."""

from decimal import Decimal
from typing import Any

from indicators_api.cli.demo_player import Answer, Stage

#: Raised on 1 July by a decision of its own: domestic revenue, fishery production.
_RAISED = ("KT140102", "KT070101")
_BY = Decimal("1.05")
_JULY = 7


def decide(stage: Stage) -> int:
    """Let the administrator decide the plans that a month's year lacks; give how many."""
    items = _of_the_year(stage) + (_raised(stage) if stage.month.number >= _JULY else [])
    if items:
        stage.service.call(stage.tokens.administrator, "POST", "/targets", {"items": items})
    return len(items)


def _of_the_year(stage: Stage) -> list[dict[str, Any]]:
    """A year without plans gets those of the nearest year that has some."""
    known = _newest(stage, "")
    years = {row["year"] for row in known}
    year = stage.month.year
    if not years or year in years:
        return []
    model = min(years, key=lambda other: abs(other - year))
    return [
        _item(row, stage, value=row["value"], valid_from=f"{year}-01-01")
        for row in known
        if row["year"] == model
    ]


def _raised(stage: Stage) -> list[dict[str, Any]]:
    begins = f"{stage.month.year}-07-01"
    return [
        _item(row, stage, value=_more(row, stage), valid_from=begins)
        for row in _newest(stage, f"?year={stage.month.year}")
        if row["indicator"] in _RAISED and row["valid_from"] < begins
    ]


def _more(row: Answer, stage: Stage) -> Decimal:
    places = Decimal(1).scaleb(-stage.catalogue.labels[row["indicator"]].decimals)
    return (Decimal(row["value"]) * _BY).quantize(places)


def _newest(stage: Stage, query: str) -> list[Answer]:
    answer = stage.service.call(stage.tokens.operations, "GET", f"/targets{query}")
    known = stage.catalogue.labels
    return [row for row in answer["data"] if row["indicator"] in known]


def _item(row: Answer, stage: Stage, *, value: Decimal, valid_from: str) -> dict[str, Any]:
    return {
        "indicator": row["indicator"],
        "area": row["area"],
        "year": stage.month.year,
        "value": format(Decimal(value), "f"),
        "direction": row["direction"],
        "decision_number": f"demo {valid_from}",
        "valid_from": valid_from,
        "note": "demonstration",
    }
