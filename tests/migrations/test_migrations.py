"""Migrations run up, down and up again, and leave the schema that the models describe."""

import psycopg
import pytest
from alembic import command

from indicators_api.db import migrate
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from tests.conftest import new_database


@pytest.fixture
def empty_url(worker_id: str, request: pytest.FixtureRequest) -> str:
    name = "".join(c for c in request.node.name.lower() if c.isalnum())[:24]
    return new_database(f"{worker_id}_{name}", template=False)


def tables_of(url: str) -> set[str]:
    """Name the tables, not their partitions."""
    query = """SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
               AND relnamespace = 'public'::regnamespace"""
    with psycopg.connect(url) as connection:
        return {row[0] for row in connection.execute(query)}


def test_models_and_migrated_schema_are_the_same(empty_url):
    """A migration that is forgotten fails here."""
    migrate.upgrade(empty_url)

    command.check(migrate.configuration(empty_url))


def test_migrations_go_up_down_and_up_again(empty_url):
    """`downgrade` works, and leaves nothing that stops the next upgrade."""
    migrate.upgrade(empty_url)
    migrated = tables_of(empty_url)

    migrate.downgrade(empty_url, "base")
    left = tables_of(empty_url)
    migrate.upgrade(empty_url)

    assert left == {"alembic_version"}
    assert tables_of(empty_url) == migrated


def test_every_catalogue_table_has_its_history(empty_url):
    """Catalogue, plan, calendar and deadline tables hold the present; each has a history."""
    facts = {"report", "report_version", "report_step", "correction", "observation", "token"}
    facts |= {"journal", "journal_position", "journal_waiting"}
    facts |= {"partner", "partner_line", "delivery", "delivery_attempt", "held_stream"}
    facts |= {"package", "subscription"}
    facts |= {"received_message", "certificate", "report_signature", "signature_policy"}
    facts |= {"sharing", "archived_year"}
    derived = {"rollup", "rollup_spread", "alembic_version"}
    migrate.upgrade(empty_url)

    tables = tables_of(empty_url)
    present = {name for name in tables if not name.endswith("_history")} - facts - derived

    assert {f"{name}_history" for name in present} == {n for n in tables if n.endswith("_history")}


def test_the_past_shows_every_column_of_the_present(empty_url):
    """`as_of`: a view of each table with a history, and of reports, with the table's columns.

    Their types are the same: else a statement prepared for the present fails in the past.
    """
    migrate.upgrade(empty_url)

    def columns(schema: str) -> dict[str, set[str]]:
        query = """
            SELECT c.relname, array_agg(concat_ws(' ', a.attname, a.attcollation::regcollation,
                                                  format_type(a.atttypid, a.atttypmod)))
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace = %s::regnamespace AND c.relkind IN ('r', 'p', 'v')
              AND a.attnum > 0 AND NOT a.attisdropped
            GROUP BY c.relname
        """
        with psycopg.connect(empty_url) as connection:
            return {name: set(names) for name, names in connection.execute(query, [schema])}

    present, past = columns("public"), columns("past")
    wanted = {name.removesuffix("_history") for name in present if name.endswith("_history")}

    assert past == {name: present[name] for name in {*wanted, "report"}}


def test_the_service_tells_which_revision_a_database_is_at(empty_url):
    """`/health/ready` and `database check` compare it with the newest."""
    engine = make_engine(empty_url, pool_size=1, statement_timeout_ms=10_000)

    with Database(engine).reading() as session:
        before = migrate.present(session)
    migrate.upgrade(empty_url)
    with Database(engine).reading() as session:
        after = migrate.present(session)
    engine.dispose()

    assert before is None
    assert after == migrate.newest()


def test_entries_that_are_there_are_told_what_the_feed_says_and_wait(empty_url):
    """Numbering begins with the whole journal; reports' entries get what their steps say."""
    steps = [
        (1, None, "sent", 1, None),
        (2, "sent", "accepted", 1, 1),
        (3, "sent", "accepted", 2, 2),
    ]
    migrate.upgrade(empty_url, "0002")
    with psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        for revision, before, after, version, accepted in steps:
            connection.execute(
                "INSERT INTO report_step VALUES (1, 202407, 5, %s, 'x', %s, %s, 1, 'A', 'leader',"
                " NULL, now(), %s, %s, %s)",
                (revision, before, after, version, version, accepted),
            )
            action = "report.send" if after == "sent" else "report.accept"
            connection.execute(
                "INSERT INTO journal (jurisdiction_id, recorded_at, actor_id, actor_name, action,"
                " subject, period_id, unit_id, details) VALUES (1, now(), 1, 'A', %s, 'report/5',"
                " 202407, 5, jsonb_build_object('revision', %s::int))",
                (action, revision),
            )

    migrate.upgrade(empty_url)

    with psycopg.connect(empty_url) as connection:
        found = connection.execute(
            "SELECT details ->> 'from_state', details -> 'version', details -> 'replaces'"
            " FROM journal JOIN journal_waiting ON entry_id = id ORDER BY id"
        ).fetchall()
    assert found == [(None, 1, None), ("sent", 1, None), ("sent", 2, 1)]


def test_figures_keep_every_digit_when_they_are_parted_by_year_and_put_together_again(empty_url):
    """Up and down again: no row is lost, in whatever year, and roles keep what they may."""
    values = [(1, period, 5, 1, 7, value) for period, value in _FIGURES]
    migrate.upgrade(empty_url, "0017")
    with psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute("GRANT SELECT, INSERT ON observation TO pg_monitor")
        connection.cursor().executemany(
            "INSERT INTO observation (jurisdiction_id, period_id, unit_id, version, indicator_id,"
            " value, ytd) VALUES (%s, %s, %s, %s, %s, %s, 1)",
            values,
        )
        connection.execute(
            "INSERT INTO rollup SELECT 1, period_id, 3, 7, value, 1, 1, 0, 0, 0, 1, 2"
            " FROM observation"
        )
        before = _figures(connection)

    migrate.upgrade(empty_url)
    with psycopg.connect(empty_url, autocommit=True) as connection:
        parted = _figures(connection)
        of_one_year = connection.execute("SELECT count(*) FROM observation_1999").fetchone()
        granted = connection.execute(
            "SELECT has_table_privilege('pg_monitor', 'observation', 'INSERT')"
        ).fetchone()
    migrate.downgrade(empty_url, "0017")
    with psycopg.connect(empty_url, autocommit=True) as connection:
        after = _figures(connection)

    assert len(before[0]) == len(_FIGURES)
    assert before == parted == after
    assert (of_one_year, granted) == ((2,), (True,))


_FIGURES = [(199901, "0.1"), (199950, "1e-10"), (202407, "123456789012.10"), (203112, "-3")]


def _figures(connection: psycopg.Connection) -> list[list[tuple]]:
    return [
        connection.execute(f"SELECT * FROM {table} ORDER BY period_id").fetchall()
        for table in ("observation", "rollup")
    ]
