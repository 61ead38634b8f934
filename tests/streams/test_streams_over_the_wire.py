"""Streams of any size: flat memory, the first byte soon, and nothing left of what broke off."""

import gzip
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import IncompleteRead

import pytest
from sqlalchemy import Engine, text

from tests.streams.gunicorn import Worker, wait_until

WHOLE = "/observations?period=2024-06,2024-07&format="
ROWS = 2 * 194 * 649
#: What a worker may need beside what it has: pieces, and what compressing them takes.
A_LITTLE = 8 * 1024 * 1024

_COPYING = """
    FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE 'COPY%' AND state = 'active'
"""
_STATES = text("SELECT state, size FROM sharing ORDER BY id DESC LIMIT :limit")


def copying(engine: Engine) -> int:
    """Count the queries of streams that are under way."""
    with engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) {_COPYING}")).scalar_one())


def logged(engine: Engine, limit: int) -> Sequence[tuple[str, int | None]]:
    """Give how the last answers ended, and how much of them left."""
    with engine.connect() as connection:
        return [(row[0], row[1]) for row in connection.execute(_STATES, {"limit": limit})]


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_memory_stays_flat(service: Worker, form: str, coding: str) -> None:
    """Streams: a quarter of a million rows need no more than a few do."""
    service.read(f"{WHOLE}{form}&limit=10", Accept_Encoding=coding)
    before, size = service.forget_peak(), 0

    with service.asked(f"{WHOLE}{form}", Accept_Encoding=coding) as answer:
        while piece := answer.read(1 << 16):
            size += len(piece)

    assert answer.getheader("Content-Encoding", "identity") == coding
    assert size > 1_000_000
    assert service.peak() - before < A_LITTLE


def test_all_rows_come(service: Worker) -> None:
    """Streams: nothing is cut, nothing comes twice."""
    lines = gzip.decompress(service.read(f"{WHOLE}csv", Accept_Encoding="gzip")).splitlines()

    assert len(lines) == len(set(lines)) == ROWS + 1


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_the_first_byte_comes_soon(service: Worker, coding: str) -> None:
    """Streams: within half a second, compressed or not, however much there is to come."""

    def seconds() -> float:
        begun = time.monotonic()
        with service.asked(f"{WHOLE}csv", Accept_Encoding=coding) as answer:
            answer.read(1)
            return time.monotonic() - begun

    assert min(seconds() for _ in range(3)) < 0.5


def test_a_broken_connection_stops_the_query(service: Worker, engine: Engine) -> None:
    """Streams: twenty downloads broken off leave no query, and all connections of the pool."""
    wait_until(lambda: copying(engine) == 0)
    for _ in range(20):
        assert service.ask_and_leave(f"{WHOLE}jsonl").startswith(b"HTTP/1.1 200 OK")

    wait_until(lambda: copying(engine) == 0)
    wait_until(lambda: all(state == "broken" for state, _ in logged(engine, 20)))
    assert all(size is not None and size < 30_000_000 for _, size in logged(engine, 20))
    with ThreadPoolExecutor(2) as both:
        answers = both.map(lambda _: service.read(f"{WHOLE}csv"), range(2))
        assert len({len(answer) for answer in answers}) == 1


@pytest.mark.parametrize("how", ["pg_cancel_backend", "pg_terminate_backend"])
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_what_fails_on_the_way_has_no_neat_end(
    service: Worker, engine: Engine, how: str, coding: str
) -> None:
    """Streams: who reads a part never takes it for the whole; the next question is answered."""
    wait_until(lambda: copying(engine) == 0)
    with service.asked(f"{WHOLE}jsonl", Accept_Encoding=coding) as answer:
        answer.read(1)
        with engine.connect() as connection:
            stopped = connection.execute(text(f"SELECT {how}(pid) {_COPYING}")).all()

        with pytest.raises(IncompleteRead):
            answer.read()

    assert stopped == [(True,)]
    wait_until(lambda: logged(engine, 1)[0][0] == "broken")
    assert service.read("/observations?period=2024-07&limit=10")
