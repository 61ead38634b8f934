"""A line of the table, how its ratio is taken, and the two oldest lines: validation and reads."""

import json
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from marshmallow import Schema, fields

from benchmarks import world
from benchmarks.stage import Client, Stage
from indicators_api.aggregation import queries, service
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from indicators_api.periods import Period
from indicators_api.security.actors import Actor
from indicators_api.validation.values import parse_values

ROUNDS = 3


class Ratio(NamedTuple):
    """One line of the table: ours against the counterpart, as the median of some rounds."""

    what: str
    ratio: float
    target: float
    lowest: float
    highest: float
    note: str
    #: Whether less is better, and the target the most that is allowed.
    at_most: bool = False

    @property
    def holds(self) -> bool:
        """Whether the target is reached."""
        return self.ratio <= self.target if self.at_most else self.ratio >= self.target


def against(what: str, target: float, pairs: list[tuple[float, float]], note: str) -> Ratio:
    """Make a line of rates (ours, raw) measured in turns."""
    ratios = [ours / raw for ours, raw in pairs]
    return Ratio(what, statistics.median(ratios), target, min(ratios), max(ratios), note)


def at_most(what: str, target: float, found: list[float], note: str) -> Ratio:
    """Make a line of what must not be more than the target."""
    return Ratio(what, statistics.median(found), target, min(found), max(found), note, at_most=True)


def rate(work: Callable[[], Any], seconds: float) -> float:
    """Give how often a second something can be done."""
    begun, done = time.perf_counter(), 0
    while (spent := time.perf_counter() - begun) < seconds:
        work()
        done += 1
    return done / spent


class _ValueSchema(Schema):
    indicator = fields.String(required=True)
    value = fields.Decimal(required=True, allow_none=True)
    status = fields.String()
    note = fields.String()


class _ReportSchema(Schema):
    values = fields.List(fields.Nested(_ValueSchema), required=True)


def validation() -> Ratio:
    """Compare reading 649 values as one set with marshmallow's usual way."""
    given = world.values(1)
    nested = {"values": [{"indicator": code, "value": value} for code, value in given.items()]}
    schema = _ReportSchema()
    pairs = [
        (rate(lambda: parse_values(given), 1.5), rate(lambda: schema.load(nested), 1.5))
        for _ in range(ROUNDS)
    ]
    return against("validation of 649 values : List(Nested)", 20, pairs, "one process")


def month_path(month: Period) -> str:
    """Give the address of a month of all indicators by district."""
    return f"/api/v1/aggregates?period={month}&level=district&limit=50000"


def reads(stage: Stage, month: Period) -> Iterator[Ratio]:
    """Compare a month of all indicators by district over HTTP to its own SQL, and 304 to 200."""
    path = month_path(month)
    client = Client(stage.operations)
    _, body, headers = client.call("GET", path)
    cells = len(json.loads(body)["data"])
    known = {"If-None-Match": headers["ETag"]}
    engine = make_engine(stage.url, pool_size=1, statement_timeout_ms=60_000)
    with Database(engine).reading() as session:
        actor = Actor(0, "bench", "operations", 1, None, None, 1, "84")
        asked = service.Question([month], level="district", limit=50_000)
        wanted = service.prepare(session, actor, asked, service.Limits(10**7))

        def raw() -> None:
            queries.figures_json(session, wanted)

        raw()
        over_http = [
            (rate(lambda: client.call("GET", path), 3), rate(raw, 3)) for _ in range(ROUNDS)
        ]
        unchanged = [
            (
                rate(lambda: client.call("GET", path, headers=known), 2),
                rate(lambda: client.call("GET", path), 2),
            )
            for _ in range(ROUNDS)
        ]
    engine.dispose()
    yield against(
        f"month by district, {cells} cells, HTTP : SQL", 0.6, over_http, "one client : same SQL"
    )
    yield against("304 : 200", 5, unchanged, "one client, same question")
