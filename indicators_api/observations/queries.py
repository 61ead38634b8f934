"""Slices of observations, by unit, indicator and period."""

from collections.abc import Generator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import text

from indicators_api.db.copying import Form, copied
from indicators_api.db.session import Session
from indicators_api.formats.csv import FORMULA
from indicators_api.periods import Period

#: Where a page ended: period id, unit code, indicator code.
Place = tuple[int, str, str]


class Slice(NamedTuple):
    """Which observations. `unit` None: of all units in the areas; `limit` None: all of them."""

    jurisdiction: int
    periods: Sequence[Period]
    indicators: Sequence[int]
    areas: Sequence[int]
    unit: int | None
    sent: bool
    after: Place | None
    limit: int | None


class VersionKey(NamedTuple):
    """What identifies a version of a report."""

    period_id: int
    unit_id: int
    version: int


#: What is said of each value, in the order of the contract.
COLUMNS: Final = (
    *("unit", "area", "area_id", "indicator", "period"),
    *("value", "missing", "status", "ytd", "note", "version"),
)
# Report by report, each with its values in order: rows leave while others are still to be read, and
# a page reads no more than it shows.
_ROWS = """
    SELECT r.unit, r.area, r.area_id, o.indicator, r.period, o.value, o.missing, o.status, o.ytd,
           {note} AS note, r.version
    FROM (
        SELECT r.jurisdiction_id, r.period_id, r.unit_id, r.{version} AS version, u.code AS unit,
               a.code AS area, u.area_id,
               (CAST(:names AS text[]))[array_position(CAST(:periods AS int[]), r.period_id)]
                   AS period
        FROM report r
        JOIN unit u ON u.jurisdiction_id = r.jurisdiction_id AND u.id = r.unit_id
        JOIN area a ON a.jurisdiction_id = u.jurisdiction_id AND a.id = u.area_id
        WHERE r.jurisdiction_id = :jurisdiction AND r.period_id = ANY(:periods)
          AND u.area_id = ANY(:areas) AND (CAST(:unit AS int) IS NULL OR r.unit_id = :unit)
          AND (CAST(:after_unit AS text) IS NULL
               OR (r.period_id, u.code) >= (:after_period, :after_unit))
        ORDER BY r.period_id, u.code
    ) r
    CROSS JOIN LATERAL (
        SELECT i.code AS indicator, o.value, o.missing, o.status, o.ytd, o.note
        FROM observation o
        JOIN indicator i ON i.jurisdiction_id = o.jurisdiction_id AND i.id = o.indicator_id
        WHERE o.jurisdiction_id = :jurisdiction AND o.period_id = r.period_id
          AND o.period_id = ANY(:periods) AND o.unit_id = r.unit_id AND o.version = r.version
          AND o.indicator_id = ANY(:indicators)
        ORDER BY i.code
    ) o
    WHERE CAST(:after_unit AS text) IS NULL
       OR (r.period_id, r.unit, o.indicator) > (:after_period, :after_unit, :after_indicator)
    ORDER BY r.period_id, r.unit, o.indicator
    LIMIT :limit
"""
#: An empty note is a cell like none; one that a spreadsheet would run begins with an apostrophe.
_NOTE: Final = {
    Form.CSV: """CASE WHEN left(o.note, 1) = ANY(CAST(:formula AS text[])) THEN '''' || o.note
                  ELSE nullif(o.note, '') END""",
    Form.JSON: "o.note",
}
_WRITTEN: Final = {Form.CSV: "{rows}", Form.JSON: "SELECT row_to_json(w) FROM ({rows}) w"}
_STATEMENTS: Final = {
    (form, version): text(
        _WRITTEN[form].format(rows=_ROWS.format(version=version, note=_NOTE[form]))
    )
    for form in Form
    for version in ("accepted_version", "sent_version")
}
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


def lines(session: Session, wanted: Slice, form: Form) -> Generator[bytes]:
    """Write observations by period, unit code and indicator code, a line each, as they are read.

    One more than asked, if there is one.
    """
    after = wanted.after or (None, None, None)
    return copied(
        session,
        _STATEMENTS[form, "sent_version" if wanted.sent else "accepted_version"],
        {
            "jurisdiction": wanted.jurisdiction,
            "periods": [period.id for period in wanted.periods],
            "names": [str(period) for period in wanted.periods],
            "indicators": list(wanted.indicators),
            "areas": list(wanted.areas),
            "unit": wanted.unit,
            "after_period": after[0],
            "after_unit": after[1],
            "after_indicator": after[2],
            "formula": list(FORMULA),
            "limit": None if wanted.limit is None else wanted.limit + 1,
        },
        form,
    )


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
