"""The queue: messages are put in with their cause, claimed one by one, and get their outcome.

At least once on the wire: an outcome that isn't recorded is tried again. The receiver knows a
message again by its id. Order is kept within a partner's stream: a message waits for the ones
before it, also for a dead one, until an administrator resends or cancels that; all of a stream
wait while it is held (see `streams.py`). One stream goes ahead of all others of its partner.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import text

from indicators_api.db.session import Session
from indicators_api.outbox import policy
from indicators_api.outbox.policy import Outcome, Verdict

#: The stream that goes ahead: whatever was put in after a message of it waits for that one too.
AHEAD: Final = "catalogue"

#: Of an answer as much is kept.
_KEPT = 4000

_ENQUEUE = text("""
    INSERT INTO delivery (jurisdiction_id, partner_id, message_id, kind, stream, path, body,
                          headers, state, attempts, created_at, due_at)
    SELECT :jurisdiction, m.partner_id, m.message_id, m.kind, m.stream, m.path, m.body,
           CAST(m.headers AS jsonb), 'waiting', 0, :at, :at
    FROM unnest(CAST(:partners AS int[]), CAST(:ids AS text[]), CAST(:kinds AS text[]),
                CAST(:streams AS text[]), CAST(:paths AS text[]), CAST(:bodies AS bytea[]),
                CAST(:headers AS text[]))
         WITH ORDINALITY AS m(partner_id, message_id, kind, stream, path, body, headers, n)
    ORDER BY m.n
    RETURNING id
""")
_CLAIM = f"""
    SELECT d.id, d.jurisdiction_id, d.message_id, d.kind, d.stream, d.path, d.body, d.headers,
           d.attempts, d.created_at, d.partner_id, p.code, p.base_url, p.authentication, p.secret,
           p.authorities, coalesce(l.failures, 0) AS failures
    FROM delivery d
    JOIN partner p ON p.jurisdiction_id = d.jurisdiction_id AND p.id = d.partner_id
    LEFT JOIN partner_line l ON l.jurisdiction_id = d.jurisdiction_id
                            AND l.partner_id = d.partner_id
    WHERE d.state = 'waiting' AND d.due_at <= :at AND p.switched_on
      AND (l.resting_until IS NULL OR l.resting_until <= :at) AND {{which}}
      AND NOT EXISTS (SELECT FROM unnest(CAST(:busy_in AS int[]), CAST(:busy AS int[]))
                           AS b(jurisdiction_id, partner_id)
                      WHERE b.jurisdiction_id = d.jurisdiction_id
                        AND b.partner_id = d.partner_id)
      AND NOT EXISTS (SELECT FROM delivery e
                      WHERE e.jurisdiction_id = d.jurisdiction_id
                        AND e.partner_id = d.partner_id AND e.stream IN (d.stream, '{AHEAD}')
                        AND e.id < d.id AND e.state IN ('waiting', 'dead'))
      AND NOT EXISTS (SELECT FROM held_stream h
                      WHERE h.jurisdiction_id = d.jurisdiction_id
                        AND h.partner_id = d.partner_id AND h.stream = d.stream)
    ORDER BY d.id LIMIT 1
    FOR UPDATE OF d SKIP LOCKED
"""
_CLAIM_ANY = text(_CLAIM.format(which="TRUE"))
#: Without looking through all that waits.
_CLAIM_NEXT = text(
    _CLAIM.format(
        which="d.jurisdiction_id = :jurisdiction AND d.partner_id = :partner"
        " AND d.stream = :stream AND d.id > :behind"
    )
)
#: While a line is bad, one at a time tries it; `busy` partners are being tried by another worker.
_HOLD_LINE = text("""
    SELECT partner_id FROM partner_line
    WHERE jurisdiction_id = :jurisdiction AND partner_id = :partner
    FOR UPDATE SKIP LOCKED
""")
_RECORD = text("""
    UPDATE delivery
    SET state = :state, attempts = :attempts, due_at = :due_at, delivered_at = :delivered_at,
        answer = CAST(:answer AS jsonb), error = :error
    WHERE id = :id
""")
_ATTEMPT = text("""
    INSERT INTO delivery_attempt (delivery_id, number, at, milliseconds, status, error)
    SELECT :id, coalesce(max(number), 0) + 1, :at, :milliseconds, :status, :error
    FROM delivery_attempt WHERE delivery_id = :id
""")
_LINE_IS_GOOD = text("""
    INSERT INTO partner_line (jurisdiction_id, partner_id, failures, succeeded_at)
    VALUES (:jurisdiction, :partner, 0, :at)
    ON CONFLICT (jurisdiction_id, partner_id)
    DO UPDATE SET failures = 0, resting_until = NULL, succeeded_at = excluded.succeeded_at
""")
_LINE_FAILED = text("""
    INSERT INTO partner_line (jurisdiction_id, partner_id, failures, resting_until, failed_at,
                              error)
    VALUES (:jurisdiction, :partner, :failures, :resting_until, :at, :error)
    ON CONFLICT (jurisdiction_id, partner_id)
    DO UPDATE SET failures = excluded.failures, resting_until = excluded.resting_until,
                  failed_at = excluded.failed_at, error = excluded.error
""")


class Message(NamedTuple):
    """What is to be delivered; see models/delivery.py."""

    partner_id: int
    message_id: str
    kind: str
    stream: str
    path: str
    body: bytes
    headers: Mapping[str, str]


class Claimed(NamedTuple):
    """A message that this transaction alone may deliver, and the partner as it is now."""

    id: int
    jurisdiction: int
    message_id: str
    kind: str
    stream: str
    path: str
    body: bytes
    headers: Mapping[str, str]
    #: Attempts before this one.
    attempts: int
    created_at: datetime
    partner_id: int
    partner: str
    base_url: str
    authentication: str
    secret: str | None
    authorities: str | None
    #: Of the line, since its last success.
    failures: int


class Attempted(NamedTuple):
    """What came of an attempt to deliver a message."""

    message: Claimed
    outcome: Outcome
    verdict: Verdict


def enqueue(
    session: Session, jurisdiction: int, messages: Sequence[Message], *, at: datetime
) -> list[int]:
    """Put messages into the outbox, in the transaction of their cause; give their ids in order."""
    if not messages:
        return []
    columns = list(zip(*messages, strict=True))
    names = ("partners", "ids", "kinds", "streams", "paths", "bodies")
    parameters: dict[str, Any] = {
        name: list(column) for name, column in zip(names, columns, strict=False)
    }
    parameters["headers"] = [json.dumps(dict(message.headers)) for message in messages]
    return list(session.scalars(_ENQUEUE, {"jurisdiction": jurisdiction, "at": at, **parameters}))


def claim(session: Session, *, at: datetime, after: Claimed | None = None) -> Claimed | None:
    """Take the first message that is due and has none before it; None: there is nothing to do.

    It stays locked until the transaction ends, whatever becomes of the process. `after` a message,
    the next one of its stream is looked for first.
    """
    busy: list[tuple[int, int]] = []
    while True:
        claimed = _first(session, at, after, busy)
        if claimed is None or claimed.failures < policy.FAILURES_BEFORE_REST:
            return claimed
        if _holds_line(session, claimed):
            return claimed
        busy.append((claimed.jurisdiction, claimed.partner_id))


def _first(
    session: Session, at: datetime, after: Claimed | None, busy: list[tuple[int, int]]
) -> Claimed | None:
    free = {"at": at, "busy_in": [one for one, _ in busy], "busy": [one for _, one in busy]}
    row = None
    if after is not None:
        line = {"jurisdiction": after.jurisdiction, "partner": after.partner_id}
        place = {**line, "stream": after.stream, "behind": after.id}
        row = session.execute(_CLAIM_NEXT, {**free, **place}).one_or_none()
    row = row or session.execute(_CLAIM_ANY, free).one_or_none()
    return Claimed(*row)._replace(body=bytes(row.body)) if row else None


def record(
    session: Session,
    claimed: Claimed,
    outcome: Outcome,
    *,
    at: datetime,
    chance: float,
    pace: float = 1.0,
) -> Verdict:
    """Write down what came of an attempt; give what that means.

    `chance` from 0 to 1 spreads the waits, `pace` multiplies them.
    """
    attempts = claimed.attempts + 1
    verdict = policy.verdict(outcome, attempts)
    states = {Verdict.TAKEN: "delivered", Verdict.AGAIN: "waiting", Verdict.DEAD: "dead"}
    again = policy.wait(attempts, chance, outcome.retry_after) * pace
    said = {"milliseconds": outcome.milliseconds, "status": outcome.status, "error": outcome.error}
    session.execute(_ATTEMPT, {"id": claimed.id, "at": at, **said})
    session.execute(
        _RECORD,
        {
            "id": claimed.id,
            "state": states[verdict],
            "attempts": attempts,
            "due_at": at + again if verdict is Verdict.AGAIN else at,
            "delivered_at": at if verdict is Verdict.TAKEN else None,
            "answer": _answer(outcome),
            "error": outcome.error,
        },
    )
    rest = policy.rest(claimed.failures + 1, chance)
    until = at + rest * pace if rest else None
    _note_line(session, claimed, outcome, at=at, resting_until=until)
    return verdict


def _holds_line(session: Session, claimed: Claimed) -> bool:
    line = {"jurisdiction": claimed.jurisdiction, "partner": claimed.partner_id}
    return session.execute(_HOLD_LINE, line).one_or_none() is not None


def _note_line(
    session: Session,
    claimed: Claimed,
    outcome: Outcome,
    *,
    at: datetime,
    resting_until: datetime | None,
) -> None:
    """Keep how the line is; a message that is refused for what it says tells nothing of it."""
    line = {"jurisdiction": claimed.jurisdiction, "partner": claimed.partner_id, "at": at}
    if policy.is_line_failure(outcome):
        more = {"failures": claimed.failures + 1, "resting_until": resting_until}
        session.execute(_LINE_FAILED, {**line, **more, "error": outcome.error})
    else:
        session.execute(_LINE_IS_GOOD, line)


def _answer(outcome: Outcome) -> str | None:
    """Keep the beginning of an answer, as JSON where it is some that a database can hold."""
    if outcome.status is None:
        return None
    words = outcome.answer[:_KEPT].decode("utf-8", "replace")
    words = words.replace("\0", "").replace("\\u0000", "\\ufffd")
    try:
        return _written(outcome.status, json.loads(words) if words else None)
    except (ValueError, RecursionError):
        return _written(outcome.status, words)


def _written(status: int, said: Any) -> str:
    """Write what jsonb takes. Raises ValueError for NaN, infinity and halves of characters."""
    text_ = json.dumps({"status": status, "body": said}, ensure_ascii=False, allow_nan=False)
    text_.encode()
    return text_
