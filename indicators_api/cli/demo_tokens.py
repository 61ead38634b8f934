"""The tokens that the demonstration's people hold: issued for a day, revoked when it ends."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import NamedTuple

from indicators_api.audit import journal
from indicators_api.audit.journal import Subject
from indicators_api.cli.demo_source import Catalogue
from indicators_api.cli.opening import OPERATOR, wall_clock, writing
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
        tokens = _issue(session, list(catalogues))
    try:
        yield tokens
    finally:
        with writing() as session:
            _revoke(session, tokens)


def _issue(session: Session, catalogues: list[Catalogue]) -> Tokens:
    units = {code: number for each in catalogues for code, number in each.unit_ids.items()}
    areas = sorted({area for each in catalogues for area in each.reviewing.values()})
    province = catalogues[0].province
    return Tokens(
        clerks=_issue_to_units(session, "clerk", units),
        leaders=_issue_to_units(session, "leader", units),
        reviewers={area: _issue_for_area(session, "reviewer", area) for area in areas},
        operations=_issue_for_area(session, "operations", province),
        administrator=_issue_for_area(session, "administrator", province),
    )


def _issue_to_units(session: Session, role: str, units: Mapping[str, int]) -> dict[str, str]:
    holders = [Holder(number, f"demonstration: {role} of {code}") for code, number in units.items()]
    at = wall_clock()
    fresh = issue_all(session, role, holders, area_id=None, at=at, expires=at + _LIFE)
    return dict(zip(units, fresh, strict=True))


def _issue_for_area(session: Session, role: str, area: int) -> str:
    holder, at = Holder(None, f"demonstration: {role}"), wall_clock()
    (fresh,) = issue_all(session, role, [holder], area_id=area, at=at, expires=at + _LIFE)
    return fresh


def _revoke(session: Session, tokens: Tokens) -> None:
    """Revoke what somebody else hasn't revoked meanwhile."""
    at = wall_clock()
    for number in tokens.numbers():
        with contextlib.suppress(NotFound):
            service.revoke(session, number, at=at)
    entries: dict[Subject, dict[str, object]] = {
        Subject(f"token/{n}"): {} for n in tokens.numbers()
    }
    journal.append(session, OPERATOR, "token.revoke", entries, at=at)
