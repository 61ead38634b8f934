"""What performance.md asks to hold, each measure against its raw counterpart."""

import json
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import psycopg
from marshmallow import Schema, fields

from benchmarks import world
from benchmarks.stage import Client, Stage
from indicators_api.aggregation import queries, service
from indicators_api.db.embedded_programs import CALLER, programs_for
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from indicators_api.periods import Period
from indicators_api.security.actors import Actor
from indicators_api.validation.values import parse_values

CLIENTS = 8
ROUNDS = 3


class Ratio(NamedTuple):
    """One line of the table: ours against the counterpart; more is better, at least `target`."""

    what: str
    ratio: float
    target: float
    lowest: float
    highest: float
    note: str


def against(what: str, target: float, pairs: list[tuple[float, float]], note: str) -> Ratio:
    """Make a line of rates (ours, raw) measured in turns."""
    ratios = [ours / raw for ours, raw in pairs]
    return Ratio(what, statistics.median(ratios), target, min(ratios), max(ratios), note)


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


def sends(stage: Stage) -> Iterator[Ratio]:
    """Compare sending full reports with 8 clients to the same writes in raw SQL by pgbench."""
    body = json.dumps(world.values(2))
    months = [Period.month(2022 + n // 12, n % 12 + 1) for n in range(24)]
    pairs = []
    for round_number in range(ROUNDS):
        month = months[round_number]
        ours = send_month(stage, month, body)
        pairs.append((ours, raw_sends(stage, seconds=8)))
    yield against("send 649 values, 8 clients : raw SQL", 0.5, pairs, "whole over HTTP : pgbench")


def send_month(stage: Stage, month: Period, values: str) -> float:
    """Send a full report of every unit; give reports a second."""
    waiting = list(stage.leaders.items())
    failures: list[str] = []
    document = (
        f'{{"unit":"%s","period":"{month}","step":"send","comment":"bench","values":{values}}}'
    )

    def work() -> None:
        while waiting:
            try:
                unit, token = waiting.pop()
            except IndexError:
                return
            client = Client(token)
            status, answer, _ = client.call("POST", "/api/v1/reports", json.loads(document % unit))
            if status != 201:  # noqa: PLR2004 - created
                failures.append(answer.decode())

    spent = together(work)
    if failures:
        raise RuntimeError(failures[0][:500])
    return len(stage.leaders) / spent


def together(work: Callable[[], None]) -> float:
    """Run a piece of work in as many threads as there are clients; give the seconds it took."""
    threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begun


RAW_SEND = """\
SELECT 190001 + n / 194 AS p, 1 + n % 194 AS u FROM nextval('bench_n') AS n \\gset
BEGIN;
INSERT INTO bench_report
    SELECT 1, :p, :u, 'sent', 1, 1, 1, NULL, now(), now(), now(), now(), NULL, now();
INSERT INTO bench_report_version
    SELECT 1, :p, :u, 1, 'original', now(), now(), 'bench', 580, 580, 0, '[]';
INSERT INTO bench_observation
    SELECT 1, :p, :u, 1, v.indicator_id, v.value, NULL, 'E', NULL, NULL FROM bench_values v;
INSERT INTO bench_report_step
    SELECT 1, :p, :u, 1, 'send', NULL, 'sent', 1, 'b', 'leader', 'bench', now(), 1, 1, NULL;
INSERT INTO journal (jurisdiction_id, recorded_at, actor_id, actor_name, action, subject, details)
    VALUES (1, now(), 1, 'b', 'report.send', 'report', '{}');
COMMIT;
"""


def raw_sends(stage: Stage, *, seconds: int) -> float:
    """Write the same rows with pgbench, prepared, 8 clients; give reports a second."""
    with psycopg.connect(stage.url, autocommit=True) as connection:
        connection.execute("CREATE SEQUENCE IF NOT EXISTS bench_n MINVALUE 0")
        for table in ("report", "report_version", "observation", "report_step"):
            connection.execute(f"DROP TABLE IF EXISTS bench_{table}")
            connection.execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
        connection.execute("DROP TABLE IF EXISTS bench_values")
        connection.execute(
            "CREATE TABLE bench_values AS"
            " SELECT id AS indicator_id, 12345.67 AS value FROM indicator"
        )
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(RAW_SEND)
        script.flush()
        pgbench = programs_for(CALLER) / "pgbench"
        options = ["-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-T", str(seconds)]
        answer = subprocess.run(
            [str(pgbench), *options, "-f", script.name, stage.url],
            capture_output=True,
            text=True,
            check=True,
        )
    line = next(line for line in answer.stdout.splitlines() if line.startswith("tps"))
    return float(line.split()[2])


def acceptances(stage: Stage, month: Period) -> float:
    """Accept a month's reports in bulk calls by their reviewers; give reports a second."""
    begun, done = time.perf_counter(), 0
    for token in stage.reviewers.values():
        client = Client(token)
        _, body, _ = client.call("GET", f"/api/v1/reports?period={month}&state=sent&limit=1000")
        items = [
            {"unit": row["unit"], "period": row["period"], "revision": row["revision"]}
            for row in json.loads(body)["data"]
        ]
        if items:
            _, body, _ = client.call("POST", "/api/v1/reports/accept", {"items": items})
            done += json.loads(body)["done"]
    return done / (time.perf_counter() - begun)


def reads(stage: Stage, month: Period) -> Iterator[Ratio]:
    """Compare a month of all indicators by district over HTTP to its own SQL, and 304 to 200."""
    path = f"/api/v1/aggregates?period={month}&level=district&limit=50000"
    client = Client(stage.operations)
    status, body, headers = client.call("GET", path)
    if status != 200:  # noqa: PLR2004 - OK
        raise RuntimeError(body.decode()[:500])
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
