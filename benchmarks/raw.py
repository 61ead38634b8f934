"""The counterparts: the same writes in plain SQL, by pgbench, and the same rows by COPY."""

import subprocess
import tempfile
from pathlib import Path

import psycopg

from indicators_api.db.embedded_programs import CALLER, programs_for

CLIENTS = 8

_TABLES = ("report", "report_version", "observation", "report_step", "rollup")
_SEND = """\
SELECT 190001 + n / 194 AS p, 1 + n % 194 AS u FROM nextval('bench_sent') AS n \\gset
BEGIN;
INSERT INTO bench_report
    SELECT 1, :p, :u, 'sent', 1, 1, 1, NULL, now(), now(), now(), now(), NULL, now();
INSERT INTO bench_report_version
    SELECT 1, :p, :u, 1, 'original', now(), now(), 'bench', 580, 580, 0, '[]';
INSERT INTO bench_observation
    SELECT 1, :p, :u, 1, v.indicator_id, v.value, NULL, 'E', NULL, NULL FROM bench_values v;
INSERT INTO bench_report_step
    SELECT 1, :p, :u, 1, 'send', NULL, 'sent', 1, 'b', 'leader', 'bench', now(), 1, 1, NULL;
INSERT INTO journal (jurisdiction_id, recorded_at, actor_id, actor_name, action, subject, details)
    VALUES (1, now(), 1, 'b', 'report.send', 'report', '{}');
COMMIT;
"""
#: The two areas above a commune, always in the same order.
_ACCEPT = """\
SELECT 190001 + n / 194 AS p, 1 + n % 194 AS u, 2 + n % 9 AS d
    FROM nextval('bench_accepted') AS n \\gset
BEGIN;
SELECT revision FROM bench_report
    WHERE jurisdiction_id = 1 AND period_id = :p AND unit_id = :u FOR UPDATE;
UPDATE bench_report SET state = 'accepted', revision = revision + 1, accepted_version = 1,
                        accepted_at = now(), changed_at = now(), stepped_at = now()
    WHERE jurisdiction_id = 1 AND period_id = :p AND unit_id = :u;
INSERT INTO bench_report_step
    SELECT 1, :p, :u, 2, 'accept', 'sent', 'accepted', 1, 'b', 'reviewer', NULL, now(), 1, 1, 1;
INSERT INTO journal (jurisdiction_id, recorded_at, actor_id, actor_name, action, subject, details)
    VALUES (1, now(), 1, 'b', 'report.accept', 'report', '{{}}');
INSERT INTO bench_rollup AS r (jurisdiction_id, period_id, area_id, indicator_id, {names})
    SELECT 1, :p, a.id, c.indicator_id, {values}
    FROM (VALUES (1), (:d)) AS a(id), bench_cells c ORDER BY a.id, c.indicator_id
    ON CONFLICT (jurisdiction_id, period_id, area_id, indicator_id) DO UPDATE SET {sums};
COMMIT;
"""
_KEYS = {"jurisdiction_id", "period_id", "area_id", "indicator_id"}
#: One month of all units, with the columns and the order of `/observations`.
ALL_VALUES = """
    SELECT u.code AS unit, a.code AS area, u.area_id, i.code AS indicator, o.period_id, o.value,
           o.missing, o.status, o.ytd, o.note, o.version
    FROM report r
    JOIN observation o ON o.jurisdiction_id = r.jurisdiction_id AND o.period_id = r.period_id
                      AND o.unit_id = r.unit_id AND o.version = r.accepted_version
    JOIN unit u ON u.jurisdiction_id = 1 AND u.id = o.unit_id
    JOIN area a ON a.jurisdiction_id = 1 AND a.id = u.area_id
    JOIN indicator i ON i.jurisdiction_id = 1 AND i.id = o.indicator_id
    WHERE r.jurisdiction_id = 1 AND r.period_id = {period}
    ORDER BY o.period_id, u.code, i.code
"""


def prepare(url: str) -> None:
    """Make empty tables like those of the service, and a report's values to put in."""
    with psycopg.connect(url, autocommit=True) as connection:
        for table in _TABLES:
            connection.execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
        for name in ("bench_sent", "bench_accepted"):
            connection.execute(f"CREATE SEQUENCE {name} MINVALUE 0")
        connection.execute(
            "CREATE TABLE bench_values AS"
            " SELECT id AS indicator_id, 12345.67 AS value FROM indicator"
        )


def sends(url: str, *, each: int) -> float:
    """Send reports, some by each client; give reports a second."""
    return _pgbench(url, _SEND, each)


def acceptances(url: str, *, each: int) -> float:
    """Accept reports that were sent, by adding a cell's difference to the areas above."""
    with psycopg.connect(url, autocommit=True) as connection:
        # A district's cells of one report that was accepted over HTTP, whatever they are made of.
        connection.execute(
            "CREATE TABLE IF NOT EXISTS bench_cells AS SELECT * FROM rollup"
            " WHERE (period_id, area_id) = (SELECT period_id, max(area_id) FROM rollup"
            " GROUP BY period_id ORDER BY period_id LIMIT 1)"
        )
        row = connection.execute("SELECT * FROM rollup LIMIT 0").description or []
    names = [column.name for column in row if column.name not in _KEYS]
    script = _ACCEPT.format(
        names=", ".join(names),
        values=", ".join(f"c.{name}" for name in names),
        sums=", ".join(f"{name} = r.{name} + excluded.{name}" for name in names),
    )
    return _pgbench(url, script, each)


def insert_values(url: str, first: int, count: int) -> None:
    """Insert the values of some reports and nothing else."""
    with psycopg.connect(url) as connection:
        for number in range(first, first + count):
            connection.execute(
                "INSERT INTO bench_observation SELECT 1, 180001, %s, 1, v.indicator_id, v.value,"
                " NULL, 'E', NULL, NULL FROM bench_values v",
                [number],
            )


def copy_month(url: str, period_id: int) -> int:
    """COPY a month of all units as CSV; give its bytes."""
    query = ALL_VALUES.format(period=int(period_id))
    with (
        psycopg.connect(url) as connection,
        connection.cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)") as copy,
    ):
        return sum(len(piece) for piece in copy)


def _pgbench(url: str, script: str, each: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "script.sql"
        file.write_text(script, encoding="utf-8")
        pgbench = programs_for(CALLER) / "pgbench"
        options = ["-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-t", str(each)]
        answer = subprocess.run(
            [str(pgbench), *options, "-f", str(file), url],
            capture_output=True,
            text=True,
            check=True,
        )
    line = next(line for line in answer.stdout.splitlines() if line.startswith("tps"))
    return float(line.split()[2])
