"""Who has reported: reports owed, sent, accepted, returned, late, missing, by area and by unit.

Read from the reports, never by counting observations.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.db.session import Session
from indicators_api.errors import InvalidRequest, mark
from indicators_api.periods import Period
from indicators_api.reports import deadlines, sight
from indicators_api.security.actors import Actor
from indicators_api.units.areas import GEOGRAPHY_CUT_OFF, find_areas
from indicators_api.units.sight import demand_visible
from indicators_api.units.tree import area_ids_within


class AreaCompleteness(NamedTuple):
    """The reports that units in an area owe for a period, `unit_level` None: units of all levels.

    `on_time`, `late`, `missing` and `not_due` add up to `due`. `on_time_rate` in percent of `due`,
    None where it is 0.
    """

    area: str
    area_id: int
    unit_level: str | None
    due: int
    sent: int
    accepted: int
    returned: int
    on_time: int
    late: int
    missing: int
    not_due: int
    on_time_rate: Decimal | None
    expected: int
    with_value: int


class UnitCompleteness(NamedTuple):
    """A unit that owes a report.

    State None: nothing was ever sent; the counts are those of the sent version.
    """

    unit: str
    area: str
    level: str
    state: str | None
    timeliness: str
    due: date
    first_sent_at: datetime | None
    expected: int | None
    with_value: int | None


# A unit owes a period when it is valid on the period's cut-off day and is asked anything in it.
# Which periods are asked is said of the reports too: the planner then knows how few they are.
_OWED = f"""
    {deadlines.DUE}, owed AS (
        SELECT u.id AS unit_id, u.code, u.level_code, u.area_id, a.code AS area, d.due,
               {sight.STATE} AS state,
               r.first_sent_at, r.sent_version, r.accepted_version, v.expected, v.with_value,
               CASE WHEN r.first_sent_at < l.closes THEN 'on_time'
                    WHEN r.first_sent_at IS NOT NULL THEN 'late'
                    WHEN :at < l.closes THEN 'not_due' ELSE 'missing' END AS timeliness
        FROM unit_due d
        CROSS JOIN LATERAL (
            SELECT (d.due + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' AS closes) l
        JOIN unit u ON u.jurisdiction_id = :jurisdiction AND u.id = d.unit_id
        JOIN area a ON a.jurisdiction_id = :jurisdiction AND a.id = u.area_id
        LEFT JOIN report r ON r.jurisdiction_id = :jurisdiction AND r.period_id = d.period_id
                          AND r.period_id = ANY(:periods) AND r.unit_id = u.id
        LEFT JOIN report_version v ON v.jurisdiction_id = :jurisdiction
                                  AND v.period_id = d.period_id AND v.period_id = ANY(:periods)
                                  AND v.unit_id = u.id AND v.version = r.sent_version
        WHERE EXISTS (SELECT FROM counting k
                      WHERE k.jurisdiction_id = :jurisdiction AND k.unit_id = u.id
                        AND k.frequency = :frequency
                        AND :last_month BETWEEN k.first_month AND k.last_month)
    )
"""
_PASSED = text(f"WITH {deadlines.DUE} SELECT count(*) FROM unit_due WHERE due < :today")
_BY_AREA = text(f"""
    WITH {_OWED}, counted AS (
        SELECT t.area_id, o.level_code, count(*) AS due, count(o.sent_version) AS sent,
               count(o.accepted_version) AS accepted,
               count(*) FILTER (WHERE o.state = 'returned') AS returned,
               count(*) FILTER (WHERE o.timeliness = 'on_time') AS on_time,
               count(*) FILTER (WHERE o.timeliness = 'late') AS late,
               count(*) FILTER (WHERE o.timeliness = 'missing') AS missing,
               count(*) FILTER (WHERE o.timeliness = 'not_due') AS not_due,
               coalesce(sum(o.expected), 0) AS expected, coalesce(sum(o.with_value), 0)
                   AS with_value
        FROM unnest(CAST(:areas AS int[])) AS t(area_id)
        JOIN area_closure c ON c.jurisdiction_id = :jurisdiction AND c.ancestor_id = t.area_id
        JOIN owed o ON o.area_id = c.descendant_id
        GROUP BY t.area_id, o.level_code
    )
    SELECT a.code, n.area_id, n.level_code, sum(n.due)::int, sum(n.sent)::int, sum(n.accepted)::int,
           sum(n.returned)::int, sum(n.on_time)::int, sum(n.late)::int, sum(n.missing)::int,
           sum(n.not_due)::int, round(100.0 * sum(n.on_time) / nullif(sum(n.due), 0), 2),
           sum(n.expected)::int, sum(n.with_value)::int
    FROM counted n
    JOIN area a ON a.jurisdiction_id = :jurisdiction AND a.id = n.area_id
    LEFT JOIN area_level l ON l.jurisdiction_id = :jurisdiction AND l.code = n.level_code
    GROUP BY GROUPING SETS ((a.code, n.area_id), (a.code, n.area_id, n.level_code, l.rank))
    ORDER BY a.code, n.area_id, l.rank NULLS FIRST
""")
_BY_UNIT = text(f"""
    WITH {_OWED}
    SELECT code, area, level_code, state, timeliness, due, first_sent_at, expected, with_value
    FROM owed
    WHERE area_id = ANY(:areas) AND (CAST(:own AS int) IS NULL OR unit_id = :own)
    ORDER BY code
""")


def find(
    session: Session,
    actor: Actor,
    period: Period,
    *,
    area: str | None,
    level: str | None,
    at: datetime,
) -> Sequence[AreaCompleteness | UnitCompleteness]:
    """Answer for an area (the widest without a code).

    Itself, its areas of a level, or with level `unit` its units.

    Raises InvalidRequest for unknown codes, Forbidden for areas the actor does not see; a clerk or
    leader finds its own unit only.
    """
    day = period.cut_off(GEOGRAPHY_CUT_OFF)
    row_level = None if level == "unit" else level
    areas, faults = find_areas(session, actor.jurisdiction, area=area, level=row_level, on=day)
    if faults:
        raise InvalidRequest(
            mark("The question has %(count)s faults."), faults=faults, count=len(faults)
        )
    if level != "unit":
        demand_visible(session, actor, {row.id: row.code for row in areas})
        return by_area(session, actor.jurisdiction, period, [row.id for row in areas], at=at)
    ids = set(area_ids_within(session, actor.jurisdiction, [row.id for row in areas]))
    if actor.role == "reviewer":
        ids &= set(area_ids_within(session, actor.jurisdiction, [actor.area_id]))
    return by_unit(session, actor.jurisdiction, period, sorted(ids), own=actor.unit_id, at=at)


def deadlines_passed(session: Session, jurisdiction: int, period: Period, *, at: datetime) -> int:
    """Count the units whose deadline has passed.

    What makes a report missing while nothing is written.
    """
    parameters = {**deadlines.asked(jurisdiction, [period]), "today": at.date()}
    return int(session.execute(_PASSED, parameters).scalar_one())


def by_area(
    session: Session, jurisdiction: int, period: Period, areas: Sequence[int], *, at: datetime
) -> list[AreaCompleteness]:
    """Count for each area with units that owe a report: first all units, then by their level."""
    rows = session.execute(_BY_AREA, {**_asked(jurisdiction, period, at), "areas": list(areas)})
    return [AreaCompleteness(*row) for row in rows]


def by_unit(
    session: Session,
    jurisdiction: int,
    period: Period,
    areas: Sequence[int],
    *,
    own: int | None,
    at: datetime,
) -> list[UnitCompleteness]:
    """Give the units of some areas (or just one unit) that owe a report, by code."""
    parameters = {**_asked(jurisdiction, period, at), "areas": list(areas), "own": own}
    return [UnitCompleteness(*row) for row in session.execute(_BY_UNIT, parameters)]


def _asked(jurisdiction: int, period: Period, at: datetime) -> dict[str, object]:
    frequency = {
        "month": "monthly",
        "quarter": "quarterly",
        "half": "half_yearly",
        "year": "yearly",
    }
    return {
        **deadlines.asked(jurisdiction, [period]),
        "at": at,
        "frequency": frequency.get(period.type),
        "last_month": period.last_month.id,
    }
