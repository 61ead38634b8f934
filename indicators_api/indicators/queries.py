"""Finding indicators."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.db.session import Session
from indicators_api.indicators.search import fold


class IndicatorDetails(NamedTuple):
    """An indicator as pages show it: what it refers to by code."""

    id: int
    code: str
    name_vi: str
    name_en: str
    sector: str
    #: The total that it is a part of, or the set that it is a subset of. None: no parent.
    parent: str | None
    #: `part` (along the dimension) or `of_which`.
    parent_relation: str | None
    parent_dimension: str | None
    unit_of_measure: str
    unit_symbol: str
    value_type: str
    decimals: int
    nature: str
    area_aggregation: str
    time_aggregation: str
    #: Of a weighted mean.
    weight: str | None
    #: Of what is recomputed: factor x numerator / denominator.
    numerator: str | None
    denominator: str | None
    factor: Decimal | None
    frequency: str
    value_scope: str
    reporting_levels: list[str]
    #: Bounds of a value in its unit of measure. None: no bound.
    minimum: Decimal | None
    maximum: Decimal | None
    legal_basis: str
    definition_vi: str
    definition_en: str
    valid_from: date
    #: Last day. None: still valid.
    valid_to: date | None


_DETAILS = """
    SELECT indicator.id, indicator.code, indicator.name_vi, indicator.name_en, sector.code,
           parent.code, indicator.parent_relation, indicator.parent_dimension,
           unit_of_measure.code, unit_of_measure.symbol, indicator.value_type, indicator.decimals,
           indicator.nature, indicator.area_aggregation, indicator.time_aggregation,
           weight.code, numerator.code, denominator.code, indicator.factor, indicator.frequency,
           indicator.value_scope, indicator.reporting_levels, indicator.minimum, indicator.maximum,
           indicator.legal_basis, indicator.definition_vi, indicator.definition_en,
           indicator.valid_from, indicator.valid_to
    FROM indicator
    JOIN sector ON sector.jurisdiction_id = indicator.jurisdiction_id
               AND sector.id = indicator.sector_id
    JOIN unit_of_measure ON unit_of_measure.jurisdiction_id = indicator.jurisdiction_id
                        AND unit_of_measure.id = indicator.unit_of_measure_id
    LEFT JOIN indicator parent ON parent.jurisdiction_id = indicator.jurisdiction_id
                              AND parent.id = indicator.parent_id
    LEFT JOIN indicator weight ON weight.jurisdiction_id = indicator.jurisdiction_id
                              AND weight.id = indicator.weight_id
    LEFT JOIN indicator numerator ON numerator.jurisdiction_id = indicator.jurisdiction_id
                                 AND numerator.id = indicator.numerator_id
    LEFT JOIN indicator denominator ON denominator.jurisdiction_id = indicator.jurisdiction_id
                                   AND denominator.id = indicator.denominator_id
    WHERE indicator.jurisdiction_id = :jurisdiction
"""
_FOUND = text(
    f"""
    WITH RECURSIVE inside (id) AS (
        SELECT id FROM sector WHERE jurisdiction_id = :jurisdiction AND code = :sector
        UNION
        SELECT sector.id FROM sector JOIN inside ON sector.parent_id = inside.id
        WHERE sector.jurisdiction_id = :jurisdiction
    )
    {_DETAILS}
    AND (CAST(:sector AS text) IS NULL OR indicator.sector_id IN (SELECT id FROM inside))
    AND (CAST(:level AS text) IS NULL OR :level = ANY (indicator.reporting_levels))
    AND (CAST(:frequency AS text) IS NULL OR indicator.frequency = :frequency)
    AND (CAST(:unit_id AS integer) IS NULL OR EXISTS (
         SELECT FROM assignment
         WHERE assignment.jurisdiction_id = :jurisdiction AND assignment.unit_id = :unit_id
           AND assignment.indicator_id = indicator.id
           AND (CAST(:day AS date) IS NULL OR :day BETWEEN
                assignment.valid_from AND coalesce(assignment.valid_to, 'infinity'))))
    AND NOT EXISTS (
         SELECT FROM unnest(CAST(:words AS text[])) AS wanted (word)
         WHERE position(wanted.word IN indicator.search_text) = 0)
    AND (CAST(:after AS text) IS NULL OR indicator.code > :after)
    ORDER BY indicator.code LIMIT :limit"""
)
_BY_CODE = text(f"{_DETAILS} AND indicator.code = :code")


def indicators(  # noqa: PLR0913 - the list's filters
    session: Session,
    jurisdiction: int,
    *,
    sector: str | None = None,
    level: str | None = None,
    unit_id: int | None = None,
    day: date | None = None,
    frequency: str | None = None,
    q: str | None = None,
    after: str | None = None,
    limit: int | None = None,
) -> list[IndicatorDetails]:
    """Give the indicators by code; `after` a code, at most `limit`.

    `sector` stands for the sector and all below it; `level` for what units of it file; `unit_id`
    for what the unit is assigned, on the `day` if there is one. Every word of `q` must occur in
    code, names or definitions, whatever the accents, in either language.
    """
    filters = {"sector": sector, "level": level, "unit_id": unit_id, "day": day}
    more = {"frequency": frequency, "words": fold(q or "").split(), "after": after, "limit": limit}
    found = session.execute(_FOUND, {"jurisdiction": jurisdiction, **filters, **more})
    return [IndicatorDetails(*row) for row in found]


def indicator_of_code(session: Session, jurisdiction: int, code: str) -> IndicatorDetails | None:
    """Give an indicator by its code; None where there is none."""
    row = session.execute(_BY_CODE, {"jurisdiction": jurisdiction, "code": code}).one_or_none()
    return IndicatorDetails(*row) if row else None
