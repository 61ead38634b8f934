"""`python -m benchmarks.scale`: fill installations of several sizes, measure them in turns.

The sizes are databases of one server, each made of the smaller one; a round measures each of them
once, so that what else the machine does falls on all.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click
import psycopg

from benchmarks.scale import country, report
from benchmarks.scale.filling import Filler
from benchmarks.scale.measures import Site, Storage, Taken, timed
from indicators_api.db import embedded
from indicators_api.db.embedded import Server
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from indicators_api.periods import Period, months_back

PROJECT = Path(__file__).resolve().parents[2]
#: The last month that is filled.
LAST = Period.month(2024, 12)


class Sizes(click.ParamType[list[int]]):
    """Numbers of provinces, growing."""

    name = "1,10,50"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> list[int]:
        """Read them."""
        try:
            sizes = sorted({int(part) for part in str(value).split(",")})
        except ValueError:
            self.fail("write numbers, comma separated", param, ctx)
        return sizes if sizes[0] == 1 else [1, *sizes]


@click.command()
@click.option("--provinces", type=Sizes(), default="1,10,50", help="Sizes, each a database.")
@click.option("--months", type=click.IntRange(1, 120), default=2, help="Full months of each.")
@click.option("--rounds", type=click.IntRange(1), default=5, help="How often all are measured.")
@click.option("--keep", is_flag=True, help="Leave the databases there.")
def main(*, provinces: list[int], months: int, rounds: int, keep: bool) -> None:
    """Show how reads, sends, roll-up, storage and verification grow with the number of provinces.

    A province has 194 units with 649 values each month. Writes benchmarks/SCALE.md, scale.json and
    scale.svg.
    """
    folder = embedded.data_folder(PROJECT, "scale")
    try:
        with _served(folder) as server:
            filled = fill(server, provinces, months_back(LAST, months))
            taken, storage = measure(filled.sites, rounds)
            report.write(
                [*filled.taken, *taken], storage, rows_a_second=filled.rows_a_second, months=months
            )
    finally:
        if not keep:
            embedded.remove(folder)


class Filled:
    """The sizes, and how long it took to make them."""

    def __init__(self) -> None:
        self.sites: list[Site] = []
        self.taken: list[Taken] = []
        self.rows = 0
        self.seconds = 0.0

    @property
    def rows_a_second(self) -> float:
        """Values that COPY loads, with all that goes with their reports."""
        return self.rows / self.seconds


@contextmanager
def _served(folder: Path) -> Iterator[Server]:
    settings = {"max_wal_size": "4GB", "shared_buffers": "1GB", "maintenance_work_mem": "512MB"}
    server = embedded.start(folder, settings=settings)
    try:
        yield server
    finally:
        embedded.stop(folder)


def fill(server: Server, sizes: Sequence[int], months: Sequence[Period]) -> Filled:
    """Make a database of each size: the smaller one's copy and more provinces."""
    filled, before = Filled(), 0
    for size in sizes:
        url, template = server.url(f"scale_{size}"), f"scale_{before}" if before else "template0"
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS scale_{size} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE scale_{size} TEMPLATE {template}")
        if not before:
            click.echo("Loading the first province's catalogue")
            people = country.found(url)
        _fill(filled, url, before, size, months)
        filled.sites.append(Site(size, url, people, months[-1].next))
        before = size
    return filled


def _fill(filled: Filled, url: str, before: int, size: int, months: Sequence[Period]) -> None:
    engine = make_engine(url, pool_size=1, statement_timeout_ms=country.TIMEOUT)
    with psycopg.connect(url) as connection:
        filler = Filler.read(connection)
        if before:
            with _bar(f"{size} ×: catalogues", size - before) as bar:
                for _ in country.add_provinces(connection, before + 1, size):
                    bar.update(1)
        places = [(number, month) for number in range(before + 1, size + 1) for month in months]
        with _bar(f"{size} ×: values", len(places) * filler.rows, "rows/s") as bar:
            for province, month in places:
                filled.seconds += timed(partial(_load, connection, filler, province, month))
                filled.rows += filler.rows
                bar.update(filler.rows, filled.rows_a_second)
    with psycopg.connect(url, autocommit=True) as connection:
        click.echo(f"{size} ×: VACUUM ANALYZE")
        connection.execute("VACUUM ANALYZE")
    rolled, database, units = [], Database(engine), list(filler.units)
    with _bar(f"{size} ×: roll-up", len(places)) as bar:
        for province, month in places:
            rolled.append(timed(partial(country.roll_up, database, province, month, units)))
            bar.update(1)
    filled.taken.append(Taken("roll up a province's month", size, rolled))
    engine.dispose()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE rollup")


def _load(connection: psycopg.Connection, filler: Filler, province: int, month: Period) -> None:
    filler.fill(connection, province, month)
    connection.commit()


def _bar(label: str, length: int, unit: str = "") -> "click._termui_impl.ProgressBar[int]":
    """Make a bar that shows what is done, how fast if that is told, and how long the rest takes."""
    return click.progressbar(
        length=length,
        label=label,
        show_pos=True,
        item_show_func=lambda rate: f"{rate:,.0f} {unit}" if rate else None,
    )


def measure(sites: Sequence[Site], rounds: int) -> tuple[list[Taken], list[Storage]]:
    """Measure all sizes in turns, then what they store."""
    storage = [line for site in sites for line in site.storage()]
    seconds: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
    with _bar("measuring", rounds * len(sites)) as bar:
        for _ in range(rounds):
            for site in sites:
                for what, took in site.measure():
                    seconds[what, site.provinces].append(took)
                bar.update(1)
    return [Taken(what, size, took) for (what, size), took in seconds.items()], storage


if __name__ == "__main__":
    main()
