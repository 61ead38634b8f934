"""A stream as a whole: held back and let go, sent elsewhere, given up."""

import json

import pytest
from sqlalchemy.orm import Session

from indicators_api.exchange import worker
from indicators_api.exchange.worker import Settings
from indicators_api.outbox import queries, queue, streams
from indicators_api.outbox.policy import Outcome
from indicators_api.outbox.streams import Stream
from tests.callers import Clock
from tests.exchange.conftest import Server, make_partner, message, put_in

NAME = "report_data/2024-07"


@pytest.fixture
def stream(session: Session, clock: Clock, server: Server) -> Stream:
    """Three messages of a stream, the first of which was refused, and one of another."""
    partner = make_partner(session, clock, server.url)
    put_in(session, clock, *[message(partner, n) for n in (1, 2, 3)])
    put_in(session, clock, message(partner, 9, "other/1"))
    first = queue.claim(session, at=clock())
    assert first is not None
    queue.record(session, first, Outcome(422, b"", "HTTP status 422", 1), at=clock(), chance=0)
    session.commit()
    return Stream(1, partner, NAME)


def numbers(server: Server) -> list[int]:
    return [json.loads(body)["n"] for _, _, body in server.seen]


def states(session: Session) -> list[str]:
    listed = queries.deliveries(session, 1, queries.Filter(), limit=10)
    return [each.state for each in listed[::-1]]


def test_a_held_stream_waits_and_goes_on_from_where_it_stopped(
    session: Session, clock: Clock, server: Server, settings: Settings, stream: Stream
) -> None:
    """Outbox: held, also for what is put in later; other streams go on."""
    streams.hold(session, stream, at=clock())
    streams.hold(session, stream, at=clock())
    streams.resend_dead(session, stream, at=clock())
    put_in(session, clock, message(stream.partner, 4))
    worker.work_off(settings)
    while_held = numbers(server)

    streams.let_go(session, stream)
    session.commit()
    worker.work_off(settings)

    assert (while_held, numbers(server)) == ([9], [9, 1, 2, 3, 4])


def test_the_dead_of_a_stream_are_skipped(
    session: Session, server: Server, settings: Settings, stream: Stream
) -> None:
    """Outbox: given up, so that those behind them go on."""
    streams.cancel_dead(session, stream)
    session.commit()
    worker.work_off(settings)

    assert numbers(server) == [2, 3, 9]
    assert states(session) == ["cancelled", "delivered", "delivered", "delivered"]


def test_a_stream_is_given_up(
    session: Session, server: Server, settings: Settings, stream: Stream
) -> None:
    """Outbox: what isn't delivered is cancelled, of this stream alone."""
    streams.cancel(session, stream)
    session.commit()
    worker.work_off(settings)

    assert numbers(server) == [9]
    assert states(session) == ["cancelled", "cancelled", "cancelled", "delivered"]


def test_a_stream_is_sent_elsewhere(
    session: Session, clock: Clock, server: Server, settings: Settings, stream: Stream
) -> None:
    """Outbox: what isn't delivered goes to the new path, of this stream alone."""
    streams.readdress(session, stream, "/elsewhere")
    streams.resend_dead(session, stream, at=clock())
    session.commit()
    worker.work_off(settings)

    paths = {json.loads(body)["n"]: path for path, _, body in server.seen}
    assert paths == {1: "/elsewhere", 2: "/elsewhere", 3: "/elsewhere", 9: "/packages"}
