"""What is measured at each size: what a province's people do, as many as there are beside it."""

import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

import psycopg
from flask import Flask

from benchmarks import world
from benchmarks.scale.country import TIMEOUT, People
from indicators_api.aggregation import rollup
from indicators_api.app import create_app
from indicators_api.config import from_environment
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from indicators_api.periods import Period

Work = TypeVar("Work")

FACTS = ("observation", "report", "report_version", "report_step", "rollup")
#: Calls of one kind in a turn; the turn's figure is their median.
READS, WRITES = 9, 6

#: A table as a whole, also where it is made of partitions: bytes of rows, of indexes.
_SIZE = """
    SELECT sum(pg_relation_size(oid)), sum(pg_indexes_size(oid))
    FROM (SELECT %(table)s::regclass::oid AS oid
          UNION SELECT relid FROM pg_partition_tree(%(table)s::regclass)) AS parts
"""


class Taken(NamedTuple):
    """Seconds that something took at a size, once in every round."""

    what: str
    provinces: int
    seconds: list[float]

    @property
    def median(self) -> float:
        """The usual one."""
        return statistics.median(self.seconds)


class Storage(NamedTuple):
    """A fact table at a size: rows, and bytes of them and of their indexes."""

    table: str
    provinces: int
    rows: int
    heap: int
    indexes: int


class Report(NamedTuple):
    """A unit's report, and whose reviewers accept it."""

    unit: str
    district: str
    body: dict[str, Any]


class Site:
    """An installation of some provinces, in the process that measures: no socket is in between."""

    def __init__(self, provinces: int, url: str, people: People, empty: Period) -> None:
        self.provinces, self.url, self.people = provinces, url, people
        #: A month of which nothing is there yet, and the last that is full.
        self.empty, self.full = empty, empty.previous
        settings = {"DATABASE_URL": url, "INDICATORS_LOG_LEVEL": "error"}
        self.app: Flask = create_app(from_environment(settings))
        self._waiting = iter(range(world.COMMUNES))

    def measure(self) -> Iterator[tuple[str, float]]:
        """Do everything once more; yield what and the seconds that it took."""
        month = f"/aggregates?period={self.full}&limit=50000&level=district"
        more = f"{month}&measures=value,change_pct,ytd,status"
        yield "read a month by district", usual(self._read, [month] * READS)
        yield "read change and year to date", usual(self._read, [more] * READS)
        reports = [self._report() for _ in range(WRITES)]
        yield "send a report", usual(self._send, reports)
        yield "accept a report", usual(self._accept, reports)
        yield "verify a province", usual(self._verify, [1])

    def storage(self) -> Iterator[Storage]:
        """Give what each fact table takes."""
        with psycopg.connect(self.url) as connection:
            for table in FACTS:
                (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,)
                sizes = connection.execute(_SIZE, {"table": table}).fetchone() or (0, 0)
                yield Storage(table, self.provinces, rows, *map(int, sizes))

    def _read(self, address: str) -> None:
        if b'"data":[{' not in self._call(self.people.operations, "GET", address):
            raise RuntimeError(f"nothing is answered to {address}")

    def _report(self) -> Report:
        """Write the next commune's full report."""
        place = next(self._waiting)
        unit, district = f"U{20001 + place}", str(801 + place % world.DISTRICTS)
        said = {"unit": unit, "period": str(self.empty), "step": "send", "comment": "scale"}
        return Report(unit, district, {**said, "values": world.values(place)})

    def _send(self, report: Report) -> None:
        self._call(self.people.leaders[report.unit], "POST", "/reports", report.body)

    def _accept(self, report: Report) -> None:
        path = f"/reports/{report.unit}/{self.empty}/accept"
        self._call(self.people.reviewers[report.district], "POST", path, {}, {"If-Match": '"1"'})

    def _verify(self, province: int) -> None:
        engine = make_engine(self.url, pool_size=1, statement_timeout_ms=TIMEOUT)
        with Database(engine).reading() as session:
            wrong = rollup.verify(session, province)
        engine.dispose()
        if wrong:
            raise RuntimeError(f"{len(wrong)} cells of the roll-up are wrong: {wrong[0]}")

    def _call(
        self,
        token: str,
        method: str,
        address: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> bytes:
        said = None if body is None else json.dumps(body)
        answer = self.app.test_client().open(
            f"/api/v1{address}",
            method=method,
            data=said,
            content_type="application/json" if said else None,
            headers={"Authorization": f"Bearer {token}", **(headers or {})},
        )
        if answer.status_code not in {200, 201}:
            raise RuntimeError(f"{method} {address}: {answer.text[:500]}")
        return answer.get_data()


def usual(work: Callable[[Work], object], of: Sequence[Work]) -> float:
    """Give the seconds that a piece of work usually takes, done once for each given thing."""
    return statistics.median(timed(partial(work, each)) for each in of)


def timed(work: Callable[[], object]) -> float:
    """Give the seconds that a piece of work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
