"""A unit's past values, as its reports were last sent."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from sqlalchemy import text

from indicators_api.db.arrays import literal
from indicators_api.db.session import Session

_OF_SENT_REPORTS = """
SELECT o.period_id, o.indicator_id, o.value
  FROM report r
  JOIN observation o
    ON o.jurisdiction_id = r.jurisdiction_id AND o.period_id = r.period_id AND o.unit_id = r.unit_id
       AND o.version = r.sent_version
 WHERE r.jurisdiction_id = :jurisdiction AND r.unit_id = :unit_id
   AND (o.value IS NOT NULL OR o.missing = 'not_applicable')"""

#: Two probes of the same keys: of the previous period all, of the others what the rules need.
_PAST = text(
    f"{_OF_SENT_REPORTS} AND r.period_id = :previous"
    f" UNION ALL {_OF_SENT_REPORTS} AND r.period_id = ANY(CAST(:periods AS integer[]))"
    " AND o.period_id = ANY(CAST(:periods AS integer[]))"
    " AND o.indicator_id = ANY(CAST(:indicators AS integer[]))"
)


def past_values(
    session: Session,
    *,
    jurisdiction: int,
    unit_id: int,
    previous: int,
    periods: Collection[int],
    indicators: Collection[int],
) -> Sequence[tuple[int, int, Decimal | None]]:
    """Give (period_id, indicator_id, value) of a unit's newest sent versions; None: not applicable.

    Of the period `previous` all indicators, of the `periods` only the `indicators`; what is missing
    for another reason is left out. No order, no row twice.
    """
    rows = session.execute(
        _PAST,
        {
            "jurisdiction": jurisdiction,
            "unit_id": unit_id,
            "previous": previous,
            "periods": literal({*periods} - {previous}),
            "indicators": literal(indicators),
        },
    )
    return rows.tuples().all()
