"""The reporting regime's calendar: data windows, deadlines of levels, holidays.

Administrators change it; reports' due dates follow at once, since they are computed from it
(`reports/deadlines.py`). Source: Decree 09/2019/NĐ-CP art. 12; domain.md, "Periods …".
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.audit import journal
from indicators_api.audit.journal import Subject
from indicators_api.catalogue.deadline_order import Deadline, later_below
from indicators_api.catalogue.history import remember
from indicators_api.catalogue.versions import grow, own
from indicators_api.db.base import Base
from indicators_api.db.session import Session
from indicators_api.errors import Fault, InvalidRequest, Message, NotFound, mark
from indicators_api.models import DeadlineRule, Holiday

_RULES_TABLE = Base.metadata.tables[DeadlineRule.__tablename__]
_HOLIDAYS_TABLE = Base.metadata.tables[Holiday.__tablename__]

#: Monday is 1: from here on days are off unless the calendar says otherwise.
_SATURDAY = 6

_REGIMES = text("""
    SELECT code, name_vi, name_en, cut_off_day FROM regime
    WHERE jurisdiction_id = :jurisdiction ORDER BY code
""")
_RULES = text("""
    SELECT r.code, d.level_code, d.day, d.months_after FROM deadline_rule d
    JOIN regime r ON r.jurisdiction_id = d.jurisdiction_id AND r.id = d.regime_id
    JOIN area_level l ON l.jurisdiction_id = d.jurisdiction_id AND l.code = d.level_code
    WHERE d.jurisdiction_id = :jurisdiction
      AND (CAST(:regime AS text) IS NULL OR r.code = :regime)
    ORDER BY r.code, l.rank
""")
_HOLIDAYS = text("""
    SELECT day, name_vi, name_en, is_working FROM holiday
    WHERE jurisdiction_id = :jurisdiction
      AND (CAST(:year AS int) IS NULL OR extract(year FROM day) = :year)
    ORDER BY day
""")
_REGIME = text("""
    SELECT id, cut_off_day FROM regime WHERE jurisdiction_id = :jurisdiction AND code = :regime
""")
_RANKS = text("SELECT code, rank FROM area_level WHERE jurisdiction_id = :jurisdiction")
_PUT_RULE = text("""
    INSERT INTO deadline_rule AS r (jurisdiction_id, regime_id, level_code, day, months_after)
    VALUES (:jurisdiction, :regime_id, :level, :day, :months_after)
    ON CONFLICT (jurisdiction_id, regime_id, level_code)
        DO UPDATE SET day = excluded.day, months_after = excluded.months_after
        WHERE (r.day, r.months_after) IS DISTINCT FROM (excluded.day, excluded.months_after)
    RETURNING id
""")
_PUT_HOLIDAYS = text("""
    INSERT INTO holiday (jurisdiction_id, day, name_vi, name_en, is_working)
    SELECT :jurisdiction, h.*
    FROM unnest(CAST(:days AS date[]), CAST(:names_vi AS text[]), CAST(:names_en AS text[]),
                CAST(:working AS boolean[])) AS h
    ON CONFLICT (jurisdiction_id, day)
        DO UPDATE SET name_vi = excluded.name_vi, name_en = excluded.name_en,
                      is_working = excluded.is_working
    RETURNING id
""")
_DROP_HOLIDAY = text("""
    DELETE FROM holiday WHERE jurisdiction_id = :jurisdiction AND day = :day RETURNING id
""")


class RegimeFacts(NamedTuple):
    """A reporting regime (chế độ báo cáo)."""

    code: str
    name_vi: str
    name_en: str
    #: Last day of the data window, in the period's last month. None: calendar months.
    cut_off_day: int | None


class Rule(NamedTuple):
    """By which day units of a level send, under a regime; see `models/deadline.py`."""

    regime: str
    level: str
    day: int
    months_after: int


class Day(NamedTuple):
    """A day that is not what its day of the week is."""

    day: date
    name_vi: str
    name_en: str
    #: True: a day off of the week that is worked. False: a holiday.
    is_working: bool


class Counts(NamedTuple):
    """What became of the days of a list."""

    added: int
    changed: int
    unchanged: int


def regimes(session: Session, jurisdiction: int) -> list[RegimeFacts]:
    """Give the reporting regimes by code."""
    rows = session.execute(_REGIMES, {"jurisdiction": jurisdiction})
    return [RegimeFacts(*row) for row in rows]


def rules(session: Session, jurisdiction: int, regime: str | None = None) -> list[Rule]:
    """Give the deadlines of a regime, or of all, by regime and level, the widest level first."""
    rows = session.execute(_RULES, {"jurisdiction": jurisdiction, "regime": regime})
    return [Rule(*row) for row in rows]


def holidays(session: Session, jurisdiction: int, year: int | None = None) -> list[Day]:
    """Give the days of a year, or of all years, that are not what their day of the week is."""
    rows = session.execute(_HOLIDAYS, {"jurisdiction": jurisdiction, "year": year})
    return [Day(*row) for row in rows]


def put_rule(session: Session, author: journal.Author, rule: Rule, *, at: datetime) -> None:
    """Set by which day units of a level send.

    Raises NotFound for an unknown regime or level; InvalidRequest where the day is not after the
    data window, or a level would have longer than one above it.
    """
    own(session, author.jurisdiction)
    mine = {"jurisdiction": author.jurisdiction}
    regime = session.execute(_REGIME, {**mine, "regime": rule.regime}).one_or_none()
    if regime is None:
        raise NotFound(mark("There is no regime %(code)s."), code=rule.regime)
    ranks: dict[str, int] = {row[0]: row[1] for row in session.execute(_RANKS, mine)}
    if rule.level not in ranks:
        raise NotFound(mark("The levels are %(levels)s."), levels=", ".join(sorted(ranks)))
    others = rules(session, author.jurisdiction, rule.regime)
    _refuse(rule_faults(rule, regime.cut_off_day, ranks, others))
    ids = session.scalars(_PUT_RULE, {**mine, "regime_id": regime.id, **rule._asdict()}).all()
    if ids:
        remember(session, _RULES_TABLE, author.jurisdiction, ids, at=at)
        grow(session, author.jurisdiction, at=at)
        subject = Subject(f"deadline-rule/{rule.regime}/{rule.level}")
        journal.append(session, author, "deadline.rule", {subject: rule._asdict()}, at=at)


def rule_faults(
    rule: Rule, cut_off_day: int | None, ranks: dict[str, int], others: Sequence[Rule]
) -> list[Fault]:
    """Give what is wrong with a new rule beside the others of its regime. Pure.

    A deadline falls on a working day, so one day after the data window is at least one working day
    after it.
    """
    faults = []
    if not rule.months_after and (cut_off_day is None or rule.day <= cut_off_day):
        text = mark("The deadline is not after the last day of the data window.")
        pointer = "/months_after" if cut_off_day is None else "/day"
        faults.append(Fault(pointer, "too-early", Message(text)))
    kept = [other for other in others if other.level != rule.level]
    deadlines = [Deadline(r.level, ranks[r.level], r.months_after, r.day) for r in (*kept, rule)]
    for low, high in later_below(deadlines):
        if rule.level in {low.level, high.level}:
            text = mark("Units of level %(low)s would have longer than those of %(high)s above.")
            pointer = "/day" if low.months_after == high.months_after else "/months_after"
            message = Message(text, {"low": low.level, "high": high.level})
            faults.append(Fault(pointer, "out-of-order", message))
    return faults


def put_holidays(
    session: Session,
    author: journal.Author,
    days: Sequence[Day],
    *,
    at: datetime,
    pointer: str = "/items/{}",
) -> Counts:
    """Take days into the calendar; those it has are changed where they differ, others stay.

    Raises InvalidRequest for a day that is given twice, and one that is worked anyhow; `pointer`
    says where in the request a day stands.
    """
    _refuse(holiday_faults(days, pointer))
    own(session, author.jurisdiction)
    present = {day.day: day for day in holidays(session, author.jurisdiction)}
    differing = [day for day in days if present.get(day.day) != day]
    added = sum(day.day not in present for day in differing)
    if differing:
        columns = zip(*differing, strict=True)
        names = ("days", "names_vi", "names_en", "working")
        given = {name: list(column) for name, column in zip(names, columns, strict=True)}
        ids = session.scalars(_PUT_HOLIDAYS, {"jurisdiction": author.jurisdiction, **given}).all()
        entries = {Subject(f"holiday/{day.day}"): day._asdict() for day in differing}
        _record(session, author, ids, entries, at=at)
    return Counts(added, len(differing) - added, len(days) - len(differing))


def holiday_faults(days: Sequence[Day], pointer: str) -> list[Fault]:
    """Give what is wrong with a list of days. Pure."""
    faults = []
    seen: set[date] = set()
    for number, day in enumerate(days):
        params = {"day": day.day.isoformat()}
        if day.day in seen:
            message = Message(mark("%(day)s is in the list already."), params)
            faults.append(Fault(f"{pointer.format(number)}/day", "repeated", message))
        if day.is_working and day.day.isoweekday() < _SATURDAY:
            message = Message(mark("%(day)s is worked anyhow."), params)
            faults.append(Fault(f"{pointer.format(number)}/is_working", "works-anyhow", message))
        seen.add(day.day)
    return faults


def drop_holiday(session: Session, author: journal.Author, day: date, *, at: datetime) -> None:
    """Take a day out of the calendar: it is what its day of the week is. Raises NotFound."""
    own(session, author.jurisdiction)
    ids = session.scalars(_DROP_HOLIDAY, {"jurisdiction": author.jurisdiction, "day": day}).all()
    if not ids:
        raise NotFound(mark("%(day)s is not in the calendar."), day=day.isoformat())
    entries = {Subject(f"holiday/{day}"): {"day": day, "is_working": None}}
    _record(session, author, ids, entries, at=at)


def _record(
    session: Session,
    author: journal.Author,
    ids: Sequence[int],
    entries: Mapping[Subject, Mapping[str, object]],
    *,
    at: datetime,
) -> None:
    remember(session, _HOLIDAYS_TABLE, author.jurisdiction, ids, at=at)
    grow(session, author.jurisdiction, at=at)
    journal.append(session, author, "calendar.change", entries, at=at)


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise InvalidRequest(
            mark("The request has %(count)s faults."), faults=faults, count=len(faults)
        )
