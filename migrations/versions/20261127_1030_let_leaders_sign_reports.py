"""Keep certificates, the signatures of reports, and who must sign."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    op.create_table(
        "certificate",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("pem", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(unit_id, partner_id) = 1", name=op.f("ck_certificate_owner")
        ),
        sa.CheckConstraint("valid_from < valid_to", name=op.f("ck_certificate_validity")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "partner_id"],
            ["partner.jurisdiction_id", "partner.id"],
            name=op.f("fk_certificate_jurisdiction_id_partner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_certificate_jurisdiction_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "id", name=op.f("pk_certificate")),
        sa.UniqueConstraint(
            "jurisdiction_id",
            "fingerprint",
            name=op.f("uq_certificate_jurisdiction_id_fingerprint"),
        ),
    )
    op.create_table(
        "report_signature",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "period_id", "unit_id"],
            ["report.jurisdiction_id", "report.period_id", "report.unit_id"],
            name=op.f("fk_report_signature_jurisdiction_id_period_id_unit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "period_id", "unit_id", "version", name=op.f("pk_report_signature")
        ),
    )
    op.create_table(
        "signature_policy",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_signature_policy_jurisdiction_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "unit_id", name=op.f("pk_signature_policy")),
    )


def downgrade() -> None:
    """Drop the tables, with all that is in them."""
    op.drop_table("signature_policy")
    op.drop_table("report_signature")
    op.drop_table("certificate")
