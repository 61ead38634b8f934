"""Reporting units, and what they are asked."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.db.session import Session


class UnitFacts(NamedTuple):
    """A unit as pages and services need it."""

    id: int
    code: str
    name_vi: str
    name_en: str
    level: str
    kind: str
    area_id: int
    area: str
    #: The unit it reports to. None for units of the province.
    parent: str | None
    regime: str
    #: The regime's last day of the data window. None: calendar months.
    cut_off_day: int | None
    #: Whether its leader may send a draft at once; the unit's own policy, else its level's.
    direct_send: bool
    #: The level whose reviewers accept its reports; likewise. None: the province's reviewers.
    accepting_level: str | None
    valid_from: date
    #: Last day. None: still valid.
    valid_to: date | None


class AssignedIndicator(NamedTuple):
    """An indicator that a unit is assigned."""

    indicator_id: int
    code: str
    name_vi: str
    name_en: str
    sector: str
    unit_of_measure: str
    #: How often the unit is asked: the assignment's frequency, else the indicator's.
    frequency: str
    value_scope: str
    area_aggregation: str
    #: Of the assignment.
    valid_from: date
    #: Last day. None: still valid.
    valid_to: date | None


_FACTS = """
    SELECT unit.id, unit.code, unit.name_vi, unit.name_en, unit.level_code, unit.kind,
           unit.area_id, area.code, parent.code, regime.code, regime.cut_off_day,
           coalesce(unit.direct_send, level.direct_send),
           coalesce(unit.accepting_level, level.accepting_level), unit.valid_from, unit.valid_to
    FROM unit
    JOIN area ON area.jurisdiction_id = unit.jurisdiction_id AND area.id = unit.area_id
    JOIN area_level level
      ON level.jurisdiction_id = unit.jurisdiction_id AND level.code = unit.level_code
    JOIN regime ON regime.jurisdiction_id = unit.jurisdiction_id AND regime.id = unit.regime_id
    LEFT JOIN unit parent
      ON parent.jurisdiction_id = unit.jurisdiction_id AND parent.id = unit.parent_id
    WHERE unit.jurisdiction_id = :jurisdiction
"""
_UNITS = text(
    f"""{_FACTS}
    AND (CAST(:level AS text) IS NULL OR unit.level_code = :level)
    AND (CAST(:kind AS text) IS NULL OR unit.kind = :kind)
    AND (CAST(:day AS date) IS NULL
         OR :day BETWEEN unit.valid_from AND coalesce(unit.valid_to, 'infinity'))
    AND (CAST(:area_id AS integer) IS NULL OR unit.area_id = ANY (ARRAY(
         SELECT descendant_id FROM area_closure
         WHERE jurisdiction_id = :jurisdiction AND ancestor_id = :area_id)))
    AND (CAST(:after AS text) IS NULL OR unit.code > :after)
    ORDER BY unit.code LIMIT :limit"""
)
_BY_CODE = text(f"{_FACTS} AND unit.code = :code")
#: A unit is asked what is valid on the cut-off day of the period's last month.
_ASSIGNED = text(
    """
    WITH asked AS (
        SELECT unit.jurisdiction_id, unit.id AS unit_id,
               coalesce(month.first + (regime.cut_off_day - 1),
                        CAST(month.first + interval '1 month' AS date) - 1) AS cut_off
        FROM unit
        JOIN regime
          ON regime.jurisdiction_id = unit.jurisdiction_id AND regime.id = unit.regime_id
        CROSS JOIN make_date(:month_id / 100, :month_id % 100, 1) AS month (first)
        WHERE unit.jurisdiction_id = :jurisdiction AND unit.id = :unit_id
    )
    SELECT indicator.id, indicator.code, indicator.name_vi, indicator.name_en, sector.code,
           unit_of_measure.code, coalesce(assignment.frequency, indicator.frequency),
           indicator.value_scope, indicator.area_aggregation,
           assignment.valid_from, assignment.valid_to
    FROM asked
    JOIN assignment USING (jurisdiction_id, unit_id)
    JOIN indicator ON indicator.jurisdiction_id = assignment.jurisdiction_id
                  AND indicator.id = assignment.indicator_id
    JOIN sector ON sector.jurisdiction_id = indicator.jurisdiction_id
               AND sector.id = indicator.sector_id
    JOIN unit_of_measure ON unit_of_measure.jurisdiction_id = indicator.jurisdiction_id
                        AND unit_of_measure.id = indicator.unit_of_measure_id
    WHERE asked.cut_off BETWEEN assignment.valid_from AND coalesce(assignment.valid_to, 'infinity')
    ORDER BY indicator.code
    """
)


def units(
    session: Session,
    jurisdiction: int,
    *,
    level: str | None = None,
    area_id: int | None = None,
    kind: str | None = None,
    day: date | None = None,
    after: str | None = None,
    limit: int | None = None,
) -> list[UnitFacts]:
    """Give the units by code; `after` a code, at most `limit`.

    `area_id` stands for the area and all areas below it. Without a day, units of all times.
    """
    filters = {"level": level, "area_id": area_id, "kind": kind, "day": day}
    paging = {"after": after, "limit": limit}
    found = session.execute(_UNITS, {"jurisdiction": jurisdiction, **filters, **paging})
    return [UnitFacts(*row) for row in found]


def unit_of_code(session: Session, jurisdiction: int, code: str) -> UnitFacts | None:
    """Give a unit by its code, which is never reused; None where there is none."""
    row = session.execute(_BY_CODE, {"jurisdiction": jurisdiction, "code": code}).one_or_none()
    return UnitFacts(*row) if row else None


def assigned(
    session: Session, jurisdiction: int, unit_id: int, month_id: int
) -> list[AssignedIndicator]:
    """Give what a unit is assigned in a period, by indicator code, whatever the frequency.

    `month_id` is the id (yyyymm) of the period's last month: what is valid on its cut-off day under
    the unit's regime counts.
    """
    params = {"jurisdiction": jurisdiction, "unit_id": unit_id, "month_id": month_id}
    return [AssignedIndicator(*row) for row in session.execute(_ASSIGNED, params)]
