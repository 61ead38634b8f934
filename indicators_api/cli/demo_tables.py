"""What the demonstration shows at the end: who has reported, and figures rolled up."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import click

from indicators_api.cli.demo_player import Stage

#: Well-known indicators, in the order shown: sums, a ratio of sums, a weighted mean.
WELL_KNOWN = (
    "XH020101",  # population
    "XH160101",  # poor households
    "XH160103",  # poverty rate
    "KT050101",  # planted area of paddy
    "KT050403",  # pigs
    "KT050402",  # cattle
    "KT050416",  # price of live pigs
    "KT070101",  # fishery production
    "KT100101",  # new enterprises
    "KT140102",  # domestic revenue
)
#: What the last table shows.
_BESIDE = "value,change_pct,yoy_pct,ytd,ytd_yoy_pct,plan_pct"
#: Shown by district too.
_BY_DISTRICT = "XH160103"

Row = Mapping[str, Any]


def show(stage: Stage) -> None:
    """Print the province's completeness and the roll-up of a month."""
    codes = [code for code in WELL_KNOWN if code in stage.catalogue.labels]
    show_completeness(stage)
    show_province(stage, codes)
    if _BY_DISTRICT in codes:
        show_districts(stage, _BY_DISTRICT)
    show_for_leaders(stage, codes)


def show_completeness(stage: Stage) -> None:
    """Print reports due, sent, accepted, late and missing, in all and by level of unit."""
    rows = _ask(stage, f"/completeness?period={stage.month}")
    counts = ("due", "sent", "accepted", "on_time", "late", "missing", "not_due", "on_time_rate")
    click.echo(f"\nReports of {stage.month}\n")
    print_table(
        ("units", "due", "sent", "accepted", "on time", "late", "missing", "not due", "on time %"),
        [(row["unit_level"] or "all", *(str(row[count]) for count in counts)) for row in rows],
    )


def show_province(stage: Stage, codes: Sequence[str]) -> None:
    """Print the province's figures of some indicators."""
    rows = {row["indicator"]: row for row in _figures(stage, codes, "")}
    labels = stage.catalogue.labels
    lines = [
        (code, labels[code].name, labels[code].unit_of_measure, *_cells(stage, rows[code]))
        for code in codes
        if code in rows
    ]
    click.echo(f"\nRoll-up of the accepted reports of {stage.month}: the province\n")
    print_table(("", "indicator", "unit of measure", "value", "reported"), lines, left=3)


def show_districts(stage: Stage, code: str) -> None:
    """Print the districts' figures of one indicator."""
    label, names = stage.catalogue.labels[code], stage.catalogue.area_names
    rows = _figures(stage, [code], "&level=district")
    lines = [(row["area"], names.get(row["area"], ""), *_cells(stage, row)) for row in rows]
    click.echo(f"\nThe same by district: {label.name}, {label.unit_of_measure}\n")
    print_table(("", "district", "value", "reported"), lines, left=2)


def show_for_leaders(stage: Stage, codes: Sequence[str]) -> None:
    """Print figures beside the month before, last year's, the year so far and the plan."""
    path = f"/aggregates?period={stage.month}&indicator={','.join(codes)}&measures={_BESIDE}"
    rows = {row["indicator"]: row for row in _ask(stage, path)}
    lines = [_compared(stage, rows[code]) for code in codes if code in rows]
    click.echo("\nThe same beside the month before, last year's, the year so far and the plan\n")
    head = (
        "indicator",
        "value",
        "month before %",
        "last year %",
        "so far",
        "so far %",
        "of plan %",
    )
    print_table(head, lines)


def _compared(stage: Stage, row: Row) -> tuple[str, ...]:
    label = stage.catalogue.labels[row["indicator"]]
    sizes, shares = ("value", "ytd"), ("change_pct", "yoy_pct", "ytd_yoy_pct", "plan_pct")
    shown = {name: _number(row[name], label.decimals) for name in sizes}
    shown |= {name: _number(row[name], 2) for name in shares}
    order = ("value", "change_pct", "yoy_pct", "ytd", "ytd_yoy_pct", "plan_pct")
    return (label.name, *(shown[name] for name in order))


def _number(value: Decimal | int | None, decimals: int) -> str:
    return "–" if value is None else f"{Decimal(value):,.{decimals}f}"


def _figures(stage: Stage, codes: Sequence[str], more: str) -> Iterable[Row]:
    measures = "measures=value,expected,reported"
    path = f"/aggregates?period={stage.month}&indicator={','.join(codes)}&{measures}{more}"
    return _ask(stage, path)


def _ask(stage: Stage, path: str) -> list[Row]:
    answer = stage.service.call(stage.tokens.operations, "GET", path)
    return list(answer["data"])


def _cells(stage: Stage, row: Row) -> tuple[str, str]:
    """Give a figure and its coverage as text; where there is none, the reason."""
    value, decimals = row["value"], stage.catalogue.labels[row["indicator"]].decimals
    text = f"– {row['reason']}" if value is None else f"{Decimal(value):,.{decimals}f}"
    return text, f"{row['reported']} of {row['expected']}"


def print_table(head: Sequence[str], lines: Sequence[Sequence[str]], *, left: int = 1) -> None:
    """Print a table, the first columns to the left, the others to the right."""
    columns = list(zip(head, *lines, strict=True))
    widths = [max(len(cell) for cell in column) for column in columns]
    rule = ["-" * width for width in widths]
    for line in (head, rule, *lines):
        cells = [
            cell.ljust(width) if n < left else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        click.echo("  ".join(cells).rstrip())
