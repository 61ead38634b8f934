"""A month of all units as CSV over HTTP against COPY of the same rows."""

from collections.abc import Iterator

from benchmarks import raw
from benchmarks.measures import ROUNDS, Ratio, against, rate
from benchmarks.stage import Client, Stage
from indicators_api.periods import Period

#: Rows of a page, below `INDICATORS_MAX_CELLS`: a month is one page.
_PAGE = 200_000


def measure(stage: Stage, month: Period) -> Iterator[Ratio]:
    """Compare them, bytes without compression, by one client each."""
    path = f"/api/v1/observations?period={month}&format=csv&limit={_PAGE}"
    client = Client(stage.operations)
    rows = client.must(200, "GET", path).count(b"\n") - 1
    pairs = [
        (
            rate(lambda: client.must(200, "GET", path), 3),
            rate(lambda: raw.copy_month(stage.url, month.id), 3),
        )
        for _ in range(ROUNDS)
    ]
    yield against(f"a month as CSV, {rows} rows : COPY", 0.5, pairs, "one client, over HTTP")
