"""Show reports of the past by joins alone: what is asked of one jurisdiction is read of that one.

A correlated subquery reads the steps by the report's column, which no planner takes for the value
that was asked; servers that keep jurisdictions apart (Citus) then don't know where to look.
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MOMENT = "(SELECT current_setting('indicators.as_of')::timestamptz)"
SAME = " AND ".join(
    f"{{0}}.{name} = {{1}}.{name}" for name in ("jurisdiction_id", "period_id", "unit_id")
)
COLUMNS = f"""
    CREATE OR REPLACE VIEW past.report AS
    SELECT r.jurisdiction_id, r.period_id, r.unit_id, s.to_state AS state, s.revision, s.version,
           s.sent_version, s.accepted_version, r.created_at, s.recorded_at AS changed_at,
           s.recorded_at AS stepped_at,
           CASE WHEN r.first_sent_at <= {MOMENT} THEN r.first_sent_at END AS first_sent_at"""
# Who doesn't ask for the two times doesn't pay for them: the planner drops an unused outer join of
# one row.
BY_JOINS = f"""{COLUMNS},
           d.sent_at, d.accepted_at
    FROM public.report r
    JOIN public.report_step s ON {SAME.format("s", "r")} AND s.recorded_at <= {MOMENT}
    LEFT JOIN (
        SELECT jurisdiction_id, period_id, unit_id,
               max(recorded_at) FILTER (WHERE action = 'send') AS sent_at,
               max(recorded_at) FILTER (WHERE action = 'accept') AS accepted_at
        FROM public.report_step WHERE recorded_at <= {MOMENT}
        GROUP BY jurisdiction_id, period_id, unit_id
    ) d ON {SAME.format("d", "r")}
    WHERE NOT EXISTS (SELECT FROM public.report_step n
                      WHERE {SAME.format("n", "s")} AND n.revision > s.revision
                        AND n.recorded_at <= {MOMENT})
"""
OF_REPORT = f"FROM public.report_step t WHERE {SAME.format('t', 'r')}"
BY_SUBQUERIES = f"""{COLUMNS},
           (SELECT max(t.recorded_at) {OF_REPORT} AND t.action = 'send'
                   AND t.recorded_at <= {MOMENT}) AS sent_at,
           (SELECT max(t.recorded_at) {OF_REPORT} AND t.action = 'accept'
                   AND t.recorded_at <= {MOMENT}) AS accepted_at
    FROM public.report r
    CROSS JOIN LATERAL (SELECT t.* {OF_REPORT} AND t.recorded_at <= {MOMENT}
                        ORDER BY t.revision DESC LIMIT 1) s
"""


def upgrade() -> None:
    """Make the view anew."""
    op.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    op.execute(BY_JOINS)


def downgrade() -> None:
    """Take the former one."""
    op.execute(BY_SUBQUERIES)
