"""Thresholds in the demonstration: what the operations centre watches, and what is crossed."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import click

from indicators_api.cli.demo_player import Stage
from indicators_api.cli.demo_tables import print_table
from indicators_api.units.areas import GEOGRAPHY_CUT_OFF

#: Indicator, measure, direction, warning and alarm: for the province.
_PROVINCE = (
    ("XH160103", "value", "above", "0.85", "1"),  # poverty rate
    ("XH160103", "plan_pct", "above", "100", "110"),
    ("KT070101", "change_pct", "below", "-5", "-15"),  # fishery production
    ("KT140102", "ytd_yoy_pct", "below", "3", "0"),  # domestic revenue
)
#: The same, for each area directly below it.
_BELOW = (("XH160103", "value", "above", "1", "1.5"),)
_NAMES = ("indicator", "measure", "direction", "warning", "alarm")


def watch(stage: Stage) -> None:
    """Let the administrator set thresholds; where there are some, those stay and no other comes."""
    service, token = stage.service, stage.tokens.administrator
    if service.call(token, "GET", "/thresholds?limit=1")["data"]:
        return
    if items := list(_items(stage)):
        service.call(token, "POST", "/thresholds", {"items": items})


def _items(stage: Stage) -> Iterator[dict[str, Any]]:
    day = stage.month.cut_off(GEOGRAPHY_CUT_OFF)
    areas = list(
        stage.service.pages(stage.tokens.administrator, f"/areas?on={day.isoformat()}&limit=1000")
    )
    roots = {area["code"] for area in areas if area["parent"] is None}
    for area in areas:
        wanted = _PROVINCE if area["code"] in roots else _BELOW if area["parent"] in roots else ()
        for row in wanted:
            if row[0] in stage.catalogue.labels:
                said = dict(zip(_NAMES, row, strict=True))
                yield {**said, "area": area["code"], "on": day.isoformat()}


def show_watched(stage: Stage) -> None:
    """Print which thresholds are crossed, as the operations centre pulls them."""
    path = f"/operations-centre/snapshot?period={stage.month}"
    held = stage.service.call(stage.tokens.operations, "GET", path)["thresholds"]
    counts = held["counts"]
    click.echo(
        f"\nThresholds: {counts['alarm']} alarms, {counts['warning']} warnings, "
        f"{counts['clear']} not crossed, {counts['unknown']} without a figure\n"
    )
    labels, names = stage.catalogue.labels, stage.catalogue.area_names
    lines = [
        (
            row["level"],
            labels[row["indicator"]].name,
            names[row["area"]],
            row["measure"],
            f"{Decimal(row['figure']):,.2f}",
            f"{row['direction']} {row['limit']}",
        )
        for row in held["crossed"]
        if row["indicator"] in labels
    ]
    print_table(("", "indicator", "area", "measure", "figure", "limit"), lines, left=4)
