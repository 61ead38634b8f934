"""The receiver's HTTP: `POST` anywhere takes a message, `GET /messages` shows what was taken.

It checks, in this order: size, headers, schema, signature, message id, order.
"""

import json
import logging
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, NamedTuple

from indicators_api.exchange.kinds import KINDS
from indicators_api.exchange.receiver.faults import Behaviour, Fault
from indicators_api.exchange.receiver.store import Incoming, Receipt, Refusal, Store

log = logging.getLogger(__name__)

LARGEST_BODY: Final = 10 * 1024 * 1024
#: Seconds for a request to come in; and how long a fault of kind `timeout` says nothing.
PATIENCE: Final = 20
SILENCE: Final = 30.0

#: Raises ValueError where a body is not signed by whom the receiver trusts.
Verify = Callable[[bytes, str | None], None]
#: Says what is wrong with a message of a kind; None: it is good.
Check = Callable[[str, object], str | None]


class Setup(NamedTuple):
    """What a receiver works with. `verify` None: signatures are kept, not looked at."""

    store: Store
    behaviour: Behaviour
    check: Check
    verify: Verify | None = None
    #: Seconds that a fault of kind `timeout` says nothing.
    silence: float = SILENCE


class Receiver(ThreadingHTTPServer):
    """A receiver on a port of the loopback."""

    daemon_threads = True

    def __init__(self, port: int, setup: Setup) -> None:
        """Listen; `serve_forever` answers."""
        self.setup = setup
        self.stopping = threading.Event()
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, *_: Any) -> None:
        """Clients that hang up are no fault of the receiver."""


class _Handler(BaseHTTPRequestHandler):
    server: Receiver
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE

    def do_POST(self) -> None:
        """Take a message, or fail as told."""
        fault = self.server.setup.behaviour.draw()
        try:
            incoming = self._incoming()
            receipt = self._take(incoming, fault)
        except Refusal as refusal:
            self._refuse(refusal, told=fault is not None)
            return
        if receipt is None or fault is Fault.DROP:
            self.close_connection = True
            return
        self._answer(200, {"message_id": incoming.message_id, **receipt._asdict()})

    def _take(self, incoming: Incoming, fault: Fault | None) -> Receipt | None:
        """Take a message, or fail before it is stored; None: say nothing. Raises Refusal."""
        if fault is Fault.TIMEOUT:
            self.server.stopping.wait(self.server.setup.silence)
            return None
        if fault in {Fault.ERROR, Fault.CONFLICT}:
            raise Refusal(int(fault), "As it was told to.")
        return self.server.setup.store.take(incoming)

    def do_GET(self) -> None:
        """Show what was taken and refused."""
        store = self.server.setup.store
        names = ("message_id", "kind", "receipt", "received_at", "signed")
        taken = [dict(zip(names, row, strict=True)) for row in store.messages()]
        refused = [{"message_id": row[0], "why": row[1]} for row in store.refusals()]
        self._answer(200, {"messages": taken, "refused": refused})

    def _incoming(self) -> Incoming:
        """Read and check a message. Raises Refusal."""
        said = {name: self.headers.get(name, "") for name in ("Message-Id", "Message-Stream")}
        length = self.headers.get("Content-Length", "")
        if not length.isdigit():
            raise Refusal(411, "The length of the body is missing.")
        if int(length) > LARGEST_BODY:
            self.close_connection = True
            raise Refusal(413, f"The body is larger than {LARGEST_BODY} bytes.")
        body = self.rfile.read(int(length))
        sequence, kind = self.headers.get("Message-Sequence", ""), self.headers.get("Message-Kind")
        if not all(said.values()) or not sequence.isdigit() or kind not in KINDS:
            raise Refusal(400, "A header is missing or strange: id, stream, sequence or kind.")
        self._demand_schema(kind, body)
        signature = self.headers.get("Signature")
        self._demand_signature(body, signature)
        return Incoming(
            said["Message-Id"], said["Message-Stream"], int(sequence), kind, body, signature
        )

    def _demand_schema(self, kind: str, body: bytes) -> None:
        try:
            document = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise Refusal(400, "The body is no JSON.") from error
        if fault := self.server.setup.check(kind, document):
            raise Refusal(422, fault)

    def _demand_signature(self, body: bytes, signature: str | None) -> None:
        if self.server.setup.verify is None:
            return
        try:
            self.server.setup.verify(body, signature)
        except ValueError as error:
            raise Refusal(422, f"The signature is not good: {error}") from error

    def _refuse(self, refusal: Refusal, *, told: bool) -> None:
        if not told:
            self.server.setup.store.note_refusal(self.headers.get("Message-Id"), refusal.why)
        self._answer(refusal.status, {"error": refusal.why})

    def _answer(self, status: int, said: dict[str, Any]) -> None:
        body = json.dumps(said, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, form: str, *told: Any) -> None:
        """Log a call like everything else here."""
        log.info(form, *told)
