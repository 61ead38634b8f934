"""Store weighted means and extremes beside the sums.

The table begins empty: `indicators-api database upgrade` fills it with the rules of the catalogue.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    op.create_table(
        "rollup_spread",
        sa.Column("jurisdiction_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("period_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("area_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("indicator_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lowest", sa.Numeric(), nullable=False),
        sa.Column("highest", sa.Numeric(), nullable=False),
        sa.Column("weighted", sa.Numeric(), nullable=True),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "period_id", "area_id", "indicator_id", name="pk_rollup_spread"
        ),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("rollup_spread")
