"""The worker: delivers what waits in the outbox, and looks after what time brings.

More than one may run. Whatever dies at whatever moment, nothing is lost and nothing overtaken: a
message is locked while it is under way, and what wasn't written down is delivered again.
"""

import logging
import random
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import product
from pathlib import Path
from typing import Final, NamedTuple

from indicators_api.addresses import Allowed
from indicators_api.audit import sharing
from indicators_api.audit.sharing import Shared
from indicators_api.catalogue.jurisdictions import jurisdictions
from indicators_api.db.session import Database
from indicators_api.errors import DomainError
from indicators_api.exchange import consequences, dressing
from indicators_api.exchange.kinds import EVENT
from indicators_api.exchange.transport import post
from indicators_api.outbox import queue
from indicators_api.outbox.policy import Outcome
from indicators_api.outbox.queue import Attempted, Claimed

log = logging.getLogger(__name__)

#: Seconds between looks where nothing waited, and after the database failed.
PAUSE: Final = 1.0
#: Seconds: however short the waits are made.
SHORTEST_TIMEOUT: Final = 2.0


class Duty(NamedTuple):
    """What is done again and again, for each jurisdiction; it gives how much it did."""

    name: str
    every: timedelta
    do: Callable[[Database, datetime, int], int]


class Settings(NamedTuple):
    """What the worker works with."""

    database: Database
    clock: Callable[[], datetime]
    allowed: Allowed
    secrets: Path
    #: All waits are multiplied by it; less than 1 for tests alone.
    pace: float = 1.0


def deliver(settings: Settings, after: Claimed | None = None) -> Claimed | None:
    """Deliver one message that is due; give it, or None where there is none.

    The transaction stays open while the partner answers: its lock is what keeps other workers away,
    and what the database lets go of when this one dies.
    """
    with settings.database.writing() as session:
        message = queue.claim(session, at=settings.clock(), after=after)
        if message is None:
            return None
        outcome = attempt(settings, message)
        verdict = queue.record(
            session,
            message,
            outcome,
            at=settings.clock(),
            chance=random.random(),  # noqa: S311 - spreads waits, guards nothing
            pace=settings.pace,
        )
        tried = Attempted(message, outcome, verdict)
        consequences.follow(session, tried, at=settings.clock())
        sharing.note(session, shared(tried, at=settings.clock()))
    log.info(
        "delivery",
        extra={
            "partner": message.partner,
            "kind": message.kind,
            "message_id": message.message_id,
            "verdict": str(verdict),
            "status": outcome.status,
            "error": outcome.error,
            "milliseconds": outcome.milliseconds,
        },
    )
    return message


def attempt(settings: Settings, message: Claimed) -> Outcome:
    """Send a message once; what the operator has not provided is an outcome too."""
    try:
        worn = dressing.headers(message, settings.secrets, at=settings.clock())
        line = dressing.line(message, settings.secrets, settings.allowed)
    except DomainError as error:
        return Outcome(None, b"", str(error), 0)
    line = line._replace(timeout=max(SHORTEST_TIMEOUT, line.timeout * settings.pace))
    return post(f"{message.base_url}{message.path}", message.body, worn, line)


def shared(tried: Attempted, *, at: datetime) -> Shared:
    """Give the row of the sharing log for an attempt: what may have been read counts as sent."""
    message, outcome = tried.message, tried.outcome
    refused = outcome.status is not None and outcome.status < HTTPStatus.INTERNAL_SERVER_ERROR
    failed = "refused" if refused else "failed"
    return Shared(
        jurisdiction=message.jurisdiction,
        at=at,
        kind="push" if message.kind == EVENT else "package",
        token_id=None,
        who=message.partner,
        role="partner",
        asked=f"{message.kind} {message.stream} {message.message_id}",
        status=outcome.status,
        size=len(message.body),
        state="answered" if outcome.error is None else failed,
        request_id=None,
    )


def work_off(settings: Settings) -> int:
    """Deliver until nothing more is due; give how many attempts that were."""
    done, last = 0, None
    while (last := deliver(settings, last)) is not None:
        done += 1
    return done


def run_once(settings: Settings, duties: Sequence[Duty]) -> int:
    """Do the duties and deliver until nothing more is due; give how many attempts that were."""
    done = 0
    while True:
        for duty, jurisdiction in product(duties, _jurisdictions(settings)):
            duty.do(settings.database, settings.clock(), jurisdiction)
        attempts = work_off(settings)
        done += attempts
        if not attempts:
            return done


def run(settings: Settings, duties: Sequence[Duty], *, threads: int, stop: threading.Event) -> None:
    """Work until told to stop; what is under way then is finished."""
    hands = [
        threading.Thread(target=_deliver_on, args=(settings, stop), name=f"deliver-{n}")
        for n in range(threads)
    ]
    for hand in hands:
        hand.start()
    next_time: dict[str, datetime] = {}
    while not stop.is_set():
        now = settings.clock()
        due = [duty for duty in duties if now >= next_time.get(duty.name, now)]
        if due:
            _do_all(settings, due)
            next_time |= {duty.name: settings.clock() + duty.every for duty in due}
        stop.wait(PAUSE * settings.pace)
    for hand in hands:
        hand.join()


def _jurisdictions(settings: Settings) -> list[int]:
    with settings.database.reading() as session:
        return [each.id for each in jurisdictions(session)]


def _do_all(settings: Settings, duties: Sequence[Duty]) -> None:
    """Do duties for each jurisdiction: what fails in one is none of the others' business."""
    try:
        found = _jurisdictions(settings)
    except Exception:
        log.exception("duties failed")
        return
    for duty, jurisdiction in product(duties, found):
        told = {"duty": duty.name, "jurisdiction": jurisdiction}
        try:
            done = duty.do(settings.database, settings.clock(), jurisdiction)
        except Exception:
            log.exception("duty failed", extra=told)
        else:
            if done:
                log.info("duty", extra={**told, "done": done})


def _deliver_on(settings: Settings, stop: threading.Event) -> None:
    last: Claimed | None = None
    while not stop.is_set():
        try:
            last = deliver(settings, last)
        except Exception:
            log.exception("delivery failed")
            last = None
        if last is None:
            stop.wait(PAUSE * settings.pace)
