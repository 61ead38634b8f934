"""`indicators-api demo`: months of a province, played over HTTP against a running service."""

import os
import time
from collections import Counter
from typing import Any

import click

from indicators_api.cli import demo_source, demo_tables
from indicators_api.cli.demo_cast import Cast, cast
from indicators_api.cli.demo_client import Refused, Service
from indicators_api.cli.demo_player import Stage, play, reported
from indicators_api.cli.demo_source import Catalogue, Facts
from indicators_api.cli.demo_tokens import Tokens, issued
from indicators_api.cli.demo_values import Province
from indicators_api.cli.opening import open_database, wall_clock
from indicators_api.db.session import Database
from indicators_api.periods import Period, PeriodType, months_back


class Month(click.ParamType):
    """A month that is over."""

    name = "YYYY-MM"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Period:
        """Read it."""
        if isinstance(value, Period):
            return value
        try:
            period = Period.parse(value)
        except ValueError:
            self.fail(f"{value} is no month; write it as 2024-07.", param, ctx)
        if period.type is not PeriodType.MONTH:
            self.fail(f"{value} is no month; write it as 2024-07.", param, ctx)
        if period.end >= wall_clock().date():
            self.fail(f"{value} is not over yet.", param, ctx)
        return period


class Play(click.Group):
    """Placeholder."""


def default_url() -> str:
    """Give the address that `indicators-api run` serves on here."""
    return f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"


@click.command()
@click.option("--period", type=Month(), default="2024-07", help="The month to play; 2024-07.")
@click.option("--months", type=click.IntRange(1, 120), default=1, help="Play so many months.")
@click.option("--until", type=Month(), help="The last of them, instead of --period.")
@click.option("--url", default=default_url, help="Where the service runs; this machine, PORT.")
@click.option("--seed", type=int, default=2024, help="Another seed gives another play.")
@click.option("--late", type=click.IntRange(0), default=5, help="Units that are late; 5.")
@click.option("--missing", type=click.IntRange(0), default=3, help="Units that don't send; 3.")
@click.option("--threads", type=click.IntRange(1, 64), default=4, help="Calls at a time; 4.")
def demo(  # noqa: PLR0913 - its options
    *,
    period: Period,
    months: int,
    until: Period | None,
    url: str,
    seed: int,
    late: int,
    missing: int,
    threads: int,
) -> None:
    """Play a month against a running service, over HTTP as all its units.

    Clerks and leaders report, a few late, a few not at all, reviewers return some and accept the
    rest. Needs the service's database (DATABASE_URL, or that of `make run` beside it) for the
    tokens, which are revoked at the end. Reports that exist are left as they are.
    """
    database = open_database()
    with Service(url) as service:
        service.demand_ready()
        catalogues = read_catalogues(database, months_back(until or period, months))
        with issued(database, catalogues.values()) as tokens:
            demand_same_database(service, tokens)
            facts, province = None, None
            for month, catalogue in catalogues.items():
                stage = Stage(service, tokens, catalogue, month)
                if catalogue.facts != facts:
                    facts, province = catalogue.facts, Province(*catalogue.facts, seed)
                ...
