"""Accept and return reports, singly and in bulk.

Acceptance moves the figures in the same transaction.
"""

from collections.abc import Sequence
from typing import NamedTuple

from indicators_api.aggregation import rollup
from indicators_api.catalogue.versions import share
from indicators_api.db.session import Session
from indicators_api.errors import CommentNeeded, DomainError, mark
from indicators_api.periods import Period
from indicators_api.reports import moving, sight, workflow
from indicators_api.reports.access import demand_acceptor, demand_revision, read
from indicators_api.reports.bulk import plan_each
from indicators_api.reports.desk import Who
from indicators_api.reports.moving import Move, Reviewed, staying
from indicators_api.reports.workflow import State, Step


class Item(NamedTuple):
    """One report of a bulk call, and the revision that the reviewer saw."""

    unit: str
    period: Period
    revision: int


class Answer(NamedTuple):
    """What became of an item: reviewed, or why not."""

    item: Item
    reviewed: Reviewed | None
    problem: DomainError | None


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
    if step is Step.ACCEPT:
        share(session, who.actor.jurisdiction)
    planned, problems = plan_each(items, lambda item: _plan(session, who, item, step))
    done = _carry_out(session, who, list(planned.values()), step, comment)
    reviewed = dict(zip(planned, done, strict=True))
    return [Answer(item, reviewed.get(item), problems.get(item)) for item in items]


def _demand_reason(step: Step, comment: str | None) -> None:
    if step is Step.RETURN and not comment:
        raise CommentNeeded(mark("A return needs its reason as a comment."))


def _plan(session: Session, who: Who, item: Item, step: Step) -> Move:
    """Lock a report and say where the step takes it."""
    key, report = read(session, who.actor, item.unit, item.period, lock=True)
    if not who.actor.works_in_a_unit:
        demand_acceptor(who.actor, key.unit)
    state = sight.state_shown(session, who.actor, key, report)
    demand_revision(report, item.revision, state=state)
    following = workflow.after_review(state, step, in_unit=who.actor.works_in_a_unit)
    move = staying(key, report, following)
    if step is Step.ACCEPT:
        return move._replace(accepted_version=report.sent_version)
    if state is State.SENT:
        return move._replace(sent_version=report.accepted_version)
    return move


def _carry_out(
    session: Session, who: Who, moves: Sequence[Move], step: Step, comment: str | None
) -> list[Reviewed]:
    """Store the moves and the roll-up's difference."""
    done = moving.carry_out(session, who, moves, step, comment)
    changes = [
        rollup.Change(m.key.period, m.key.unit.id, m.report.accepted_version, m.accepted_version)
        for m in moves
        if m.accepted_version != m.report.accepted_version
    ]
    rollup.apply(session, who.actor.jurisdiction, changes)
    return done
