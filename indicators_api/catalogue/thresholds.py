"""Thresholds: where an indicator's figure of an area becomes a warning or an alarm."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.audit import journal
from indicators_api.audit.journal import Subject
from indicators_api.catalogue.history import remember
from indicators_api.catalogue.threshold_faults import Key, Known, NewThreshold, threshold_faults
from indicators_api.catalogue.versions import grow, own
from indicators_api.db.base import Base
from indicators_api.db.session import Session
from indicators_api.errors import InvalidRequest, NotFound, mark
from indicators_api.indicators.snapshot import snapshot
from indicators_api.models import Threshold

_TABLE = Base.metadata.tables[Threshold.__tablename__]

#: Of several bearers of a code the present one, else the newest.
_AREAS = text("""
    SELECT DISTINCT ON (w.code, w.day) w.code, w.day, a.id
    FROM unnest(CAST(:codes AS text[]), CAST(:days AS date[])) AS w(code, day)
    JOIN area a ON a.jurisdiction_id = :jurisdiction AND a.code = w.code
               AND (w.day IS NULL
                    OR w.day BETWEEN a.valid_from AND coalesce(a.valid_to, 'infinity'))
    ORDER BY w.code, w.day,
             :today BETWEEN a.valid_from AND coalesce(a.valid_to, 'infinity') DESC,
             a.valid_from DESC
""")
_FACTS = """
    SELECT t.id, i.code AS indicator, i.name_vi, i.name_en, a.code AS area, t.area_id, t.measure,
           t.direction, t.warning, t.alarm
    FROM threshold t
    JOIN indicator i ON i.jurisdiction_id = t.jurisdiction_id AND i.id = t.indicator_id
    JOIN area a ON a.jurisdiction_id = t.jurisdiction_id AND a.id = t.area_id
    WHERE t.jurisdiction_id = :jurisdiction
"""
_ORDER = "ORDER BY i.code, a.code, t.area_id, t.measure, t.direction"
_LISTED = text(f"""
    {_FACTS} AND (CAST(:indicator AS text) IS NULL OR i.code = :indicator)
      AND (CAST(:area AS text) IS NULL OR a.code = :area)
      AND (CAST(:after_indicator AS text) IS NULL
           OR (i.code, a.code, t.area_id, t.measure, t.direction)
              > (:after_indicator, :after_area, :after_id, :after_measure, :after_direction))
    {_ORDER} LIMIT :limit
""")
_OF_AREAS = text(f"{_FACTS} AND t.area_id = ANY(:areas) {_ORDER}")
_OF_IDS = text(f"{_FACTS} AND t.id = ANY(:ids) {_ORDER}")
_PUT = text("""
    INSERT INTO threshold AS t (jurisdiction_id, indicator_id, area_id, measure, direction,
                                warning, alarm)
    SELECT :jurisdiction, p.*
    FROM unnest(CAST(:indicators AS int[]), CAST(:areas AS int[]), CAST(:measures AS text[]),
                CAST(:directions AS text[]), CAST(:warnings AS numeric[]),
                CAST(:alarms AS numeric[])) AS p
    ON CONFLICT (jurisdiction_id, indicator_id, area_id, measure, direction)
        DO UPDATE SET warning = excluded.warning, alarm = excluded.alarm
    RETURNING id
""")
_REMOVE = text("DELETE FROM threshold WHERE jurisdiction_id = :jurisdiction AND id = :id")

#: Where a page of the list ended: indicator, area, area's id, measure, direction.
Place = tuple[str, str, int, str, str]


class ThresholdFacts(NamedTuple):
    """A threshold; a limit that is None isn't there."""

    id: int
    indicator: str
    #: Of the indicator.
    name_vi: str
    name_en: str
    area: str
    area_id: int
    measure: str
    direction: str
    #: In the measure's unit, as the alarm.
    warning: Decimal | None
    alarm: Decimal | None

    @property
    def place(self) -> Place:
        """Where the list goes on after it."""
        return (self.indicator, self.area, self.area_id, self.measure, self.direction)


class Put(NamedTuple):
    """What became of given thresholds, and those as they are now."""

    added: int
    changed: int
    unchanged: int
    thresholds: list[ThresholdFacts]


def thresholds(
    session: Session,
    jurisdiction: int,
    *,
    indicator: str | None = None,
    area: str | None = None,
    after: Place | None = None,
    limit: int | None = None,
) -> list[ThresholdFacts]:
    """Give thresholds by indicator, area, measure and direction; `after` one, at most `limit`.

    `area` is a code: of all areas that bear or bore it.
    """
    names = ("after_indicator", "after_area", "after_id", "after_measure", "after_direction")
    place = dict(zip(names, after or (None,) * len(names), strict=True))
    asked = {"jurisdiction": jurisdiction, "indicator": indicator, "area": area, "limit": limit}
    return [ThresholdFacts(*row) for row in session.execute(_LISTED, {**asked, **place})]


def thresholds_of(
    session: Session, jurisdiction: int, area_ids: Sequence[int]
) -> list[ThresholdFacts]:
    """Give the thresholds of some areas, by indicator, area, measure and direction."""
    rows = session.execute(_OF_AREAS, {"jurisdiction": jurisdiction, "areas": list(area_ids)})
    return [ThresholdFacts(*row) for row in rows]


def put(
    session: Session, author: journal.Author, given: Sequence[NewThreshold], *, at: datetime
) -> Put:
    """Set thresholds; one of the same indicator, area, measure and direction is replaced.

    All of them or none; what is there already stays as it is. Raises InvalidRequest with every
    fault.
    """
    own(session, author.jurisdiction)
    known = _known(session, author.jurisdiction, given, today=at.date())
    faults = threshold_faults(given, known)
    if faults:
        raise InvalidRequest(
            mark("The request has %(count)s faults."), faults=faults, count=len(faults)
        )
    keyed = {key: new for new in given if (key := known.key(new))}
    present = _present(session, author.jurisdiction, known)
    differing = {
        key: new
        for key, new in keyed.items()
        if key not in present or (new.warning, new.alarm) != present[key][-2:]
    }
    stored = _store(session, author, differing, at=at) if differing else []
    kept = [present[key] for key in keyed.keys() - differing.keys()]
    added = len(differing.keys() - present.keys())
    found = sorted([*stored, *kept], key=lambda threshold: threshold.place)
    return Put(added, len(differing) - added, len(kept), found)


def remove(session: Session, author: journal.Author, number: int, *, at: datetime) -> None:
    """Take a threshold away by its id. Raises NotFound."""
    own(session, author.jurisdiction)
    found = _of_ids(session, author.jurisdiction, [number])
    if not found:
        raise NotFound(mark("There is no threshold %(number)s."), number=number)
    session.execute(_REMOVE, {"jurisdiction": author.jurisdiction, "id": number})
    _record(session, author, "threshold.remove", found, at=at)


def _known(
    session: Session, jurisdiction: int, given: Sequence[NewThreshold], *, today: date
) -> Known:
    asked = {"codes": [new.area for new in given], "days": [new.on for new in given]}
    rows = session.execute(_AREAS, {"jurisdiction": jurisdiction, "today": today, **asked})
    areas = {(row.code, row.day): row.id for row in rows}
    return Known(snapshot(session, jurisdiction).by_code, areas)


def _present(session: Session, jurisdiction: int, known: Known) -> dict[Key, ThresholdFacts]:
    """Give the thresholds of all areas that are named."""
    found = thresholds_of(session, jurisdiction, sorted(set(known.areas.values())))
    return {
        (known.indicators[of.indicator].id, of.area_id, of.measure, of.direction): of
        for of in found
    }


def _store(
    session: Session,
    author: journal.Author,
    new: Mapping[Key, NewThreshold],
    *,
    at: datetime,
) -> list[ThresholdFacts]:
    """Write thresholds, remember and note them."""
    names = ("indicators", "areas", "measures", "directions")
    columns = dict(zip(names, map(list, zip(*new, strict=True)), strict=True))
    limits = {
        "warnings": [each.warning for each in new.values()],
        "alarms": [each.alarm for each in new.values()],
    }
    ids = session.scalars(_PUT, {"jurisdiction": author.jurisdiction, **columns, **limits}).all()
    stored = _of_ids(session, author.jurisdiction, ids)
    _record(session, author, "threshold.put", stored, at=at)
    return stored


def _of_ids(session: Session, jurisdiction: int, ids: Sequence[int]) -> list[ThresholdFacts]:
    rows = session.execute(_OF_IDS, {"jurisdiction": jurisdiction, "ids": list(ids)})
    return [ThresholdFacts(*row) for row in rows]


def _record(
    session: Session,
    author: journal.Author,
    action: str,
    touched: Sequence[ThresholdFacts],
    *,
    at: datetime,
) -> None:
    remember(session, _TABLE, author.jurisdiction, [each.id for each in touched], at=at)
    grow(session, author.jurisdiction, at=at)
    entries = {
        Subject("/".join(("threshold", *map(str, each.place))), area_id=each.area_id): {
            "indicator": each.indicator,
            "measure": each.measure,
            "direction": each.direction,
            "warning": each.warning,
            "alarm": each.alarm,
        }
        for each in touched
    }
    journal.append(session, author, action, entries, at=at)
