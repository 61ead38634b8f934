"""What a leader signs of a report, verified before it is sent and again whenever it is read.

Source: docs/decisions/0012-signatures.md.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.audit import journal
from indicators_api.db.session import Session
from indicators_api.errors import NotFound, SignatureNeeded, SignatureRefused, mark
from indicators_api.observations.entry import Entry
from indicators_api.periods import Period
from indicators_api.reports import queries, signature_policy, versions, workflow
from indicators_api.reports.access import Key, own_key, unknown_report
from indicators_api.reports.desk import Desk, Outcome, Who
from indicators_api.reports.queries import ReportRow
from indicators_api.reports.reading import read_values
from indicators_api.reports.storing import working_version
from indicators_api.reports.workflow import State, Step
from indicators_api.security import certificates
from indicators_api.security.actors import Actor
from indicators_api.security.canonical import canonical
from indicators_api.security.signing import Trusted, verify
from indicators_api.validation.exact import plain

_SUCCESSORS = text("""
    SELECT successor_id FROM unit_succession
    WHERE jurisdiction_id = :jurisdiction AND predecessor_id = :unit
""")
_KEEP = text("""
    INSERT INTO report_signature (jurisdiction_id, period_id, unit_id, version, signature,
                                  fingerprint, signed_at)
    VALUES (:jurisdiction, :period, :unit, :version, :signature, :fingerprint, :at)
""")
_SIGNATURE = text("""
    SELECT s.signature, s.signed_at, s.fingerprint, c.subject, c.valid_from, c.valid_to,
           c.revoked_at, c.pem
    FROM report_signature s
    LEFT JOIN certificate c ON c.jurisdiction_id = s.jurisdiction_id
                           AND c.fingerprint = s.fingerprint
    WHERE s.jurisdiction_id = :jurisdiction AND s.period_id = :period AND s.unit_id = :unit
      AND s.version = :version
""")


class Signed(NamedTuple):
    """A signature that was verified, and by which certificate."""

    signature: str
    fingerprint: str


class StoredSignature(NamedTuple):
    """A signature as stored, with its certificate. None: that is not registered any more."""

    signature: str
    #: When it came and was verified: the moment that its certificate is judged at.
    signed_at: datetime
    fingerprint: str
    subject: str | None
    valid_from: datetime | None
    valid_to: datetime | None
    revoked_at: datetime | None
    pem: str | None


class VersionSignature(NamedTuple):
    """The signature of a version, verified anew against what is stored now."""

    version: int
    stored: StoredSignature
    document: bytes
    #: None: it is good.
    refused: SignatureRefused | None


def document(key: Key, version: int, values: Mapping[str, Entry]) -> bytes:
    """Give what is signed of a version: canonical JSON (RFC 8785) of all that it says.

    `{unit, period, version, values: {code: {value, missing, status, ytd, note}}}`, every member
    always there, null where nothing is said. A number is a text with all its digits, without
    exponent and trailing zeros: `"1250.5"`.
    """
    said = {
        code: {
            "value": _text(entry.value),
            "missing": entry.missing,
            "status": entry.status,
            "ytd": _text(entry.ytd),
            "note": entry.note,
        }
        for code, entry in values.items()
    }
    named = {"unit": key.unit.code, "period": str(key.period), "version": version}
    return canonical({**named, "values": said})


def to_send(session: Session, actor: Actor, code: str, period: Period) -> tuple[Key, ReportRow]:
    """Give a report of the actor's unit that can be sent now. Raises NotFound, WrongState."""
    key = own_key(session, actor, code, period) or unknown_report(code, period)
    report = queries.read_report(session, key.parameters()) or unknown_report(code, period)
    workflow.after(State(report.state), Step.SEND)
    return key, report


def next_document(session: Session, key: Key, report: ReportRow) -> bytes:
    """Give the document of the version of a report that would be sent now."""
    version = queries.read_version(session, key.parameters(), report.version)
    number, _ = working_version(report, version)
    return document(key, number, read_values(session, key, report.version))


def demand(
    session: Session,
    who: Who,
    desk: Desk,
    outcome: Outcome,
    *,
    version: int,
    signature: str | None,
) -> Signed | None:
    """Give the signature of what is to be sent as a version, verified. None: there is none.

    Raises SignatureRefused; SignatureNeeded where the report's unit, or the one that writes for it,
    must sign.
    """
    if signature is None:
        units = (desk.key.unit.id, who.actor.unit_id)
        if signature_policy.is_required(session, desk.key.jurisdiction, *units):
            raise SignatureNeeded(
                mark("Unit %(unit)s must sign what it sends; there is no signature."),
                unit=who.actor.unit_code,
            )
        return None
    codes = desk.snapshot.by_id
    values = {codes[number].code: entry for number, entry in outcome.after.items()}
    payload = document(desk.key, version, values)
    return Signed(signature, verify(payload, signature, _trusted(session, desk.key), at=who.at))


def keep(session: Session, who: Who, key: Key, signed: Signed, *, version: int) -> None:
    """Store the signature of a version that is sent in this transaction."""
    parameters = {**key.parameters(), "version": version, **signed._asdict(), "at": who.at}
    session.execute(_KEEP, parameters)
    told = {key.subject: {"version": version, "fingerprint": signed.fingerprint}}
    journal.append(session, who.author, "report.sign", told, at=who.at)


def read(
    session: Session, actor: Actor, key: Key, report: ReportRow, number: int
) -> VersionSignature:
    """Give the signature of a version, and whether it is one of what is stored now.

    Its certificate is judged at the moment when it came: one that was revoked or expired later is
    good. Raises NotFound for a version that the actor doesn't see or that is not signed.
    """
    found = versions.read_version(session, actor, key, report, number)
    row = session.execute(_SIGNATURE, {**key.parameters(), "version": number}).one_or_none()
    if row is None:
        raise NotFound(
            mark("Version %(version)s of the report of unit %(unit)s for %(period)s is unsigned."),
            version=number,
            unit=key.unit.code,
            period=str(key.period),
        )
    stored, payload = StoredSignature(*row), document(key, number, found.values)
    trusted = _trusted(session, key)
    then = {known: trusted[known] for known in trusted if known == stored.fingerprint}
    try:
        verify(payload, stored.signature, then, at=stored.signed_at)
    except SignatureRefused as refused:
        return VersionSignature(number, stored, payload, refused)
    return VersionSignature(number, stored, payload, None)


def _trusted(session: Session, key: Key) -> Trusted:
    """Give the certificates of who writes the report: its unit, and those that took it over."""
    parameters = {"jurisdiction": key.jurisdiction, "unit": key.unit.id}
    units = [key.unit.id, *session.scalars(_SUCCESSORS, parameters)]
    return certificates.trusted(session, key.jurisdiction, units=units)


def _text(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)
