"""Whose report it is: who writes it, who sees it, who accepts it. Source: api.md, "Roles"."""

from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn

from indicators_api.audit import journal
from indicators_api.db.session import Session
from indicators_api.errors import Forbidden, NotFound, PreconditionFailed, mark
from indicators_api.indicators.snapshot import snapshot
from indicators_api.periods import Period
from indicators_api.reports import queries
from indicators_api.reports.queries import ReportingUnit, ReportRow
from indicators_api.security.actors import Actor


class Key(NamedTuple):
    """What identifies a report."""

    jurisdiction: int
    unit: ReportingUnit
    period: Period

    @property
    def subject(self) -> journal.Subject:
        """Give the report's name in the journal."""
        return journal.Subject(
            f"report/{self.unit.code}/{self.period}",
            self.period.id,
            self.unit.id,
            self.unit.area_id,
        )

    def parameters(self) -> dict[str, int]:
        """Give the key's SQL parameters."""
        return {
            "jurisdiction": self.jurisdiction,
            "period": self.period.id,
            "unit": self.unit.id,
        }


def unknown_report(code: str, period: Period) -> NoReturn:
    """Say that there is no such report, whether it is missing or not the actor's to see."""
    raise NotFound(
        mark("There is no report of unit %(unit)s for %(period)s."), unit=code, period=str(period)
    )


def unknown_version(key: Key, number: int) -> NoReturn:
    """Say that there is no such version, whether it is missing or not the actor's to see."""
    raise NotFound(
        mark("The report of unit %(unit)s for %(period)s has no version %(version)s."),
        unit=key.unit.code,
        period=str(key.period),
        version=number,
    )


def find_unit(session: Session, jurisdiction: int, code: str) -> ReportingUnit | None:
    """Give a unit by its code. None: there is none."""
    return (
        snapshot(session, jurisdiction)
        .remembered(ReportingUnit, lambda: queries.units(session, jurisdiction))
        .get(code)
    )


def own_key(session: Session, actor: Actor, code: str, period: Period) -> Key | None:
    """Give the key of a report that the actor's unit writes: its own, or one its predecessor owed.

    None: neither.
    """
    unit = find_unit(session, actor.jurisdiction, code)
    if unit is None or actor.unit_id is None:
        return None
    if unit.id != actor.unit_id and not queries.took_over(
        session, actor.jurisdiction, unit.id, successor=actor.unit_id
    ):
        return None
    return Key(actor.jurisdiction, unit, period)


def seen_key(session: Session, actor: Actor, code: str, period: Period) -> Key:
    """Give the key of a report that the actor may look at. Raises NotFound for all others."""
    if actor.works_in_a_unit:
        return own_key(session, actor, code, period) or unknown_report(code, period)
    unit = find_unit(session, actor.jurisdiction, code)
    if unit is None or not queries.lies_in(
        session, actor.jurisdiction, unit.area_id, ancestor=actor.area_id
    ):
        unknown_report(code, period)
    return Key(actor.jurisdiction, unit, period)


def read(
    session: Session, actor: Actor, code: str, period: Period, *, lock: bool = False
) -> tuple[Key, ReportRow]:
    """Give a report that the actor may see.

    From outside its unit it exists from its first send on.
    """
    key = seen_key(session, actor, code, period)
    report = queries.read_report(session, key.parameters(), lock=lock)
    if report is None or (report.first_sent_at is None and not actor.works_in_a_unit):
        unknown_report(code, period)
    return key, report


def lock_own(session: Session, actor: Actor, code: str, period: Period) -> tuple[Key, ReportRow]:
    """Give a report that the actor's unit writes, locked against others. Raises NotFound."""
    key = own_key(session, actor, code, period) or unknown_report(code, period)
    report = queries.read_report(session, key.parameters(), lock=True)
    if report is None:
        unknown_report(code, period)
    return key, report


def demand_revision(
    report: ReportRow, seen: int, *, state: str, values: Mapping[str, Any] | None = None
) -> None:
    """Raise PreconditionFailed when somebody changed the report since it was seen.

    `state` is the one that the client may be told; `values` are those that differ.
    """
    if report.revision != seen:
        raise PreconditionFailed(
            mark("The report is at revision %(revision)s, not %(seen)s."),
            revision=report.revision,
            seen=seen,
            state=state,
            changed_at=report.changed_at,
            values=values or {},
        )


def demand_acceptor(actor: Actor, unit: ReportingUnit) -> None:
    """Raise Forbidden unless the actor reviews for the area that accepts this unit's reports."""
    if actor.role != "reviewer" or actor.area_id != unit.accepting_area_id:
        raise Forbidden(
            mark(
                "Reports of unit %(unit)s are accepted and returned by reviewers of area %(area)s."
            ),
            unit=unit.code,
            area=unit.accepting_area,
        )
