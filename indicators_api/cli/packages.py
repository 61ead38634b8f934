"""`indicators-api exchange packages`: what would go to a partner, and sending it."""

import json
import os
import sys
from datetime import datetime
from typing import Any

import click

from indicators_api.cli.jurisdictions import one_jurisdiction, the_one
from indicators_api.cli.opening import operator, reading, require_url, wall_clock, writing
from indicators_api.config import from_environment
from indicators_api.db.session import Database
from indicators_api.exchange import job as jobs
from indicators_api.exchange import mapping_file, outgoing, schedule
from indicators_api.exchange.kinds import NOT_BUILT
from indicators_api.exchange.outgoing import Plan
from indicators_api.exchange.schedule import Means
from indicators_api.exchange.seals import signer_of
from indicators_api.periods import Period


class AnyPeriod(click.ParamType[Period]):
    """A period of any type."""

    name = "period"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Period:
        """Read it, or say what one looks like."""
        try:
            return Period.parse(str(value))
        except ValueError:
            self.fail("not a period; write 2024-07, 2024-Q3, 2024-S1, 2024-9M or 2024", param, ctx)


@click.command()
@click.argument("partner")
@click.argument("period", type=AnyPeriod())
@click.option("--send", is_flag=True, help="Put it into the outbox; the worker delivers it.")
@one_jurisdiction
def packages(*, partner: str, period: Period, send: bool, jurisdiction: str | None) -> None:
    """Print exactly what would go to PARTNER for PERIOD, and every gap of the mapping.

    With --send what does not stand already is sent. Exit status 1 where there are gaps.
    """
    means, at = configured_means(), wall_clock()
    if send:
        with writing() as session:
            number = the_one(session, jurisdiction).id
            job = jobs.job(session, number, partner, period, mapping=means.mapping, at=at)
            sent = outgoing.send(session, operator(number), job, means.signer)
        for each in sent:
            click.echo(f"{each.message_id} ({each.reason}) waits in the outbox.")
        click.echo(f"{len(sent)} packages sent.")
        return
    with reading() as session:
        number = the_one(session, jurisdiction).id
        job = jobs.job(session, number, partner, period, mapping=means.mapping, at=at)
        plan = outgoing.look(session, job)
    _show(plan)
    if plan.gaps:
        sys.exit(1)


def send_due(database: Database, at: datetime, jurisdiction: int) -> int:
    """Send what is due and what was corrected, as a duty of the worker."""
    return schedule.send_due(database, at, jurisdiction, configured_means())


def configured_means() -> Means:
    """Read the mapping and the key that the settings name, as the files are now."""
    config = from_environment({**os.environ, "DATABASE_URL": require_url()})
    return Means(mapping_file.read(config.exchange_mapping), signer_of(config.signing_key))


def _show(plan: Plan) -> None:
    for each in plan.packages:
        click.echo(f"{each.message_id}: {each.reason or 'stands already'}")
        if each.body is not None:
            click.echo(json.dumps(json.loads(each.body), ensure_ascii=False, indent=2))
    for kind in plan.job.partner.takes:
        if kind in NOT_BUILT:
            click.echo(f"{kind}: can't be built. {NOT_BUILT[kind]}")
    for fault in plan.gaps:
        said = fault.message.text % dict(fault.message.params)
        click.echo(f"gap: {fault.pointer}: {said}", err=True)
