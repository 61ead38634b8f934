"""The one table of who may do what.

The binding to a unit or area is checked where the thing is loaded.
"""

from enum import StrEnum
from typing import Final

from indicators_api.errors import Forbidden, mark
from indicators_api.security.actors import Actor


class Permission(StrEnum):
    """What a call needs."""

    READ_CATALOGUE = "catalogue:read"
    WRITE_DEADLINES = "deadlines:write"
    WRITE_PLANS = "plans:write"
    READ_THRESHOLDS = "thresholds:read"
    WRITE_THRESHOLDS = "thresholds:write"
    WRITE_REPORTS = "reports:write"
    SEND_REPORTS = "reports:send"
    RETURN_REPORTS = "reports:return"
    ACCEPT_REPORTS = "reports:accept"
    REQUEST_CORRECTIONS = "corrections:request"
    DECIDE_CORRECTIONS = "corrections:decide"
    READ_REPORTS = "reports:read"
    READ_FIGURES = "figures:read"
    READ_COMPLETENESS = "completeness:read"
    READ_CHANGES = "changes:read"
    ADMINISTER_EXCHANGE = "exchange:administer"
    SEND_MESSAGES = "messages:send"
    READ_CERTIFICATES = "certificates:read"
    WRITE_CERTIFICATES = "certificates:write"
    WRITE_SIGNATURE_POLICIES = "signature-policies:write"
    READ_SHARING = "sharing:read"


_UNIT = frozenset({"clerk", "leader"})
_READERS = _UNIT | {"reviewer", "operations"}

#: Administrators never see or write values; nobody outside a unit writes, submits or sends for it.
ROLES: Final[dict[Permission, frozenset[str]]] = {
    Permission.READ_CATALOGUE: _READERS | {"administrator", "partner"},
    Permission.WRITE_DEADLINES: frozenset({"administrator"}),
    Permission.WRITE_PLANS: frozenset({"administrator"}),
    Permission.READ_THRESHOLDS: _READERS | {"administrator"},
    Permission.WRITE_THRESHOLDS: frozenset({"administrator"}),
    Permission.WRITE_REPORTS: _UNIT,
    Permission.SEND_REPORTS: frozenset({"leader"}),
    Permission.RETURN_REPORTS: frozenset({"leader", "reviewer"}),
    Permission.ACCEPT_REPORTS: frozenset({"reviewer"}),
    Permission.REQUEST_CORRECTIONS: frozenset({"leader"}),
    Permission.DECIDE_CORRECTIONS: frozenset({"reviewer"}),
    Permission.READ_REPORTS: _READERS,
    Permission.READ_FIGURES: _READERS,
    Permission.READ_COMPLETENESS: _READERS | {"administrator"},
    Permission.READ_CHANGES: _READERS | {"administrator"},
    Permission.ADMINISTER_EXCHANGE: frozenset({"administrator"}),
    Permission.SEND_MESSAGES: frozenset({"partner"}),
    Permission.READ_CERTIFICATES: _UNIT | {"administrator"},
    Permission.WRITE_CERTIFICATES: frozenset({"administrator"}),
    Permission.WRITE_SIGNATURE_POLICIES: frozenset({"administrator"}),
    Permission.READ_SHARING: frozenset({"administrator"}),
}

#: What shares data with who asks: such calls are logged (Decree 47/2020/NĐ-CP, article 45).
SHARING: Final = frozenset(
    {
        Permission.READ_REPORTS,
        Permission.READ_FIGURES,
        Permission.READ_COMPLETENESS,
        Permission.READ_CHANGES,
    }
)


def may(actor: Actor, permission: Permission) -> bool:
    """Tell whether the actor's role has the permission."""
    return actor.role in ROLES[permission]


def shares(actor: Actor, permission: Permission) -> bool:
    """Tell whether a call shares data with its caller: a unit's own reports are its own."""
    is_own = actor.works_in_a_unit and permission is Permission.READ_REPORTS
    return permission in SHARING and not is_own


def demand(actor: Actor, permission: Permission) -> None:
    """Raise Forbidden unless the actor's role has the permission."""
    if not may(actor, permission):
        raise Forbidden(
            mark("A token of role %(role)s may not do this; it needs one of: %(roles)s."),
            role=actor.role,
            permission=permission.value,
            roles=", ".join(sorted(ROLES[permission])),
        )
