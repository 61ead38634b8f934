"""Show every table that figures rest on as it was recorded at a moment: the schema `past`.

`SET LOCAL search_path = past, public` and `indicators.as_of` let the same questions be answered for
then. Each history gives a view of its table's columns; reports stand where their last step had left
them. There is no view of the roll-up: figures of the past are made of the stored sums and the
differences since, or of the observations.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = "(SELECT current_setting('indicators.as_of')::timestamptz)"

COLUMNS = sa.text("""
    SELECT h.table_name AS history, string_agg(quote_ident(c.column_name), ', '
                                               ORDER BY c.ordinal_position) AS columns
    FROM information_schema.tables h
    JOIN information_schema.columns c ON c.table_schema = h.table_schema
         AND c.table_name = left(h.table_name, -length('_history'))
    WHERE h.table_schema = 'public' AND h.table_name LIKE '%\\_history'
      AND h.table_name <> 'jurisdiction_history'
    GROUP BY h.table_name ORDER BY h.table_name
""")
# Before the history of versions begins, each moment is a version of its own.
JURISDICTION = f"""
    CREATE VIEW past.jurisdiction AS
    SELECT j.id, j.code, j.name_vi, j.name_en,
           coalesce(h.catalogue_version,
                    -(extract(epoch FROM {MOMENT}) * 1000000)::bigint) AS catalogue_version,
           coalesce(h.catalogue_changed_at, {MOMENT}) AS catalogue_changed_at
    FROM public.jurisdiction j
    LEFT JOIN public.jurisdiction_history h ON h.id = j.id AND h.recorded_from <= {MOMENT}
         AND (h.recorded_to IS NULL OR h.recorded_to > {MOMENT})
"""
OF_REPORT = """
    FROM public.report_step t WHERE t.jurisdiction_id = r.jurisdiction_id
         AND t.period_id = r.period_id AND t.unit_id = r.unit_id"""
REPORT = f"""
    CREATE VIEW past.report AS
    SELECT r.jurisdiction_id, r.period_id, r.unit_id, s.to_state AS state, s.revision, s.version,
           s.sent_version, s.accepted_version, r.created_at, s.recorded_at AS changed_at,
           s.recorded_at AS stepped_at,
           CASE WHEN r.first_sent_at <= {MOMENT} THEN r.first_sent_at END AS first_sent_at,
           (SELECT max(t.recorded_at) {OF_REPORT} AND t.action = 'send'
                   AND t.recorded_at <= {MOMENT}) AS sent_at,
           (SELECT max(t.recorded_at) {OF_REPORT} AND t.action = 'accept'
                   AND t.recorded_at <= {MOMENT}) AS accepted_at
    FROM public.report r
    CROSS JOIN LATERAL (SELECT t.* {OF_REPORT} AND t.recorded_at <= {MOMENT}
                        ORDER BY t.revision DESC LIMIT 1) s
"""


def upgrade() -> None:
    """Create the views."""
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    op.execute("CREATE SCHEMA past")
    for history, columns in op.get_bind().execute(COLUMNS).all():
        op.execute(
            f"CREATE VIEW past.{history.removesuffix('_history')} AS SELECT {columns}"
            f" FROM public.{history} WHERE recorded_from <= {MOMENT}"
            f" AND (recorded_to IS NULL OR recorded_to > {MOMENT})"
        )
    for view in (JURISDICTION, REPORT):
        op.execute(view)


def downgrade() -> None:
    """Drop the views."""
    op.execute("DROP SCHEMA past CASCADE")
