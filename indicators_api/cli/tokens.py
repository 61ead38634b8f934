"""`indicators-api tokens`: issue, list, revoke."""

from datetime import datetime, timedelta

import click
from sqlalchemy import text

from indicators_api.audit import journal
from indicators_api.audit.journal import Subject
from indicators_api.cli.jurisdictions import (
    chosen,
    each_jurisdiction,
    one_jurisdiction,
    the_one,
    titled,
)
from indicators_api.cli.opening import operator, reading, wall_clock, writing
from indicators_api.db.session import Session
from indicators_api.errors import InvalidRequest, NotFound, mark
from indicators_api.exchange import partners
from indicators_api.exchange.partners import PartnerFacts
from indicators_api.models.token import ROLES
from indicators_api.security import tokens as service
from indicators_api.security.tokens import Holder, TokenRow

_UNIT_ROLES = ("clerk", "leader")

_UNITS = text("""
    SELECT id, code FROM unit
    WHERE jurisdiction_id = :jurisdiction AND (CAST(:code AS text) IS NULL OR code = :code)
    ORDER BY code
""")
# Codes are reused: the newest area that bears the code. Without a code the widest area.
_AREA = text("""
    SELECT id, code FROM area
    WHERE jurisdiction_id = :jurisdiction
      AND (code = :code OR (CAST(:code AS text) IS NULL AND parent_id IS NULL))
      AND :on BETWEEN valid_from AND coalesce(valid_to, 'infinity')
    ORDER BY valid_from DESC LIMIT 1
""")


@click.group()
def tokens() -> None:
    """Issue, list and revoke tokens."""


@tokens.command()
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--unit", help="Code of the unit of a clerk or leader.")
@click.option("--area", help="Code of the area of the other roles; the province unless given.")
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day on which the area bears the code; today unless given.",
)
@click.option("--partner", help="Code of the system that a partner's token is for.")
@click.option("--name", help="Who it is for, as reports' histories show it.")
@click.option(
    "--days", type=click.IntRange(1, 3650), help="Expires after so many days; never unless given."
)
@click.option("--each-unit", is_flag=True, help="One for every unit; prints unit, tab, token.")
@one_jurisdiction
def issue(  # noqa: PLR0913 - a token's properties
    *,
    role: str,
    unit: str | None,
    area: str | None,
    on: datetime | None,
    partner: str | None,
    name: str | None,
    days: int | None,
    each_unit: bool,
    jurisdiction: str | None,
) -> None:
    """Issue a token and print it: the only time that it can be seen."""
    at = wall_clock()
    expires = at + timedelta(days=days) if days else None
    with writing() as session:
        tenant = the_one(session, jurisdiction).id
        if role in _UNIT_ROLES:
            units = find_units(session, tenant, role, unit, each_unit=each_unit)
            holders = [Holder(number, name or f"{role} of {code}") for number, code in units]
            area_id = None
        else:
            units = []
            area_id, code = find_area(session, tenant, area, on or at)
            system = _system_of(session, tenant, role, partner)
            holders = [_outside(role, code, system, name)]
        issued = issue_all(session, tenant, role, holders, area_id=area_id, at=at, expires=expires)
    codes = [code for _, code in units] if each_unit else [None] * len(issued)
    for owner, token in zip(codes, issued, strict=True):
        click.echo(f"{owner}\t{token}" if owner else token)


def _system_of(
    session: Session, jurisdiction: int, role: str, partner: str | None
) -> PartnerFacts | None:
    """Give the partner that is set up whose token it is to be. None: a person's."""
    if (role == "partner") is (partner is None):
        raise InvalidRequest(
            mark("A token of role partner is for a system: give --partner CODE, for it alone.")
        )
    return None if partner is None else partners.partner(session, jurisdiction, partner)


def _outside(role: str, area: str, system: PartnerFacts | None, name: str | None) -> Holder:
    """Give who a token of no unit is for."""
    if system is None:
        return Holder(None, name or f"{role} of area {area}")
    return Holder(None, name or f"partner {system.code}", system.id)


def issue_all(
    session: Session,
    jurisdiction: int,
    role: str,
    holders: list[Holder],
    *,
    area_id: int | None,
    at: datetime,
    expires: datetime | None = None,
) -> list[str]:
    """Issue tokens and note it in the journal, without the secrets."""
    issued = service.issue(
        session, jurisdiction, role, holders, area_id=area_id, at=at, expires=expires
    )
    entries = {
        Subject(f"token/{token.split('_')[1]}"): {"role": role, "name": holder.name}
        for token, holder in zip(issued, holders, strict=True)
    }
    journal.append(session, operator(jurisdiction), "token.issue", entries, at=at)
    return issued


def find_units(
    session: Session, jurisdiction: int, role: str, code: str | None, *, each_unit: bool
) -> list[tuple[int, str]]:
    """Give the units to issue for, by code."""
    if (code is None) is not each_unit:
        raise InvalidRequest(
            mark("A %(role)s belongs to a unit: give --unit CODE, or --each-unit."), role=role
        )
    rows = session.execute(_UNITS, {"jurisdiction": jurisdiction, "code": code})
    found = [(row.id, row.code) for row in rows]
    if not found:
        raise NotFound(mark("There is no unit %(code)s."), code=code or "")
    return found


def find_area(
    session: Session, jurisdiction: int, code: str | None, on: datetime
) -> tuple[int, str]:
    """Give the area that bears a code on a day.

    Without a code the province, however long ago it ended.
    """
    parameters = {"jurisdiction": jurisdiction, "code": code, "on": on.date()}
    row = session.execute(_AREA, parameters).one_or_none()
    if row is None:
        raise NotFound(
            mark("No area has the code %(code)s on %(day)s; --on names another day."),
            code=code or "",
            day=on.date().isoformat(),
        )
    return row.id, row.code


@tokens.command("list")
@each_jurisdiction
def list_command(*, jurisdiction: str | None) -> None:
    """List all tokens ever issued, without their secrets."""
    with reading() as session:
        for each in titled(chosen(session, jurisdiction)):
            for row in service.list_all(session, each.id):
                click.echo(_line_of(row))


def _line_of(row: TokenRow) -> str:
    state = "revoked" if row.revoked_at else "in force"
    used = row.last_used_at.isoformat(timespec="minutes") if row.last_used_at else "never used"
    bound = row.unit or f"area {row.area}"
    return f"{row.id:6} {row.role:14} {bound:14} {state:9} {used:26} {row.name}"


@tokens.command()
@click.argument("number", type=int)
def revoke(number: int) -> None:
    """Revoke a token by its NUMBER (the part after `ia_`); effective at once."""
    at = wall_clock()
    with writing() as session:
        author = operator(service.revoke(session, number, at=at))
        journal.append(session, author, "token.revoke", {Subject(f"token/{number}"): {}}, at=at)
    click.echo(f"Token {number} is revoked.")
