"""Say what the operations centre watches, and remember what it watched."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEYS = {"threshold": "id", "snapshot_indicator": "indicator_id"}
COLUMNS = {
    "threshold": "jurisdiction_id, id, indicator_id, area_id, measure, direction, warning, alarm",
    "snapshot_indicator": "jurisdiction_id, indicator_id, sort_order",
}
MOMENT = "(SELECT current_setting('indicators.as_of')::timestamptz)"


def upgrade() -> None:
    """Add the tables, their histories and the views of the past."""
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    op.create_table(
        "threshold",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("warning", sa.Numeric(), nullable=True),
        sa.Column("alarm", sa.Numeric(), nullable=True),
        sa.CheckConstraint(
            "CASE direction WHEN 'above' THEN warning <= alarm ELSE warning >= alarm END",
            name=op.f("ck_threshold_order"),
        ),
        sa.CheckConstraint("direction IN ('above', 'below')", name=op.f("ck_threshold_direction")),
        sa.CheckConstraint(
            "measure IN ('value', 'change_pct', 'yoy_pct', 'ytd', 'ytd_yoy_pct', 'plan_pct')",
            name=op.f("ck_threshold_measure"),
        ),
        sa.CheckConstraint("num_nonnulls(warning, alarm) > 0", name=op.f("ck_threshold_some")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "area_id"],
            ["area.jurisdiction_id", "area.id"],
            name=op.f("fk_threshold_jurisdiction_id_area_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "indicator_id"],
            ["indicator.jurisdiction_id", "indicator.id"],
            name=op.f("fk_threshold_jurisdiction_id_indicator_id"),
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "id", name=op.f("pk_threshold")),
        sa.UniqueConstraint(
            "jurisdiction_id",
            "indicator_id",
            "area_id",
            "measure",
            "direction",
            name=op.f("uq_threshold_jurisdiction_id_indicator_id_area_id_measure_direction"),
        ),
    )
    op.create_table(
        "snapshot_indicator",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "indicator_id"],
            ["indicator.jurisdiction_id", "indicator.id"],
            name=op.f("fk_snapshot_indicator_jurisdiction_id_indicator_id"),
        ),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "indicator_id", name=op.f("pk_snapshot_indicator")
        ),
    )
    for name, key in KEYS.items():
        remember(name, key)


def remember(name: str, key: str) -> None:
    """Put the history beside a table, and the view of a moment into the schema `past`."""
    history = f"{name}_history"
    op.execute(f"CREATE TABLE {history} (LIKE {name})")
    moment = sa.DateTime(timezone=True)
    op.add_column(history, sa.Column("recorded_from", moment, nullable=False))
    op.add_column(history, sa.Column("recorded_to", moment, nullable=True))
    op.create_primary_key(f"pk_{history}", history, ["jurisdiction_id", key, "recorded_from"])
    op.execute(
        f"CREATE VIEW past.{name} AS SELECT {COLUMNS[name]} FROM public.{history}"
        f" WHERE recorded_from <= {MOMENT} AND (recorded_to IS NULL OR recorded_to > {MOMENT})"
    )


def downgrade() -> None:
    """Drop the tables, with all that is in them."""
    for name in ("snapshot_indicator", "threshold"):
        op.execute(f"DROP VIEW past.{name}")
        op.drop_table(f"{name}_history")
        op.drop_table(name)
