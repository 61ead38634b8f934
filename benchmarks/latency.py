"""Latency at a fixed rate of arrivals: a slow answer makes those behind it late, as for people.

Requests begin when they are due, whether the last one was answered or not, and their time counts
from then on. A client that waits for its answer before it asks again would hide all queueing.
"""

import asyncio
import json
import statistics
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from benchmarks.measures import month_path
from benchmarks.stage import PORT, Client, Stage
from benchmarks.writes import body_of
from indicators_api.periods import Period

SECONDS = 8
#: Connections that stay open, as a proxy keeps them.
_CONNECTIONS = 32


class Latency(NamedTuple):
    """Milliseconds from when requests were due until their answers were there."""

    what: str
    rate: float
    p50: float
    p95: float
    p99: float
    slowest: float


def measure(stage: Stage, month: Period) -> Iterator[Latency]:
    """Pull, pull with nothing new, and send, each at a rate of its own."""
    path = month_path(month)
    known = Client(stage.operations).call("GET", path)[2]["ETag"]
    pull = _request("GET", path, stage.operations)
    probe = _request("GET", path, stage.operations, f"If-None-Match: {known}\r\n")
    for what, per_second, wanted, message in (
        ("month by district", 5, 200, pull),
        ("nothing new (304)", 100, 304, probe),
    ):
        yield asyncio.run(arrive(what, per_second, wanted, lambda _, said=message: said))
    letters = list(stage.leaders.items())
    body = body_of(Period.month(2021, 5))

    def send(number: int) -> bytes:
        unit, token = letters[number]
        return _request("POST", "/api/v1/reports", token, body=json.dumps({**body, "unit": unit}))

    yield asyncio.run(arrive("send 649 values", 10, 201, send))


async def arrive(
    what: str, per_second: float, wanted: int, message: Callable[[int], bytes]
) -> Latency:
    """Let requests arrive for some seconds and wait for all answers.

    Raises RuntimeError for another status than the wanted one.
    """
    idle: asyncio.Queue[_Line] = asyncio.Queue()
    for _ in range(_CONNECTIONS):
        idle.put_nowait(_Line(*await asyncio.open_connection("127.0.0.1", PORT)))
    begun = time.perf_counter() + 0.1

    async def one(number: int) -> float:
        due = begun + number / per_second
        said = message(number)
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        line = await idle.get()
        status = await line.ask(said)
        took = time.perf_counter() - due
        idle.put_nowait(line)
        if status != wanted:
            raise RuntimeError(f"{what}: {status}")
        return 1000 * took

    times = await asyncio.gather(*(one(n) for n in range(int(per_second * SECONDS))))
    while not idle.empty():
        idle.get_nowait().writer.close()
    parts = statistics.quantiles(times, n=100)
    return Latency(what, per_second, parts[49], parts[94], parts[98], max(times))


class _Line(NamedTuple):
    """A connection on which one request at a time is under way."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, message: bytes) -> int:
        """Send a request, read its whole answer, give the status."""
        self.writer.write(message)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = [line for line in head.split("\r\n") if line.startswith("content-length:")]
        if length:
            await self.reader.readexactly(int(length[0].partition(":")[2]))
        elif "transfer-encoding: chunked" in head:
            while await self._chunk():
                pass
        return int(head.split(" ", 2)[1])

    async def _chunk(self) -> int:
        size = int(await self.reader.readline(), 16)
        await self.reader.readexactly(size + 2)
        return size


def _request(method: str, path: str, token: str, more: str = "", body: str = "") -> bytes:
    data = body.encode()
    kind = f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n" if data else ""
    head = f"{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
    return f"{head}Accept-Language: en\r\n{kind}{more}\r\n".encode() + data
