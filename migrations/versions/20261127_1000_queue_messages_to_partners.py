"""Queue messages to partners in the transaction of their cause."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    op.create_table(
        "partner",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=64, collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=False),
        sa.Column("authentication", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("authorities", sa.Text(), nullable=True),
        sa.Column("takes", postgresql.ARRAY(sa.String(length=64, collation="C")), nullable=False),
        sa.Column("monthly_day", sa.Integer(), nullable=True),
        sa.Column("switched_on", sa.Boolean(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(authentication = 'none') = (secret IS NULL)", name=op.f("ck_partner_secret")
        ),
        sa.CheckConstraint(
            "authentication IN ('none', 'bearer', 'hmac', 'mutual_tls')",
            name=op.f("ck_partner_authentication"),
        ),
        sa.CheckConstraint(
            "kind IN ('government_office', 'operations_centre')", name=op.f("ck_partner_kind")
        ),
        sa.CheckConstraint("monthly_day BETWEEN 1 AND 28", name=op.f("ck_partner_monthly_day")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_partner_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "id", name=op.f("pk_partner")),
        sa.UniqueConstraint(
            "jurisdiction_id", "code", name=op.f("uq_partner_jurisdiction_id_code")
        ),
    )
    op.create_table(
        "partner_line",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("resting_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "partner_id"],
            ["partner.jurisdiction_id", "partner.id"],
            name=op.f("fk_partner_line_jurisdiction_id_partner_id"),
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "partner_id", name=op.f("pk_partner_line")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=64, collation="C"), nullable=False),
        sa.Column("kind", sa.String(length=64, collation="C"), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'delivered', 'dead', 'cancelled')", name=op.f("ck_delivery_state")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "partner_id"],
            ["partner.jurisdiction_id", "partner.id"],
            name=op.f("fk_delivery_jurisdiction_id_partner_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("message_id", name=op.f("uq_delivery_message_id")),
    )
    op.create_index("ix_delivery_listed", "delivery", ["jurisdiction_id", "id"], unique=False)
    op.create_index(
        "ix_delivery_open",
        "delivery",
        ["partner_id", "stream", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'dead')"),
    )
    op.create_table(
        "delivery_attempt",
        sa.Column("delivery_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.id"],
            name=op.f("fk_delivery_attempt_delivery_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("delivery_id", "number", name=op.f("pk_delivery_attempt")),
    )
    op.add_column("token", sa.Column("partner_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_token_jurisdiction_id_partner_id"),
        "token",
        "partner",
        ["jurisdiction_id", "partner_id"],
        ["jurisdiction_id", "id"],
    )
    op.drop_constraint(op.f("ck_token_role"), "token", type_="check")
    op.create_check_constraint(
        op.f("ck_token_role"),
        "token",
        "role IN ('clerk', 'leader', 'reviewer', 'operations', 'administrator', 'partner')",
    )
    op.create_check_constraint(
        op.f("ck_token_partner"), "token", "(role = 'partner') = (partner_id IS NOT NULL)"
    )


def downgrade() -> None:
    """Drop the tables, with all that is in them."""
    op.execute("DELETE FROM token WHERE role = 'partner'")
    op.drop_constraint(op.f("ck_token_partner"), "token", type_="check")
    op.drop_constraint(op.f("ck_token_role"), "token", type_="check")
    op.create_check_constraint(
        op.f("ck_token_role"),
        "token",
        "role IN ('clerk', 'leader', 'reviewer', 'operations', 'administrator')",
    )
    op.drop_constraint(op.f("fk_token_jurisdiction_id_partner_id"), "token", type_="foreignkey")
    op.drop_column("token", "partner_id")
    op.drop_table("delivery_attempt")
    op.drop_table("delivery")
    op.drop_table("partner_line")
    op.drop_table("partner")
