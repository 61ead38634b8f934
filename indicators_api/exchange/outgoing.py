"""Packages on their way out: what would go, and putting it into the outbox.

Catalogues go in a stream that goes ahead of all others, so data put in with them waits until they
are there; data goes in a stream for each period. See decision 14.
"""

import hashlib
from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import text

from indicators_api.audit import journal
from indicators_api.audit.journal import Author, Subject
from indicators_api.db.session import Session
from indicators_api.errors import ExchangeNotReady, Fault, mark
from indicators_api.exchange import gaps as checks
from indicators_api.exchange import package_queries as queries
from indicators_api.exchange import serialise
from indicators_api.exchange.build_catalogues import BUILDERS
from indicators_api.exchange.build_data import kpi_data, report_data, report_status
from indicators_api.exchange.job import Job
from indicators_api.exchange.kinds import CATALOGUES, DATA
from indicators_api.exchange.mapping import Gap
from indicators_api.exchange.package_queries import NO_PERIOD, New, Sent
from indicators_api.exchange.packages import Envelope, Package
from indicators_api.exchange.seals import Signer
from indicators_api.exchange.serialise import Branch
from indicators_api.outbox import queue
from indicators_api.outbox.queue import AHEAD, Message
from indicators_api.periods import Period

#: First key of the advisory locks on building; the second is the partner.
BUILDING_LOCK: Final = 7_480_594

_LOCK = text("SELECT pg_advisory_xact_lock(:key, :partner)")


class Prepared(NamedTuple):
    """A package that would go; or, where `reason` is None, the last one, which says the same."""

    kind: str
    content: Package
    #: None: of no period.
    period: Period | None
    number: int
    message_id: str
    replaces: str | None
    stream: str
    #: `new`: none was sent; `changed`: it says another thing than the last; `again`: the last was
    #: cancelled or refused.
    reason: str | None
    digest: bytes
    #: To the byte. None: it does not go, or the mapping has gaps.
    body: bytes | None


class Plan(NamedTuple):
    """The packages of a partner and period, catalogues first, and what stands in their way."""

    job: Job
    packages: list[Prepared]
    gaps: list[Fault]

    @property
    def told(self) -> list[Prepared]:
        """What goes when somebody says so: all that does not stand already."""
        return [each for each in self.packages if each.reason]


def look(session: Session, job: Job) -> Plan:
    """Find out what would go. Raises ExchangeNotReady where there is no one province."""
    found = checks.gaps(job)
    sent = queries.sent(session, job.jurisdiction, job.partner.id, job.period)
    packages: list[Prepared] = []
    for kind in (*CATALOGUES, *DATA):
        if kind in job.partner.takes:
            content = _content(session, job, kind, packages)
            package, missing = _prepare(job, kind, content, sent.get(kind, []))
            packages.append(package)
            found += missing
    return Plan(job, packages, list({fault.pointer: fault for fault in found}.values()))


def send(session: Session, author: Author, job: Job, signer: Signer | None) -> list[Prepared]:
    """Put what does not stand already into the outbox; give it in order.

    Raises ExchangeNotReady with every gap.
    """
    hold(session, job.partner.id)
    plan = look(session, job)
    if plan.gaps:
        raise ExchangeNotReady(
            mark("The mapping has %(count)s gaps; nothing was sent."),
            faults=plan.gaps,
            count=len(plan.gaps),
        )
    put_in(session, author, plan, plan.told, signer=signer)
    return plan.told


def hold(session: Session, partner_id: int) -> None:
    """Build for a partner alone until the transaction ends, so that numbers are given once."""
    session.execute(_LOCK, {"key": BUILDING_LOCK, "partner": partner_id})


def put_in(
    session: Session,
    author: Author,
    plan: Plan,
    packages: Sequence[Prepared],
    *,
    signer: Signer | None,
) -> None:
    """Put packages of a plan into the outbox and keep them; the partner is held."""
    job = plan.job
    if not packages:
        return
    messages = [_message(job, p, p.body, signer) for p in packages if p.body is not None]
    ids = queue.enqueue(session, job.jurisdiction, messages, at=job.at)
    kept = [
        New(
            p.kind, p.period.id if p.period else NO_PERIOD, p.number, p.message_id, number, p.digest
        )
        for p, number in zip(packages, ids, strict=True)
    ]
    queries.add(session, job.jurisdiction, job.partner.id, kept, at=job.at)
    entries = {
        Subject(f"package/{p.message_id}", p.period.id if p.period else None): {
            "partner": job.partner.code,
            "kind": p.kind,
            "number": p.number,
            "reason": p.reason,
        }
        for p in packages
    }
    journal.append(session, author, "package.send", entries, at=job.at)


def _content(session: Session, job: Job, kind: str, before: Sequence[Prepared]) -> Package:
    if kind in BUILDERS:
        return BUILDERS[kind](job)
    if kind == "report_data":
        return report_data(session, job)
    if kind == "kpi_data":
        return kpi_data(session, job)
    told = next((each.message_id for each in before if each.kind == "report_data"), None)
    return report_status(session, job, told)


def _prepare(
    job: Job, kind: str, content: Package, sent: Sequence[Sent]
) -> tuple[Prepared, list[Fault]]:
    """Compare a package with those that were sent, and write it if it says anything new."""
    told = serialise.tell(job.mapping, content)
    digest = hashlib.sha256(serialise.to_json(told.tree)).digest()
    reason = _reason(digest, sent)
    period = None if kind in CATALOGUES else job.period
    if reason is None:
        number, message_id = sent[-1].number, sent[-1].message_id
    else:
        number = sent[-1].number + 1 if sent else 1
        message_id = _message_id(job, kind, period, number, digest)
    # What was cancelled may never have come: the one before it is the one that stands.
    stood = [each.message_id for each in sent if each.delivery != "cancelled"]
    package = Prepared(
        kind=kind,
        content=content,
        period=period,
        number=number,
        message_id=message_id,
        replaces=stood[-1] if reason and stood else None,
        stream=_stream(kind, period),
        reason=reason,
        digest=digest,
        body=None,
    )
    if reason is None or told.gaps:
        return package, told.gaps
    body, gaps = _body(job, package, told.tree)
    return package._replace(body=body), gaps


def _body(job: Job, package: Prepared, content: Branch) -> tuple[bytes | None, list[Fault]]:
    """Write a message; None where the mapping has gaps."""
    envelope = serialise.tell(job.mapping, _envelope(job, package))
    try:
        message = serialise.message(job.mapping, envelope.tree, content)
    except Gap as gap:
        return None, [*envelope.gaps, gap.fault]
    return None if envelope.gaps else serialise.to_json(message), envelope.gaps


def _reason(digest: bytes, sent: Sequence[Sent]) -> str | None:
    if not sent:
        return "new"
    if sent[-1].digest != digest:
        return "changed"
    return "again" if sent[-1].is_void else None


def _stream(kind: str, period: Period | None) -> str:
    """Give the stream of a kind; the status goes behind the data that it tells of."""
    if period is None:
        return AHEAD
    return f"{'kpi_data' if kind == 'kpi_data' else 'report_data'}/{period}"


def _message_id(job: Job, kind: str, period: Period | None, number: int, digest: bytes) -> str:
    """Make a readable id that no other package has: `report_data-2024-07-1-5f1c8a52`."""
    read = "-".join(str(part) for part in (kind, period, number) if part is not None)
    said = f"{job.jurisdiction}/{job.partner.code}/{read}/{digest.hex()}"
    return f"{read}-{hashlib.sha256(said.encode()).hexdigest()[:8]}"


def _envelope(job: Job, package: Prepared) -> Envelope:
    return Envelope(
        message_id=package.message_id,
        kind=package.kind,
        sender=job.mapping.sender,
        receiver=job.mapping.receiver,
        period=package.period,
        number=package.number,
        replaces=package.replaces,
        created_at=job.at,
    )


def _message(job: Job, package: Prepared, body: bytes, signer: Signer | None) -> Message:
    return Message(
        partner_id=job.partner.id,
        message_id=package.message_id,
        kind=package.kind,
        stream=package.stream,
        path=job.mapping.path,
        body=body,
        headers={"Signature": signer(body)} if signer else {},
    )
