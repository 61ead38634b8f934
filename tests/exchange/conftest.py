"""What the tests of the exchange share: partners, messages, and a server that behaves as told."""

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from indicators_api.addresses import Allowed
from indicators_api.app import create_app
from indicators_api.audit.journal import Author
from indicators_api.config import from_environment
from indicators_api.db.session import Database
from indicators_api.exchange import partners
from indicators_api.exchange.worker import Settings
from indicators_api.outbox import queue
from indicators_api.outbox.queue import Message
from tests.callers import Caller, Clock
from tests.exchange.pushing import SECRET, SECRET_NAME, Push
from tests.factories import MakeReport

OPERATOR = Author(1, 0, "operator", None)
LOOPBACK = Allowed.read(["127.0.0.0/8"])
#: How the server answers unless told otherwise.
GOOD = (200, b'{"receipt": "R-1"}')


class Server(ThreadingHTTPServer):
    """A partner on the loopback; `behave` decides on each request, `seen` keeps them."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str, dict[str, str], bytes]] = []
        self.behave: Callable[[Handler], tuple[int, bytes] | None] = lambda _: GOOD

    def handle_error(self, *_: Any) -> None:
        """Clients that hang up are what is tested."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Keeps what came, then behaves."""

    server: Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.seen.append((self.path, dict(self.headers), self.rfile.read(length)))
        answer = self.server.behave(self)
        if answer is None:
            return
        self.send_response(answer[0])
        self.send_header("Content-Length", str(len(answer[1])))
        self.end_headers()
        self.wfile.write(answer[1])

    def drip(self, seconds: float) -> None:
        """Answer a byte at a time, for longer than anybody should wait."""
        until = time.monotonic() + seconds
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while time.monotonic() < until:
                self.wfile.write(b"X-Slow: 1\r\n")
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            return
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    """A partner's server."""
    made = Server()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def settings(database: Database, clock: Clock, tmp_path: Path) -> Settings:
    """What a worker works with: only the loopback is allowed."""
    return Settings(database, clock, LOOPBACK, tmp_path)


@pytest.fixture
def app(database_url: str, database: Database, clock: Clock) -> Flask:
    """Messages may go to the loopback."""
    hosts = {"DATABASE_URL": database_url, "INDICATORS_EXCHANGE_HOSTS": "127.0.0.0/8"}
    return create_app(from_environment(hosts), database=database, clock=clock)


@pytest.fixture
def make_report(client_of: Callable[..., Caller]) -> MakeReport:
    """Make a report: `make_report(unit=…, period=…, state=…, values=…)`."""
    return MakeReport(client_of)


@pytest.fixture
def operations(client_of: Callable[..., Caller]) -> Caller:
    """The operations centre, as it pulls."""
    return client_of("operations")


@pytest.fixture
def push(
    client_of: Callable[..., Caller],
    settings: Settings,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> Push:
    """The operations centre as a partner, its secret in the environment."""
    monkeypatch.setenv(SECRET_NAME, SECRET)
    return Push(client_of("administrator"), settings, server)


def make_partner(session: Session, clock: Clock, base_url: str, **other: Any) -> int:
    """Set a partner up and give its id."""
    code = other.pop("code", "VPCP")
    said = {
        "name_vi": "Văn phòng Chính phủ",
        "name_en": "Government Office",
        "kind": "government_office",
        "base_url": base_url,
        "authentication": "none",
        "secret": None,
        "authorities": None,
        "takes": ["report_data"],
        "monthly_day": None,
        "switched_on": True,
    }
    wanted = partners.Wanted(**{**said, **other})
    partners.put(session, OPERATOR, code, wanted, LOOPBACK, at=clock())
    return partners.partner(session, 1, code).id


def message(partner: int, number: int, stream: str = "report_data/2024-07") -> Message:
    """Make a message; number and stream tell it from others."""
    name = f"m-{partner}-{stream.replace('/', '-')}-{number}"
    return Message(partner, name, "report_data", stream, "/packages", b'{"n": %d}' % number, {})


def put_in(session: Session, clock: Clock, *messages: Message) -> list[int]:
    """Put messages into the outbox."""
    ids = queue.enqueue(session, 1, messages, at=clock())
    session.commit()
    return ids
