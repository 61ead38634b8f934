"""What the sharing log costs a pull: the row alone, against the pull that waits for it.

The service has no switch that leaves the log out, so the pull without it is the pull less the row:
the same transaction on the same database, by the same code.
"""

import statistics
import time
from collections.abc import Callable, Iterator

from benchmarks.measures import ROUNDS, Ratio, against, rate
from benchmarks.stage import Client, Stage
from indicators_api.api.context import wall_clock
from indicators_api.audit.sharing import Shared
from indicators_api.audit.side_log import note_sharing
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from indicators_api.periods import Period

_OK, _NOT_MODIFIED = 200, 304


def measure(stage: Stage, month: Period) -> Iterator[Ratio]:
    """Compare three pulls with the same less their rows: large, small, and with nothing new."""
    client = Client(stage.operations)
    month_path = f"/api/v1/aggregates?period={month}&level=district&limit=50000"
    figure_path = f"/api/v1/aggregates?period={month}&indicator=XH160101"
    _, _, headers = client.call("GET", month_path)
    known = {"If-None-Match": headers["ETag"]}
    pulls: dict[str, tuple[Callable[[], None], float]] = {
        "a month by district": (lambda: pull(client, month_path, _OK), 0.9),
        "one figure": (lambda: pull(client, figure_path, _OK), 0.5),
        "nothing new (304)": (lambda: pull(client, month_path, _NOT_MODIFIED, known), 0.5),
    }
    engine = make_engine(stage.url, pool_size=1, statement_timeout_ms=60_000)
    database = Database(engine)
    for what, (work, target) in pulls.items():
        # Seconds of a pull with its row, and of the row alone, in turns.
        turns = [(1 / rate(work, 2), 1 / rate(lambda: log(database), 1)) for _ in range(ROUNDS)]
        pairs = [(1 / pulled, 1 / (pulled - row)) for pulled, row in turns]
        note = f"less the row alone, {1000 * statistics.median(row for _, row in turns):.1f} ms"
        yield against(f"{what}, logged : not logged", target, pairs, note)
    engine.dispose()


def pull(client: Client, path: str, status: int, headers: dict[str, str] | None = None) -> None:
    """Pull, and make sure of the answer."""
    answered, body, _ = client.call("GET", path, headers=headers)
    if answered != status:
        raise RuntimeError(body.decode()[:500])


def log(database: Database) -> None:
    """Write the row that a pull writes."""
    asked = "GET /api/v1/aggregates?period=2022-01&level=district&limit=50000"
    who = (1, wall_clock(), "pull", 1, "ops", "operations", asked)
    note_sharing(database, Shared(*who, _OK, 400_000, "answered", str(time.monotonic_ns())))
