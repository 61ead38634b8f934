"""Full months of accepted reports, loaded by COPY into the tables as they are."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import psycopg

from benchmarks import world
from indicators_api.periods import Period

#: The columns that are given, by table; the others take their defaults.
COLUMNS = {
    "report": "jurisdiction_id, period_id, unit_id, state, revision, version, sent_version,"
    " accepted_version, created_at, changed_at, stepped_at, first_sent_at, sent_at, accepted_at",
    "report_version": "jurisdiction_id, period_id, unit_id, version, kind, created_at, sent_at,"
    " expected, with_value, not_applicable, findings",
    "report_step": "jurisdiction_id, period_id, unit_id, revision, action, from_state, to_state,"
    " actor_id, actor_name, actor_role, recorded_at, version, sent_version, accepted_version",
    "observation": "jurisdiction_id, period_id, unit_id, version, indicator_id, value, status",
}


class Filler(NamedTuple):
    """What months are made of: the ids of a province, the same in all, and reports' values."""

    units: Sequence[int]
    #: Full reports, one for each unit: a value's columns from the version on, line by line.
    reports: Sequence[Sequence[str]]
    #: Of each report: what is asked monthly, computed ratios left out.
    expected: int

    @classmethod
    def read(cls, connection: psycopg.Connection) -> "Filler":
        """Read the first province's ids and make as many different reports as it has units."""
        units = [
            row[0]
            for row in connection.execute(
                "SELECT id FROM unit WHERE jurisdiction_id = 1 ORDER BY id"
            )
        ]
        query = "SELECT code, id FROM indicator WHERE jurisdiction_id = 1"
        ids = dict(connection.execute(query).fetchall())
        reports = [
            [f"1\t{ids[code]}\t{value}\tP\n" for code, value in world.values(seed).items()]
            for seed in range(len(units))
        ]
        monthly = [
            row
            for row in world.read("indicators")
            if row["frequency"] == "monthly" and row["area_aggregation"] != "recompute"
        ]
        return cls(units, reports, len(monthly))

    @property
    def rows(self) -> int:
        """Values in a province's month."""
        return sum(map(len, self.reports))

    def fill(self, connection: psycopg.Connection, province: int, month: Period) -> None:
        """Load a month of a province; which unit sends which report differs from month to month."""
        for table, columns in COLUMNS.items():
            statement = f"COPY {table} ({columns}) FROM STDIN"
            with connection.cursor().copy(statement) as copy:
                copy.write("".join(self._lines(table, province, month)))

    def _lines(self, table: str, province: int, month: Period) -> Iterator[str]:
        at = month.next.end.isoformat()
        for place, unit in enumerate(self.units):
            key = f"{province}\t{month.id}\t{unit}\t"
            if table == "report":
                yield f"{key}accepted\t2\t1\t1\t1" + 6 * f"\t{at}" + "\n"
            elif table == "report_version":
                yield f"{key}1\toriginal\t{at}\t{at}\t{self.expected}\t{self.expected}\t0\t[]\n"
            elif table == "report_step":
                who = f"1\tbench\tleader\t{at}\t1\t1"
                yield f"{key}1\tsend\t\\N\tsent\t{who}\t\\N\n"
                yield f"{key}2\taccept\tsent\taccepted\t{who}\t1\n"
            else:
                report = self.reports[(place + province + month.id) % len(self.reports)]
                yield from (f"{key}{value}" for value in report)
