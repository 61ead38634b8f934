"""Let a day of the calendar be one on which people work: a Saturday that makes up for a day off."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("holiday", "holiday_history")


def upgrade() -> None:
    """Add the column; all days that are there are days off, and those of older software will be."""
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    for table in TABLES:
        column = sa.Column(
            "is_working", sa.Boolean(), server_default=sa.text("false"), nullable=False
        )
        op.add_column(table, column)


def downgrade() -> None:
    """Forget the days that are worked, which the software before would take for holidays."""
    for table in TABLES:
        op.execute(f"DELETE FROM {table} WHERE is_working")
        op.drop_column(table, "is_working")
