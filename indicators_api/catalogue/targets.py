"""Plans that people decide: new versions of annual targets. Source: domain.md, "plan".

A version stays for ever, since figures of earlier periods are measured by the plan that was in
force then; what a new decision says is a new version.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.audit import journal
from indicators_api.audit.journal import Subject
from indicators_api.catalogue.history import remember
from indicators_api.catalogue.plan_faults import (
    Key,
    Known,
    Newest,
    NewTarget,
    is_said,
    plan_faults,
)
from indicators_api.catalogue.queries import TargetFacts, targets_of_ids
from indicators_api.catalogue.versions import grow, own
from indicators_api.db.base import Base
from indicators_api.db.session import Session
from indicators_api.errors import InvalidRequest, mark
from indicators_api.indicators.snapshot import snapshot
from indicators_api.models import AnnualTarget
from indicators_api.periods import Period, PeriodType

_TABLE = Base.metadata.tables[AnnualTarget.__tablename__]

#: Of the bearers of a code in a year the first one: that of 1 January, else one founded later.
_AREAS = text("""
    SELECT DISTINCT ON (w.code, w.year) w.code, w.year, a.id
    FROM unnest(CAST(:codes AS text[]), CAST(:years AS int[])) AS w(code, year)
    JOIN area a ON a.jurisdiction_id = :jurisdiction AND a.code = w.code
               AND a.valid_from <= make_date(w.year, 12, 31)
               AND coalesce(a.valid_to, 'infinity') >= make_date(w.year, 1, 1)
    ORDER BY w.code, w.year, a.valid_from
""")
_NEWEST = text("""
    SELECT DISTINCT ON (t.indicator_id, t.area_id, t.year)
           t.indicator_id, t.area_id, t.year, t.id, t.version, t.value, t.direction,
           t.decision_number, t.valid_from, t.source_note
    FROM unnest(CAST(:indicators AS int[]), CAST(:areas AS int[]), CAST(:years AS int[]))
         AS w(indicator_id, area_id, year)
    JOIN annual_target t ON t.jurisdiction_id = :jurisdiction
                        AND t.indicator_id = w.indicator_id AND t.area_id = w.area_id
                        AND t.year = w.year
    ORDER BY t.indicator_id, t.area_id, t.year, t.version DESC
""")
_ADD = text("""
    INSERT INTO annual_target (jurisdiction_id, indicator_id, area_id, year, version, value,
                               direction, decision_number, valid_from, source, source_note)
    SELECT :jurisdiction, p.indicator_id, p.area_id, p.year, p.version, p.value, p.direction,
           p.decision_number, p.valid_from, 'decided', p.note
    FROM unnest(CAST(:indicators AS int[]), CAST(:areas AS int[]), CAST(:years AS int[]),
                CAST(:versions AS int[]), CAST(:values AS numeric[]), CAST(:directions AS text[]),
                CAST(:decisions AS text[]), CAST(:days AS date[]), CAST(:notes AS text[]))
         AS p(indicator_id, area_id, year, version, value, direction, decision_number, valid_from,
              note)
    RETURNING id
""")


class Put(NamedTuple):
    """What became of new plans: how many versions were made, and the plans as they are now."""

    created: int
    unchanged: int
    targets: list[TargetFacts]


def put(
    session: Session, author: journal.Author, plans: Sequence[NewTarget], *, at: datetime
) -> Put:
    """Make each plan the next version of its indicator, area and year; all of them or none.

    A plan that says all that the newest version says makes none, so that a call may be repeated.
    Raises InvalidRequest with every fault.
    """
    own(session, author.jurisdiction)
    known = _known(session, author.jurisdiction, plans)
    faults = plan_faults(plans, known)
    if faults:
        raise InvalidRequest(
            mark("The request has %(count)s faults."), faults=faults, count=len(faults)
        )
    keyed = {key: plan for plan in plans if (key := known.key(plan))}
    new = {key: plan for key, plan in keyed.items() if not is_said(plan, known.newest.get(key))}
    ids = _store(session, author, new, known, at=at) if new else []
    ids += [known.newest[key].id for key in keyed.keys() - new.keys()]
    found = targets_of_ids(session, author.jurisdiction, ids)
    return Put(len(new), len(keyed) - len(new), found)


def _known(session: Session, jurisdiction: int, plans: Sequence[NewTarget]) -> Known:
    asked = {"codes": [p.area for p in plans], "years": [p.year for p in plans]}
    rows = session.execute(_AREAS, {"jurisdiction": jurisdiction, **asked})
    areas = {(row.code, row.year): row.id for row in rows}
    without = Known(snapshot(session, jurisdiction).by_code, areas, {})
    keys = [key for plan in plans if (key := without.key(plan))]
    newest = session.execute(_NEWEST, {"jurisdiction": jurisdiction, **_columns(keys)})
    return without._replace(newest={(row[0], row[1], row[2]): Newest(*row[3:]) for row in newest})


def _columns(keys: Sequence[Key]) -> dict[str, list[int]]:
    names = ("indicators", "areas", "years")
    return {name: [key[place] for key in keys] for place, name in enumerate(names)}


def _store(
    session: Session,
    author: journal.Author,
    new: Mapping[Key, NewTarget],
    known: Known,
    *,
    at: datetime,
) -> list[int]:
    """Add the versions, remember and note them; give their ids."""
    versions = {key: known.newest[key].version + 1 if key in known.newest else 1 for key in new}
    plans = new.values()
    columns = {
        **_columns(list(new)),
        "versions": list(versions.values()),
        "values": [plan.value for plan in plans],
        "directions": [plan.direction for plan in plans],
        "decisions": [plan.decision_number for plan in plans],
        "days": [plan.valid_from for plan in plans],
        "notes": [plan.note for plan in plans],
    }
    ids = list(session.scalars(_ADD, {"jurisdiction": author.jurisdiction, **columns}))
    remember(session, _TABLE, author.jurisdiction, ids, at=at)
    grow(session, author.jurisdiction, at=at)
    entries = {
        plan_subject(plan.indicator, plan.area, plan.year, key[1]): {
            "indicator": plan.indicator,
            "year": plan.year,
            "version": versions[key],
            "value": plan.value,
            "direction": plan.direction,
            "decision_number": plan.decision_number,
            "valid_from": plan.valid_from,
        }
        for key, plan in new.items()
    }
    journal.append(session, author, "plan.change", entries, at=at)
    return ids


def plan_subject(indicator: str, area: str, year: int, area_id: int) -> Subject:
    """Give a plan's name in the journal."""
    return Subject(
        f"plan/{indicator}/{area}/{year}", Period(PeriodType.YEAR, year).id, None, area_id
    )
