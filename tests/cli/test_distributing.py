"""`indicators-api distribute`: what is in its way, what it does, and that it can be run again.

There is no Citus here. `citus_stub.sql` notes what would be placed and refuses what Citus refuses;
that questions then reach their shards is foretold by tests/promises/test_one_shard.py.
"""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from indicators_api.cli.main import commands
from indicators_api.models.placement import DISTRIBUTED, LOCAL, reference_tables

pytestmark = pytest.mark.committed

Run = Callable[..., Result]

STUB = Path(__file__).with_name("citus_stub.sql").read_text("utf-8")
PLACED = "SELECT logicalrelid::text FROM pg_dist_partition"
FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND conparentid = 0 ORDER BY 1, 2
"""


@pytest.fixture
def run(committed_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("DATABASE_URL", committed_url)
    with psycopg.connect(committed_url) as connection:
        if connection.execute("SELECT FROM pg_extension WHERE extname = 'citus'").fetchone():
            pytest.skip("the server has Citus: the database is distributed already")
    return lambda *words: CliRunner().invoke(commands, ("distribute", *words))


@pytest.fixture
def citus(committed_url: str, run: Run) -> Callable[[str], list[tuple]]:  # noqa: ARG001 - skips on a real one
    """Change the stub, or ask it: `citus(sql)` gives the rows."""

    def ask(sql: str) -> list[tuple]:
        with psycopg.connect(committed_url, autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    ask(STUB)
    return ask


def test_a_server_without_citus_is_refused(run):
    """A clear sentence, exit status 1, nothing changed."""
    for refused in (run(), run("--dry-run")):
        assert refused.exit_code == 1
        assert "The Citus extension is not installed on this server." in refused.stderr
        assert "shared_preload_libraries" in refused.stderr
        assert "Nothing was changed." in refused.stderr


def test_a_dry_run_tells_what_would_be_done_and_does_nothing(run, citus):
    """Tables in order, with their rows."""
    told = run("--dry-run", "--shards", "8")

    assert told.exit_code == 0, told.output
    tables = [line.split()[0] for line in told.output.splitlines()[:-1]]
    assert tables == [*reference_tables(), *DISTRIBUTED]
    assert tables.index("jurisdiction") < tables.index("unit") < tables.index("assignment")
    assert citus(PLACED) == []


def test_all_tables_are_placed_and_a_second_run_has_nothing_to_do(run, citus):
    """Catalogue on every node, facts side by side in shards, the rest where it was."""
    keys = set(citus(FOREIGN_KEYS))
    next_id = citus("SELECT last_value FROM unit_id_seq")

    done, again = run("--shards", "8"), run()

    assert done.exit_code == again.exit_code == 0, done.output
    assert "nothing to do" in again.output
    assert {table for (table,) in citus(PLACED)} == {*reference_tables(), *DISTRIBUTED}
    beside = dict(citus("SELECT logicalrelid::text, beside FROM placed_beside"))
    assert beside == {**dict.fromkeys(DISTRIBUTED, "report"), "report": "none"}
    assert citus("SELECT DISTINCT count(*) FROM pg_dist_shard GROUP BY logicalrelid") == [(8,)]
    assert len(citus("SELECT logicalrelid FROM freed")) == len(citus(PLACED))
    lost = keys - set(citus(FOREIGN_KEYS))
    assert {table for table, *_ in lost} <= LOCAL | {"certificate"}
    assert set(citus(FOREIGN_KEYS)) < keys
    assert citus("SELECT last_value FROM unit_id_seq") == next_id
    (drawn,) = citus("SELECT nextval(pg_get_serial_sequence('unit', 'id'))")
    assert drawn == (next_id[0][0] + 1,)


def test_what_fails_half_way_changes_nothing_and_can_be_run_again(run, citus):
    """One transaction."""
    keys = citus(FOREIGN_KEYS)
    citus("ALTER FUNCTION create_distributed_table RENAME TO not_there")

    failed = run()
    left = citus(PLACED), citus(FOREIGN_KEYS)
    citus("ALTER FUNCTION not_there RENAME TO create_distributed_table")
    done = run()

    assert failed.exit_code == 1
    assert left == ([], keys)
    assert done.exit_code == 0, done.output


def test_what_an_interrupted_or_older_run_left_is_done(run, citus):
    """A table that came later is placed beside the others."""
    assert run("--shards", "4").exit_code == 0
    citus("DELETE FROM pg_dist_partition WHERE logicalrelid = 'threshold'::regclass")

    done = run()

    assert done.exit_code == 0, done.output
    assert [line for line in done.output.splitlines() if "reference" in line] == [
        "• threshold: reference"
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE alembic_version SET version_num = 'older'", "database upgrade"),
        ("UPDATE pg_extension SET extversion = '10.2-4' WHERE extname = 'citus'", "too old"),
        ("UPDATE pg_dist_local_group SET groupid = 2", "on the coordinator"),
        ("DELETE FROM pg_dist_node WHERE groupid = 0", "citus_set_coordinator_host"),
        ("DELETE FROM pg_dist_node WHERE groupid > 0", "no active worker"),
        ("UPDATE pg_dist_node SET isactive = groupid < 2", "Node three:5432 is not active"),
        ("UPDATE pg_dist_node SET metadatasynced = groupid < 2", "start_metadata_sync"),
        ("CREATE TABLE visitors (id int)", "Table visitors is none of this software"),
        ("CREATE UNIQUE INDEX odd ON report (unit_id, period_id)", "Key odd of report"),
        (
            """ALTER TABLE threshold ADD CONSTRAINT odd
               FOREIGN KEY (jurisdiction_id, indicator_id, area_id) REFERENCES report NOT VALID""",
            "refers to the facts in report",
        ),
        (
            """CREATE TRIGGER odd BEFORE UPDATE ON report FOR EACH ROW
               EXECUTE FUNCTION suppress_redundant_updates_trigger()""",
            "Trigger odd on report",
        ),
        ("INSERT INTO pg_dist_partition VALUES ('journal', 'n', NULL, 's')", "Table journal"),
        ("INSERT INTO pg_dist_partition VALUES ('report', 'h', 'unit_id', 's')", "otherwise than"),
        ("INSERT INTO pg_dist_partition VALUES ('unit', 'h', 'id', 's')", "not as a reference"),
    ],
)
def test_each_obstacle_is_named_and_nothing_changed(run, citus, change, told):
    """Before anything is done; all of them at once."""
    citus(f"SET allow_system_table_mods = on; {change}")
    before = citus(PLACED)

    refused = run()

    assert refused.exit_code == 1
    assert told in refused.stderr
    assert citus(PLACED) == before


def test_another_number_of_shards_is_refused(run, citus):
    """`--shards`: what is cut into shards stays so."""
    assert run("--shards", "4").exit_code == 0
    citus("DELETE FROM pg_dist_partition WHERE logicalrelid = 'threshold'::regclass")

    refused = run("--shards", "8")

    assert refused.exit_code == 1
    assert "Table report has 4 shards already, not 8." in refused.stderr


def test_open_transactions_are_waited_for_by_the_operator(run, citus, committed_url):
    """Their names are told."""
    assert citus
    with psycopg.connect(committed_url, application_name="somebody") as connection:
        connection.execute("SELECT 1")
        refused = run()

    assert refused.exit_code == 1
    assert "1 transactions are open (somebody)" in refused.stderr


def test_rows_that_went_missing_undo_everything(run, citus):
    """Each table has as many rows afterwards as before."""
    citus(
        STUB[STUB.index("CREATE FUNCTION pg_catalog.create_reference_table") :]
        .partition("END $$;")[0]
        .replace("CREATE FUNCTION", "SET allow_system_table_mods = on; CREATE OR REPLACE FUNCTION")
        + "DELETE FROM holiday WHERE $1 = 'holiday'::regclass; END $$"
    )

    failed = run()

    assert failed.exit_code == 1
    assert "holiday" in str(failed.exception)
    assert citus(PLACED) == []
    assert citus("SELECT count(*) > 0 FROM holiday") == [(True,)]
