"""What was sent: packages, how their delivery stands, and what became of them at the partner."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text

from indicators_api.db.session import Session
from indicators_api.periods import Period

#: Of no period, as catalogues are.
NO_PERIOD = 0

_SENT = text("""
    SELECT p.kind, p.period_id, p.number, p.message_id, p.digest, d.state, p.status, p.built_at
    FROM package p
    JOIN delivery d ON d.id = p.delivery_id
    WHERE p.jurisdiction_id = :jurisdiction AND p.partner_id = :partner
      AND p.period_id = ANY(CAST(:periods AS int[]))
    ORDER BY p.kind, p.period_id, p.number
""")
_LAST_BUILT = text("""
    SELECT period_id, max(built_at) FROM package
    WHERE jurisdiction_id = :jurisdiction AND partner_id = :partner
      AND kind = ANY(CAST(:kinds AS text[]))
    GROUP BY period_id ORDER BY period_id
""")
_ADD = text("""
    INSERT INTO package (jurisdiction_id, partner_id, kind, period_id, number, message_id,
                         delivery_id, digest, built_at)
    SELECT :jurisdiction, :partner, n.kind, n.period_id, n.number, n.message_id, n.delivery_id,
           n.digest, :at
    FROM unnest(CAST(:kinds AS text[]), CAST(:periods AS int[]), CAST(:numbers AS int[]),
                CAST(:message_ids AS text[]), CAST(:deliveries AS bigint[]),
                CAST(:digests AS bytea[]))
         AS n(kind, period_id, number, message_id, delivery_id, digest)
""")
_LIST = text("""
    SELECT p.message_id, p.kind, p.period_id, p.number, p.built_at, d.state, d.attempts,
           d.delivered_at, d.answer, d.error, p.status, p.status_at, p.status_note, p.delivery_id
    FROM package p
    JOIN delivery d ON d.id = p.delivery_id
    WHERE p.jurisdiction_id = :jurisdiction AND p.partner_id = :partner
      AND (CAST(:before AS bigint) IS NULL OR p.delivery_id < :before)
    ORDER BY p.delivery_id DESC LIMIT :limit
""")
# Messages may overtake each other: what the partner said later stays, whenever it comes. Of two of
# one moment, that it has arrived is the earlier.
_SET_STATUS = text("""
    UPDATE package p
    SET status = :status, status_at = :at, status_note = :note
    WHERE p.jurisdiction_id = :jurisdiction AND p.partner_id = :partner
      AND p.message_id = :message_id
      AND (p.status_at IS NULL OR p.status_at < :at
           OR (p.status_at = :at AND p.status = 'received'))
""")
_IS_THERE = text("""
    SELECT EXISTS (SELECT FROM package
                   WHERE jurisdiction_id = :jurisdiction AND partner_id = :partner
                     AND message_id = :message_id)
""")


class Sent(NamedTuple):
    """A package that was put into the outbox; see models/package.py."""

    kind: str
    period_id: int
    number: int
    message_id: str
    digest: bytes
    #: Of its delivery.
    delivery: str
    status: str | None
    built_at: datetime

    @property
    def is_void(self) -> bool:
        """Whether it was cancelled, or the partner has refused what it says."""
        return self.delivery == "cancelled" or self.status == "refused"


class New(NamedTuple):
    """A package that is put into the outbox now."""

    kind: str
    period_id: int
    number: int
    message_id: str
    delivery_id: int
    digest: bytes


class PackageFacts(NamedTuple):
    """A package, its delivery, and what the partner said of it later."""

    message_id: str
    kind: str
    #: None: of no period.
    period: str | None
    number: int
    built_at: datetime
    state: str
    attempts: int
    delivered_at: datetime | None
    #: What the partner answered to it: status and body. None: nothing yet.
    answer: Mapping[str, Any] | None
    error: str | None
    status: str | None
    status_at: datetime | None
    status_note: str | None
    delivery_id: int


def sent(
    session: Session, jurisdiction: int, partner_id: int, period: Period
) -> dict[str, list[Sent]]:
    """Give the packages of a period and those of no period, by kind, the first one first."""
    asked = {"partner": partner_id, "periods": [NO_PERIOD, period.id]}
    found: dict[str, list[Sent]] = {}
    for row in session.execute(_SENT, {"jurisdiction": jurisdiction, **asked}):
        found.setdefault(row.kind, []).append(Sent(*row)._replace(digest=bytes(row.digest)))
    return found


def last_built(
    session: Session, jurisdiction: int, partner_id: int, kinds: Sequence[str]
) -> dict[Period, datetime]:
    """Give the periods that packages of some kinds were built of, each with when last."""
    asked = {"jurisdiction": jurisdiction, "partner": partner_id, "kinds": list(kinds)}
    return {Period.of_id(row[0]): row[1] for row in session.execute(_LAST_BUILT, asked)}


def add(
    session: Session, jurisdiction: int, partner_id: int, packages: Sequence[New], *, at: datetime
) -> None:
    """Keep packages that were put into the outbox."""
    columns = zip(*packages, strict=True)
    names = ("kinds", "periods", "numbers", "message_ids", "deliveries", "digests")
    given = {name: list(column) for name, column in zip(names, columns, strict=True)}
    session.execute(_ADD, {"jurisdiction": jurisdiction, "partner": partner_id, "at": at, **given})


def packages(
    session: Session,
    jurisdiction: int,
    partner_id: int,
    *,
    before: int | None = None,
    limit: int,
) -> list[PackageFacts]:
    """Give a partner's packages, the newest first, those with deliveries older than `before`."""
    asked = {"partner": partner_id, "before": before, "limit": limit}
    rows = session.execute(_LIST, {"jurisdiction": jurisdiction, **asked})
    return [PackageFacts(*row)._replace(period=_printed(row.period_id)) for row in rows]


def is_there(session: Session, jurisdiction: int, partner_id: int, message_id: str) -> bool:
    """Tell whether a package was sent to a partner."""
    key = {"jurisdiction": jurisdiction, "partner": partner_id, "message_id": message_id}
    return bool(session.scalar(_IS_THERE, key))


def set_status(
    session: Session,
    jurisdiction: int,
    partner_id: int,
    message_id: str,
    *,
    status: str,
    note: str | None,
    at: datetime,
) -> None:
    """Note what a partner says of a package, unless it said something else later."""
    key = {"jurisdiction": jurisdiction, "partner": partner_id, "message_id": message_id}
    session.execute(_SET_STATUS, {**key, "status": status, "note": note, "at": at})


def _printed(period_id: int) -> str | None:
    return None if period_id == NO_PERIOD else str(Period.of_id(period_id))
