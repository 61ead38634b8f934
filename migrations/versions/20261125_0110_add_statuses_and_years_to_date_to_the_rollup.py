"""Let the roll-up tell how many values are estimated or provisional, and the years to date reported.

Filled for what is there from the accepted reports; `indicators-api rollup verify` proves it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COUNTS = ("estimated_count", "provisional_count", "ytd_count")

FILL = """
    INSERT INTO rollup AS r (jurisdiction_id, period_id, area_id, indicator_id, value_sum,
                             value_count, asked_count, not_applicable_count, estimated_count,
                             provisional_count, ytd_sum, ytd_count)
    SELECT o.jurisdiction_id, o.period_id, c.ancestor_id, o.indicator_id, 0, 0, 0, 0,
           count(o.value) FILTER (WHERE o.status = 'E'),
           count(o.value) FILTER (WHERE o.status = 'P'), coalesce(sum(o.ytd), 0), count(o.ytd)
    FROM report p
    JOIN observation o ON o.jurisdiction_id = p.jurisdiction_id AND o.period_id = p.period_id
                      AND o.unit_id = p.unit_id AND o.version = p.accepted_version
    JOIN counting k ON k.jurisdiction_id = o.jurisdiction_id AND k.unit_id = o.unit_id
                   AND k.indicator_id = o.indicator_id AND k.counts
                   AND o.period_id / 100 * 100 + CASE
                       WHEN o.period_id % 100 <= 12 THEN o.period_id % 100
                       WHEN o.period_id % 100 < 30 THEN (o.period_id % 100 - 20) * 3
                       WHEN o.period_id % 100 < 40 THEN (o.period_id % 100 - 30) * 6
                       WHEN o.period_id % 100 = 41 THEN 9 ELSE 12 END
                       BETWEEN k.first_month AND k.last_month
    JOIN area_closure c ON c.jurisdiction_id = o.jurisdiction_id AND c.descendant_id = k.area_id
    JOIN area a ON a.jurisdiction_id = c.jurisdiction_id AND a.id = c.ancestor_id
               AND a.has_areas_below
    WHERE o.value IS NOT NULL AND o.status <> 'A' OR o.ytd IS NOT NULL
    GROUP BY o.jurisdiction_id, o.period_id, c.ancestor_id, o.indicator_id
    ON CONFLICT (jurisdiction_id, period_id, area_id, indicator_id) DO UPDATE
    SET estimated_count = excluded.estimated_count, provisional_count = excluded.provisional_count,
        ytd_sum = excluded.ytd_sum, ytd_count = excluded.ytd_count
"""


def upgrade() -> None:
    """Add the columns and fill them."""
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    for name in COUNTS:
        op.add_column("rollup", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("rollup", sa.Column("ytd_sum", sa.Numeric(), nullable=False, server_default="0"))
    op.execute(FILL)
    for name in (*COUNTS, "ytd_sum"):
        op.alter_column("rollup", name, server_default=None)


def downgrade() -> None:
    """Take the columns away."""
    for name in (*COUNTS, "ytd_sum"):
        op.drop_column("rollup", name)
