"""Corrections: a unit asks for an accepted report to be opened again, the reviewer decides.

Singly and in bulk. Accepted figures stay in force until the corrected version is accepted. Source:
domain.md, "A report's life".
"""

from collections.abc import Sequence
from typing import NamedTuple

from indicators_api.db.session import Session
from indicators_api.errors import (
    CommentNeeded,
    CorrectionDecided,
    CorrectionOpen,
    DomainError,
    NotFound,
    mark,
)
from indicators_api.periods import Period
from indicators_api.reports import correction_queries, moving, sight, workflow
from indicators_api.reports.access import demand_acceptor, demand_revision, lock_own, read
from indicators_api.reports.bulk import plan_each
from indicators_api.reports.correction_queries import Correction
from indicators_api.reports.desk import Who
from indicators_api.reports.moving import Move, staying
from indicators_api.reports.reopening import Opening, copy_versions
from indicators_api.reports.workflow import State, Step


class Item(NamedTuple):
    """One request of a bulk call, and the revision of its report that the reviewer saw."""

    unit: str
    period: Period
    number: int
    revision: int


class Answer(NamedTuple):
    """What became of an item: decided, or why not."""

    item: Item
    decided: Correction | None
    problem: DomainError | None


class _Decision(NamedTuple):
    move: Move
    correction: Correction


def request(
    session: Session, who: Who, code: str, period: Period, reason: str | None, *, seen: int
) -> Correction:
    """Ask for an accepted report to be opened again.

    Raises NotFound, PreconditionFailed, CommentNeeded without a reason, WrongState, CorrectionOpen.
    """
    if not reason:
        raise CommentNeeded(mark("A request for a correction needs its reason as a comment."))
    key, report = lock_own(session, who.actor, code, period)
    demand_revision(report, seen, state=report.state)
    move = staying(key, report, workflow.after(State(report.state), Step.REQUEST))
    if correction_queries.has_open(session, key.parameters()):
        raise CorrectionOpen(
            mark("A correction of the report is requested; it waits for the reviewer's decision.")
        )
    number = correction_queries.put(
        session,
        key.parameters(),
        reason=reason,
        at=who.at,
        actor_id=who.actor.token_id,
        actor_name=who.actor.name,
    )
    move = move._replace(more={"number": number})
    moving.carry_out(session, who, [move], Step.REQUEST, reason)
    return correction_queries.of_report(session, key.parameters())[-1]


def decide(session: Session, who: Who, item: Item, step: Step, reason: str | None) -> Correction:
    """Agree to a request, which opens a version with the accepted values, or refuse it.

    Raises NotFound, Forbidden, PreconditionFailed, CorrectionDecided, CommentNeeded without a
    reason.
    """
    reason = _demand_reason(reason)
    decision = _plan(session, who, item, step)
    return _carry_out(session, who, [decision], step, reason)[0]


def decide_all(
    session: Session, who: Who, items: Sequence[Item], step: Step, reason: str | None
) -> list[Answer]:
    """Decide on many in one transaction; those that fail are set aside, the others go on.

    Answers in the order of the items. Raises InvalidRequest when a report is named twice.
    """
    reason = _demand_reason(reason)
    planned, problems = plan_each(items, lambda item: _plan(session, who, item, step))
    done = _carry_out(session, who, list(planned.values()), step, reason)
    decided = dict(zip(planned, done, strict=True))
    return [Answer(item, decided.get(item), problems.get(item)) for item in items]


def _demand_reason(reason: str | None) -> str:
    if not reason:
        raise CommentNeeded(mark("A decision on a correction needs its reason as a comment."))
    return reason


def _plan(session: Session, who: Who, item: Item, step: Step) -> _Decision:
    """Lock a report and say what the decision on its request makes of both."""
    key, report = read(session, who.actor, item.unit, item.period, lock=True)
    demand_acceptor(who.actor, key.unit)
    state = sight.state_shown(session, who.actor, key, report)
    demand_revision(report, item.revision, state=state)
    requests = correction_queries.of_report(session, key.parameters())
    found = {each.number: each for each in requests}.get(item.number)
    if found is None:
        raise NotFound(
            mark("The report of unit %(unit)s for %(period)s has no correction %(number)s."),
            unit=item.unit,
            period=str(item.period),
            number=item.number,
        )
    if found.state != "requested":
        raise CorrectionDecided(
            mark("The correction %(number)s is %(state)s already."),
            number=item.number,
            state=found.state,
        )
    move = staying(key, report, workflow.after(State(report.state), step))
    version = report.version + 1 if step is Step.AGREE else report.version
    return _Decision(move._replace(version=version, more={"number": item.number}), found)


def _carry_out(
    session: Session, who: Who, decisions: Sequence[_Decision], step: Step, reason: str
) -> list[Correction]:
    """Store decisions and what follows from them, a statement each for all."""
    if not decisions:
        return []
    moves = [decision.move for decision in decisions]
    is_agreed = step is Step.AGREE
    if is_agreed:
        openings = [
            Opening(m.key, m.accepted_version or m.report.version, m.version) for m in moves
        ]
        copy_versions(session, openings, "correction", at=who.at)
    moving.carry_out(session, who, moves, step, reason)
    decided = [
        decision.correction._replace(
            state="agreed" if is_agreed else "refused",
            decision=reason,
            decided_at=who.at,
            decided_by=who.actor.name,
            version=decision.move.version if is_agreed else None,
            revision=decision.move.revision,
        )
        for decision in decisions
    ]
    _store(session, who, moves, decided)
    return decided


def _store(
    session: Session, who: Who, moves: Sequence[Move], decided: Sequence[Correction]
) -> None:
    """Store what was decided; all of one call were decided alike."""
    correction_queries.decide(
        session,
        who.actor.jurisdiction,
        periods=[move.key.period.id for move in moves],
        units=[move.key.unit.id for move in moves],
        numbers=[correction.number for correction in decided],
        versions=[correction.version for correction in decided],
        state=decided[0].state,
        decision=decided[0].decision,
        at=who.at,
        actor_id=who.actor.token_id,
        actor_name=who.actor.name,
    )
