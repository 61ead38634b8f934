"""Log answers that broke off: streamed, and not read to their end."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_NAME = "ck_sharing_state"


def upgrade() -> None:
    """Let a sharing be `broken`."""
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    _allow("'answering', 'answered', 'broken', 'refused', 'failed'")


def downgrade() -> None:
    """Call what broke off failed."""
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    op.execute("UPDATE sharing SET state = 'failed' WHERE state = 'broken'")
    _allow("'answering', 'answered', 'refused', 'failed'")


def _allow(states: str) -> None:
    op.drop_constraint(op.f(_NAME), "sharing", type_="check")
    op.create_check_constraint(op.f(_NAME), "sharing", f"state IN ({states})")
