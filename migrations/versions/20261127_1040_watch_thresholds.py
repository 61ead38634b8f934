"""Say what the operations centre watches."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    op.create_table(
        "threshold",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("warning", sa.Numeric(), nullable=True),
        sa.Column("alarm", sa.Numeric(), nullable=True),
        sa.CheckConstraint(
            "CASE direction WHEN 'above' THEN warning <= alarm ELSE warning >= alarm END",
            name=op.f("ck_threshold_order"),
        ),
        sa.CheckConstraint("direction IN ('above', 'below')", name=op.f("ck_threshold_direction")),
        sa.CheckConstraint(
            "measure IN ('value', 'change_pct', 'yoy_pct', 'ytd', 'ytd_yoy_pct', 'plan_pct')",
            name=op.f("ck_threshold_measure"),
        ),
        sa.CheckConstraint("num_nonnulls(warning, alarm) > 0", name=op.f("ck_threshold_some")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "area_id"],
            ["area.jurisdiction_id", "area.id"],
            name=op.f("fk_threshold_jurisdiction_id_area_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "indicator_id"],
            ["indicator.jurisdiction_id", "indicator.id"],
            name=op.f("fk_threshold_jurisdiction_id_indicator_id"),
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "id", name=op.f("pk_threshold")),
        sa.UniqueConstraint(
            "jurisdiction_id",
            "indicator_id",
            "area_id",
            "measure",
            "direction",
            name=op.f("uq_threshold_jurisdiction_id_indicator_id_area_id_measure_direction"),
        ),
    )
    op.create_table(
        "snapshot_indicator",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "indicator_id"],
            ["indicator.jurisdiction_id", "indicator.id"],
            name=op.f("fk_snapshot_indicator_jurisdiction_id_indicator_id"),
        ),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "indicator_id", name=op.f("pk_snapshot_indicator")
        ),
    )


def downgrade() -> None:
    """Drop the tables, with all that is in them."""
    op.drop_table("snapshot_indicator")
    op.drop_table("threshold")
