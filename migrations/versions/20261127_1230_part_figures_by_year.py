"""Part observations and roll-up by year; a year whose figures are put away is listed.

Rows move year by year within the transaction. Years around today and those with rows get their
partitions; `create_year` makes others when the first report of one comes. It runs with the rights
of who owns the tables: the service's role needs none to create any.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLES = {
    "observation": "jurisdiction_id, period_id, unit_id, version, indicator_id",
    "rollup": "jurisdiction_id, period_id, area_id, indicator_id",
    "rollup_spread": "jurisdiction_id, period_id, area_id, indicator_id",
}
#: Before and behind today.
BACK, AHEAD = 5, 2
YEARS = sa.text("""
    SELECT DISTINCT period_id / 100 FROM observation_whole
    UNION SELECT DISTINCT period_id / 100 FROM rollup_whole
""")
GRANTS = sa.text("""
    SELECT grantee, privilege_type FROM information_schema.role_table_grants
    WHERE table_schema = 'public' AND table_name = :name AND grantee <> current_user
""")
# ATTACH locks out no reader and no writer, as CREATE … PARTITION OF would. Sums change with every
# acceptance: in half-full pages a change stays on its page, touches no index and logs a third.
CREATE_YEAR = """
    CREATE FUNCTION create_year(wanted integer) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        fact text;
        made boolean := FALSE;
    BEGIN
        IF wanted NOT BETWEEN 1990 AND 2101 THEN
            RAISE numeric_value_out_of_range USING MESSAGE = 'no period lies in ' || wanted;
        END IF;
        PERFORM pg_advisory_xact_lock(7480595, wanted);
        IF EXISTS (SELECT FROM archived_year WHERE year = wanted) THEN
            RETURN FALSE;
        END IF;
        PERFORM set_config('citus.multi_shard_modify_mode', 'sequential', TRUE);
        FOREACH fact IN ARRAY ARRAY['observation', 'rollup', 'rollup_spread'] LOOP
            CONTINUE WHEN to_regclass(fact || '_' || wanted) IS NOT NULL;
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL) WITH (fillfactor = %s)',
                           fact || '_' || wanted, fact,
                           CASE fact WHEN 'rollup' THEN 50 ELSE 100 END);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
                           fact, fact || '_' || wanted, wanted * 100, (wanted + 1) * 100);
            made := TRUE;
        END LOOP;
        RETURN made;
    END $$
"""


def upgrade() -> None:
    """Put parted tables in the place of the whole ones, and move the rows."""
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    op.create_table(
        "archived_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_archived_year")),
    )
    op.execute("CREATE SCHEMA archive")
    for table in TABLES:
        _replace(table, "PARTITION BY RANGE (period_id)")
    op.execute(CREATE_YEAR)
    today = datetime.now(UTC).year
    with_rows = op.get_bind().scalars(YEARS).all()
    for year in sorted({*range(today - BACK, today + AHEAD + 1), *with_rows}):
        op.execute(f"SELECT create_year({year})")
        for table in TABLES:
            op.execute(
                f"INSERT INTO {table}_{year} SELECT * FROM {table}_whole"
                f" WHERE period_id BETWEEN {year * 100} AND {year * 100 + 99}"
            )
    for table in TABLES:
        op.execute(f"DROP TABLE {table}_whole")
        op.execute(f"ANALYZE {table}")


def downgrade() -> None:
    """Put whole tables in the place of the parted ones; what is in the archive comes back."""
    parts = op.get_bind().scalars(
        sa.text("SELECT tablename FROM pg_tables WHERE schemaname = 'archive'")
    )
    archived = parts.all()
    for table in TABLES:
        _replace(table, "")
        sources = [
            f"{table}_whole",
            *(f"archive.{p}" for p in archived if p.rpartition("_")[0] == table),
        ]
        for source in sources:
            op.execute(f"INSERT INTO {table} SELECT * FROM {source}")
        op.execute(f"DROP TABLE {', '.join(sources)}")
    op.execute("DROP FUNCTION create_year")
    op.execute("DROP SCHEMA archive")
    op.drop_table("archived_year")


def _replace(table: str, parting: str) -> None:
    """Set the table aside as `…_whole` and make an empty one like it, open to the same roles."""
    op.execute(f"ALTER TABLE {table} RENAME TO {table}_whole")
    op.execute(f"ALTER TABLE {table}_whole RENAME CONSTRAINT pk_{table} TO pk_{table}_whole")
    op.execute(
        f"CREATE TABLE {table} (LIKE {table}_whole INCLUDING DEFAULTS INCLUDING CONSTRAINTS"
        f" INCLUDING STORAGE INCLUDING COMMENTS) {parting}"
    )
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT pk_{table} PRIMARY KEY ({TABLES[table]})")
    for grantee, privilege in op.get_bind().execute(GRANTS, {"name": f"{table}_whole"}).all():
        role = "PUBLIC" if grantee == "PUBLIC" else f'"{grantee}"'
        op.execute(f"GRANT {privilege} ON {table} TO {role}")
