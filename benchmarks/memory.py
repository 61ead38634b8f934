"""Memory of the workers, watched while all else is measured."""

import statistics
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measures import Ratio, at_most

_PERIOD = 0.5


class Watch:
    """Looks at the resident memory of a server's workers twice a second."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        #: Megabytes, by worker, in order of time.
        self._seen: dict[int, list[float]] = defaultdict(list)
        self._stop = threading.Event()

    def run(self) -> None:
        """Look until told to stop."""
        while not self._stop.wait(_PERIOD):
            children = Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text()
            for child in map(int, children.split()):
                if (size := _resident(child)) is not None:
                    self._seen[child].append(size)

    def stop(self) -> None:
        """End the loop."""
        self._stop.set()

    def line(self) -> Ratio:
        """Say the most that a worker had, and whether it still grew in the second half."""
        series = [sizes for sizes in self._seen.values() if len(sizes) > 8]  # noqa: PLR2004
        growth = max(_of_quarter(sizes, 3) / _of_quarter(sizes, 1) for sizes in series)
        note = f"MB, {len(series)} workers; last quarter : second quarter {growth:.2f}"
        return at_most("memory of a worker", 200, [max(sizes) for sizes in series], note)


@contextmanager
def watching(pid: int) -> Iterator[Watch]:
    """Watch the workers of a server within the block."""
    watch = Watch(pid)
    thread = threading.Thread(target=watch.run)
    thread.start()
    try:
        yield watch
    finally:
        watch.stop()
        thread.join()


def _of_quarter(sizes: list[float], number: int) -> float:
    quarter = len(sizes) // 4
    return statistics.median(sizes[number * quarter : (number + 1) * quarter])


def _resident(pid: int) -> float | None:
    """Give megabytes; None for a process that is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return None
    lines = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(lines[0].split()[1]) / 1024 if lines else None
