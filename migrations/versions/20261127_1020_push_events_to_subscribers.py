"""Push events of the feed to those who subscribe."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    op.create_table(
        "subscription",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.String(length=64, collation="C")), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column(
            "indicators", postgresql.ARRAY(sa.String(length=64, collation="C")), nullable=True
        ),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_because", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'paused') = (paused_because IS NOT NULL)", name=op.f("ck_subscription_paused")
        ),
        sa.CheckConstraint(
            "state IN ('active', 'paused', 'ended')", name=op.f("ck_subscription_state")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "area_id"],
            ["area.jurisdiction_id", "area.id"],
            name=op.f("fk_subscription_jurisdiction_id_area_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "partner_id"],
            ["partner.jurisdiction_id", "partner.id"],
            name=op.f("fk_subscription_jurisdiction_id_partner_id"),
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "id", name=op.f("pk_subscription")),
    )


def downgrade() -> None:
    """Drop the table, with all that is in it."""
    op.drop_table("subscription")
