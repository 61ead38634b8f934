"""Post a message to a partner, and never wait longer, read more or go elsewhere than allowed."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import Final, NamedTuple

from urllib3 import HTTPHeaderDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from indicators_api.addresses import Allowed, Place, look_at
from indicators_api.errors import AddressRefused
from indicators_api.outbox.policy import Outcome

#: Seconds for all of it, from the first packet to the last byte of the answer.
TIMEOUT: Final = 15.0
CONNECT_TIMEOUT: Final = 5.0
#: Bytes of an answer that are read; a receipt is a few hundred.
LONGEST_ANSWER: Final = 64 * 1024
_GOOD: Final = range(200, 300)


class Line(NamedTuple):
    """How a partner is reached: what is allowed, its certificates and ours. None: the usual."""

    allowed: Allowed
    authorities: Path | None = None
    #: Certificate and key of mutual TLS, in one file.
    own_certificate: Path | None = None
    #: Seconds for all of it, and to be connected.
    timeout: float = TIMEOUT
    connect_timeout: float = CONNECT_TIMEOUT


def post(url: str, body: bytes, headers: Mapping[str, str], line: Line) -> Outcome:
    """Post a body and give what came of it. Never raises; never follows a redirect."""
    begun = time.monotonic()

    def failed(error: str, status: int | None = None, answer: bytes = b"") -> Outcome:
        return Outcome(status, answer, error, _since(begun))

    try:
        place = look_at(url, line.allowed)
        with _connected(place, line) as connection:
            worn = {**headers, "Host": place.host_header}
            connection.request("POST", place.target, body, worn, preload_content=False)
            response = connection.getresponse()
            answer = response.read(LONGEST_ANSWER + 1)
    except AddressRefused as error:
        return failed(str(error))
    except (OSError, HTTPException, HTTPError, ValueError) as error:
        return failed(_too_late(begun, line) or _sentence(error))
    # What was cut in its headers looks like an answer.
    if late := _too_late(begun, line):
        return failed(late)
    if response.status not in _GOOD:
        outcome = failed(f"HTTP status {response.status}", response.status, answer)
        return outcome._replace(retry_after=_retry_after(response.headers))
    return Outcome(response.status, answer[:LONGEST_ANSWER], None, _since(begun))


@contextmanager
def _connected(place: Place, line: Line) -> Iterator[HTTPConnection]:
    """Connect to the address that was looked at; cut the line when the time has passed.

    A timeout of the socket alone would begin anew with each byte of a slow answer.
    """
    connection = _connection(place, line)
    watch = threading.Timer(line.timeout, _cut, [connection])
    watch.daemon = True
    watch.start()
    try:
        connection.connect()
        connection.timeout = line.timeout
        yield connection
    finally:
        watch.cancel()
        connection.close()


def _connection(place: Place, line: Line) -> HTTPConnection:
    if place.scheme == "http":
        return HTTPConnection(place.address, place.port, timeout=line.connect_timeout)
    context = ssl.create_default_context(cafile=line.authorities)
    if line.own_certificate is not None:
        context.load_cert_chain(line.own_certificate)
    return HTTPSConnection(
        place.address,
        place.port,
        timeout=line.connect_timeout,
        ssl_context=context,
        server_hostname=place.host,
        assert_hostname=place.host,
    )


def _cut(connection: HTTPConnection) -> None:
    held = connection.sock
    if held is not None:
        try:
            held.shutdown(socket.SHUT_RDWR)
        except OSError:  # It is closed already.
            return


def _too_late(begun: float, line: Line) -> str | None:
    passed = time.monotonic() - begun >= line.timeout
    return f"no answer within {line.timeout:g} s" if passed else None


def _retry_after(headers: HTTPHeaderDict) -> float | None:
    text = headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() and len(text) < 8 else None  # noqa: PLR2004 - seconds of months


def _sentence(error: Exception) -> str:
    """Tell an error in a line, without the objects that libraries put in front of it.

    What is no HTTP may stand in it, and hold anything.
    """
    words = str(error).rpartition(">: ")[2] or type(error).__name__
    return "".join(each if each.isprintable() else " " for each in words[:300])


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)
