"""The receiver: takes each message once and in order, refuses what is not good, fails as told."""

import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from indicators_api.exchange import mapping_file
from indicators_api.exchange.receiver.faults import Behaviour, Fault
from indicators_api.exchange.receiver.schema import fault_of
from indicators_api.exchange.receiver.server import LARGEST_BODY, Receiver, Setup
from indicators_api.exchange.receiver.store import Store

Send = Callable[..., tuple[int, Any]]
HEADERS = {
    "Message-Id": "m-1",
    "Message-Stream": "subscription/1",
    "Message-Sequence": "1",
    "Message-Kind": "event",
}
EVENT = b'{"type": "sent", "timestamp": "2024-07-16T09:00:00+07:00", "data": {}}'


def refuse(_body: bytes, signature: str | None) -> None:
    """Trust one signature."""
    if signature != "good":
        raise ValueError("unknown")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """What a receiver keeps."""
    return Store(tmp_path / "receiver.sqlite")


@pytest.fixture
def receiver(store: Store) -> Iterator[Receiver]:
    """A receiver that serves."""
    check = partial(fault_of, mapping_file.read(None))
    made = Receiver(0, Setup(store, Behaviour.read(""), check, silence=0.1))
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def send(receiver: Receiver) -> Send:
    """Send a message and give status and answer; status 0: there was none."""

    def make(body: bytes = EVENT, **headers: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", receiver.server_port, timeout=5)
        worn = {**HEADERS, **{name.replace("_", "-"): said for name, said in headers.items()}}
        try:
            connection.request("POST", "/x", body, worn)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except http.client.RemoteDisconnected:
            return 0, None
        finally:
            connection.close()

    return make


def test_a_message_is_taken_once_however_often_it_comes(send: Send, store: Store) -> None:
    """Exactly once by message id: the same receipt again."""
    first, second = send(), send()

    assert first[0] == second[0] == 200
    assert first[1]["receipt"] == second[1]["receipt"]
    assert (first[1]["again"], second[1]["again"]) == (False, True)
    assert store.applied() == [("m-1", "subscription/1", 1)]


def test_another_message_under_a_known_id_is_refused(send: Send, store: Store) -> None:
    """A replayed id with another body."""
    send()

    status, said = send(EVENT.replace(b"sent", b"accepted"))

    assert (status, said) == (409, {"error": "Another message has this id."})
    assert store.refusals() == [("m-1", "Another message has this id.")]


def test_what_was_overtaken_is_refused(send: Send, store: Store) -> None:
    """Order holds within a stream, not between streams."""
    send(Message_Id="m-2", Message_Sequence="2")

    late = send(Message_Id="m-1", Message_Sequence="1")
    other = send(Message_Id="m-3", Message_Sequence="1", Message_Stream="subscription/2")

    assert (late[0], other[0]) == (409, 200)
    assert [row[0] for row in store.applied()] == ["m-2", "m-3"]


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Message_Id": ""}, EVENT, 400),
        ({"Message_Kind": "gossip"}, EVENT, 400),
        ({"Message_Sequence": "-1"}, EVENT, 400),
        ({}, b"no json", 400),
        ({}, b"[" * 100_000, 400),
        ({}, b"[]", 422),
        ({}, b'{"type": "sent"}', 422),
        ({"Message_Kind": "report_data"}, EVENT, 422),
        ({"Message_Kind": "outline_form"}, b"{}", 422),
    ],
)
def test_what_is_no_message_is_refused(
    send: Send, store: Store, headers: dict[str, str], body: bytes, status: int
) -> None:
    """Schema and headers."""
    assert send(body, **headers)[0] == status
    assert store.applied() == []
    assert len(store.refusals()) == 1


def test_a_body_that_is_too_large_is_not_read(receiver: Receiver, store: Store) -> None:
    """50 MB are refused by their length alone."""
    head = "".join(f"{name}: {said}\r\n" for name, said in HEADERS.items())
    with socket.create_connection(("127.0.0.1", receiver.server_port), timeout=5) as line:
        line.sendall(
            f"POST / HTTP/1.1\r\n{head}Content-Length: {LARGEST_BODY + 1}\r\n\r\n".encode()
        )
        answer = line.recv(64)

    assert b" 413 " in answer
    assert store.applied() == []


def test_only_what_is_signed_by_whom_it_trusts_is_taken(
    receiver: Receiver, send: Send, store: Store
) -> None:
    """Signature."""
    receiver.setup = receiver.setup._replace(verify=refuse)

    unsigned, signed = send(), send(Signature="good")

    assert (unsigned[0], signed[0]) == (422, 200)
    assert [row[4] for row in store.messages()] == [True]


@pytest.mark.parametrize(
    ("fault", "status", "stored"),
    [("timeout", 0, False), ("500", 500, False), ("409", 409, False), ("drop", 0, True)],
)
def test_it_fails_as_it_is_told(
    receiver: Receiver,
    send: Send,
    store: Store,
    fault: str,
    status: int,
    stored: bool,  # noqa: FBT001 - a case's expectation
) -> None:
    """Time out, 500, 409, drop the answer after storing."""
    receiver.setup = receiver.setup._replace(behaviour=Behaviour.read(fault))

    assert send()[0] == status
    assert bool(store.applied()) is stored
    assert store.refusals() == []


def test_ways_to_fail_are_read() -> None:
    """`--fail drop:0.1,500`."""
    assert Behaviour.read("drop:0.1, 500").chances == {Fault.DROP: 0.1, Fault.ERROR: 1.0}
    for wrong in ("sleep", "drop:2", "drop:x"):
        with pytest.raises(ValueError, match=r"."):
            Behaviour.read(wrong)
