"""Keep weighted means, minima and maxima of areas stored: exact, fresh at commit.

They do not add up, so an acceptance reads the leaves of what it touches anew, with the very parts
that a question reads them with. One at a time in a jurisdiction: what one reads another must not be
changing. Source: docs/decisions/0021-stored-spread.md.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import text

from indicators_api.aggregation import figures, leaves, methods, timing
from indicators_api.aggregation.methods import FROM_LEAVES
from indicators_api.aggregation.queries import of_plan
from indicators_api.catalogue.versions import own
from indicators_api.db.arrays import literal
from indicators_api.db.session import Session
from indicators_api.db.years import attached
from indicators_api.indicators.snapshot import IndicatorFacts, read_anew, snapshot
from indicators_api.periods import Period

#: An indicator and a period, by their ids.
Cell = tuple[int, int]

#: First key of the advisory locks; the second is the jurisdiction.
SPREAD_LOCK = 7_480_596


class Spread(NamedTuple):
    """What is stored of an area's values; None: there is no weighted mean."""

    lowest: Decimal
    highest: Decimal
    weighted: Decimal | None


_LOCK = text("SELECT pg_advisory_xact_lock(:key, :jurisdiction)")
_UPPER = text("""
    SELECT id FROM area WHERE jurisdiction_id = :jurisdiction AND has_areas_below ORDER BY id
""")
_TOUCHED = text("""
    SELECT DISTINCT o.period_id, o.indicator_id
    FROM unnest(CAST(:periods AS int[]), CAST(:units AS int[]), CAST(:olds AS smallint[]),
                CAST(:news AS smallint[])) AS c(period_id, unit_id, old_version, new_version)
    JOIN observation o ON o.jurisdiction_id = :jurisdiction AND o.period_id = c.period_id
                      AND o.period_id = ANY(CAST(:periods AS int[]))
                      AND o.unit_id = c.unit_id AND o.version IN (c.old_version, c.new_version)
                      AND o.indicator_id = ANY(:indicators)
""")
_PERIODS = text("""
    SELECT DISTINCT period_id FROM report
    WHERE jurisdiction_id = :jurisdiction AND accepted_version IS NOT NULL ORDER BY period_id
""")
#: Of some periods those in which anything is accepted: in the others nothing is to be read.
_WITH_FIGURES = text("""
    SELECT p.id FROM unnest(CAST(:periods AS int[])) AS p(id)
    WHERE EXISTS (SELECT FROM report r WHERE r.jurisdiction_id = :jurisdiction
                  AND r.period_id = p.id AND r.accepted_version IS NOT NULL)
""")
_TRUE = f"WITH {figures.LOOKED}{timing.COMPONENT}{leaves.read('accepted_version', areas='upper')}"
#: What is stored of the cells that are read anew.
_KEPT = """, cell AS (
        SELECT * FROM unnest(CAST(:leaf_indicators AS int[]), CAST(:leaf_periods AS int[]))
            AS f(indicator_id, period_id)
    ), kept AS (
        SELECT s.* FROM cell f
        JOIN rollup_spread s ON s.jurisdiction_id = :jurisdiction AND s.period_id = f.period_id
                            AND s.area_id = ANY(:upper) AND s.indicator_id = f.indicator_id
    )"""
_STORE = text(f"""{_TRUE}{_KEPT}, gone AS (
        DELETE FROM rollup_spread s USING kept k
        WHERE s.jurisdiction_id = :jurisdiction AND s.period_id = k.period_id
          AND s.area_id = k.area_id AND s.indicator_id = k.indicator_id
          AND NOT EXISTS (SELECT FROM spread x
                          WHERE x.period_id = k.period_id AND x.area_id = k.area_id
                            AND x.indicator_id = k.indicator_id AND x.lowest IS NOT NULL)
    )
    INSERT INTO rollup_spread AS s (jurisdiction_id, period_id, area_id, indicator_id, lowest,
                                    highest, weighted)
    SELECT :jurisdiction, period_id, area_id, indicator_id, lowest, highest, weighted
    FROM spread WHERE lowest IS NOT NULL
    ON CONFLICT (jurisdiction_id, period_id, area_id, indicator_id) DO UPDATE
    SET lowest = excluded.lowest, highest = excluded.highest, weighted = excluded.weighted
    WHERE (s.lowest, s.highest, s.weighted)
          IS DISTINCT FROM (excluded.lowest, excluded.highest, excluded.weighted)
""")
_COMPARE = text(f"""{_TRUE}, kept AS (
        SELECT * FROM rollup_spread WHERE jurisdiction_id = :jurisdiction
    )
    SELECT period_id, a.code, i.code, k.lowest, k.highest, k.weighted, x.lowest, x.highest,
           x.weighted
    FROM (SELECT * FROM spread WHERE lowest IS NOT NULL) x
    FULL JOIN kept k USING (period_id, area_id, indicator_id)
    JOIN area a ON a.jurisdiction_id = :jurisdiction AND a.id = area_id
    JOIN indicator i ON i.jurisdiction_id = :jurisdiction AND i.id = indicator_id
    WHERE (k.lowest, k.highest, k.weighted) IS DISTINCT FROM (x.lowest, x.highest, x.weighted)
    ORDER BY period_id, a.code, i.code
""")
_ALL = text("SELECT id FROM jurisdiction ORDER BY id")
_IS_STORED = text("SELECT EXISTS (SELECT FROM rollup_spread WHERE jurisdiction_id = :jurisdiction)")
_CLEAR = text("DELETE FROM rollup_spread WHERE jurisdiction_id = :jurisdiction")


def follow(session: Session, jurisdiction: int, changes: Mapping[str, Any]) -> None:
    """Bring up to date what reports touch whose versions in force have changed.

    `changes` are columns `periods`, `units`, `olds` and `news`, as in rollup.py. The rows of the
    roll-up are written before, the lock is the transaction's last: so there is no deadlock.
    """
    by_id = snapshot(session, jurisdiction).by_id
    weights = {facts.weight_id for facts in by_id.values() if facts.weight_id is not None}
    followed = sorted({*_leafy(by_id), *weights})
    if not followed:
        return
    key = {"jurisdiction": jurisdiction}
    rows = session.execute(_TOUCHED, {**key, **changes, "indicators": followed}).tuples().all()
    cells = _cells(rows, by_id)
    if cells:
        session.execute(_LOCK, {**key, "key": SPREAD_LOCK})
        found = _with_figures(session, jurisdiction, {period for _, period in cells})
        found.update(changes["periods"])
        _store(session, jurisdiction, [cell for cell in cells if cell[1] in found], by_id)


def complete(session: Session) -> None:
    """Store, of all jurisdictions, what a version of this software that did not store it left."""
    for jurisdiction in session.scalars(_ALL).all():
        if not session.scalar(_IS_STORED, {"jurisdiction": jurisdiction}):
            own(session, jurisdiction)
            rebuild(session, jurisdiction)


def rebuild(session: Session, jurisdiction: int) -> None:
    """Read all anew; the caller holds the catalogue alone, whose version need not have grown."""
    session.execute(_CLEAR, {"jurisdiction": jurisdiction})
    by_id = read_anew(session, jurisdiction).by_id
    cells = _all_cells(session, jurisdiction, by_id)
    if cells:
        _store(session, jurisdiction, cells, by_id)


def verify(
    session: Session, jurisdiction: int
) -> list[tuple[int, str, str, Spread | None, Spread | None]]:
    """Read all anew and compare; give what differs: period, area, indicator, stored, true."""
    by_id = read_anew(session, jurisdiction).by_id
    parameters = _parameters(session, jurisdiction, _all_cells(session, jurisdiction, by_id), by_id)
    return [
        (*row[:3], _spread(row[3:6]), _spread(row[6:9]))
        for row in session.execute(_COMPARE, parameters)
    ]


def _spread(columns: Sequence[Decimal | None]) -> Spread | None:
    lowest, highest, weighted = columns
    return None if lowest is None or highest is None else Spread(lowest, highest, weighted)


def _leafy(by_id: Mapping[int, IndicatorFacts]) -> list[int]:
    return [facts.id for facts in by_id.values() if facts.area_aggregation in FROM_LEAVES]


def _cells(touched: Iterable[tuple[int, int]], by_id: Mapping[int, IndicatorFacts]) -> list[Cell]:
    """Give what values of (period, indicator)s are in, or weigh."""
    leafy, found = {*_leafy(by_id)}, set[Cell]()
    for period_id, number in touched:
        if number in leafy:
            found.add((number, period_id))
        found |= methods.weighed_by(number, Period.of_id(period_id), by_id)
    return sorted(found)


def _all_cells(
    session: Session, jurisdiction: int, by_id: Mapping[int, IndicatorFacts]
) -> list[Cell]:
    there = set(attached(session))
    found = session.scalars(_PERIODS, {"jurisdiction": jurisdiction}).all()
    periods = [period for period in found if period // 100 in there]
    return [(number, period) for number in sorted(_leafy(by_id)) for period in periods]


def _store(
    session: Session, jurisdiction: int, cells: Sequence[Cell], by_id: Mapping[int, IndicatorFacts]
) -> None:
    session.execute(_STORE, _parameters(session, jurisdiction, cells, by_id))


def _parameters(
    session: Session, jurisdiction: int, cells: Sequence[Cell], by_id: Mapping[int, IndicatorFacts]
) -> dict[str, Any]:
    key = {"jurisdiction": jurisdiction}
    upper = session.scalars(_UPPER, key).all()
    plan = methods.plan_of_leaves(cells, by_id)
    found = _with_figures(session, jurisdiction, {part.period for part in plan.weighing})
    weighing = [part for part in plan.weighing if part.period in found]
    plan = plan._replace(weighing=weighing)
    return {**key, "upper": list(upper), **of_plan(plan, reads_leaves=True)}


def _with_figures(session: Session, jurisdiction: int, periods: Collection[int]) -> set[int]:
    parameters = {"jurisdiction": jurisdiction, "periods": literal(periods)}
    return set(session.scalars(_WITH_FIGURES, parameters))
