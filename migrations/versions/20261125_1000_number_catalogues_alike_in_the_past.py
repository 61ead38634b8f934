"""Give the number of a catalogue's version one type, in the present and in the past.

A view of the past whose column has another type than the table's can't take part in a statement
that the database has prepared for the table: "cached plan must not change result type". Numbers
of moments before the history of versions begins need the wider type, which is the sequence's.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = "(SELECT current_setting('indicators.as_of')::timestamptz)"
DROP = "DROP VIEW past.jurisdiction"
# As in revision 0008.
CREATE = f"""
    CREATE VIEW past.jurisdiction AS
    SELECT j.id, j.code, j.name_vi, j.name_en,
           coalesce(h.catalogue_version,
                    -(extract(epoch FROM {MOMENT}) * 1000000)::bigint) AS catalogue_version,
           coalesce(h.catalogue_changed_at, {MOMENT}) AS catalogue_changed_at
    FROM public.jurisdiction j
    LEFT JOIN public.jurisdiction_history h ON h.id = j.id AND h.recorded_from <= {MOMENT}
         AND (h.recorded_to IS NULL OR h.recorded_to > {MOMENT})
"""
TABLES = ("jurisdiction", "jurisdiction_history")


def _number_in(kind: str) -> None:
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    op.execute(DROP)
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN catalogue_version TYPE {kind}")
    op.execute(CREATE)


def upgrade() -> None:
    """Widen the columns: a handful of rows."""
    _number_in("bigint")


def downgrade() -> None:
    """Make them narrow again."""
    _number_in("integer")
