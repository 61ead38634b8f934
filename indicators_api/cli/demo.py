"""`indicators-api demo`: months of a province, played over HTTP against a running service."""

import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import click

from indicators_api.cli import demo_source
from indicators_api.cli.demo_cast import Cast, cast
from indicators_api.cli.demo_client import Refused, Service
from indicators_api.cli.demo_plans import decide
from indicators_api.cli.demo_player import Stage, play, reported
from indicators_api.cli.demo_source import Catalogue
from indicators_api.cli.demo_tables import show
from indicators_api.cli.demo_tokens import Tokens, issued
from indicators_api.cli.demo_values import Province
from indicators_api.cli.demo_watch import show_watched, watch
from indicators_api.cli.jurisdictions import one_jurisdiction, the_one
from indicators_api.cli.opening import reading, wall_clock
from indicators_api.periods import Period, PeriodType, months_back

#: Played unless another month is named.
_MONTH = "2024-07"


class Wishes(NamedTuple):
    """How a month is to be played."""

    seed: int
    late: int
    missing: int
    threads: int


class Month(click.ParamType[Period]):
    """A month that is over."""

    name = "YYYY-MM"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Period:
        """Read it."""
        try:
            month = Period.parse(str(value))
        except ValueError:
            self.fail(f"{value} is no month; write it as {_MONTH}.", param, ctx)
        if month.type is not PeriodType.MONTH:
            self.fail(f"{value} is no month; write it as {_MONTH}.", param, ctx)
        if month.end >= wall_clock().date():
            self.fail(f"{value} is not over yet.", param, ctx)
        return month


def default_url() -> str:
    """Give the address that `indicators-api run` serves on in the same environment."""
    return f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"


@click.command()
@click.option("--period", type=Month(), help=f"The month to play; {_MONTH} unless given.")
@click.option("--until", type=Month(), help="The last of several months, instead of --period.")
@click.option("--months", type=click.IntRange(1, 120), default=1, help="Play so many months.")
@click.option("--url", default=default_url, help="Where the service runs; here, on PORT (8000).")
@click.option("--seed", default=2024, help="Another seed gives other values and parts.")
@click.option("--late", type=click.IntRange(0), default=5, help="Units that are late (5).")
@click.option("--missing", type=click.IntRange(0), default=3, help="Units that don't send (3).")
@click.option("--threads", type=click.IntRange(1, 64), default=4, help="Calls at a time (4).")
@one_jurisdiction
def demo(  # noqa: PLR0913 - how it is played
    *,
    period: Period | None,
    until: Period | None,
    months: int,
    url: str,
    seed: int,
    late: int,
    missing: int,
    threads: int,
    jurisdiction: str | None,
) -> None:
    """Play months against a running service, over HTTP as all its units.

    Clerks and leaders report, a few late, a few not at all; reviewers return some reports and
    accept the rest; some are corrected afterwards, each year has its plans, and the operations
    centre watches some figures. Needs the service's database, DATABASE_URL or that of `make run`,
    for the tokens, which are revoked at the end. Reports that exist are left as they are.
    """
    if period and until:
        raise click.UsageError("--period and --until name the same month: give one of them.")
    played = months_back(until or period or Period.parse(_MONTH), months)
    with Service(url) as service:
        service.demand_ready()
        catalogues = read_catalogues(played, jurisdiction)
        with issued(catalogues.values()) as tokens:
            demand_same_database(service, tokens)
            stages = [Stage(service, tokens, each, month) for month, each in catalogues.items()]
            play_all(stages, Wishes(seed, late, missing, threads))
            watch(stages[-1])
            show(stages[-1])
            show_watched(stages[-1])


def read_catalogues(months: Sequence[Period], jurisdiction: str | None) -> dict[Period, Catalogue]:
    """Read the catalogue of each month that any unit owes; the others are told and left out."""
    with reading() as session:
        tenant = the_one(session, jurisdiction).id
        found = {month: demo_source.read(session, tenant, month) for month in months}
    owed = {month: catalogue for month, catalogue in found.items() if catalogue is not None}
    if not owed:
        raise click.ClickException(f"No unit owes a report for {', '.join(map(str, months))}.")
    if strange := [str(month) for month in months if month not in owed]:
        click.echo(f"No unit owes a report for {', '.join(strange)}: left out.")
    return owed


def demand_same_database(service: Service, tokens: Tokens) -> None:
    """Raise unless the service knows the tokens."""
    try:
        service.call(tokens.administrator, "GET", "/me")
    except Refused as refused:
        raise click.ClickException(
            f"The service at {service.url} works on another database than this command: "
            "DATABASE_URL must be the service's."
        ) from refused


def play_all(stages: Sequence[Stage], wishes: Wishes) -> None:
    """Play the months in order and tell of each how it went."""
    for stage, province in zip(stages, provinces(stages, wishes.seed), strict=True):
        began, before = time.monotonic(), reported(stage)
        plans = decide(stage)
        parts = cast(
            stage.catalogue.unit_ids,
            str(stage.month),
            seed=wishes.seed,
            late=wishes.late,
            missing=wishes.missing,
            reported=before,
        )
        counts = play(stage, parts, province, threads=wishes.threads)
        counts["existed"] += len(before.intersection(stage.catalogue.unit_ids))
        counts["plans"] = plans
        tell(stage.month, parts, counts, time.monotonic() - began)


def provinces(stages: Sequence[Stage], seed: int) -> Iterator[Province]:
    """Give each month its province; a new one only where the catalogue has changed."""
    facts, province = None, None
    for stage in stages:
        if province is None or stage.catalogue.facts != facts:
            facts = stage.catalogue.facts
            province = Province(*facts, seed)
        yield province


def tell(month: Period, parts: Cast, counts: Counter[str], seconds: float) -> None:
    """Print how a month went."""
    said = [
        f"{counts['sent']} reports sent",
        f"{len(parts.late)} of them late",
        f"{counts['commented']} with a comment on warnings",
        f"{counts['returned']} returned and sent again",
        f"{counts['accepted']} accepted",
        f"{counts['corrected']} of them corrected",
        f"{len(parts.missing)} missing",
        f"{counts['existed']} existed and were left as they are",
        f"{counts['plans']} plans decided",
    ]
    happened = [sentence for sentence in said if not sentence.startswith("0 ")]
    click.echo(f"{month}: {', '.join(happened)} ({seconds:.1f} s)")
