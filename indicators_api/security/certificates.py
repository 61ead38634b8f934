"""Registered certificates: the only ones that signatures are verified by.

A unit or partner may have several in force at once, so that the next one is there before the old
one ends. A revoked one stays listed: what it signed before stays verifiable.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, NoReturn

from sqlalchemy import text

from indicators_api.audit import journal
from indicators_api.db.session import Session
from indicators_api.errors import Fault, InvalidRequest, Message, NotFound, mark
from indicators_api.security import x509
from indicators_api.security.signing import Trusted

_SELECT = """
    SELECT c.id, c.fingerprint, u.code AS unit, p.code AS partner, c.subject, c.pem, c.valid_from,
           c.valid_to, c.registered_at, c.revoked_at
    FROM certificate c
    LEFT JOIN unit u ON u.jurisdiction_id = c.jurisdiction_id AND u.id = c.unit_id
    LEFT JOIN partner p ON p.jurisdiction_id = c.jurisdiction_id AND p.id = c.partner_id
    WHERE c.jurisdiction_id = :jurisdiction
      AND (CAST(:of_unit AS int) IS NULL OR c.unit_id = :of_unit)
"""
_ONE = text(f"{_SELECT} AND c.fingerprint = :fingerprint")
_LIST = text(f"""{_SELECT}
      AND (CAST(:unit AS text) IS NULL OR u.code = :unit)
      AND (CAST(:partner AS text) IS NULL OR p.code = :partner)
      AND (CAST(:in_force AS bool) IS NULL
           OR :in_force = (c.revoked_at IS NULL AND :at BETWEEN c.valid_from AND c.valid_to))
      AND c.id > :after
    ORDER BY c.id LIMIT :limit
""")
_OWNER = text("""
    SELECT u.id AS unit_id, u.area_id, p.id AS partner_id
    FROM (SELECT 1 AS one) AS row
    LEFT JOIN unit u ON u.jurisdiction_id = :jurisdiction AND u.code = :unit
    LEFT JOIN partner p ON p.jurisdiction_id = :jurisdiction AND p.code = :partner
""")
_INSERT = text("""
    INSERT INTO certificate (jurisdiction_id, unit_id, partner_id, fingerprint, subject, pem,
                             valid_from, valid_to, registered_at)
    VALUES (:jurisdiction, :unit_id, :partner_id, :fingerprint, :subject, :pem, :valid_from,
            :valid_to, :at)
""")
_REVOKE = text("""
    UPDATE certificate c SET revoked_at = :at
    WHERE c.jurisdiction_id = :jurisdiction AND c.fingerprint = :fingerprint
      AND c.revoked_at IS NULL
    RETURNING c.unit_id
""")
_AREA = text("SELECT area_id FROM unit WHERE jurisdiction_id = :jurisdiction AND id = :unit_id")
_TRUSTED = text("""
    SELECT fingerprint, revoked_at FROM certificate
    WHERE jurisdiction_id = :jurisdiction
      AND (unit_id = ANY(:units) OR partner_id = :partner)
""")


class Certificate(NamedTuple):
    """A registered certificate, and whose it is: a unit's or a partner's."""

    id: int
    #: SHA-256 of its DER form, in hexadecimal.
    fingerprint: str
    unit: str | None
    partner: str | None
    subject: str
    pem: str
    valid_from: datetime
    valid_to: datetime
    registered_at: datetime
    #: From then on it signs nothing. None: it was not revoked.
    revoked_at: datetime | None


class Filter(NamedTuple):
    """Which certificates to list. None: all."""

    unit: str | None = None
    partner: str | None = None
    #: Valid at the moment and not revoked, or the others.
    in_force: bool | None = None


def register(
    session: Session,
    author: journal.Author,
    pem: str,
    *,
    unit: str | None = None,
    partner: str | None = None,
    at: datetime,
) -> Certificate:
    """Register a certificate for a unit or a partner, by its code.

    Raises InvalidRequest for an owner that is unknown or not exactly one, CertificateRefused,
    DuplicateItem.
    """
    unit_id, area_id, partner_id = _owner(session, author.jurisdiction, unit, partner)
    facts = x509.read(pem, at=at)
    owner = {"unit_id": unit_id, "partner_id": partner_id}
    parameters = {"jurisdiction": author.jurisdiction, **owner, **facts._asdict(), "at": at}
    session.execute(_INSERT, parameters)
    told = {
        "unit": unit,
        "partner": partner,
        "subject": facts.subject,
        "valid_from": facts.valid_from,
        "valid_to": facts.valid_to,
    }
    subject = _subject(facts.fingerprint, unit_id, area_id)
    journal.append(session, author, "certificate.register", {subject: told}, at=at)
    return find(session, author.jurisdiction, facts.fingerprint)


def revoke(session: Session, author: journal.Author, fingerprint: str, *, at: datetime) -> None:
    """Let a certificate sign nothing from now on. Raises NotFound where there is none unrevoked."""
    parameters = {"jurisdiction": author.jurisdiction, "fingerprint": fingerprint, "at": at}
    row = session.execute(_REVOKE, parameters).one_or_none()
    if row is None:
        raise NotFound(
            mark("There is no certificate %(fingerprint)s that could be revoked."),
            fingerprint=fingerprint,
        )
    area_id = session.scalar(_AREA, {**parameters, "unit_id": row.unit_id})
    subject = _subject(fingerprint, row.unit_id, area_id)
    journal.append(session, author, "certificate.revoke", {subject: {}}, at=at)


def find(
    session: Session, jurisdiction: int, fingerprint: str, *, of_unit: int | None = None
) -> Certificate:
    """Give a certificate by its fingerprint, of one unit only where that is given.

    Raises NotFound.
    """
    parameters = {"jurisdiction": jurisdiction, "fingerprint": fingerprint, "of_unit": of_unit}
    row = session.execute(_ONE, parameters).one_or_none()
    if row is None:
        raise NotFound(mark("There is no certificate %(fingerprint)s."), fingerprint=fingerprint)
    return Certificate(*row)


def list_all(
    session: Session,
    jurisdiction: int,
    wanted: Filter,
    *,
    at: datetime,
    of_unit: int | None = None,
    after: int = 0,
    limit: int | None = None,
) -> list[Certificate]:
    """Give certificates in the order of their registration, behind one with an id, at most so many.

    Of one unit only where its id is given.
    """
    parameters = {
        "jurisdiction": jurisdiction,
        **wanted._asdict(),
        "of_unit": of_unit,
        "at": at,
        "after": after,
        "limit": limit,
    }
    return [Certificate(*row) for row in session.execute(_LIST, parameters)]


def trusted(
    session: Session, jurisdiction: int, *, units: Sequence[int] = (), partner: int | None = None
) -> Trusted:
    """Give the certificates that are registered for some units or a partner, by their ids.

    By fingerprint; expired and revoked ones too, with the moment: `verify` judges.
    """
    owners = {"jurisdiction": jurisdiction, "units": list(units), "partner": partner}
    return {row.fingerprint: row.revoked_at for row in session.execute(_TRUSTED, owners)}


def _owner(
    session: Session, jurisdiction: int, unit: str | None, partner: str | None
) -> tuple[int | None, int | None, int | None]:
    """Give whose a certificate will be: a unit's id and area, or a partner's id."""
    if (unit is None) is (partner is None):
        _refuse("/unit", "one-owner", Message(mark("Name a unit or a partner, one of them.")))
    parameters = {"jurisdiction": jurisdiction, "unit": unit, "partner": partner}
    found = session.execute(_OWNER, parameters).one()
    if unit is not None and found.unit_id is None:
        message = Message(mark("There is no unit %(code)s."), {"code": unit})
        _refuse("/unit", "unknown-unit", message)
    if partner is not None and found.partner_id is None:
        message = Message(mark("There is no partner %(code)s."), {"code": partner})
        _refuse("/partner", "unknown-partner", message)
    return found.unit_id, found.area_id, found.partner_id


def _refuse(pointer: str, code: str, message: Message) -> NoReturn:
    raise InvalidRequest(
        mark("The certificate has no owner."), faults=[Fault(pointer, code, message)]
    )


def _subject(fingerprint: str, unit_id: int | None, area_id: int | None) -> journal.Subject:
    return journal.Subject(f"certificate/{fingerprint}", None, unit_id, area_id)
