"""Partners: the systems that messages go to and come from, as administrators set them up."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text

from indicators_api.addresses import Allowed, demand_allowed
from indicators_api.audit import journal
from indicators_api.audit.journal import Subject
from indicators_api.db.session import Session
from indicators_api.errors import AddressRefused, Fault, InvalidRequest, Message, NotFound, mark
from indicators_api.exchange.kinds import EVENT
from indicators_api.exchange.secrets import REFERENCE


class Wanted(NamedTuple):
    """What a partner is to be; see models/partner.py."""

    name_vi: str
    name_en: str
    kind: str
    base_url: str
    authentication: str
    secret: str | None
    authorities: str | None
    takes: list[str]
    monthly_day: int | None
    switched_on: bool


class PartnerFacts(NamedTuple):
    """A partner, what waits for it, and how the line is. Secrets are named, never told."""

    id: int
    code: str
    name_vi: str
    name_en: str
    kind: str
    base_url: str
    authentication: str
    secret: str | None
    authorities: str | None
    takes: list[str]
    monthly_day: int | None
    switched_on: bool
    #: Messages that wait, and dead ones that hold their stream up.
    waiting: int
    dead: int
    #: Failures since the last success; after some the line rests.
    failures: int
    resting_until: datetime | None
    succeeded_at: datetime | None
    failed_at: datetime | None
    error: str | None


_FACTS = """
    SELECT p.id, p.code, p.name_vi, p.name_en, p.kind, p.base_url, p.authentication, p.secret,
           p.authorities, p.takes, p.monthly_day, p.switched_on,
           count(d.id) FILTER (WHERE d.state = 'waiting'),
           count(d.id) FILTER (WHERE d.state = 'dead'),
           coalesce(l.failures, 0), l.resting_until, l.succeeded_at, l.failed_at, l.error
    FROM partner p
    LEFT JOIN partner_line l ON l.jurisdiction_id = p.jurisdiction_id AND l.partner_id = p.id
    LEFT JOIN delivery d ON d.jurisdiction_id = p.jurisdiction_id AND d.partner_id = p.id
                        AND d.state IN ('waiting', 'dead')
    WHERE p.jurisdiction_id = :jurisdiction AND (CAST(:code AS text) IS NULL OR p.code = :code)
    GROUP BY p.jurisdiction_id, p.id, l.jurisdiction_id, l.partner_id
    ORDER BY p.code
"""
_LIST = text(_FACTS)
_PUT = text("""
    INSERT INTO partner (jurisdiction_id, code, name_vi, name_en, kind, base_url, authentication,
                         secret, authorities, takes, monthly_day, switched_on)
    VALUES (:jurisdiction, :code, :name_vi, :name_en, :kind, :base_url, :authentication, :secret,
            :authorities, :takes, :monthly_day, :switched_on)
    ON CONFLICT (jurisdiction_id, code)
    DO UPDATE SET name_vi = excluded.name_vi, name_en = excluded.name_en, kind = excluded.kind,
                  base_url = excluded.base_url, authentication = excluded.authentication,
                  secret = excluded.secret, authorities = excluded.authorities,
                  takes = excluded.takes, monthly_day = excluded.monthly_day,
                  switched_on = excluded.switched_on
    RETURNING xmax = 0
""")
#: So that nobody subscribes it meanwhile.
_LOCK = text("""
    SELECT id FROM partner WHERE jurisdiction_id = :jurisdiction AND code = :code
    FOR NO KEY UPDATE
""")
_HAS_SUBSCRIPTIONS = text("""
    SELECT EXISTS (SELECT FROM subscription
                   WHERE jurisdiction_id = :jurisdiction AND partner_id = :partner
                     AND state <> 'ended')
""")
_TRY_NOW = text("""
    UPDATE partner_line SET resting_until = NULL
    WHERE jurisdiction_id = :jurisdiction AND partner_id = :partner
""")


def partners(session: Session, jurisdiction: int) -> list[PartnerFacts]:
    """Give all partners by code."""
    rows = session.execute(_LIST, {"jurisdiction": jurisdiction, "code": None})
    return [PartnerFacts(*row) for row in rows]


def partner(session: Session, jurisdiction: int, code: str) -> PartnerFacts:
    """Give a partner. Raises NotFound."""
    row = session.execute(_LIST, {"jurisdiction": jurisdiction, "code": code}).one_or_none()
    if row is None:
        raise NotFound(mark("There is no partner %(code)s."), code=code)
    return PartnerFacts(*row)


def put(
    session: Session,
    author: journal.Author,
    code: str,
    wanted: Wanted,
    allowed: Allowed,
    *,
    at: datetime,
) -> bool:
    """Make or replace a partner; tell whether it is new. Raises InvalidRequest with every fault."""
    faults = _faults(wanted, allowed)
    faults += _subscription_faults(session, author.jurisdiction, code, wanted)
    if faults:
        raise InvalidRequest(
            mark("The request has %(count)s faults."), faults=faults, count=len(faults)
        )
    said = wanted._asdict()
    parameters = {"jurisdiction": author.jurisdiction, "code": code, **said}
    is_new = bool(session.execute(_PUT, parameters).scalar_one())
    journal.append(session, author, "partner.change", {Subject(f"partner/{code}"): said}, at=at)
    return is_new


def try_now(session: Session, author: journal.Author, code: str, *, at: datetime) -> None:
    """End the rest that a line was given. Raises NotFound."""
    found = partner(session, author.jurisdiction, code)
    session.execute(_TRY_NOW, {"jurisdiction": author.jurisdiction, "partner": found.id})
    journal.append(session, author, "partner.try_now", {Subject(f"partner/{code}"): {}}, at=at)


def _faults(wanted: Wanted, allowed: Allowed) -> list[Fault]:
    return [*_address_faults(wanted.base_url, allowed), *_secret_faults(wanted)]


def _address_faults(base_url: str, allowed: Allowed) -> list[Fault]:
    try:
        demand_allowed(base_url, allowed)
    except AddressRefused as error:
        return [Fault("/base_url", error.slug, error.detail)]
    if base_url.endswith("/") or "?" in base_url:
        said = Message(mark("Paths are added to it: no slash at its end, and no parameters."))
        return [Fault("/base_url", "base-url", said)]
    return []


def _secret_faults(wanted: Wanted) -> list[Fault]:
    faults = []
    if (wanted.secret is None) is not (wanted.authentication == "none"):
        said = Message(mark("A secret is named for every authentication but none."))
        faults.append(Fault("/secret", "secret", said))
    references: Mapping[str, Any] = {"secret": wanted.secret, "authorities": wanted.authorities}
    for name, reference in references.items():
        if reference is not None and not REFERENCE.fullmatch(reference):
            said = Message(
                mark("Name a secret: env:EXCHANGE_SECRET_NAME or file:name; never write it here.")
            )
            faults.append(Fault(f"/{name}", "secret", said))
    certificates = {"authorities": wanted.authorities}
    if wanted.authentication == "mutual_tls":
        certificates["secret"] = wanted.secret
    for name, reference in certificates.items():
        if (reference or "").startswith("env:"):
            said = Message(mark("Certificates, and the key of ours, are in a file: file:name."))
            faults.append(Fault(f"/{name}", "secret", said))
    return faults


def _subscription_faults(
    session: Session, jurisdiction: int, code: str, wanted: Wanted
) -> list[Fault]:
    """Say what would leave a partner's subscriptions without signature or sense."""
    partner = session.scalar(_LOCK, {"jurisdiction": jurisdiction, "code": code})
    key = {"jurisdiction": jurisdiction, "partner": partner}
    if partner is None or not session.scalar(_HAS_SUBSCRIPTIONS, key):
        return []
    faults = []
    if wanted.authentication != "hmac":
        said = Message(mark("The partner has subscriptions, and events are signed by hmac."))
        faults.append(Fault("/authentication", "not-signed", said))
    if EVENT not in wanted.takes:
        said = Message(mark("The partner has subscriptions, so it takes messages of kind event."))
        faults.append(Fault("/takes", "not-taken", said))
    return faults
