"""Slices of observations, by unit, indicator and period."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import text

from indicators_api.db.session import Session

#: Where a page ended: period id, unit code, indicator code.
Place = tuple[int, str, str]


class ObservationRow(NamedTuple):
    """A value as a unit gave it, in the version in force."""

    unit: str
    area: str
    area_id: int
    indicator: str
    period_id: int
    value: Decimal | None
    missing: str | None
    status: str
    ytd: Decimal | None
    note: str | None
    version: int


class Slice(NamedTuple):
    """Which observations. `units` None: of all units in the areas."""

    jurisdiction: int
    periods: Sequence[int]
    indicators: Sequence[int]
    areas: Sequence[int]
    unit: int | None
    sent: bool
    after: Place | None
    limit: int


class VersionKey(NamedTuple):
    """What identifies a version of a report."""

    period_id: int
    unit_id: int
    version: int


_ROWS = """
    SELECT u.code, a.code, u.area_id, i.code, o.period_id, o.value, o.missing, o.status, o.ytd,
            o.note,
           o.version
    FROM report r
    JOIN unit u ON u.jurisdiction_id = r.jurisdiction_id AND u.id = r.unit_id
    JOIN area a ON a.jurisdiction_id = u.jurisdiction_id AND a.id = u.area_id
    JOIN observation o ON o.jurisdiction_id = r.jurisdiction_id AND o.period_id = r.period_id
                      AND o.unit_id = r.unit_id AND o.version = r.{version}
                      AND o.period_id = ANY(:periods) AND o.indicator_id = ANY(:indicators)
    JOIN indicator i ON i.jurisdiction_id = o.jurisdiction_id AND i.id = o.indicator_id
    WHERE r.jurisdiction_id = :jurisdiction AND r.period_id = ANY(:periods)
      AND u.area_id = ANY(:areas) AND (CAST(:unit AS int) IS NULL OR r.unit_id = :unit)
      AND (CAST(:after_unit AS text) IS NULL
           OR (o.period_id, u.code, i.code) > (:after_period, :after_unit, :after_indicator))
    ORDER BY o.period_id, u.code, i.code
    LIMIT :limit
"""
_ACCEPTED = text(_ROWS.format(version="accepted_version"))
_SENT = text(_ROWS.format(version="sent_version"))
_HAVING_VALUES = text("""
    SELECT w.period_id, w.unit_id, w.version
    FROM unnest(CAST(:periods AS int[]), CAST(:units AS int[]), CAST(:versions AS int[]))
         AS w(period_id, unit_id, version)
    WHERE EXISTS (
        SELECT FROM observation o
        JOIN indicator i ON i.jurisdiction_id = o.jurisdiction_id AND i.id = o.indicator_id
        WHERE o.jurisdiction_id = :jurisdiction AND o.period_id = w.period_id
          AND o.period_id = ANY(CAST(:periods AS int[])) AND o.unit_id = w.unit_id
          AND o.version = w.version AND o.value IS NOT NULL
          AND i.code = ANY(CAST(:indicators AS text[]))
    )
""")


def observations(session: Session, wanted: Slice) -> tuple[list[ObservationRow], Place | None]:
    """Give observations by period, unit code and indicator code, and the place to go on from.

    None: that was all.
    """
    after = wanted.after or (None, None, None)
    rows = session.execute(
        _SENT if wanted.sent else _ACCEPTED,
        {
            "jurisdiction": wanted.jurisdiction,
            "periods": list(wanted.periods),
            "indicators": list(wanted.indicators),
            "areas": list(wanted.areas),
            "unit": wanted.unit,
            "after_period": after[0],
            "after_unit": after[1],
            "after_indicator": after[2],
            "limit": wanted.limit + 1,
        },
    ).all()
    page = [ObservationRow(*row) for row in rows[: wanted.limit]]
    last = page[-1] if len(rows) > wanted.limit else None
    return page, (last.period_id, last.unit, last.indicator) if last else None


def having_values(
    session: Session,
    jurisdiction: int,
    versions: Sequence[VersionKey],
    *,
    indicators: Sequence[str],
) -> set[VersionKey]:
    """Give those of some versions of reports that have a value of one of some indicators."""
    columns = list(zip(*versions, strict=True)) or [(), (), ()]
    parameters: dict[str, Any] = {
        name: list(column)
        for name, column in zip(("periods", "units", "versions"), columns, strict=True)
    }
    parameters |= {"jurisdiction": jurisdiction, "indicators": list(indicators)}
    return {VersionKey(*row) for row in session.execute(_HAVING_VALUES, parameters)}
