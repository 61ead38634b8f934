"""Post: never wait longer, read more or go elsewhere than allowed."""

import time

import pytest

from indicators_api.addresses import Allowed
from indicators_api.exchange.transport import LONGEST_ANSWER, Line, post
from tests.exchange.conftest import GOOD, LOOPBACK, Handler, Server

LINE = Line(LOOPBACK, timeout=0.6)


def test_a_body_is_posted_and_its_answer_read(server: Server) -> None:
    """Transport: status and answer."""
    outcome = post(f"{server.url}/a?b=1", b"body", {"X-Said": "yes"}, LINE)

    assert (outcome.status, outcome.answer, outcome.error) == (200, b'{"receipt": "R-1"}', None)
    ((path, headers, body),) = server.seen
    assert (path, headers["X-Said"], body) == ("/a?b=1", "yes", b"body")


def test_a_slow_answer_is_cut(server: Server) -> None:
    """Transport: a time for all of it, however many bytes trickle in."""
    server.behave = lambda handler: handler.drip(5)  # type: ignore[func-returns-value]
    begun = time.monotonic()

    outcome = post(server.url, b"", {}, LINE)

    assert outcome.status is None
    assert outcome.error == "no answer within 0.6 s"
    assert time.monotonic() - begun < 3


def test_a_partner_may_think_for_longer_than_connecting_takes(server: Server) -> None:
    """Transport: the time for connecting is short, the one for answering is not."""
    patient = Line(LOOPBACK, timeout=5, connect_timeout=0.2)

    def think(_: Handler) -> tuple[int, bytes]:
        time.sleep(0.5)
        return GOOD

    server.behave = think

    outcome = post(server.url, b"", {}, patient)

    assert (outcome.status, outcome.error) == (200, None)


def test_a_redirect_is_not_followed(server: Server) -> None:
    """Transport: what is allowed is one place, not where that points to."""

    def point_elsewhere(handler: Handler) -> None:
        handler.wfile.write(
            b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
        )

    server.behave = point_elsewhere

    outcome = post(server.url, b"", {}, LINE)

    assert (outcome.status, outcome.error) == (302, "HTTP status 302")


def test_a_long_answer_is_not_read_to_its_end(server: Server) -> None:
    """Transport: a receipt is short."""
    server.behave = lambda _: (200, b"x" * 5_000_000)

    outcome = post(server.url, b"", {}, LINE)

    assert (outcome.status, len(outcome.answer)) == (200, LONGEST_ANSWER)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", "Remote end closed connection without response"),
        (b"nonsense\r\n\r\n", "nonsense"),
    ],
)
def test_an_answer_that_is_none_is_told(server: Server, answer: bytes, error: str) -> None:
    """Transport: never raises."""

    def behave(handler: Handler) -> None:
        handler.wfile.write(answer)
        handler.close_connection = True

    server.behave = behave

    outcome = post(server.url, b"", {}, LINE)

    assert outcome.status is None
    assert error in (outcome.error or "")


def test_nobody_listens() -> None:
    """Transport: the line is told in a sentence, without the library's objects."""
    outcome = post("http://127.0.0.1:9", b"", {}, LINE)

    assert outcome.error is not None
    assert "Connection refused" in outcome.error
    assert "<" not in outcome.error


def test_what_is_not_allowed_is_not_connected_to(server: Server) -> None:
    """Transport: the operator's list is asked at each attempt."""
    outcome = post(server.url, b"", {}, Line(Allowed.read(["10.0.0.0/8"])))

    assert server.seen == []
    assert "INDICATORS_EXCHANGE_HOSTS" in (outcome.error or "")
