"""A month of all units as CSV over HTTP against COPY of the same rows."""

import re
from collections.abc import Iterator

from benchmarks import raw
from benchmarks.measures import ROUNDS, Ratio, against, rate
from benchmarks.stage import Client, Stage
from indicators_api.periods import Period

_NEXT = re.compile(r'<([^>]*)>; rel="next"')
#: The largest page, where the service doesn't send all rows at once.
_PAGE = "&limit=50000"


def measure(stage: Stage, month: Period) -> Iterator[Ratio]:
    """Compare them, bytes without compression, by one client each."""
    client = Client(stage.operations)
    path = f"/api/v1/observations?period={month}&format=csv"
    path += _PAGE if "Link" in client.call("GET", path)[2] else ""
    rows, pages = export(client, path)
    pairs = [
        (
            rate(lambda: export(client, path), 3),
            rate(lambda: raw.copy_month(stage.url, month.id), 3),
        )
        for _ in range(ROUNDS)
    ]
    note = f"one client, over HTTP, {pages} pages"
    yield against(f"a month as CSV, {rows} rows : COPY", 0.5, pairs, note)


def export(client: Client, path: str) -> tuple[int, int]:
    """Pull all pages; give the number of rows, and of pages."""
    rows, pages, further = 0, 0, path
    while further:
        status, body, headers = client.call("GET", further)
        if status != 200:  # noqa: PLR2004 - OK
            raise RuntimeError(body.decode()[:500])
        rows, pages = rows + body.count(b"\n") - 1, pages + 1
        found = _NEXT.search(headers.get("Link", ""))
        further = found[1] if found else ""
    return rows, pages
