"""Let journal entries be found by period, unit and area, and keep when a report's last step was.

Entries of reports that are there already are given their keys by their subject.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COLUMNS = ("period_id", "unit_id", "area_id")

FILL_JOURNAL = """
    UPDATE journal j SET unit_id = f.unit_id, area_id = f.area_id, period_id = f.year * 100 + CASE
        WHEN f.within = '' THEN 50 WHEN f.within = '9M' THEN 41
        WHEN f.within LIKE 'Q%' THEN 20 + right(f.within, 1)::int
        WHEN f.within LIKE 'S%' THEN 30 + right(f.within, 1)::int ELSE f.within::int END
    FROM (
        SELECT e.id, u.id AS unit_id, u.area_id, left(split_part(e.subject, '/', 3), 4)::int AS year,
               substr(split_part(e.subject, '/', 3), 6) AS within
        FROM journal e
        JOIN unit u ON u.jurisdiction_id = e.jurisdiction_id AND u.code = split_part(e.subject, '/', 2)
        WHERE e.subject LIKE 'report/%'
    ) f
    WHERE j.id = f.id
"""
FILL_REPORTS = """
    UPDATE report r SET stepped_at = (
        SELECT max(s.recorded_at) FROM report_step s
        WHERE s.jurisdiction_id = r.jurisdiction_id AND s.period_id = r.period_id
          AND s.unit_id = r.unit_id)
"""


def upgrade() -> None:
    """Add the columns, fill them for what is there."""
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    for name in COLUMNS:
        op.add_column("journal", sa.Column(name, sa.Integer(), nullable=True))
    op.execute(FILL_JOURNAL)
    op.add_column("report", sa.Column("stepped_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(FILL_REPORTS)
    op.alter_column("report", "stepped_at", nullable=False)


def downgrade() -> None:
    """Take the columns away."""
    op.drop_column("report", "stepped_at")
    for name in COLUMNS:
        op.drop_column("journal", name)
