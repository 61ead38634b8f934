"""Log every sharing of data (Decree 47/2020/NĐ-CP, article 45)."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    op.create_table(
        "sharing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("token_id", sa.Integer(), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('pull', 'push', 'package')", name=op.f("ck_sharing_kind")),
        sa.CheckConstraint(
            "state IN ('answering', 'answered', 'refused', 'failed')", name=op.f("ck_sharing_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing")),
    )
    op.create_index("ix_sharing_time", "sharing", ["jurisdiction_id", "at"], unique=False)


def downgrade() -> None:
    """Drop the table, with all that is in it."""
    op.drop_table("sharing")
