"""`make bench`: measure and print the table; also as benchmarks/results.json and RESULTS.md."""

from collections.abc import Iterator

from benchmarks import export, latency, measures, over_time, peers, report, sharing, writes
from benchmarks.measures import Ratio
from benchmarks.memory import watching
from benchmarks.report import Results, show, show_latency
from benchmarks.stage import Stage, stage


def main() -> None:
    """Measure all, a line as each is known."""
    report.show_head()
    ratios = [show(measures.validation())]
    with stage() as opened:
        facts = report.facts(opened.url)
        with watching(opened.pid) as memory:
            ratios += [show(line) for line in measure(opened)]
            latencies = [show_latency(line) for line in latency.measure(opened, over_time.LAST)]
        ratios.append(show(memory.line()))
    report.write(Results(ratios, latencies, facts))


def measure(opened: Stage) -> Iterator[Ratio]:
    """Send and accept months, pull one, compare with the usual way, then pull two years."""
    yield from writes.measure(opened)
    month = writes.MONTHS[0]
    yield from measures.reads(opened, month)
    yield from export.measure(opened, month)
    yield from peers.measure(opened, month)
    yield from sharing.measure(opened, month)
    yield from over_time.measure(opened)


if __name__ == "__main__":
    main()
