"""`make bench`: measure and print the table; also as benchmarks/results.json."""

import json
import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import measures, over_time, sharing
from benchmarks.measures import Ratio
from benchmarks.stage import Stage, stage
from indicators_api.periods import Period
from indicators_api.version import __version__

FILE = Path(__file__).with_name("results.json")


def main() -> None:
    """Measure all, a line as each is known."""
    print(f"{'what':52} {'ratio':>7} {'at least':>9} {'spread':>15}  note")
    lines = [show(measures.validation())]
    with stage() as opened:
        lines += [show(line) for line in measure(opened)]
    FILE.write_text(json.dumps(result(lines), indent=2) + "\n", encoding="utf-8")


def measure(opened: Stage) -> Iterator[Ratio]:
    """Send, accept and pull a month; then pull two years."""
    yield from measures.sends(opened)
    month = Period.month(2022, 1)
    accepted = measures.acceptances(opened, month)
    print(f"  (a month's 194 full reports are accepted at {accepted:.0f} reports/s)")
    yield from measures.reads(opened, month)
    yield from sharing.measure(opened, month)
    yield from over_time.measure(opened)


def show(line: Ratio) -> Ratio:
    """Print a line of the table."""
    spread = f"{line.lowest:.2f}–{line.highest:.2f}"
    print(
        f"{line.what:52} {line.ratio:7.2f} {line.target:9.2f} {spread:>15}  {line.note}", flush=True
    )
    return line


def result(lines: list[Ratio]) -> dict[str, object]:
    """Give the table with what it was measured on."""
    return {
        "version": __version__,
        "measured_at": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": f"{platform.machine()}, 2 cores, shared",
        "python": platform.python_version(),
        "ratios": [line._asdict() for line in lines],
    }


if __name__ == "__main__":
    main()
