"""Keep the history of who counts, how many are asked, who lies in whom, and of catalogue versions.

What was derived before this revision is not known any more: it is taken from the present, from the
first day that the catalogue was recorded on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

DERIVED = {
    "area_closure": ("descendant_id", "ancestor_id"),
    "counting": ("unit_id", "indicator_id", "first_month"),
    "coverage": ("area_id", "indicator_id", "first_month"),
}
FIRST = """
    coalesce((SELECT min(recorded_from) FROM assignment_history a
              WHERE a.jurisdiction_id = t.jurisdiction_id), '-infinity')
"""


def upgrade() -> None:
    """Create the histories and begin them with the present."""
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    for name, key in DERIVED.items():
        op.execute(f"CREATE TABLE {name}_history (LIKE {name})")
        _recorded(f"{name}_history", ("jurisdiction_id", *key))
        op.execute(f"INSERT INTO {name}_history SELECT t.*, {FIRST}, NULL FROM {name} t")
    op.create_index(
        "ix_counting_history_area",
        "counting_history",
        ["jurisdiction_id", "area_id", "indicator_id"],
    )
    op.execute("CREATE TABLE jurisdiction_history (LIKE jurisdiction INCLUDING DEFAULTS)")
    _recorded("jurisdiction_history", ("id",))
    op.execute(
        "INSERT INTO jurisdiction_history SELECT t.*, t.catalogue_changed_at, NULL"
        " FROM jurisdiction t"
    )


def _recorded(table: str, key: tuple[str, ...]) -> None:
    op.add_column(table, sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False))
    op.add_column(table, sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True))
    op.create_primary_key(f"pk_{table}", table, [*key, "recorded_from"])


def downgrade() -> None:
    """Drop the histories."""
    for name in (*DERIVED, "jurisdiction"):
        op.drop_table(f"{name}_history")
