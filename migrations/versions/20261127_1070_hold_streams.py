"""Hold streams of messages back until they are let go."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    op.create_table(
        "held_stream",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "partner_id"],
            ["partner.jurisdiction_id", "partner.id"],
            name=op.f("fk_held_stream_jurisdiction_id_partner_id"),
        ),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "partner_id", "stream", name=op.f("pk_held_stream")
        ),
    )


def downgrade() -> None:
    """Drop the table: what was held goes out."""
    op.drop_table("held_stream")
