"""Accept and return reports, singly and in bulk.

Acceptance moves the figures in the same transaction.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.aggregation import rollup
from indicators_api.audit import journal
from indicators_api.catalogue.versions import share
from indicators_api.db.session import Session
from indicators_api.errors import (
    CommentNeeded,
    DomainError,
    Fault,
    InvalidRequest,
    Message,
    PreconditionFailed,
    mark,
)
from indicators_api.periods import Period
from indicators_api.reports import workflow
from indicators_api.reports.access import Key, demand_acceptor, read
from indicators_api.reports.desk import Who
from indicators_api.reports.queries import ReportRow
from indicators_api.reports.workflow import State, Step

_MOVE = text("""
    UPDATE report r
    SET state = m.state, revision = r.revision + 1, sent_version = m.sent_version,
        accepted_version = m.accepted_version, changed_at = :at, stepped_at = :at,
        accepted_at = CASE WHEN m.state = 'accepted' THEN :at ELSE r.accepted_at END
    FROM unnest(CAST(:periods AS int[]), CAST(:units AS int[]), CAST(:states AS text[]),
                CAST(:sent AS int[]), CAST(:accepted AS int[]))
         AS m(period_id, unit_id, state, sent_version, accepted_version)
    WHERE r.jurisdiction_id = :jurisdiction AND r.period_id = m.period_id AND r.unit_id = m.unit_id
""")
_STEP = text("""
    INSERT INTO report_step (jurisdiction_id, period_id, unit_id, revision, action, from_state,
            to_state,
                             actor_id, actor_name, actor_role, comment, recorded_at, version,
                             sent_version, accepted_version)
    SELECT :jurisdiction, m.period_id, m.unit_id, r.revision, :action, m.from_state, r.state,
            :actor_id,
           :actor_name, :actor_role, :comment, :at, r.version, r.sent_version, r.accepted_version
    FROM unnest(CAST(:periods AS int[]), CAST(:units AS int[]), CAST(:from_states AS text[]))
         AS m(period_id, unit_id, from_state)
    JOIN report r ON r.jurisdiction_id = :jurisdiction AND r.period_id = m.period_id
                 AND r.unit_id = m.unit_id
""")


class Item(NamedTuple):
    """One report of a bulk call, and the revision that the reviewer saw."""

    unit: str
    period: Period
    revision: int


class Reviewed(NamedTuple):
    """A report after acceptance or return."""

    unit: str
    period: Period
    state: str
    version: int
    revision: int


class Answer(NamedTuple):
    """What became of an item: reviewed, or why not."""

    item: Item
    reviewed: Reviewed | None
    problem: DomainError | None


class _Move(NamedTuple):
    key: Key
    report: ReportRow
    state: State
    sent_version: int | None
    accepted_version: int | None


def review(session: Session, who: Who, item: Item, step: Step, comment: str | None) -> Reviewed:
    """Accept or return one report.

    A reviewer does so with what was sent, a leader returns what was submitted. Raises NotFound,
    Forbidden, PreconditionFailed, WrongState, CommentNeeded (a return has a reason).
    """
    _demand_reason(step, comment)
    if step is Step.ACCEPT:
        share(session, who.actor.jurisdiction)
    move = _plan(session, who, item, step)
    return _carry_out(session, who, [move], step, comment)[0]


def review_all(
    session: Session, who: Who, items: Sequence[Item], step: Step, comment: str | None
) -> list[Answer]:
    """Accept or return many in one transaction; those that fail are set aside, the others go on.

    Answers in the order of the items. Reports are locked in order of period and unit. Raises
    InvalidRequest when a report is named twice.
    """
    _demand_reason(step, comment)
    _demand_each_once(items)
    if step is Step.ACCEPT:
        share(session, who.actor.jurisdiction)
    planned: dict[Item, _Move] = {}
    problems: dict[Item, DomainError] = {}
    for item in sorted(items, key=lambda each: (each.period.id, each.unit)):
        try:
            planned[item] = _plan(session, who, item, step)
        except DomainError as problem:
            problems[item] = problem
    done = _carry_out(session, who, list(planned.values()), step, comment)
    reviewed = dict(zip(planned, done, strict=True))
    return [Answer(item, reviewed.get(item), problems.get(item)) for item in items]


def _demand_reason(step: Step, comment: str | None) -> None:
    if step is Step.RETURN and not comment:
        raise CommentNeeded(mark("A return needs its reason as a comment."))


def _demand_each_once(items: Sequence[Item]) -> None:
    named = [(item.unit, item.period) for item in items]
    faults = [
        Fault(
            f"/items/{n}",
            "repeated",
            Message(
                mark("Unit %(unit)s and period %(period)s are named twice."),
                {"unit": unit, "period": str(period)},
            ),
        )
        for n, (unit, period) in enumerate(named)
        if (unit, period) in named[:n]
    ]
    if faults:
        raise InvalidRequest(mark("Some reports are named twice."), faults=faults)


def _plan(session: Session, who: Who, item: Item, step: Step) -> _Move:
    """Lock a report and say where the step takes it."""
    key, report = read(session, who.actor, item.unit, item.period, lock=True)
    if not who.actor.works_in_a_unit:
        demand_acceptor(who.actor, key.unit)
    if report.revision != item.revision:
        raise PreconditionFailed(
            mark("The report is at revision %(revision)s, not %(seen)s."),
            revision=report.revision,
            seen=item.revision,
            state=report.state,
            changed_at=report.changed_at,
            values={},
        )
    state = State(report.state)
    following = workflow.after_review(state, step, in_unit=who.actor.works_in_a_unit)
    if step is Step.ACCEPT:
        return _Move(key, report, following, report.sent_version, report.sent_version)
    sent = report.accepted_version if state is State.SENT else report.sent_version
    return _Move(key, report, following, sent, report.accepted_version)


def _carry_out(
    session: Session, who: Who, moves: Sequence[_Move], step: Step, comment: str | None
) -> list[Reviewed]:
    """Store the moves, their steps and the roll-up's difference.

    A statement each for all of them.
    """
    if not moves:
        return []
    _store_moves(session, who, moves, step, comment)
    changes = [
        rollup.Change(m.key.period, m.key.unit.id, m.report.accepted_version, m.accepted_version)
        for m in moves
        if m.accepted_version != m.report.accepted_version
    ]
    rollup.apply(session, who.actor.jurisdiction, changes)
    _journal(session, who, moves, step)
    return [
        Reviewed(m.key.unit.code, m.key.period, m.state, m.report.version, m.report.revision + 1)
        for m in moves
    ]


def _store_moves(
    session: Session, who: Who, moves: Sequence[_Move], step: Step, comment: str | None
) -> None:
    keys = {
        "jurisdiction": who.actor.jurisdiction,
        "periods": [move.key.period.id for move in moves],
        "units": [move.key.unit.id for move in moves],
        "at": who.at,
    }
    moved = {
        "states": [move.state.value for move in moves],
        "sent": [move.sent_version for move in moves],
        "accepted": [move.accepted_version for move in moves],
    }
    taken = {
        "from_states": [move.report.state for move in moves],
        "action": step.value,
        "actor_id": who.actor.token_id,
        "actor_name": who.actor.name,
        "actor_role": who.actor.role,
        "comment": comment,
    }
    session.execute(_MOVE, {**keys, **moved})
    session.execute(_STEP, {**keys, **taken})


def _journal(session: Session, who: Who, moves: Sequence[_Move], step: Step) -> None:
    entries = {
        move.key.subject: {
            "revision": move.report.revision + 1,
            "state": move.state,
            "accepted_version": move.accepted_version,
        }
        for move in moves
    }
    journal.append(session, who.author, f"report.{step}", entries, at=who.at)
