"""Move reports on: state, pointers, steps and journal entries, a statement each for all of them.

`details` is what every journal entry about a report tells.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import text

from indicators_api.audit import journal
from indicators_api.db.session import Session
from indicators_api.periods import Period
from indicators_api.reports.access import Key
from indicators_api.reports.desk import Who
from indicators_api.reports.queries import ReportRow
from indicators_api.reports.workflow import State, Step

_MOVE = text("""
    UPDATE report r
    SET state = m.state, revision = r.revision + 1, version = m.version,
        sent_version = m.sent_version, accepted_version = m.accepted_version,
        changed_at = :at, stepped_at = :at,
        accepted_at = CASE WHEN m.accepted_version IS DISTINCT FROM r.accepted_version THEN :at
                           ELSE r.accepted_at END
    FROM unnest(CAST(:periods AS int[]), CAST(:units AS int[]), CAST(:states AS text[]),
                CAST(:versions AS int[]), CAST(:sent AS int[]), CAST(:accepted AS int[]))
         AS m(period_id, unit_id, state, version, sent_version, accepted_version)
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


class Move(NamedTuple):
    """A locked report, and where a step takes it."""

    key: Key
    report: ReportRow
    state: State
    version: int
    sent_version: int | None
    accepted_version: int | None
    #: What the journal tells besides.
    more: Mapping[str, Any] = {}

    @property
    def revision(self) -> int:
        """The report's revision after the step."""
        return self.report.revision + 1


class Reviewed(NamedTuple):
    """A report after a step that wrote no values."""

    unit: str
    period: Period
    state: str
    version: int
    revision: int


def staying(key: Key, report: ReportRow, state: State) -> Move:
    """Give the move into a state that leaves all pointers where they are."""
    return Move(key, report, state, report.version, report.sent_version, report.accepted_version)


def carry_out(
    session: Session, who: Who, moves: Sequence[Move], step: Step, comment: str | None
) -> list[Reviewed]:
    """Store moves with their steps and journal entries; gives the reports after them, in order."""
    if not moves:
        return []
    keys = {
        "jurisdiction": who.actor.jurisdiction,
        "periods": [move.key.period.id for move in moves],
        "units": [move.key.unit.id for move in moves],
        "at": who.at,
    }
    moved = {
        "states": [move.state.value for move in moves],
        "versions": [move.version for move in moves],
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
    entries = {move.key.subject: _told(move) for move in moves}
    journal.append(session, who.author, f"report.{step}", entries, at=who.at)
    return [Reviewed(m.key.unit.code, m.key.period, m.state, m.version, m.revision) for m in moves]


def details(
    from_state: str | None,
    state: str | None,
    *,
    revision: int,
    version: int,
    sent_version: int | None,
    accepted_version: int | None,
) -> dict[str, Any]:
    """Give what every journal entry about a report tells: where from, where to, the pointers after.

    `from_state` None: the report is new; `state` None: it is gone.
    """
    return {
        "from_state": from_state,
        "state": state,
        "revision": revision,
        "version": version,
        "sent_version": sent_version,
        "accepted_version": accepted_version,
    }


def _told(move: Move) -> dict[str, Any]:
    told = details(
        move.report.state,
        move.state,
        revision=move.revision,
        version=move.version,
        sent_version=move.sent_version,
        accepted_version=move.accepted_version,
    )
    return {**told, "replaces": move.report.accepted_version, **move.more}
