"""The table: in the terminal, as results.json, and as RESULTS.md."""

import json
import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import psycopg

from benchmarks.latency import SECONDS, Latency
from benchmarks.measures import ROUNDS, Ratio
from indicators_api.version import __version__

_FOLDER = Path(__file__).parent
_PARTS = ("gunicorn", "flask", "flask-smorest", "marshmallow", "sqlalchemy", "psycopg")
_HEAD = """\
# Results

Written by `make bench`, together with [results.json](results.json). Each ratio is the median of
{rounds} rounds in which the service and its counterpart were measured in turns, on the same server;
absolute figures of a shared machine say little. Data: full reports of 649 values by 194 units, 24
months of them.

{facts}

| what | ratio | target | lowest–highest | holds | measured as |
|---|---|---|---|---|---|
"""
_LATENCY = """
Latency over HTTP at a fixed rate of arrivals, {seconds} s each, counted from when a request was
due; milliseconds.

| what | a second | p50 | p95 | p99 | slowest |
|---|---|---|---|---|---|
"""


class Results(NamedTuple):
    """All that was measured, and on what."""

    ratios: list[Ratio]
    latencies: list[Latency]
    facts: dict[str, str]


def facts(url: str) -> dict[str, str]:
    """Say on what it is measured."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SHOW server_version").fetchone()
    cpu = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1024**2
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "version": __version__,
        "machine": f"{cpu[0].partition(': ')[2] if cpu else platform.machine()}, "
        f"{os.cpu_count()} cores, {memory:.0f} GiB, load {load} at the start",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgresql": str(row[0]) if row else "",
        "packages": ", ".join(f"{name} {version(name)}" for name in _PARTS),
    }


def write(results: Results) -> None:
    """Write both files."""
    document = {
        **results.facts,
        "ratios": [{**line._asdict(), "holds": line.holds} for line in results.ratios],
        "latencies_ms": [line._asdict() for line in results.latencies],
    }
    text = json.dumps(document, indent=2) + "\n"
    (_FOLDER / "results.json").write_text(text, encoding="utf-8")
    (_FOLDER / "RESULTS.md").write_text("".join(_page(results)), encoding="utf-8")


def show_head() -> None:
    """Print what the columns are."""
    print(f"{'what':55} {'ratio':>7} {'target':>9} {'spread':>15}     note", flush=True)


def show(line: Ratio) -> Ratio:
    """Print a line of the table."""
    print(
        f"{line.what:55} {line.ratio:7.2f} {_target(line):>9} {_spread(line):>15} "
        f"{'ok ' if line.holds else 'NO '} {line.note}",
        flush=True,
    )
    return line


def show_latency(line: Latency) -> Latency:
    """Print a line of latencies."""
    print(
        f"{line.what + f', {line.rate:g} a second':55} p50 {line.p50:.1f}  p95 {line.p95:.1f}  "
        f"p99 {line.p99:.1f}  slowest {line.slowest:.1f} ms",
        flush=True,
    )
    return line


def _page(results: Results) -> Iterable[str]:
    said = "\n".join(f"- {name}: {value}" for name, value in results.facts.items())
    yield _HEAD.format(rounds=ROUNDS, facts=said)
    for line in results.ratios:
        yield (
            f"| {line.what} | {line.ratio:.2f} | {_target(line)} | {_spread(line)} | "
            f"{'yes' if line.holds else '**no**'} | {line.note} |\n"
        )
    yield _LATENCY.format(seconds=SECONDS)
    for each in results.latencies:
        yield (
            f"| {each.what} | {each.rate:g} | {each.p50:.1f} | {each.p95:.1f} | {each.p99:.1f} | "
            f"{each.slowest:.1f} |\n"
        )


def _target(line: Ratio) -> str:
    return f"{'≤' if line.at_most else '≥'} {line.target:g}"


def _spread(line: Ratio) -> str:
    return f"{line.lowest:.2f}–{line.highest:.2f}"
