"""Create the tables of catalogue, reports, figures and tokens, each catalogue table with its history.

Long because it is the whole first schema in one transaction.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything."""
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute("CREATE SEQUENCE catalogue_version")
    op.create_table(
        "annual_target_history",
        sa.Column("jurisdiction_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("indicator_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("area_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Numeric(), autoincrement=False, nullable=False),
        sa.Column("direction", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("decision_number", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("valid_from", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("source_note", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "id", "recorded_from", name=op.f("pk_annual_target_history")
        ),
    )
    op.create_table(
        "area_history",
        sa.Column("jurisdiction_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64, collation="C"), autoincrement=False, nullable=False),
        sa.Column(
            "level_code", sa.String(length=64, collation="C"), autoincrement=False, nullable=False
        ),
        sa.Column("kind", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("parent_id", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("has_areas_below", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("valid_to", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("name_vi", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name_en", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "id", "recorded_from", name=op.f("pk_area_history")
        ),
    )
    op.create_table(
        "area_level",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=64, collation="C"), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("accepting_level", sa.String(length=64, collation="C"), nullable=True),
        sa.Column("direct_send", sa.Boolean(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction_id", "id", name=op.f("pk_area_level")),
        sa.UniqueConstraint(
            "jurisdiction_id", "code", name=op.f("uq_area_level_jurisdiction_id_code")
        ),
        sa.UniqueConstraint(
            "jurisdiction_id", "rank", name=op.f("uq_area_level_jurisdiction_id_rank")
        ),
    )
    op.create_table(
        "area_level_history",
        sa.Column("jurisdiction_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64, collation="C"), autoincrement=False, nullable=False),
        sa.Column("rank", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "accepting_level",
            sa.String(length=64, collation="C"),
            autoincrement=False,
            nullable=True,
        ),
        sa.Column("direct_send", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("name_vi", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name_en", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "id", "recorded_from", name=op.f("pk_area_level_history")
        ),
    )
    op.create_table(
        "area_succession_history",
        sa.Column("jurisdiction_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("predecessor_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("successor_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("effective_date", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("share", sa.Numeric(), autoincrement=False, nullable=True),
        sa.Column("note", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "id", "recorded_from", name=op.f("pk_area_succession_history")
        ),
    )
    op.create_table(
        "assignment_history",
        sa.Column("jurisdiction_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("indicator_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("area_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value_scope", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("frequency", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("valid_from", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("valid_to", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "id", "recorded_from", name=op.f("pk_assignment_history")
        ),
    )
    op.create_table(
        "counting",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("first_month", sa.Integer(), nullable=False),
        sa.Column("last_month", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("frequency", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "unit_id", "indicator_id", "first_month", name=op.f("pk_counting")
        ),
    )
    op.create_index(
        "ix_counting_area", "counting", ["jurisdiction_id", "area_id", "indicator_id"], unique=False
    )
    op.create_table(
        "coverage",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("first_month", sa.Integer(), nullable=False),
        sa.Column("last_month", sa.Integer(), nullable=False),
        sa.Column("assigned", sa.Integer(), nullable=False),
        sa.Column("monthly", sa.Integer(), nullable=False),
        sa.Column("quarterly", sa.Integer(), nullable=False),
        sa.Column("half_yearly", sa.Integer(), nullable=False),
        sa.Column("yearly", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "area_id", "indicator_id", "first_month", name=op.f("pk_coverage")
        ),
    )
    op.create_table(
        "deadline_exception_history",
        sa.Column("jurisdiction_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("period_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("due", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "id", "recorded_from", name=op.f("pk_deadline_exception_history")
        ),
    )
    op.create_table(
        "deadline_rule_history",
        sa.Column("jurisdiction_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("regime_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "level_code", sa.String(length=64, collation="C"), autoincrement=False, nullable=False
        ),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("months_after", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "id", "recorded_from", name=op.f("pk_deadline_rule_history")
        ),
    )
    op.create_table(
        "holiday",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction_id", "id", name=op.f("pk_holiday")),
        sa.UniqueConstraint("jurisdiction_id", "day", name=op.f("uq_holiday_jurisdiction_id_day")),
    )
    op.create_table(
        "holiday_history",
        sa.Column("jurisdiction_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("name_vi", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name_en", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "id", "recorded_from", name=op.f("pk_holiday_history")
        ),
    )
    op.create_table(
        "indicator_history",
        sa.Column("jurisdiction_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64, collation="C"), autoincrement=False, nullable=False),
        sa.Column("sector_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("parent_id", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("parent_relation", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("parent_dimension", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("unit_of_measure_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value_type", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("decimals", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("nature", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("area_aggregation", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("time_aggregation", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("weight_id", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("numerator_id", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("denominator_id", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("factor", sa.Numeric(), autoincrement=False, nullable=True),
        sa.Column("frequency", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("value_scope", sa.Text(), autoincrement=False, nullable=False),
        sa.Column(
            "reporting_levels",
            postgresql.ARRAY(sa.String(length=64, collation="C")),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("minimum", sa.Numeric(), autoincrement=False, nullable=True),
        sa.Column("maximum", sa.Numeric(), autoincrement=False, nullable=True),
        sa.Column("legal_basis", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("definition_vi", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("definition_en", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("search_text", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("valid_to", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("name_vi", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name_en", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "id", "recorded_from", name=op.f("pk_indicator_history")
        ),
    )
    op.create_table(
        "jurisdiction",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64, collation="C"), nullable=False),
        sa.Column("catalogue_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("catalogue_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jurisdiction")),
        sa.UniqueConstraint("code", name=op.f("uq_jurisdiction_code")),
    )
    op.create_table(
        "observation",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=True),
        sa.Column("missing", sa.String(length=16), nullable=True),
        sa.Column("status", sa.String(length=1), server_default=sa.text("'E'"), nullable=False),
        sa.Column("ytd", sa.Numeric(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "missing IN ('not_available', 'not_collected', 'not_applicable', 'confidential')",
            name=op.f("ck_observation_missing"),
        ),
        sa.CheckConstraint("status IN ('E', 'P', 'A')", name=op.f("ck_observation_status")),
        sa.CheckConstraint(
            "(value IS NULL) = (missing IS NOT NULL)", name=op.f("ck_observation_value_or_missing")
        ),
        sa.CheckConstraint(
            "value > -1e20 AND value < 1e20 AND scale(value) <= 10",
            name=op.f("ck_observation_value_in_range"),
        ),
        sa.CheckConstraint(
            "ytd > -1e20 AND ytd < 1e20 AND scale(ytd) <= 10",
            name=op.f("ck_observation_ytd_in_range"),
        ),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id",
            "period_id",
            "unit_id",
            "version",
            "indicator_id",
            name=op.f("pk_observation"),
        ),
    )
    op.create_table(
        "regime",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=64, collation="C"), nullable=False),
        sa.Column("cut_off_day", sa.Integer(), nullable=True),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.CheckConstraint("cut_off_day BETWEEN 1 AND 28", name=op.f("ck_regime_cut_off_day")),
        sa.PrimaryKeyConstraint("jurisdiction_id", "id", name=op.f("pk_regime")),
        sa.UniqueConstraint("jurisdiction_id", "code", name=op.f("uq_regime_jurisdiction_id_code")),
    )
    op.create_table(
        "regime_history",
        sa.Column("jurisdiction_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64, collation="C"), autoincrement=False, nullable=False),
        sa.Column("cut_off_day", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("name_vi", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name_en", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "id", "recorded_from", name=op.f("pk_regime_history")
        ),
    )
    op.create_table(
        "rollup",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("value_sum", sa.Numeric(), nullable=False),
        sa.Column("value_count", sa.Integer(), nullable=False),
        sa.Column("asked_count", sa.Integer(), nullable=False),
        sa.Column("not_applicable_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "period_id", "area_id", "indicator_id", name=op.f("pk_rollup")
        ),
    )
    op.create_table(
        "sector",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=64, collation="C"), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "parent_id"],
            ["sector.jurisdiction_id", "sector.id"],
            name=op.f("fk_sector_jurisdiction_id_parent_id"),
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "id", name=op.f("pk_sector")),
        sa.UniqueConstraint("jurisdiction_id", "code", name=op.f("uq_sector_jurisdiction_id_code")),
    )
    op.create_table(
        "sector_history",
        sa.Column("jurisdiction_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64, collation="C"), autoincrement=False, nullable=False),
        sa.Column("parent_id", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("sort_order", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name_vi", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name_en", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "id", "recorded_from", name=op.f("pk_sector_history")
        ),
    )
    op.create_table(
        "unit_history",
        sa.Column("jurisdiction_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64, collation="C"), autoincrement=False, nullable=False),
        sa.Column(
            "level_code", sa.String(length=64, collation="C"), autoincrement=False, nullable=False
        ),
        sa.Column("kind", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("area_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("parent_id", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("regime_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("direct_send", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column(
            "accepting_level",
            sa.String(length=64, collation="C"),
            autoincrement=False,
            nullable=True,
        ),
        sa.Column("valid_from", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("valid_to", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("name_vi", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name_en", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "id", "recorded_from", name=op.f("pk_unit_history")
        ),
    )
    op.create_table(
        "unit_of_measure",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=64, collation="C"), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("standard_code", sa.Text(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction_id", "id", name=op.f("pk_unit_of_measure")),
        sa.UniqueConstraint(
            "jurisdiction_id", "code", name=op.f("uq_unit_of_measure_jurisdiction_id_code")
        ),
    )
    op.create_table(
        "unit_of_measure_history",
        sa.Column("jurisdiction_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64, collation="C"), autoincrement=False, nullable=False),
        sa.Column("symbol", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("standard_code", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name_vi", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name_en", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "id", "recorded_from", name=op.f("pk_unit_of_measure_history")
        ),
    )
    op.create_table(
        "unit_succession_history",
        sa.Column("jurisdiction_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("predecessor_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("successor_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("effective_date", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "id", "recorded_from", name=op.f("pk_unit_succession_history")
        ),
    )
    op.create_table(
        "validation_rule",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=64, collation="C"), nullable=False),
        sa.Column("left_expression", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("right_expression", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("evaluation_scope", sa.Text(), nullable=False),
        sa.Column("tolerance", sa.Numeric(), nullable=False),
        sa.Column("scope_start_month", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(evaluation_scope = 'crop_year') = (scope_start_month IS NOT NULL)",
            name=op.f("ck_validation_rule_crop_year_has_a_start"),
        ),
        sa.CheckConstraint(
            "evaluation_scope IN ('period', 'year_to_date', 'crop_year')",
            name=op.f("ck_validation_rule_evaluation_scope"),
        ),
        sa.CheckConstraint(
            "operator IN ('=', '<=', '>=')", name=op.f("ck_validation_rule_operator")
        ),
        sa.CheckConstraint(
            "severity IN ('error', 'warning')", name=op.f("ck_validation_rule_severity")
        ),
        sa.CheckConstraint(
            "scope_start_month BETWEEN 1 AND 12", name=op.f("ck_validation_rule_scope_start_month")
        ),
        sa.CheckConstraint("tolerance >= 0", name=op.f("ck_validation_rule_tolerance")),
        sa.PrimaryKeyConstraint("jurisdiction_id", "id", name=op.f("pk_validation_rule")),
        sa.UniqueConstraint(
            "jurisdiction_id", "code", name=op.f("uq_validation_rule_jurisdiction_id_code")
        ),
    )
    op.create_table(
        "validation_rule_history",
        sa.Column("jurisdiction_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64, collation="C"), autoincrement=False, nullable=False),
        sa.Column("left_expression", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("operator", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("right_expression", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("severity", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("evaluation_scope", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("tolerance", sa.Numeric(), autoincrement=False, nullable=False),
        sa.Column("scope_start_month", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("active", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("name_vi", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name_en", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "id", "recorded_from", name=op.f("pk_validation_rule_history")
        ),
    )
    op.create_table(
        "area",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=64, collation="C"), nullable=False),
        sa.Column("level_code", sa.String(length=64, collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("has_areas_below", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("jurisdiction_id"), "="),
            (sa.column("code"), "="),
            (sa.text("daterange(valid_from, valid_to, '[]')"), "&&"),
            using="gist",
            name="ex_area_code",
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_area_validity")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "level_code"],
            ["area_level.jurisdiction_id", "area_level.code"],
            name=op.f("fk_area_jurisdiction_id_level_code"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "parent_id"],
            ["area.jurisdiction_id", "area.id"],
            name=op.f("fk_area_jurisdiction_id_parent_id"),
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "id", name=op.f("pk_area")),
    )
    op.create_index("ix_area_parent", "area", ["jurisdiction_id", "parent_id"], unique=False)
    op.create_table(
        "deadline_rule",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("regime_id", sa.Integer(), nullable=False),
        sa.Column("level_code", sa.String(length=64, collation="C"), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("months_after", sa.Integer(), nullable=False),
        sa.CheckConstraint("day BETWEEN 1 AND 28", name=op.f("ck_deadline_rule_day")),
        sa.CheckConstraint(
            "months_after BETWEEN 0 AND 3", name=op.f("ck_deadline_rule_months_after")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "level_code"],
            ["area_level.jurisdiction_id", "area_level.code"],
            name=op.f("fk_deadline_rule_jurisdiction_id_level_code"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "regime_id"],
            ["regime.jurisdiction_id", "regime.id"],
            name=op.f("fk_deadline_rule_jurisdiction_id_regime_id"),
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "id", name=op.f("pk_deadline_rule")),
        sa.UniqueConstraint(
            "jurisdiction_id",
            "regime_id",
            "level_code",
            name=op.f("uq_deadline_rule_jurisdiction_id_regime_id_level_code"),
        ),
    )
    op.create_table(
        "indicator",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=64, collation="C"), nullable=False),
        sa.Column("sector_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("parent_relation", sa.Text(), nullable=True),
        sa.Column("parent_dimension", sa.Text(), nullable=True),
        sa.Column("unit_of_measure_id", sa.Integer(), nullable=False),
        sa.Column("value_type", sa.Text(), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("area_aggregation", sa.Text(), nullable=False),
        sa.Column("time_aggregation", sa.Text(), nullable=False),
        sa.Column("weight_id", sa.Integer(), nullable=True),
        sa.Column("numerator_id", sa.Integer(), nullable=True),
        sa.Column("denominator_id", sa.Integer(), nullable=True),
        sa.Column("factor", sa.Numeric(), nullable=True),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("value_scope", sa.Text(), nullable=False),
        sa.Column(
            "reporting_levels",
            postgresql.ARRAY(sa.String(length=64, collation="C")),
            nullable=False,
        ),
        sa.Column("minimum", sa.Numeric(), nullable=True),
        sa.Column("maximum", sa.Numeric(), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("definition_vi", sa.Text(), nullable=False),
        sa.Column("definition_en", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(area_aggregation = 'recompute') = (numerator_id IS NOT NULL) AND (numerator_id IS NULL) = (denominator_id IS NULL) AND (numerator_id IS NULL) = (factor IS NULL)",
            name=op.f("ck_indicator_parts"),
        ),
        sa.CheckConstraint(
            "(area_aggregation = 'weighted_mean') = (weight_id IS NOT NULL)",
            name=op.f("ck_indicator_weight"),
        ),
        sa.CheckConstraint(
            "area_aggregation IN ('sum', 'mean', 'weighted_mean', 'min', 'max', 'recompute', 'none')",
            name=op.f("ck_indicator_area_aggregation"),
        ),
        sa.CheckConstraint(
            "frequency IN ('monthly', 'quarterly', 'half_yearly', 'yearly')",
            name=op.f("ck_indicator_frequency"),
        ),
        sa.CheckConstraint(
            "nature IN ('flow', 'stock', 'rate', 'index')", name=op.f("ck_indicator_nature")
        ),
        sa.CheckConstraint(
            "parent_relation IN ('part', 'of_which')", name=op.f("ck_indicator_parent_relation")
        ),
        sa.CheckConstraint(
            "time_aggregation IN ('sum', 'last', 'mean', 'recompute', 'none')",
            name=op.f("ck_indicator_time_aggregation"),
        ),
        sa.CheckConstraint(
            "value_scope IN ('territory', 'agency')", name=op.f("ck_indicator_value_scope")
        ),
        sa.CheckConstraint(
            "value_type IN ('decimal', 'integer', 'percent', 'ratio', 'index')",
            name=op.f("ck_indicator_value_type"),
        ),
        sa.CheckConstraint("decimals BETWEEN 0 AND 10", name=op.f("ck_indicator_decimals")),
        sa.CheckConstraint(
            "minimum IS NULL OR maximum IS NULL OR minimum <= maximum",
            name=op.f("ck_indicator_bounds"),
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_indicator_validity")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "denominator_id"],
            ["indicator.jurisdiction_id", "indicator.id"],
            name=op.f("fk_indicator_jurisdiction_id_denominator_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "numerator_id"],
            ["indicator.jurisdiction_id", "indicator.id"],
            name=op.f("fk_indicator_jurisdiction_id_numerator_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "parent_id"],
            ["indicator.jurisdiction_id", "indicator.id"],
            name=op.f("fk_indicator_jurisdiction_id_parent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "sector_id"],
            ["sector.jurisdiction_id", "sector.id"],
            name=op.f("fk_indicator_jurisdiction_id_sector_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_of_measure_id"],
            ["unit_of_measure.jurisdiction_id", "unit_of_measure.id"],
            name=op.f("fk_indicator_jurisdiction_id_unit_of_measure_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "weight_id"],
            ["indicator.jurisdiction_id", "indicator.id"],
            name=op.f("fk_indicator_jurisdiction_id_weight_id"),
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "id", name=op.f("pk_indicator")),
        sa.UniqueConstraint(
            "jurisdiction_id", "code", name=op.f("uq_indicator_jurisdiction_id_code")
        ),
    )
    op.create_table(
        "journal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_journal_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
    )
    op.create_index(
        "ix_journal_subject", "journal", ["jurisdiction_id", "subject", "id"], unique=False
    )
    op.create_table(
        "annual_target",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("decision_number", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "direction IN ('at_least', 'at_most', 'equal')", name=op.f("ck_annual_target_direction")
        ),
        sa.CheckConstraint(
            "source IN ('real', 'constructed', 'decided')", name=op.f("ck_annual_target_source")
        ),
        sa.CheckConstraint("value <> 'NaN'", name=op.f("ck_annual_target_finite")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "area_id"],
            ["area.jurisdiction_id", "area.id"],
            name=op.f("fk_annual_target_jurisdiction_id_area_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "indicator_id"],
            ["indicator.jurisdiction_id", "indicator.id"],
            name=op.f("fk_annual_target_jurisdiction_id_indicator_id"),
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "id", name=op.f("pk_annual_target")),
        sa.UniqueConstraint(
            "jurisdiction_id",
            "indicator_id",
            "area_id",
            "year",
            "version",
            name=op.f("uq_annual_target_jurisdiction_id_indicator_id_area_id_year_version"),
        ),
    )
    op.create_table(
        "area_closure",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("descendant_id", sa.Integer(), nullable=False),
        sa.Column("ancestor_id", sa.Integer(), nullable=False),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "ancestor_id"],
            ["area.jurisdiction_id", "area.id"],
            name=op.f("fk_area_closure_jurisdiction_id_ancestor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "descendant_id"],
            ["area.jurisdiction_id", "area.id"],
            name=op.f("fk_area_closure_jurisdiction_id_descendant_id"),
        ),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "descendant_id", "ancestor_id", name=op.f("pk_area_closure")
        ),
    )
    op.create_index(
        "ix_area_closure_ancestor",
        "area_closure",
        ["jurisdiction_id", "ancestor_id", "descendant_id"],
        unique=False,
    )
    op.create_table(
        "area_succession",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("predecessor_id", sa.Integer(), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=False),
        sa.Column("effective_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("share", sa.Numeric(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('merge', 'split', 'rename', 'part')", name=op.f("ck_area_succession_kind")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "predecessor_id"],
            ["area.jurisdiction_id", "area.id"],
            name=op.f("fk_area_succession_jurisdiction_id_predecessor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "successor_id"],
            ["area.jurisdiction_id", "area.id"],
            name=op.f("fk_area_succession_jurisdiction_id_successor_id"),
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "id", name=op.f("pk_area_succession")),
        sa.UniqueConstraint(
            "jurisdiction_id",
            "predecessor_id",
            "successor_id",
            "effective_date",
            name=op.f(
                "uq_area_succession_jurisdiction_id_predecessor_id_successor_id_effective_date"
            ),
        ),
    )
    op.create_table(
        "unit",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=64, collation="C"), nullable=False),
        sa.Column("level_code", sa.String(length=64, collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("regime_id", sa.Integer(), nullable=False),
        sa.Column("direct_send", sa.Boolean(), nullable=True),
        sa.Column("accepting_level", sa.String(length=64, collation="C"), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_unit_validity")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "area_id"],
            ["area.jurisdiction_id", "area.id"],
            name=op.f("fk_unit_jurisdiction_id_area_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "level_code"],
            ["area_level.jurisdiction_id", "area_level.code"],
            name=op.f("fk_unit_jurisdiction_id_level_code"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "parent_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_unit_jurisdiction_id_parent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "regime_id"],
            ["regime.jurisdiction_id", "regime.id"],
            name=op.f("fk_unit_jurisdiction_id_regime_id"),
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "id", name=op.f("pk_unit")),
        sa.UniqueConstraint("jurisdiction_id", "code", name=op.f("uq_unit_jurisdiction_id_code")),
    )
    op.create_index("ix_unit_area", "unit", ["jurisdiction_id", "area_id"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("value_scope", sa.Text(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("jurisdiction_id"), "="),
            (sa.column("area_id"), "="),
            (sa.column("indicator_id"), "="),
            (sa.text("daterange(valid_from, valid_to, '[]')"), "&&"),
            where=sa.text("value_scope = 'territory'"),
            using="gist",
            name="ex_assignment_area_indicator",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("jurisdiction_id"), "="),
            (sa.column("unit_id"), "="),
            (sa.column("indicator_id"), "="),
            (sa.text("daterange(valid_from, valid_to, '[]')"), "&&"),
            using="gist",
            name="ex_assignment_unit_indicator",
        ),
        sa.CheckConstraint(
            "frequency IN ('monthly', 'quarterly', 'half_yearly', 'yearly')",
            name=op.f("ck_assignment_frequency"),
        ),
        sa.CheckConstraint(
            "value_scope IN ('territory', 'agency')", name=op.f("ck_assignment_value_scope")
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_assignment_validity")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "area_id"],
            ["area.jurisdiction_id", "area.id"],
            name=op.f("fk_assignment_jurisdiction_id_area_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "indicator_id"],
            ["indicator.jurisdiction_id", "indicator.id"],
            name=op.f("fk_assignment_jurisdiction_id_indicator_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_assignment_jurisdiction_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "id", name=op.f("pk_assignment")),
    )
    op.create_index(
        "ix_assignment_indicator", "assignment", ["jurisdiction_id", "indicator_id"], unique=False
    )
    op.create_index(
        "ix_assignment_unit",
        "assignment",
        ["jurisdiction_id", "unit_id", "indicator_id"],
        unique=False,
    )
    op.create_table(
        "deadline_exception",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_deadline_exception_reason")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_deadline_exception_jurisdiction_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "id", name=op.f("pk_deadline_exception")),
        sa.UniqueConstraint(
            "jurisdiction_id",
            "period_id",
            "unit_id",
            name=op.f("uq_deadline_exception_jurisdiction_id_period_id_unit_id"),
        ),
    )
    op.create_table(
        "report",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sent_version", sa.Integer(), nullable=True),
        sa.Column("accepted_version", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'sent', 'accepted', 'returned')",
            name=op.f("ck_report_state"),
        ),
        sa.CheckConstraint(
            "accepted_version IS NULL OR sent_version IS NOT NULL",
            name=op.f("ck_report_accepted_was_sent"),
        ),
        sa.CheckConstraint(
            "sent_version <= version AND accepted_version <= version",
            name=op.f("ck_report_pointers"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_report_jurisdiction_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "period_id", "unit_id", name=op.f("pk_report")),
    )
    op.create_index(
        "ix_report_sent_differs",
        "report",
        ["jurisdiction_id", "period_id", "unit_id"],
        unique=False,
        postgresql_where=sa.text("sent_version IS DISTINCT FROM accepted_version"),
    )
    op.create_index(
        "ix_report_unit", "report", ["jurisdiction_id", "unit_id", "period_id"], unique=False
    )
    op.create_table(
        "token",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(role IN ('clerk', 'leader')) = (unit_id IS NOT NULL)", name=op.f("ck_token_unit")
        ),
        sa.CheckConstraint(
            "(role NOT IN ('clerk', 'leader')) = (area_id IS NOT NULL)", name=op.f("ck_token_area")
        ),
        sa.CheckConstraint(
            "role IN ('clerk', 'leader', 'reviewer', 'operations', 'administrator')",
            name=op.f("ck_token_role"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "area_id"],
            ["area.jurisdiction_id", "area.id"],
            name=op.f("fk_token_jurisdiction_id_area_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_token_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_token_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
    )
    op.create_table(
        "unit_succession",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("predecessor_id", sa.Integer(), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=False),
        sa.Column("effective_date", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "predecessor_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_unit_succession_jurisdiction_id_predecessor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "successor_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_unit_succession_jurisdiction_id_successor_id"),
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "id", name=op.f("pk_unit_succession")),
        sa.UniqueConstraint(
            "jurisdiction_id",
            "predecessor_id",
            "successor_id",
            name=op.f("uq_unit_succession_jurisdiction_id_predecessor_id_successor_id"),
        ),
    )
    op.create_table(
        "report_step",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("from_state", sa.String(length=16), nullable=True),
        sa.Column("to_state", sa.String(length=16), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("actor_role", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sent_version", sa.Integer(), nullable=True),
        sa.Column("accepted_version", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "to_state IN ('draft', 'submitted', 'sent', 'accepted', 'returned')",
            name=op.f("ck_report_step_to_state"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "period_id", "unit_id"],
            ["report.jurisdiction_id", "report.period_id", "report.unit_id"],
            name=op.f("fk_report_step_jurisdiction_id_period_id_unit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "period_id", "unit_id", "revision", name=op.f("pk_report_step")
        ),
    )
    op.create_table(
        "report_version",
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("with_value", sa.Integer(), nullable=False),
        sa.Column("not_applicable", sa.Integer(), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "kind IN ('original', 'resend', 'correction', 'revision')",
            name=op.f("ck_report_version_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "period_id", "unit_id"],
            ["report.jurisdiction_id", "report.period_id", "report.unit_id"],
            name=op.f("fk_report_version_jurisdiction_id_period_id_unit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "jurisdiction_id", "period_id", "unit_id", "version", name=op.f("pk_report_version")
        ),
    )


def downgrade() -> None:
    """Drop everything, with all data; btree_gist stays, since others may use it."""
    op.drop_table("report_version")
    op.drop_table("report_step")
    op.drop_table("unit_succession")
    op.drop_table("token")
    op.drop_index("ix_report_unit", table_name="report")
    op.drop_index(
        "ix_report_sent_differs",
        table_name="report",
        postgresql_where=sa.text("sent_version IS DISTINCT FROM accepted_version"),
    )
    op.drop_table("report")
    op.drop_table("deadline_exception")
    op.drop_index("ix_assignment_unit", table_name="assignment")
    op.drop_index("ix_assignment_indicator", table_name="assignment")
    op.drop_table("assignment")
    op.drop_index("ix_unit_area", table_name="unit")
    op.drop_table("unit")
    op.drop_table("area_succession")
    op.drop_index("ix_area_closure_ancestor", table_name="area_closure")
    op.drop_table("area_closure")
    op.drop_table("annual_target")
    op.drop_index("ix_journal_subject", table_name="journal")
    op.drop_table("journal")
    op.drop_table("indicator")
    op.drop_table("deadline_rule")
    op.drop_index("ix_area_parent", table_name="area")
    op.drop_table("area")
    op.drop_table("validation_rule_history")
    op.drop_table("validation_rule")
    op.drop_table("unit_succession_history")
    op.drop_table("unit_of_measure_history")
    op.drop_table("unit_of_measure")
    op.drop_table("unit_history")
    op.drop_table("sector_history")
    op.drop_table("sector")
    op.drop_table("rollup")
    op.drop_table("regime_history")
    op.drop_table("regime")
    op.drop_table("observation")
    op.drop_table("jurisdiction")
    op.drop_table("indicator_history")
    op.drop_table("holiday_history")
    op.drop_table("holiday")
    op.drop_table("deadline_rule_history")
    op.drop_table("deadline_exception_history")
    op.drop_table("coverage")
    op.drop_index("ix_counting_area", table_name="counting")
    op.drop_table("counting")
    op.drop_table("assignment_history")
    op.drop_table("area_succession_history")
    op.drop_table("area_level_history")
    op.drop_table("area_level")
    op.drop_table("area_history")
    op.drop_table("annual_target_history")
    op.execute("DROP SEQUENCE catalogue_version")
