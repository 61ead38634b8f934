"""Keep the packages that were built, and the messages that come from partners."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    op.create_table(
        "package",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=64, collation="C"), nullable=False),
        sa.Column("period_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.String(length=64, collation="C"), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status_note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_package_delivery_id")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "partner_id"],
            ["partner.jurisdiction_id", "partner.id"],
            name=op.f("fk_package_jurisdiction_id_partner_id"),
        ),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "partner_id", "kind", "period_id", "number", name=op.f("pk_package")
        ),
        sa.UniqueConstraint("message_id", name=op.f("uq_package_message_id")),
    )
    op.create_table(
        "received_message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=64, collation="C"), nullable=False),
        sa.Column("kind", sa.String(length=64, collation="C"), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decider_name", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_received_message_decided")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'taken', 'refused')", name=op.f("ck_received_message_state")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "partner_id"],
            ["partner.jurisdiction_id", "partner.id"],
            name=op.f("fk_received_message_jurisdiction_id_partner_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_message")),
        sa.UniqueConstraint(
            "jurisdiction_id",
            "partner_id",
            "message_id",
            name=op.f("uq_received_message_jurisdiction_id_partner_id_message_id"),
        ),
    )


def downgrade() -> None:
    """Drop the tables, with all that is in them."""
    op.drop_table("received_message")
    op.drop_table("package")
