"""Tokens: `ia_<number>_<secret>`.

The secret has 256 random bits and is stored as its SHA-256 only.
"""

import hashlib
import hmac
import re
import secrets
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.db.replica import POSITION
from indicators_api.db.session import Session
from indicators_api.errors import InvalidRequest, NotFound, mark
from indicators_api.models.token import ROLES
from indicators_api.security.actors import Actor

_FORM = re.compile(r"ia_(?P<id>[1-9][0-9]{0,8})_(?P<secret>[A-Za-z0-9_-]{43})")
#: What a log shows instead of a secret.
_MASKED = r"ia_\g<id>_…"

_FIND = text(f"""
    SELECT t.id, t.name, t.role, t.jurisdiction_id, t.unit_id, u.code AS unit_code,
           a.id AS area_id, a.code AS area_code, t.partner_id,
           (SELECT max(year) FROM archived_year) AS archived_through, t.secret_hash, t.last_used_at,
           {POSITION} AS position
    FROM token t
    LEFT JOIN unit u ON u.jurisdiction_id = t.jurisdiction_id AND u.id = t.unit_id
    JOIN area a ON a.jurisdiction_id = t.jurisdiction_id AND a.id = coalesce(t.area_id, u.area_id)
    WHERE t.id = :id AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > :at)
""")
_INSERT = text("""
    INSERT INTO token (jurisdiction_id, secret_hash, role, unit_id, area_id, partner_id, name,
                       created_at, expires_at)
    SELECT :jurisdiction, h.hash, :role, h.unit_id, :area_id, h.partner_id, h.name, :at, :expires
    FROM unnest(CAST(:hashes AS bytea[]), CAST(:unit_ids AS int[]), CAST(:names AS text[]),
                CAST(:partner_ids AS int[]))
         AS h(hash, unit_id, name, partner_id)
    RETURNING id
""")
_REVOKE = text(
    """
    UPDATE token SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL
    RETURNING jurisdiction_id
    """
)
_LIST = text("""
    SELECT t.id, t.role, u.code AS unit, a.code AS area, t.name, t.created_at, t.expires_at,
            t.revoked_at,
           t.last_used_at
    FROM token t
    LEFT JOIN unit u ON u.jurisdiction_id = t.jurisdiction_id AND u.id = t.unit_id
    LEFT JOIN area a ON a.jurisdiction_id = t.jurisdiction_id AND a.id = t.area_id
    WHERE t.jurisdiction_id = :jurisdiction ORDER BY t.id
""")


class TokenRow(NamedTuple):
    """A token as `tokens list` shows it: never the secret."""

    id: int
    role: str
    unit: str | None
    area: str | None
    name: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class Found(NamedTuple):
    """Who holds a token."""

    actor: Actor
    last_used_at: datetime | None
    #: Up to where the primary's log held all commits when it was looked up. None: it has no say.
    position: str | None


class Holder(NamedTuple):
    """Who a token is for.

    A unit's id, or None where it is bound to an area, a name for people, of a system its id.
    """

    unit_id: int | None
    name: str
    partner_id: int | None = None


def issue(
    session: Session,
    jurisdiction: int,
    role: str,
    holders: list[Holder],
    *,
    area_id: int | None,
    at: datetime,
    expires: datetime | None = None,
) -> list[str]:
    """Issue a token to each holder, in their order; the only time that they can be read."""
    if role not in ROLES:
        raise InvalidRequest(
            mark("There is no role %(role)s; the roles are %(roles)s."),
            role=role,
            roles=", ".join(ROLES),
        )
    if not holders:
        return []
    fresh = [secrets.token_urlsafe(32) for _ in holders]
    ids = session.scalars(
        _INSERT,
        {
            "jurisdiction": jurisdiction,
            "role": role,
            "area_id": area_id,
            "hashes": [_hash(secret) for secret in fresh],
            "unit_ids": [holder.unit_id for holder in holders],
            "names": [holder.name for holder in holders],
            "partner_ids": [holder.partner_id for holder in holders],
            "at": at,
            "expires": expires,
        },
    )
    return [f"ia_{number}_{secret}" for number, secret in zip(ids, fresh, strict=True)]


def find_actor(session: Session, token: str, *, at: datetime) -> Found | None:
    """Give who holds the token; ask the primary, where a revoked one is so at once.

    None: mistyped, unknown, expired or revoked.
    """
    form = _FORM.fullmatch(token)
    if form is None:
        return None
    row = session.execute(_FIND, {"id": int(form["id"]), "at": at}).one_or_none()
    if row is None or not hmac.compare_digest(row.secret_hash, _hash(form["secret"])):
        return None
    return Found(Actor(*row[:10]), row.last_used_at, row.position)


def revoke(session: Session, token_id: int, *, at: datetime) -> int:
    """End a token at once and give the jurisdiction that it was of.

    Raises NotFound when there is no such token in force.
    """
    jurisdiction: int | None = session.scalar(_REVOKE, {"id": token_id, "at": at})
    if jurisdiction is None:
        raise NotFound(mark("There is no token %(number)s in force."), number=token_id)
    return jurisdiction


def list_all(session: Session, jurisdiction: int) -> list[TokenRow]:
    """Give all tokens ever issued, oldest first."""
    return [TokenRow(*row) for row in session.execute(_LIST, {"jurisdiction": jurisdiction})]


def masked(said: str) -> str:
    """Give a text without the secrets of tokens in it."""
    return _FORM.sub(_MASKED, said)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("ascii")).digest()
