"""File reports of the reference catalogue through the services, and read their figures."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from indicators_api.aggregation import queries
from indicators_api.aggregation.queries import Figure
from indicators_api.aggregation.service import Limits, Question, Reconciled, prepare, reconcile
from indicators_api.audit.journal import Author
from indicators_api.db.session import Session
from indicators_api.observations.entry import Entry
from indicators_api.periods import Period
from indicators_api.reports import review, service
from indicators_api.reports.desk import Draft, Who
from indicators_api.reports.review import Item
from indicators_api.reports.workflow import Step
from indicators_api.security.actors import Actor

#: After all periods of the examples.
LATER = datetime(2024, 12, 31, tzinfo=UTC)
PROVINCE = "84"

_UNIT = text("""
    SELECT u.id, u.code, a.id, a.code, coalesce(district.code, :province)
    FROM unit u JOIN area a ON a.id = u.area_id
    LEFT JOIN area district ON district.id = a.parent_id AND a.level_code = 'commune'
    WHERE u.code = :code
""")
_AREA = text("SELECT id FROM area WHERE code = :code AND valid_from <= '2024-07-01'")


def entry(said: Decimal | str | int) -> Entry:
    """Make an entry of a number, or of the reason why there is none."""
    is_reason = isinstance(said, str) and said.isidentifier()
    return Entry(None, str(said)) if is_reason else Entry(Decimal(said))


def who(
    session: Session,
    role: str,
    *,
    unit: str | None = None,
    area: str = PROVINCE,
    at: datetime = LATER,
) -> Who:
    """Give somebody of a unit, or for an area."""
    if unit is None:
        area_id = session.scalar(_AREA, {"code": area})
        actor = Actor(1, role, role, 1, None, None, area_id or 0, area)
    else:
        row = session.execute(_UNIT, {"code": unit, "province": PROVINCE}).one()
        actor = Actor(1, role, role, 1, row[0], row[1], row[2], row[3])
    return Who(actor, Author(1, 1, role, None), at)


def reviewer_of(session: Session, unit: str, at: datetime = LATER) -> Who:
    """Give a reviewer of the area in which a unit's reports are accepted."""
    row = session.execute(_UNIT, {"code": unit, "province": PROVINCE}).one()
    return who(session, "reviewer", area=row[4], at=at)


def send(session: Session, unit: str, period: str, values: Mapping[str, Any]) -> Item:
    """Send a unit's first report for a period."""
    draft = Draft(
        entries={code: entry(said) for code, said in values.items()},
        step=Step.SEND,
        comment="As measured.",
    )
    leader = who(session, "leader", unit=unit)
    saved = service.create(session, leader, unit, Period.parse(period), draft)
    return Item(unit, saved.period, saved.revision)


def file(session: Session, unit: str, period: str, values: Mapping[str, Any]) -> None:
    """Send a unit's first report for a period and have it accepted."""
    item = send(session, unit, period, values)
    review.review(session, reviewer_of(session, unit), item, Step.ACCEPT, None)


def figure(
    session: Session,
    indicator: str,
    period: str = "2024-07",
    *,
    area: str = PROVINCE,
    source: str = "rollup",
    sent: bool = False,
) -> Figure:
    """Give the one figure of an area, indicator and month."""
    question = Question(
        [Period.parse(period)], area=area, indicators=[indicator], sent=sent, source=source
    )
    (found,) = rows(session, question)
    return found


def rows(session: Session, question: Question) -> Sequence[Figure]:
    """Give all rows that answer a question."""
    centre = who(session, "operations").actor
    wanted = prepare(session, centre, question, Limits(cells=1_000_000))
    return queries.figures(session, wanted)[0]


def reconciled(session: Session, indicators: list[str], area: str) -> list[Reconciled]:
    """Give the rows that put an area's own figures beside the rolled-up ones."""
    centre = who(session, "operations").actor
    question = Question([Period.parse("2024-07")], area=area, indicators=indicators)
    return reconcile(session, centre, question, Limits(cells=1_000))[0]
