"""Keep the requests to correct accepted reports, with what was decided on them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    op.create_table(
        "correction",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requester_id", sa.Integer(), nullable=False),
        sa.Column("requester_name", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decider_id", sa.Integer(), nullable=True),
        sa.Column("decider_name", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('requested', 'agreed', 'refused')", name=op.f("ck_correction_state")
        ),
        sa.CheckConstraint(
            "num_nonnulls(decision, decided_at, decider_id, decider_name)"
            " = CASE WHEN state = 'requested' THEN 0 ELSE 4 END",
            name=op.f("ck_correction_decided"),
        ),
        sa.CheckConstraint(
            "version IS NULL OR state = 'agreed'", name=op.f("ck_correction_version_of_agreed")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "period_id", "unit_id"],
            ["report.jurisdiction_id", "report.period_id", "report.unit_id"],
            name=op.f("fk_correction_jurisdiction_id_period_id_unit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "period_id", "unit_id", "number", name=op.f("pk_correction")
        ),
    )
    op.create_index(
        "uq_correction_open",
        "correction",
        ["jurisdiction_id", "period_id", "unit_id"],
        unique=True,
        postgresql_where=sa.text("state = 'requested'"),
    )


def downgrade() -> None:
    """Drop the table, with all requests; the versions that they opened stay."""
    op.drop_table("correction")
