"""Push events: each once, in order, signed; a receiver that does not take them is left in peace."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from indicators_api.api.context import wall_clock
from indicators_api.audit import numbering
from indicators_api.cli.openapi import contract
from indicators_api.db.session import Database
from indicators_api.exchange import fanout, worker
from indicators_api.exchange.fanout import Portion, fan_out
from indicators_api.exchange.worker import Duty
from indicators_api.outbox import policy
from tests.callers import Caller, Clock
from tests.exchange.conftest import GOOD
from tests.exchange.pushing import HOOK, SECRET, Push
from tests.factories import NEIGHBOUR, VILLAGE, WARD, MakeReport, done

CONNECTING = Path(__file__).resolve().parents[2] / "docs" / "CONNECTING.md"
CODE = re.compile(r"<!-- tested -->\n *```python\n(?P<code>.*?) *```", re.DOTALL)

REFUSED, GONE, BROKEN = (422, b"{}"), (410, b""), (500, b"")


def test_a_subscriber_is_told_what_the_feed_tells(
    push: Push, make_report: MakeReport, operations: Caller
) -> None:
    """Events: the same words as `/changes`, in the same order, to the path below the address."""
    make_report(unit=NEIGHBOUR)
    start = done(operations.get("/changes?limit=5000"))["next"]
    number = push.subscribe()
    make_report(state="accepted")
    make_report(unit=VILLAGE)

    push.run()
    push.run()

    feed = done(operations.get(f"/changes?after={start}"))["data"]
    assert [body["data"] for body in push.bodies()] == feed
    assert push.told() == [("sent", WARD), ("accepted", WARD), ("sent", VILLAGE)]
    assert [body["timestamp"] for body in push.bodies()] == [event["at"] for event in feed]
    assert {path for path, _, _ in push.server.seen} == {f"/ioc{HOOK}"}
    ids = [headers["webhook-id"] for _, headers, _ in push.server.seen]
    assert ids == [f"event-{number}-{event['id']}" for event in feed]


def test_a_signature_is_checked_as_the_documentation_says(
    push: Push, make_report: MakeReport
) -> None:
    """Standard Webhooks: id, moment and body are signed; the documented code is right."""
    push.settings = push.settings._replace(clock=wall_clock)
    push.subscribe()
    make_report()
    push.run()
    ((_, headers, body),) = push.server.seen
    said = CODE.search(CONNECTING.read_text(encoding="utf-8"))
    assert said is not None
    names: dict[str, Any] = {}
    exec(re.sub("^   ", "", said["code"], flags=re.MULTILINE), names)  # noqa: S102 - our own
    demand_signed = names["demand_signed"]

    demand_signed(headers, body, SECRET)

    for other in (
        ({**headers, "webhook-id": "event-1-other"}, body, SECRET),
        (
            {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 1)},
            body,
            SECRET,
        ),
        ({**headers, "webhook-timestamp": "1720000000"}, body, SECRET),
        (headers, body + b" ", SECRET),
        (headers, body, "whsec_" + "QUFB" * 8),
    ):
        with pytest.raises(ValueError, match=r"It is old|Somebody else"):
            demand_signed(*other)
    assert len(said["code"].strip().splitlines()) <= 12


def test_what_is_pushed_is_as_the_contract_says(push: Push, make_report: MakeReport) -> None:
    """The contract: events and tests, in the OpenAPI document under `webhooks`."""
    document = json.loads(contract())
    (content,) = document["webhooks"]["event"]["post"]["requestBody"]["content"].values()
    schema = {**content["schema"], "components": document["components"]}
    validator = jsonschema_rs.Draft202012Validator(schema)
    number = push.subscribe()
    make_report(state="accepted")
    more = {"period": "2024-07", "units": [VILLAGE], "due": "2024-07-30", "reason": "Storm"}
    done(push.administrator.post("/deadline-exceptions", more))
    push.take(number, "test")

    push.run()

    for body in [*push.bodies(), content["example"]]:
        validator.validate(body)
    told = {body["type"] for body in push.bodies()}
    assert told == {"sent", "accepted", "deadline_changed", "test"}
    with pytest.raises(jsonschema_rs.ValidationError):
        validator.validate({**content["example"], "test": True})


def test_a_subscription_tells_from_a_moment_on(
    push: Push, make_report: MakeReport, clock: Clock
) -> None:
    """Subscriptions: `from` a moment; else from now on."""
    clock.now = wall_clock()  # the reference data was loaded just before
    make_report(unit=NEIGHBOUR)
    clock.forward(minutes=1)
    moment = clock()
    make_report(unit=VILLAGE)
    clock.forward(minutes=1)
    make_report(unit=WARD)

    push.subscribe(**{"from": moment.isoformat()})
    push.subscribe(path="/now", **{"from": "now"})
    push.run()
    make_report(unit="H59.21.13")
    push.run()

    by_path: dict[str, list[str]] = {}
    for path, _, body in push.server.seen:
        by_path.setdefault(path, []).append(json.loads(body)["data"]["unit"])
    assert by_path == {f"/ioc{HOOK}": [VILLAGE, WARD, "H59.21.13"], "/ioc/now": ["H59.21.13"]}


def test_what_dies_between_journal_and_outbox_has_done_nothing(
    push: Push, make_report: MakeReport, session: Session
) -> None:
    """Decision 15: message and position are written together, once."""
    number = push.subscribe()
    make_report(state="accepted")
    numbering.number(push.settings.database, 1)
    count = text("SELECT count(*) FROM delivery")

    died = fanout.advance(session, 1, number, at=push.settings.clock())
    there = session.scalar(count)
    session.rollback()
    left = session.scalar(count)
    session.rollback()
    again = [push.put_out(), push.put_out()]
    push.run()

    assert (died.put, there, left, again) == (2, 2, 0, [2, 0])
    assert push.told() == [("sent", WARD), ("accepted", WARD)]


def test_what_waits_has_a_bound_and_the_rest_follows(push: Push, make_report: MakeReport) -> None:
    """Decision 15: a receiver that is far behind does not fill the outbox."""
    number = push.subscribe()
    for unit in (WARD, NEIGHBOUR, VILLAGE):
        make_report(unit=unit, state="accepted")
    small = Portion(batch=2, ahead=3)

    def put_all(database: Database, at: datetime, jurisdiction: int) -> int:
        return fan_out(database, jurisdiction, at=at, portion=small)

    put = [push.put_out(small), push.put_out(small)]
    waiting = push.look(number)["waiting"]
    done = worker.run_once(push.settings, [Duty("", timedelta(0), put_all)])

    assert (put, waiting, done) == ([4, 0], 4, 6)
    units = [unit for unit in (WARD, NEIGHBOUR, VILLAGE) for _ in range(2)]
    assert push.told() == list(zip(["sent", "accepted"] * 3, units, strict=True))


@pytest.mark.parametrize(
    ("answer", "because"),
    [
        (REFUSED, "Bên nhận đã từ chối một sự kiện."),
        (GONE, "Bên nhận trả lời rằng không muốn nhận thêm sự kiện (410)."),
    ],
)
def test_a_receiver_that_refuses_is_left_in_peace(
    push: Push, make_report: MakeReport, answer: tuple[int, bytes], because: str, clock: Clock
) -> None:
    """Subscriptions: paused with a visible reason; what waits goes on waiting, nothing is added."""
    number = push.subscribe()
    other = push.subscribe(path="/other")
    make_report(state="accepted")
    push.server.behave = lambda handler: GOOD if handler.path == "/ioc/other" else answer

    push.run()
    make_report(unit=VILLAGE)
    clock.forward(days=2)
    push.run()

    paused = push.look(number)
    tried = [path for path, _, _ in push.server.seen]
    assert tried.count(f"/ioc{HOOK}") == 1
    assert (paused["state"], paused["paused_because"]) == ("paused", because)
    assert (paused["waiting"], paused["dead"]) == (1, 1)
    assert paused["held_up_by"] == push.server.seen[0][1]["webhook-id"]
    assert tried.count("/ioc/other") == 3
    assert push.look(other)["state"] == "active"


def test_an_event_that_does_not_get_through_pauses_too(
    push: Push, make_report: MakeReport, clock: Clock
) -> None:
    """Subscriptions: given up after twelve attempts."""
    number = push.subscribe()
    make_report()
    push.server.behave = lambda _: BROKEN

    for _ in range(policy.MOST_ATTEMPTS):
        before = push.look(number)["state"]
        push.run()
        clock.forward(hours=2)

    paused = push.look(number)
    assert (before, paused["state"]) == ("active", "paused")
    assert paused["paused_because"] == "Một sự kiện không gửi được dù đã thử nhiều lần."


def broken_then_mended(push: Push, make_report: MakeReport) -> int:
    """Have the first of two events refused, and a third happen meanwhile."""
    number = push.subscribe()
    make_report(state="accepted")
    push.server.behave = lambda _: REFUSED
    push.run()
    make_report(unit=VILLAGE)
    push.server.behave = lambda _: GOOD
    push.server.seen.clear()
    return number


def test_resumed_it_goes_on_in_order_with_the_event_that_was_refused(
    push: Push, make_report: MakeReport
) -> None:
    """Subscriptions: the dead one first, then those that waited, then what happened meanwhile."""
    number = broken_then_mended(push, make_report)

    resumed = push.take(number, "resume")
    push.run()

    assert (resumed["state"], resumed["paused_because"], resumed["dead"]) == ("active", None, 0)
    assert push.told() == [("sent", WARD), ("accepted", WARD), ("sent", VILLAGE)]


def test_resumed_it_leaves_the_refused_event_out_where_told(
    push: Push, make_report: MakeReport
) -> None:
    """Subscriptions: skipped with an explicit option."""
    number = broken_then_mended(push, make_report)

    push.take(number, "resume", skip=True)
    push.run()

    assert push.told() == [("accepted", WARD), ("sent", VILLAGE)]


def test_a_message_that_was_looked_at_alone_waits_for_its_subscription(
    push: Push, make_report: MakeReport
) -> None:
    """Subscriptions: a dead event resent by hand goes out when the subscription is resumed."""
    number = broken_then_mended(push, make_report)
    held_up_by = push.look(number)["held_up_by"]

    done(push.administrator.post(f"/deliveries/{held_up_by}/resend"))
    push.run()
    while_paused = push.told()
    push.take(number, "resume")
    push.run()

    assert while_paused == []
    assert push.told() == [("sent", WARD), ("accepted", WARD), ("sent", VILLAGE)]


def test_what_waits_for_a_paused_subscription_waits_and_goes_to_its_new_path(
    push: Push, make_report: MakeReport, session: Session
) -> None:
    """Subscriptions: paused by hand between outbox and receiver; nothing is cancelled."""
    number = push.subscribe()
    make_report(state="accepted")
    push.put_out()
    make_report(unit=VILLAGE)
    numbering.number(push.settings.database, 1)
    push.take(number, "pause", reason="Bảo trì 100%")

    push.run()
    while_paused, waiting = push.told(), push.look(number)
    # As a worker that saw it active a moment ago.
    skipped = fanout.advance(session, 1, number, at=push.settings.clock())
    session.rollback()
    done(push.administrator.patch(f"/subscriptions/{number}", {"path": "/new"}))
    push.take(number, "resume")
    push.run()

    assert (while_paused, waiting["waiting"], skipped) == ([], 2, (0, False))
    assert waiting["paused_because"] == "Bảo trì 100%"
    assert push.told() == [("sent", WARD), ("accepted", WARD), ("sent", VILLAGE)]
    assert {path for path, _, _ in push.server.seen} == {"/ioc/new"}


def test_an_ended_subscription_tells_nothing_more(push: Push, make_report: MakeReport) -> None:
    """Subscriptions: ended for good, what waits is cancelled."""
    number = push.subscribe()
    make_report(state="accepted")
    push.put_out()

    answer = push.administrator.delete(f"/subscriptions/{number}")
    make_report(unit=VILLAGE)
    push.run()

    assert answer.status_code == 204
    assert push.told() == []
    listed = done(push.administrator.get("/deliveries?partner=IOC"))["data"]
    assert [each["state"] for each in listed] == ["cancelled", "cancelled"]
    assert push.subscribe() == number + 1


def test_a_test_says_so_and_waits_for_nothing(push: Push, make_report: MakeReport) -> None:
    """Subscriptions: a test delivery, while events wait, and also while it is paused."""
    number = broken_then_mended(push, make_report)

    sent = push.take(number, "test")
    push.run()
    push.server.behave = lambda _: REFUSED
    refused = push.take(number, "test")
    push.run()
    push.take(number, "resume")

    at = "2024-07-16T09:00:00+07:00"
    test = {"type": "test", "timestamp": at, "test": True, "data": {"subscription": number}}
    assert push.bodies() == [test, test]
    assert push.server.seen[0][1]["Message-Kind"] == "event"
    assert sent["message_id"] != refused["message_id"]
    found = done(push.administrator.get(f"/deliveries/{refused['message_id']}"))
    assert (found["state"], found["answer"]["status"]) == ("dead", 422)
    assert push.look(number)["state"] == "active"
