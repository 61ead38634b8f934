"""Number the journal: a position and a chained hash for each committed entry, by which it is read.

Entries that are there already wait to be numbered. Those of reports are told, from the report's
steps, what the feed of changes says of them. What the software before this one writes meanwhile is
numbered by `indicators-api audit number --adopt`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TOLD = sa.text("kind IS NOT NULL")

FILL_DETAILS = """
    UPDATE journal j
    SET details = j.details || jsonb_build_object(
        'from_state', s.from_state, 'version', s.version, 'sent_version', s.sent_version,
        'accepted_version', s.accepted_version,
        'replaces', CASE WHEN j.action = 'report.accept' THEN (
            SELECT b.accepted_version FROM report_step b
            WHERE b.jurisdiction_id = s.jurisdiction_id AND b.period_id = s.period_id
              AND b.unit_id = s.unit_id AND b.revision < s.revision
            ORDER BY b.revision DESC LIMIT 1) END)
    FROM report_step s
    WHERE s.jurisdiction_id = j.jurisdiction_id AND s.period_id = j.period_id
      AND s.unit_id = j.unit_id AND s.revision = (j.details ->> 'revision')::int
      AND j.action IN ('report.send', 'report.accept', 'report.return')
"""
WAIT = """
    INSERT INTO journal_waiting (jurisdiction_id, entry_id) SELECT jurisdiction_id, id FROM journal
"""
#: A queue is short but written without end: what is taken must not pile up before it.
VACUUM_OFTEN = """
    ALTER TABLE journal_waiting
    SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)
"""


def upgrade() -> None:
    """Create the positions and the queue, let what is there wait."""
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    op.create_table(
        "journal_position",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("latest_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["journal.id"], name=op.f("fk_journal_position_entry_id")
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "position", name=op.f("pk_journal_position")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_journal_position_entry_id")),
    )
    keys = ["jurisdiction_id", "latest_at", "position"]
    op.create_index("ix_journal_position_latest", "journal_position", keys)
    told = {"told": [], "kind": ["kind"], "unit": ["unit_id"], "area": ["area_id"]}
    for name, columns in told.items():
        keys = ["jurisdiction_id", *columns, "position"]
        index = f"ix_journal_position_{name}"
        op.create_index(index, "journal_position", keys, postgresql_where=TOLD)
    op.create_table(
        "journal_waiting",
        sa.Column("jurisdiction_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction_id", "entry_id", name=op.f("pk_journal_waiting")),
    )
    op.execute(VACUUM_OFTEN)
    op.execute(FILL_DETAILS)
    op.execute(WAIT)


def downgrade() -> None:
    """Drop positions and queue; details stay, since the software before passes over them."""
    op.drop_table("journal_waiting")
    op.drop_table("journal_position")
