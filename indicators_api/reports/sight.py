"""What others see of a report: its state and steps, and whose reports a reader may list.

Outside its unit a report is where the last step that left the unit took it: sent, accepted or
returned. What the unit does since (drafts a correction, submits it, has it back from its leader) is
its own affair. Said once for SQL (`STATE`) and once for steps that are at hand (`state_outside`);
nothing of it is stored. Source: domain.md, "A report's life".
"""

from collections.abc import Iterable, Sequence
from typing import Any

from indicators_api.db.session import Session
from indicators_api.reports import queries
from indicators_api.reports.access import Key
from indicators_api.reports.queries import ReportRow, StepRow
from indicators_api.reports.workflow import State, Step
from indicators_api.security.actors import Actor

#: The state that others see of the report `r`; NULL: it was never sent, so for them it isn't there.
#: Two states are the same for all, so that most reports need no look at their steps.
STATE = """
    CASE WHEN r.state IN ('sent', 'accepted') THEN r.state ELSE (
        SELECT s.to_state FROM report_step s
        WHERE s.jurisdiction_id = :jurisdiction AND s.period_id = r.period_id
          AND s.unit_id = r.unit_id AND s.revision <= r.revision
          AND (s.action IN ('send', 'accept') OR (s.action = 'return' AND s.from_state = 'sent'))
        ORDER BY s.revision DESC LIMIT 1)
    END"""

#: Whether a reader sees the report `r` of unit `u` in a list, and asks for it: `parameters` gives
#: :inside, :own, :root, :unit and :area.
LISTED = """
    (:inside OR r.first_sent_at IS NOT NULL)
    AND (CAST(:own AS int) IS NULL OR r.unit_id = :own)
    AND (CAST(:unit AS text) IS NULL OR u.code = :unit)
    AND (CAST(:root AS int) IS NULL
         OR EXISTS (SELECT FROM area_closure c
                    WHERE c.jurisdiction_id = r.jurisdiction_id AND c.descendant_id = u.area_id
                      AND c.ancestor_id = :root))
    AND (CAST(:area AS text) IS NULL
         OR EXISTS (SELECT FROM area_closure c
                    JOIN area b ON b.jurisdiction_id = c.jurisdiction_id AND b.id = c.ancestor_id
                    WHERE c.jurisdiction_id = r.jurisdiction_id AND c.descendant_id = u.area_id
                      AND b.code = :area))"""

_CORRECTING = frozenset({Step.REQUEST, Step.AGREE, Step.REFUSE})


def parameters(actor: Actor, *, unit: str | None, area: str | None) -> dict[str, Any]:
    """Give the parameters of `LISTED`.

    A clerk or leader lists its own unit's reports, a reviewer those of units in its area from their
    first send on, the operations centre all of these. `unit`, `area`: codes asked for; None: all.
    """
    return {
        "inside": actor.works_in_a_unit,
        "own": actor.unit_id,
        "root": None if actor.role == "operations" else actor.area_id,
        "unit": unit,
        "area": area,
    }


def state_shown(session: Session, actor: Actor, key: Key, report: ReportRow) -> State:
    """Give the state of a report that this reader may be told."""
    state = State(report.state)
    if actor.works_in_a_unit or state in {State.SENT, State.ACCEPTED}:
        return state
    return state_outside(queries.read_steps(session, key.parameters())) or state


def steps_shown(actor: Actor, steps: Sequence[StepRow]) -> list[StepRow]:
    """Give the steps of a report that this reader may be told of, oldest first."""
    return list(steps) if actor.works_in_a_unit else list(_steps_outside(steps))


def state_outside(steps: Iterable[StepRow]) -> State | None:
    """Give the state that others see, from a report's steps; None: it was never sent."""
    left = [State(step.to_state) for step in steps if _leaves_the_unit(step)]
    return left[-1] if left else None


def _leaves_the_unit(step: StepRow) -> bool:
    """Tell whether a step is one between the unit and those above it that moves the report."""
    if step.action == Step.RETURN:
        return step.from_state == State.SENT
    return step.action in {Step.SEND, Step.ACCEPT}


def _steps_outside(steps: Iterable[StepRow]) -> Iterable[StepRow]:
    """Yield what others see: no drafting and no leader's own return.

    Of corrections all: requests, decisions, and that an agreed one was given up.
    """
    opened_by: str | None = None
    for step in steps:
        if step.action in {Step.OPEN, Step.AGREE}:
            opened_by = step.action
        was_agreed = step.action == Step.WITHDRAW and opened_by == Step.AGREE
        if _leaves_the_unit(step) or step.action in _CORRECTING or was_agreed:
            yield step
