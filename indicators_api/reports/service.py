"""Write a report: create, replace, merge, submit, send, delete, try.

Loads, asks the rules, stores.
"""

from collections.abc import Mapping

from indicators_api.audit import journal
from indicators_api.db.session import Session
from indicators_api.errors import (
    CommentNeeded,
    Fault,
    Forbidden,
    ReportClosed,
    RulesBroken,
    mark,
)
from indicators_api.observations.entry import Entry
from indicators_api.periods import Period
from indicators_api.reports import queries, signatures, workflow
from indicators_api.reports.access import demand_revision, lock_own, own_key, unknown_report
from indicators_api.reports.desk import Desk, Draft, Outcome, Who, open_desk, weigh
from indicators_api.reports.moving import details
from indicators_api.reports.queries import ReportRow, VersionRow
from indicators_api.reports.since import with_copies
from indicators_api.reports.storing import Saved, store, working_version
from indicators_api.reports.workflow import State, Step
from indicators_api.security.permissions import Permission, demand
from indicators_api.validation.findings import Finding


def create(session: Session, who: Who, code: str, period: Period, draft: Draft) -> Saved:
    """Make a unit's report for a period and take it as far as the draft's step.

    Raises Forbidden for another unit's, PeriodRefused, InvalidValues, RulesBroken, CommentNeeded,
    ReportExists, SignatureNeeded, SignatureRefused.
    """
    key = own_key(session, who.actor, code, period)
    if key is None:
        raise Forbidden(
            mark("A report is written by its own unit only; this token is of unit %(unit)s."),
            unit=who.actor.unit_code,
        )
    desk = open_desk(session, key, today=who.at.date())
    draft = with_copies(session, desk, draft, {})
    outcome = weigh(session, desk, draft, {}, at=who.at)
    _demand_allowed(session, who, desk, draft, State.DRAFT, outcome, comment=draft.comment)
    return _store(session, who, desk, draft, outcome, present=None, version=None)


def edit(
    session: Session, who: Who, code: str, period: Period, draft: Draft, *, seen: int
) -> Saved:
    """Change a report's values, or take it a step further, if it is as the client saw it.

    Raises NotFound, PreconditionFailed with the values that differ, ReportClosed, WrongState,
            and what `create` does.
    """
    key, present = lock_own(session, who.actor, code, period)
    desk = open_desk(session, key, today=who.at.date())
    version = queries.read_version(session, key.parameters(), present.version)
    before = queries.read_entries(session, key.parameters(), present.version)
    _demand_fresh(desk, present, seen, draft, before)
    if draft.entries or draft.replace or draft.copy_from:
        workflow.demand_editable(State(present.state))
    draft = with_copies(session, desk, draft, before)
    outcome = weigh(session, desk, draft, before, at=who.at)
    comment = draft.comment or (version.comment if version.sent_at is None else None)
    _demand_allowed(session, who, desk, draft, State(present.state), outcome, comment=comment)
    return _store(session, who, desk, draft, outcome, present=present, version=version)


def delete(session: Session, who: Who, code: str, period: Period, *, seen: int) -> None:
    """Throw a draft away that was never sent. Raises ReportClosed for all others."""
    key, present = lock_own(session, who.actor, code, period)
    demand_revision(present, seen, state=present.state)
    if present.state != State.DRAFT or present.first_sent_at is not None:
        raise ReportClosed(
            mark("Only a draft that was never sent can be deleted; this report is %(state)s."),
            state=present.state,
        )
    queries.delete_report(session, key.parameters())
    gone = details(
        present.state,
        None,
        revision=seen,
        version=present.version,
        sent_version=None,
        accepted_version=None,
    )
    journal.append(session, who.author, "report.delete", {key.subject: gone}, at=who.at)


def rehearse(
    session: Session, who: Who, code: str, period: Period, draft: Draft
) -> tuple[Desk, Outcome]:
    """Judge values against the rules and what is stored; store nothing."""
    key = own_key(session, who.actor, code, period) or unknown_report(code, period)
    desk = open_desk(session, key, today=who.at.date())
    present = queries.read_report(session, key.parameters())
    before = queries.read_entries(session, key.parameters(), present.version) if present else {}
    draft = with_copies(session, desk, draft, before)
    return desk, weigh(session, desk, draft, before, at=who.at)


def _store(
    session: Session,
    who: Who,
    desk: Desk,
    draft: Draft,
    outcome: Outcome,
    *,
    present: ReportRow | None,
    version: VersionRow | None,
) -> Saved:
    """Write a report, with the signature of what is sent: verified before, kept beside it."""
    signed = None
    if draft.step is Step.SEND:
        number, _ = working_version(present, version)
        signed = signatures.demand(
            session, who, desk, outcome, version=number, signature=draft.signature
        )
    saved = store(session, who, desk, draft, outcome, present=present, version=version)
    if signed is not None:
        signatures.keep(session, who, desk.key, signed, version=saved.version)
    return saved


def _demand_fresh(
    desk: Desk, present: ReportRow, seen: int, draft: Draft, before: Mapping[int, Entry]
) -> None:
    """Raise PreconditionFailed, with the values that differ, when somebody changed the report."""
    if present.revision == seen:
        return
    differing = {}
    for code, entry in draft.entries.items():
        facts = desk.assigned.get(code)
        stored = before.get(facts.id) if facts else None
        if stored is None or (stored.value, stored.missing) != (entry.value, entry.missing):
            differing[code] = {"stored": stored.value if stored else None, "sent": entry.value}
    if draft.replace:
        kept = {facts.id for code, facts in desk.assigned.items() if code in draft.entries}
        for number in before.keys() - kept:
            code = desk.snapshot.by_id[number].code
            differing[code] = {"stored": before[number].value, "sent": None}
    demand_revision(present, seen, state=present.state, values=differing)


def _demand_allowed(
    session: Session,
    who: Who,
    desk: Desk,
    draft: Draft,
    state: State,
    outcome: Outcome,
    *,
    comment: str | None,
) -> None:
    """Raise unless the step may be taken: role, state, policy of the unit, errors, warnings."""
    workflow.after(state, draft.step)
    if draft.step is Step.SAVE:
        return
    if draft.step is Step.SEND:
        demand(who.actor, Permission.SEND_REPORTS)
        _demand_two_keys(session, who, desk, state)
    errors = [finding for finding in outcome.findings if finding.severity == "error"]
    if errors:
        raise RulesBroken(
            mark("%(count)s rules are broken; the report can be saved as a draft only."),
            faults=[_fault(finding) for finding in outcome.findings],
            count=len(errors),
        )
    if outcome.findings and not comment:
        raise CommentNeeded(
            mark("There are %(count)s warnings; a comment must answer them."),
            faults=[_fault(finding) for finding in outcome.findings],
            count=len(outcome.findings),
        )


def _demand_two_keys(session: Session, who: Who, desk: Desk, state: State) -> None:
    """Where the unit's policy asks for two people, raise Forbidden when one would do both steps."""
    if desk.key.unit.direct_send:
        return
    if state in workflow.EDITABLE:
        raise Forbidden(
            mark("In unit %(unit)s a report must be submitted before it is sent."),
            unit=desk.key.unit.code,
        )
    submitted = [
        s for s in queries.read_steps(session, desk.key.parameters()) if s.action == "submit"
    ]
    if submitted and submitted[-1].actor_id == who.actor.token_id:
        raise Forbidden(
            mark("In unit %(unit)s the one who submitted a report can't send it as well."),
            unit=desk.key.unit.code,
        )


def _fault(finding: Finding) -> Fault:
    pointer = f"/values/{finding.indicators[0]}" if finding.indicators else "/values"
    facts = {"severity": finding.severity, "indicators": list(finding.indicators)}
    return Fault(pointer, finding.rule, finding.message, facts)
