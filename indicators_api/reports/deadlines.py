"""When reports are due: rules by regime and level, moved to working days, and exceptions.

`DUE` is a named part of every query that judges lateness. Source: Decree 09/2019/NĐ-CP; domain.md,
"Periods …".
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple, cast

from sqlalchemy import text

from indicators_api.audit import journal
from indicators_api.catalogue.history import remember
from indicators_api.catalogue.versions import grow, own
from indicators_api.db.base import Base
from indicators_api.db.session import Session
from indicators_api.errors import Fault, InvalidRequest, Message, mark
from indicators_api.models import DeadlineException
from indicators_api.periods import Period

#: unit_due(period_id, unit_id, due): parameters :jurisdiction, :periods and :month_starts (of their
#: last months).
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
               (SELECT min(d)::date FROM generate_series(day, day + 30, interval '1 day') AS d
                WHERE extract(isodow FROM d) < 6
                  AND NOT EXISTS (SELECT FROM holiday h
                                  WHERE h.jurisdiction_id = :jurisdiction AND h.day = d::date))
                                      AS due
        FROM rule_day
    ), unit_due AS (
        SELECT d.period_id, u.id AS unit_id, coalesce(e.due, d.due) AS due
        FROM rule_due d
        JOIN unit u ON u.jurisdiction_id = :jurisdiction
                   AND u.regime_id = d.regime_id AND u.level_code = d.level_code
        LEFT JOIN deadline_exception e ON e.jurisdiction_id = :jurisdiction
                                      AND e.period_id = d.period_id AND e.unit_id = u.id
    )
"""

_DUE_OF_UNIT = text(f"WITH {DUE} SELECT due FROM unit_due WHERE unit_id = :unit")
_PUT = text("""
    INSERT INTO deadline_exception AS e (jurisdiction_id, unit_id, period_id, due, reason)
    SELECT :jurisdiction, u.id, :period, :due, :reason FROM unit u
    WHERE u.jurisdiction_id = :jurisdiction AND u.code = ANY(:codes) ORDER BY u.id
    ON CONFLICT (jurisdiction_id, period_id, unit_id)
        DO UPDATE SET due = excluded.due, reason = excluded.reason
        WHERE (e.due, e.reason) IS DISTINCT FROM (excluded.due, excluded.reason)
    RETURNING id
""")
_KNOWN = text("SELECT code FROM unit WHERE jurisdiction_id = :jurisdiction AND code = ANY(:codes)")
_LIST = text("""
    SELECT u.code AS unit, e.period_id, e.due, e.reason FROM deadline_exception e
    JOIN unit u ON u.jurisdiction_id = e.jurisdiction_id AND u.id = e.unit_id
    WHERE e.jurisdiction_id = :jurisdiction AND e.period_id = :period ORDER BY u.code
""")


_EXCEPTIONS = Base.metadata.tables[DeadlineException.__tablename__]


class Extension(NamedTuple):
    """More time for a unit and period: last day on time, and why."""

    unit: str
    period_id: int
    due: date
    reason: str


def asked(jurisdiction: int, periods: Sequence[Period]) -> dict[str, object]:
    """Give the parameters of `DUE`."""
    return {
        "jurisdiction": jurisdiction,
        "periods": [period.id for period in periods],
        "month_starts": [period.last_month.start for period in periods],
    }


def due_of(session: Session, jurisdiction: int, unit_id: int, period: Period) -> date:
    """Give the last day on which a unit's report is on time, its exception considered."""
    found = session.execute(_DUE_OF_UNIT, {**asked(jurisdiction, [period]), "unit": unit_id})
    return cast("date", found.scalar_one())


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

    Raises InvalidRequest that names every unknown unit; then nothing is changed.
    """
    own(session, author.jurisdiction)
    _demand_known(session, author.jurisdiction, codes)
    parameters = {"jurisdiction": author.jurisdiction, "period": period.id, "codes": list(codes)}
    ids = session.scalars(_PUT, {**parameters, "due": due, "reason": reason}).all()
    if ids:
        remember(session, _EXCEPTIONS, author.jurisdiction, ids, at=at)
        grow(session, author.jurisdiction, at=at)
        subject = journal.Subject(f"period/{period}", period.id)
        details = {"units": list(codes), "due": due, "reason": reason}
        journal.append(session, author, "deadline.grant", {subject: details}, at=at)
    return len(ids)


def exceptions(session: Session, jurisdiction: int, period: Period) -> list[Extension]:
    """Give the exceptions of a period, by unit code."""
    rows = session.execute(_LIST, {"jurisdiction": jurisdiction, "period": period.id})
    return [Extension(*row) for row in rows]


def _demand_known(session: Session, jurisdiction: int, codes: Sequence[str]) -> None:
    known = set(session.scalars(_KNOWN, {"jurisdiction": jurisdiction, "codes": list(codes)}))
    faults = [
        Fault(
            f"/units/{n}",
            "unknown-unit",
            Message(mark("There is no unit %(code)s."), {"code": code}),
        )
        for n, code in enumerate(codes)
        if code not in known
    ]
    if faults:
        raise InvalidRequest(mark("Some units are not known."), faults=faults)
