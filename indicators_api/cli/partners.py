"""`indicators-api partners`: set up and list the systems that messages go to."""

import os

import click

from indicators_api.addresses import Allowed
from indicators_api.cli.jurisdictions import (
    chosen,
    each_jurisdiction,
    one_jurisdiction,
    the_one,
    titled,
)
from indicators_api.cli.opening import operator, reading, require_url, wall_clock, writing
from indicators_api.config import from_environment
from indicators_api.exchange import partners as service
from indicators_api.exchange.kinds import KINDS
from indicators_api.exchange.partners import PartnerFacts, Wanted
from indicators_api.models.partner import AUTHENTICATIONS, PARTNER_KINDS


@click.group()
def partners() -> None:
    """Set up and list the systems that messages go to."""


@partners.command("set")
@click.argument("code")
@click.option("--kind", type=click.Choice(PARTNER_KINDS), required=True)
@click.option("--url", required=True, help="Paths of messages are added to it.")
@click.option("--name", help="In Vietnamese; the code unless given.")
@click.option("--name-en", help="In English; the Vietnamese one unless given.")
@click.option("--authentication", type=click.Choice(AUTHENTICATIONS), default="none")
@click.option("--secret", help="Where it is: env:EXCHANGE_SECRET_NAME or file:name.")
@click.option("--authorities", help="File of the certificates its server is known by: file:name.")
@click.option("--takes", multiple=True, type=click.Choice(KINDS), help="May be given repeatedly.")
@click.option("--monthly-day", type=click.IntRange(1, 28), help="When a month's package is sent.")
@click.option("--off", is_flag=True, help="What goes to it waits.")
@one_jurisdiction
def set_command(  # noqa: PLR0913 - a partner's properties
    *,
    code: str,
    kind: str,
    url: str,
    name: str | None,
    name_en: str | None,
    authentication: str,
    secret: str | None,
    authorities: str | None,
    takes: tuple[str, ...],
    monthly_day: int | None,
    off: bool,
    jurisdiction: str | None,
) -> None:
    """Set the partner CODE up, or replace what is known of it."""
    wanted = Wanted(
        name_vi=name or code,
        name_en=name_en or name or code,
        kind=kind,
        base_url=url,
        authentication=authentication,
        secret=secret,
        authorities=authorities,
        takes=list(takes),
        monthly_day=monthly_day,
        switched_on=not off,
    )
    config = from_environment({**os.environ, "DATABASE_URL": require_url()})
    allowed = Allowed.read(config.exchange_hosts)
    with writing() as session:
        author = operator(the_one(session, jurisdiction).id)
        is_new = service.put(session, author, code, wanted, allowed, at=wall_clock())
    click.echo(f"Partner {code} is {'set up' if is_new else 'changed'}.")


@partners.command("list")
@each_jurisdiction
def list_command(*, jurisdiction: str | None) -> None:
    """List the partners, what waits for each, and how its line is."""
    with reading() as session:
        for one in titled(chosen(session, jurisdiction)):
            for each in service.partners(session, one.id):
                click.echo(_line_of(each))


def _line_of(partner: PartnerFacts) -> str:
    line = f"{partner.failures} failures" if partner.failures else "good"
    switch = "on" if partner.switched_on else "off"
    return (
        f"{partner.code:12} {partner.kind:18} {switch:4} {partner.waiting:6} waiting"
        f" {partner.dead:4} dead  line {line:12} {partner.base_url}"
    )
