"""The tokens that the demonstration's people hold: issued for a day, revoked when it ends."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import NamedTuple

from indicators_api.audit import journal
from indicators_api.audit.journal import Subject
from indicators_api.cli.demo_source import Catalogue
from indicators_api.cli.opening import operator, wall_clock, writing
from indicators_api.cli.tokens import issue_all
from indicators_api.db.session import Session
from indicators_api.errors import NotFound
from indicators_api.security import tokens as service
from indicators_api.security.tokens import Holder

_LIFE = timedelta(days=1)


class Tokens(NamedTuple):
    """Who holds which token."""

    #: By the code of the unit.
    clerks: Mapping[str, str]
    leaders: Mapping[str, str]
    #: By the id of the area.
    reviewers: Mapping[int, str]
    operations: str
    administrator: str

    def numbers(self) -> list[int]:
        """Give the numbers that the tokens are revoked by."""
        people = [*self.clerks.values(), *self.leaders.values(), *self.reviewers.values()]
        return [
            int(token.split("_")[1]) for token in (*people, self.operations, self.administrator)
        ]


@contextlib.contextmanager
def issued(catalogues: Iterable[Catalogue]) -> Iterator[Tokens]:
    """Issue tokens to all who play in some months, and revoke them at the end, however it ends."""
    with writing() as session:
        found = list(catalogues)
        tokens = _issue(session, found)
    try:
        yield tokens
    finally:
        with writing() as session:
            _revoke(session, found[0].jurisdiction, tokens)


def _issue(session: Session, catalogues: list[Catalogue]) -> Tokens:
    units = {code: number for each in catalogues for code, number in each.unit_ids.items()}
    areas = sorted({area for each in catalogues for area in each.reviewing.values()})
    tenant, province = catalogues[0].jurisdiction, catalogues[0].province
    return Tokens(
        clerks=_issue_to_units(session, tenant, "clerk", units),
        leaders=_issue_to_units(session, tenant, "leader", units),
        reviewers={area: _issue_for_area(session, tenant, "reviewer", area) for area in areas},
        operations=_issue_for_area(session, tenant, "operations", province),
        administrator=_issue_for_area(session, tenant, "administrator", province),
    )


def _issue_to_units(
    session: Session, jurisdiction: int, role: str, units: Mapping[str, int]
) -> dict[str, str]:
    holders = [Holder(number, f"demonstration: {role} of {code}") for code, number in units.items()]
    at = wall_clock()
    expires = at + _LIFE
    fresh = issue_all(session, jurisdiction, role, holders, area_id=None, at=at, expires=expires)
    return dict(zip(units, fresh, strict=True))


def _issue_for_area(session: Session, jurisdiction: int, role: str, area: int) -> str:
    holders, at = [Holder(None, f"demonstration: {role}")], wall_clock()
    expires = at + _LIFE
    (fresh,) = issue_all(session, jurisdiction, role, holders, area_id=area, at=at, expires=expires)
    return fresh


def _revoke(session: Session, jurisdiction: int, tokens: Tokens) -> None:
    """Revoke what somebody else hasn't revoked meanwhile."""
    at = wall_clock()
    for number in tokens.numbers():
        with contextlib.suppress(NotFound):
            service.revoke(session, number, at=at)
    entries: dict[Subject, dict[str, object]] = {
        Subject(f"token/{n}"): {} for n in tokens.numbers()
    }
    journal.append(session, operator(jurisdiction), "token.revoke", entries, at=at)
