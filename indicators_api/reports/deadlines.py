"""When reports are due: rules by regime and level, moved to working days, and exceptions.

`DUE` is a named part of every query that judges lateness. Source: Decree 09/2019/NĐ-CP; domain.md,
"Periods …".
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.audit import journal
from indicators_api.catalogue.history import remember
from indicators_api.catalogue.versions import grow, own
from indicators_api.db.base import Base
from indicators_api.db.session import Session
from indicators_api.errors import Fault, InvalidRequest, Message, NotFound, mark
from indicators_api.models import DeadlineException
from indicators_api.periods import Period

#: unit_due(period_id, unit_id, due): parameters :jurisdiction, :periods and :month_starts (of their
#: last months). The calendar's word goes before the day of the week: a Saturday may be worked. An
#: exception only ever gives more time, whatever the rule or the calendar became after it.
DUE = """
    asked_period AS (
        SELECT * FROM unnest(CAST(:periods AS int[]), CAST(:month_starts AS date[]))
            AS p(period_id, month_start)
    ), rule_day AS (
        SELECT p.period_id, r.regime_id, r.level_code,
               (p.month_start + make_interval(months => r.months_after,
                   days => r.day - 1))::date AS day
        FROM asked_period p CROSS JOIN deadline_rule r
        WHERE r.jurisdiction_id = :jurisdiction
    ), rule_due AS MATERIALIZED (
        SELECT period_id, regime_id, level_code,
               coalesce((SELECT min(d)::date
                         FROM generate_series(day, day + 30, interval '1 day') AS d
                         LEFT JOIN holiday h
                           ON h.jurisdiction_id = :jurisdiction AND h.day = d::date
                         WHERE coalesce(h.is_working, extract(isodow FROM d) < 6)), day) AS due
        FROM rule_day
    ), unit_due AS (
        SELECT d.period_id, u.id AS unit_id, greatest(e.due, d.due) AS due
        FROM rule_due d
        JOIN unit u ON u.jurisdiction_id = :jurisdiction
                   AND u.regime_id = d.regime_id AND u.level_code = d.level_code
        LEFT JOIN deadline_exception e ON e.jurisdiction_id = :jurisdiction
                                      AND e.period_id = d.period_id AND e.unit_id = u.id
    )
"""

_DUES = text(f"WITH {DUE} SELECT unit_id, due FROM unit_due")
#: What is asked for, in its order: units that are not known have NULLs.
_ASKED = text(f"""
    WITH {DUE}
    SELECT w.code, u.id, u.area_id, u.valid_from, u.valid_to, r.cut_off_day, d.due
    FROM unnest(CAST(:codes AS text[])) WITH ORDINALITY AS w(code, n)
    LEFT JOIN unit u ON u.jurisdiction_id = :jurisdiction AND u.code = w.code
    LEFT JOIN regime r ON r.jurisdiction_id = u.jurisdiction_id AND r.id = u.regime_id
    LEFT JOIN rule_due d ON d.regime_id = u.regime_id AND d.level_code = u.level_code
    ORDER BY w.n
""")
_PUT = text("""
    INSERT INTO deadline_exception AS e (jurisdiction_id, unit_id, period_id, due, reason)
    SELECT :jurisdiction, unit_id, :period, :due, :reason
    FROM unnest(CAST(:units AS int[])) AS u(unit_id) ORDER BY unit_id
    ON CONFLICT (jurisdiction_id, period_id, unit_id)
        DO UPDATE SET due = excluded.due, reason = excluded.reason
        WHERE (e.due, e.reason) IS DISTINCT FROM (excluded.due, excluded.reason)
    RETURNING id, unit_id
""")
_DROP = text("""
    DELETE FROM deadline_exception e USING unit u
    WHERE e.jurisdiction_id = :jurisdiction AND e.period_id = :period
      AND u.jurisdiction_id = :jurisdiction AND u.id = e.unit_id AND u.code = :code
    RETURNING e.id, u.id, u.area_id, e.due
""")
_LIST = text("""
    SELECT u.code AS unit, e.period_id, e.due, e.reason FROM deadline_exception e
    JOIN unit u ON u.jurisdiction_id = e.jurisdiction_id AND u.id = e.unit_id
    WHERE e.jurisdiction_id = :jurisdiction
      AND (CAST(:period AS int) IS NULL OR e.period_id = :period)
      AND (CAST(:codes AS text[]) IS NULL OR u.code = ANY(:codes))
      AND (CAST(:after_period AS int) IS NULL
           OR (e.period_id, u.code) > (:after_period, :after_unit))
    ORDER BY e.period_id, u.code LIMIT :limit
""")


_EXCEPTIONS = Base.metadata.tables[DeadlineException.__tablename__]


#: Where a page of exceptions ended: period id, unit code.
Place = tuple[int, str]


class Extension(NamedTuple):
    """More time for a unit and period: last day on time, and why."""

    unit: str
    period_id: int
    due: date
    reason: str


class _Asked(NamedTuple):
    """A unit that is to get more time."""

    code: str
    #: None, as all that follows: there is no such unit.
    id: int | None
    area_id: int | None
    valid_from: date
    valid_to: date | None
    #: The regime's last day of the data window. None: calendar months.
    cut_off_day: int | None
    #: Without an exception. None: its level has no deadline.
    due: date | None


def asked(jurisdiction: int, periods: Sequence[Period]) -> dict[str, object]:
    """Give the parameters of `DUE`."""
    return {
        "jurisdiction": jurisdiction,
        "periods": [period.id for period in periods],
        "month_starts": [period.last_month.start for period in periods],
    }


def dues(session: Session, jurisdiction: int, period: Period) -> dict[int, date]:
    """Give the last days on which reports are on time, by unit, exceptions considered."""
    return dict(session.execute(_DUES, asked(jurisdiction, [period])).tuples().all())


def grant(
    session: Session,
    author: journal.Author,
    period: Period,
    codes: Sequence[str],
    *,
    due: date,
    reason: str,
    at: datetime,
) -> int:
    """Give units more time for a period; an exception they have is replaced.

    Gives how many changed.

    Raises InvalidRequest that names every unit that is unknown, owes no report for the period, or
    has longer anyhow; then nothing is changed.
    """
    own(session, author.jurisdiction)
    parameters = {**asked(author.jurisdiction, [period]), "codes": list(codes)}
    units = [_Asked(*row) for row in session.execute(_ASKED, parameters)]
    _demand_sensible(units, period, due)
    what = {"period": period.id, "due": due, "reason": reason}
    ids = {"jurisdiction": author.jurisdiction, "units": list({unit.id for unit in units})}
    changed = {row.unit_id: row.id for row in session.execute(_PUT, {**ids, **what})}
    if changed:
        remember(session, _EXCEPTIONS, author.jurisdiction, list(changed.values()), at=at)
        grow(session, author.jurisdiction, at=at)
        details = {"due": due, "reason": reason}
        entries = {
            _subject(unit.code, period, unit.id, unit.area_id): details
            for unit in units
            if unit.id in changed
        }
        journal.append(session, author, "deadline.grant", entries, at=at)
    return len(changed)


def revoke(
    session: Session, author: journal.Author, period: Period, code: str, *, at: datetime
) -> None:
    """Take an exception back: the ordinary deadline holds again. Raises NotFound."""
    own(session, author.jurisdiction)
    key = {"jurisdiction": author.jurisdiction, "period": period.id, "code": code}
    row = session.execute(_DROP, key).one_or_none()
    if row is None:
        raise NotFound(
            mark("Unit %(unit)s has no exception for %(period)s."), unit=code, period=str(period)
        )
    number, unit_id, area_id, due = row
    remember(session, _EXCEPTIONS, author.jurisdiction, [number], at=at)
    grow(session, author.jurisdiction, at=at)
    subject = _subject(code, period, unit_id, area_id)
    journal.append(session, author, "deadline.revoke", {subject: {"was": due}}, at=at)


def exceptions(
    session: Session,
    jurisdiction: int,
    *,
    period: Period | None = None,
    units: Sequence[str] | None = None,
    after: Place | None = None,
    limit: int | None = None,
) -> list[Extension]:
    """Give exceptions by period and unit code; `after` a place, at most `limit`.

    Of one period and of some units where these are given.
    """
    parameters = {
        "jurisdiction": jurisdiction,
        "period": period.id if period else None,
        "codes": list(units) if units is not None else None,
        "after_period": after[0] if after else None,
        "after_unit": after[1] if after else None,
        "limit": limit,
    }
    return [Extension(*row) for row in session.execute(_LIST, parameters)]


def _subject(
    code: str, period: Period, unit_id: int | None, area_id: int | None
) -> journal.Subject:
    return journal.Subject(f"deadline/{code}/{period}", period.id, unit_id, area_id)


def _demand_sensible(units: Sequence[_Asked], period: Period, due: date) -> None:
    faults = []
    for number, unit in enumerate(units):
        said = _fault(unit, period, due)
        if said:
            faults.append(Fault(f"/units/{number}", *said))
    if faults:
        raise InvalidRequest(
            mark("%(count)s of the units can't be given more time."),
            faults=faults,
            count=len(faults),
        )


def _fault(unit: _Asked, period: Period, due: date) -> tuple[str, Message] | None:
    """Say why a unit can't be given time until a day: code and words."""
    if unit.id is None:
        return "unknown-unit", Message(mark("There is no unit %(code)s."), {"code": unit.code})
    cut_off = period.cut_off(unit.cut_off_day)
    if cut_off < unit.valid_from or (unit.valid_to is not None and cut_off > unit.valid_to):
        text = mark(
            "Unit %(code)s does not owe %(period)s: on its cut-off day, %(cut_off)s, it does not "
            "exist."
        )
        params = {"code": unit.code, "period": str(period), "cut_off": cut_off.isoformat()}
        return "not-owed", Message(text, params)
    if unit.due is not None and due < unit.due:
        text = mark("Unit %(code)s has until %(due)s anyhow.")
        return "too-early", Message(text, {"code": unit.code, "due": unit.due.isoformat()})
    return None
