"""Deliver: what waits goes out in order, is tried again, is given up, is never lost."""

import base64
import hashlib
import hmac
import json
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from indicators_api.exchange import worker
from indicators_api.exchange.worker import Settings
from indicators_api.outbox import policy, queries
from tests.callers import Clock
from tests.exchange.conftest import GOOD, Server, make_partner, message, put_in

REFUSED, BROKEN = (422, b'{"error": "schema"}'), (500, b"")


def states(session: Session) -> dict[str, str]:
    rows = session.execute(text("SELECT message_id, state FROM delivery ORDER BY id"))
    return {row[0].rpartition("m-")[2].partition("-")[2]: row[1] for row in rows}


def bodies(server: Server) -> list[int]:
    return [json.loads(body)["n"] for _, _, body in server.seen]


def test_messages_of_a_stream_go_out_in_their_order(
    session: Session, clock: Clock, server: Server, settings: Settings
) -> None:
    """Outbox: order is kept per partner and stream; the receiver can see it."""
    partner = make_partner(session, clock, f"{server.url}/exchange")
    put_in(session, clock, *[message(partner, n) for n in (1, 2, 3)])

    done = worker.work_off(settings)

    assert (done, bodies(server)) == (3, [1, 2, 3])
    paths, headers, _ = zip(*server.seen, strict=True)
    assert set(paths) == {"/exchange/packages"}
    sequence = [int(each["Message-Sequence"]) for each in headers]
    assert sequence == sorted(set(sequence))
    assert [each["Message-Id"].rpartition("-")[2] for each in headers] == ["1", "2", "3"]
    assert headers[0]["Message-Stream"] == "report_data/2024-07"
    assert set(states(session).values()) == {"delivered"}


def test_what_fails_is_tried_again_later_and_holds_up_its_stream_alone(
    session: Session, clock: Clock, server: Server, settings: Settings
) -> None:
    """Outbox: exponential back-off; another stream goes on."""
    partner = make_partner(session, clock, server.url)
    put_in(session, clock, message(partner, 1), message(partner, 2), message(partner, 3, "kpi/1"))
    server.behave = lambda _: BROKEN if len(server.seen) == 1 else GOOD

    worker.work_off(settings)
    at_once = bodies(server)
    clock.forward(seconds=policy.FIRST_WAIT + 1)
    worker.work_off(settings)

    assert (at_once, bodies(server)) == ([1, 3], [1, 3, 1, 2])
    (first, *_) = queries.deliveries(session, 1, queries.Filter(), limit=10)[::-1]
    tried = queries.attempts(session, first.id)
    assert [(each.number, each.status, each.error) for each in tried] == [
        (1, 500, "HTTP status 500"),
        (2, 200, None),
    ]
    assert first.answer == {"status": 200, "body": {"receipt": "R-1"}}


def test_data_waits_for_the_catalogues_that_were_put_in_before_it(
    session: Session, clock: Clock, server: Server, settings: Settings
) -> None:
    """Exchange: catalogues go before data, across streams; what was put in before them goes on."""
    partner = make_partner(session, clock, server.url)
    other = make_partner(session, clock, server.url, code="OTHER")
    early, late = message(partner, 1, "kpi/1"), message(partner, 3)
    put_in(session, clock, early, message(partner, 2, "catalogue"), late, message(other, 4))
    server.behave = lambda _: REFUSED if bodies(server)[-1] == 2 else GOOD

    worker.work_off(settings)
    while_dead = sorted(bodies(server))
    dead = queries.deliveries(session, 1, queries.Filter(state="dead"), limit=1)[0].message_id
    server.behave = lambda _: GOOD
    queries.resend(session, 1, dead, at=clock())
    session.commit()
    worker.work_off(settings)

    assert while_dead == [1, 2, 4]
    assert bodies(server)[3:] == [2, 3]


def test_what_a_partner_refuses_is_dead_until_somebody_looks_at_it(
    session: Session, clock: Clock, server: Server, settings: Settings
) -> None:
    """Outbox: dead letters hold their stream up; resent or cancelled, it goes on."""
    partner = make_partner(session, clock, server.url)
    put_in(session, clock, message(partner, 1), message(partner, 2))
    server.behave = lambda _: REFUSED
    worker.work_off(settings)
    clock.forward(hours=24)
    worker.work_off(settings)
    refused = bodies(server)
    server.behave = lambda _: GOOD
    first = queries.deliveries(session, 1, queries.Filter(state="dead"), limit=1)[0].message_id

    assert queries.resend(session, 1, first, at=clock())
    assert not queries.resend(session, 1, first, at=clock())
    session.commit()
    worker.work_off(settings)

    assert (refused, bodies(server)) == ([1], [1, 1, 2])
    assert not queries.cancel(session, 1, first)


def test_a_cancelled_message_lets_those_behind_it_go(
    session: Session, clock: Clock, server: Server, settings: Settings
) -> None:
    """Outbox: an administrator gives a message up."""
    partner = make_partner(session, clock, server.url)
    put_in(session, clock, message(partner, 1), message(partner, 2))
    first = queries.deliveries(session, 1, queries.Filter(), limit=2)[1].message_id

    assert queries.cancel(session, 1, first)
    session.commit()
    worker.work_off(settings)

    assert bodies(server) == [2]


def test_after_many_attempts_a_message_is_given_up(
    session: Session, clock: Clock, server: Server, settings: Settings
) -> None:
    """Outbox: attempts are bounded."""
    partner = make_partner(session, clock, server.url)
    put_in(session, clock, message(partner, 1))
    server.behave = lambda _: (409, b"")

    for _ in range(policy.MOST_ATTEMPTS + 3):
        worker.work_off(settings)
        clock.forward(hours=2)

    assert len(server.seen) == policy.MOST_ATTEMPTS
    assert list(states(session).values()) == ["dead"]


def test_a_bad_line_rests_then_one_message_tries_it(
    session: Session, clock: Clock, server: Server, settings: Settings
) -> None:
    """Outbox: a circuit for each partner; others aren't held up."""
    bad = make_partner(session, clock, server.url)
    put_in(session, clock, *[message(bad, n, f"s/{n}") for n in range(8)])
    server.behave = lambda _: BROKEN

    worker.work_off(settings)
    while_bad = len(server.seen)
    other = make_partner(session, clock, server.url, code="OTHER")
    put_in(session, clock, message(other, 9))
    server.behave = lambda _: GOOD
    worker.work_off(settings)
    others = bodies(server)[while_bad:]
    clock.forward(seconds=policy.LONGEST_REST)
    worker.work_off(settings)

    assert while_bad == policy.FAILURES_BEFORE_REST
    assert others == [9]
    assert set(states(session).values()) == {"delivered"}


def test_what_waits_for_a_partner_that_is_switched_off_goes_on_waiting(
    session: Session, clock: Clock, server: Server, settings: Settings
) -> None:
    """Partners: switched on or off."""
    partner = make_partner(session, clock, server.url, switched_on=False)
    put_in(session, clock, message(partner, 1))

    off = worker.work_off(settings)
    make_partner(session, clock, server.url)
    session.commit()
    on = worker.work_off(settings)

    assert (off, on) == (0, 1)


def test_a_partner_asks_for_time_and_is_given_it(
    session: Session, clock: Clock, server: Server, settings: Settings
) -> None:
    """Outbox: `Retry-After` is heard."""
    partner = make_partner(session, clock, server.url)
    put_in(session, clock, message(partner, 1))

    def busy(handler: object) -> None:
        handler.wfile.write(  # type: ignore[attr-defined]
            b"HTTP/1.1 429 Busy\r\nRetry-After: 1800\r\nContent-Length: 0\r\n\r\n"
        )

    server.behave = busy
    worker.work_off(settings)
    server.behave = lambda _: GOOD
    clock.forward(seconds=1790)
    early = worker.work_off(settings)
    clock.forward(seconds=20)
    late = worker.work_off(settings)

    assert (early, late) == (0, 1)


def test_a_bearer_shows_its_token_from_a_file(
    session: Session, clock: Clock, server: Server, settings: Settings, tmp_path: Path
) -> None:
    """Partners: secrets are in files or the environment."""
    (tmp_path / "vpcp").write_text("the-token\n")
    partner = make_partner(
        session,
        clock,
        server.url,
        authentication="bearer",
        secret="file:vpcp",  # noqa: S106 - a name
    )
    put_in(session, clock, message(partner, 1))

    worker.work_off(settings)

    assert server.seen[0][1]["Authorization"] == "Bearer the-token"


def test_a_signature_of_standard_webhooks_is_made_at_each_attempt(
    session: Session,
    clock: Clock,
    server: Server,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Partners: HMAC over id, moment and body."""
    key = b"0123456789abcdef0123456789abcdef"
    monkeypatch.setenv("EXCHANGE_SECRET_IOC", f"whsec_{base64.b64encode(key).decode()}")
    partner = make_partner(
        session,
        clock,
        server.url,
        authentication="hmac",
        secret="env:EXCHANGE_SECRET_IOC",  # noqa: S106 - a name
    )
    put_in(session, clock, message(partner, 1))

    worker.work_off(settings)

    _, headers, body = server.seen[0]
    signed = f"{headers['webhook-id']}.{int(clock().timestamp())}.".encode() + body
    digest = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-timestamp"] == str(int(clock().timestamp()))
    assert headers["webhook-signature"] == f"v1,{digest}"


def test_a_missing_secret_is_told_and_nothing_is_sent(
    session: Session, clock: Clock, server: Server, settings: Settings
) -> None:
    """Partners: what the operator has not provided."""
    partner = make_partner(
        session,
        clock,
        server.url,
        authentication="bearer",
        secret="file:none",  # noqa: S106 - a name
    )
    put_in(session, clock, message(partner, 1))

    worker.work_off(settings)

    (waiting,) = queries.deliveries(session, 1, queries.Filter(), limit=2)
    assert server.seen == []
    assert (waiting.state, "file:none" in (waiting.error or "")) == ("waiting", True)


def test_every_attempt_is_in_the_sharing_log(
    session: Session, clock: Clock, server: Server, settings: Settings
) -> None:
    """Sharing log: pushes and packages; who, what, how much, and what was answered."""
    partner = make_partner(session, clock, server.url)
    put_in(session, clock, message(partner, 1), message(partner, 2))
    server.behave = lambda _: BROKEN if len(server.seen) == 1 else REFUSED
    worker.work_off(settings)
    clock.forward(minutes=1)
    worker.work_off(settings)
    server.behave = lambda _: GOOD
    first = queries.deliveries(session, 1, queries.Filter(state="dead"), limit=1)[0].message_id
    queries.cancel(session, 1, first)
    session.commit()
    worker.work_off(settings)

    rows = session.execute(
        text("SELECT kind, who, role, asked, status, size, state FROM sharing ORDER BY id")
    ).all()
    assert [(row.status, row.state) for row in rows] == [
        *((500, "failed"), (422, "refused")),
        (200, "answered"),
    ]
    assert {row[:3] for row in rows} == {("package", "VPCP", "partner")}
    assert rows[0].asked.startswith("report_data report_data/2024-07 m-")
    assert {row.size for row in rows} == {len(b'{"n": 1}')}


@pytest.mark.parametrize(
    "answer",
    [
        b'{"a": "\\u0000"}',
        b'{"a": "\\ud800"}',
        b'{"a": 1e999}',
        b'{"a": NaN}',
        b'"\x00"',
        b"\xff\xfe",
        b"[" * 3000,
        b"1" * 4000,
    ],
)
def test_no_answer_keeps_what_came_of_a_message_from_being_recorded(
    session: Session, clock: Clock, server: Server, settings: Settings, answer: bytes
) -> None:
    """Outbox: what a database can't hold in an answer would else send the message for ever."""
    partner = make_partner(session, clock, server.url)
    put_in(session, clock, message(partner, 1))
    server.behave = lambda _: (200, answer)

    worker.work_off(settings)

    (kept,) = queries.deliveries(session, 1, queries.Filter(), limit=2)
    assert (kept.state, len(server.seen)) == ("delivered", 1)
    assert kept.answer is not None
    assert kept.answer["status"] == 200


def test_no_error_keeps_what_came_of_a_message_from_being_recorded(
    session: Session, clock: Clock, server: Server, settings: Settings
) -> None:
    """Outbox: a line that is no HTTP may hold anything."""
    partner = make_partner(session, clock, server.url)
    put_in(session, clock, message(partner, 1))
    server.behave = lambda handler: handler.wfile.write(b"\x00\x01 \x85nonsense\r\n\r\n") and None

    worker.work_off(settings)

    (kept,) = queries.deliveries(session, 1, queries.Filter(), limit=2)
    assert (kept.state, kept.attempts) == ("waiting", 1)
    assert "nonsense" in (kept.error or "")
