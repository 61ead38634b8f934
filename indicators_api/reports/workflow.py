"""States of a report and the steps between them: a table and pure functions.

Source: domain.md, "A report's life".
"""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from indicators_api.errors import PeriodRefused, ReportClosed, WrongState, mark
from indicators_api.periods import Period

VIETNAM: Final = ZoneInfo("Asia/Ho_Chi_Minh")


class State(StrEnum):
    """Where a report stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SENT = "sent"
    ACCEPTED = "accepted"
    RETURNED = "returned"


class Step(StrEnum):
    """What moves a report on; the actions of its steps. `save` keeps a draft where it is."""

    SAVE = "save"
    SUBMIT = "submit"
    SEND = "send"
    ACCEPT = "accept"
    RETURN = "return"
    #: A new version: a routine revision of accepted values, or what follows a return.
    OPEN = "open_version"
    #: The opened version is given up; what was accepted is the report again.
    WITHDRAW = "withdraw"
    REQUEST = "request_correction"
    AGREE = "agree_correction"
    REFUSE = "refuse_correction"


class Timeliness(StrEnum):
    """A report against its deadline."""

    ON_TIME = "on_time"
    LATE = "late"
    MISSING = "missing"
    #: Not sent, and the deadline is still to come.
    NOT_DUE = "not_due"


#: (from, step) → to. A reviewer returns what was sent, a leader what was submitted to them. A
#: request for a correction and its refusal leave the report accepted.
TRANSITIONS: Final[dict[tuple[State, Step], State]] = {
    (State.DRAFT, Step.SAVE): State.DRAFT,
    (State.DRAFT, Step.SUBMIT): State.SUBMITTED,
    (State.DRAFT, Step.SEND): State.SENT,
    (State.RETURNED, Step.SAVE): State.RETURNED,
    (State.RETURNED, Step.SUBMIT): State.SUBMITTED,
    (State.RETURNED, Step.SEND): State.SENT,
    (State.SUBMITTED, Step.SEND): State.SENT,
    (State.SUBMITTED, Step.RETURN): State.RETURNED,
    (State.SENT, Step.RETURN): State.RETURNED,
    (State.SENT, Step.ACCEPT): State.ACCEPTED,
    (State.ACCEPTED, Step.OPEN): State.DRAFT,
    (State.RETURNED, Step.OPEN): State.RETURNED,
    (State.DRAFT, Step.WITHDRAW): State.ACCEPTED,
    (State.RETURNED, Step.WITHDRAW): State.ACCEPTED,
    (State.ACCEPTED, Step.REQUEST): State.ACCEPTED,
    (State.ACCEPTED, Step.AGREE): State.DRAFT,
    (State.ACCEPTED, Step.REFUSE): State.ACCEPTED,
}

EDITABLE: Final = frozenset({State.DRAFT, State.RETURNED})


def after(state: State, step: Step) -> State:
    """Give the state that a step leads to. Raises WrongState."""
    following = TRANSITIONS.get((state, step))
    if following is None:
        raise WrongState(
            mark("A report that is %(state)s can't take the step %(step)s."),
            state=state.value,
            step=step.value,
        )
    return following


def after_review(state: State, step: Step, *, in_unit: bool) -> State:
    """Give the state after acceptance or return.

    From within the unit of what was submitted, else of what was sent.
    """
    following = after(state, step)
    if in_unit is not (state is State.SUBMITTED):
        raise WrongState(
            mark("A report that is %(state)s is returned by another role."),
            state=state.value,
            step=step.value,
        )
    return following


def demand_editable(state: State) -> None:
    """Raise ReportClosed unless values may be written."""
    if state not in EDITABLE:
        raise ReportClosed(
            mark("The report is %(state)s; its values can't be changed now."), state=state.value
        )


def demand_owed(
    period: Period, *, cut_off_day: int | None, valid: tuple[date, date | None], today: date
) -> None:
    """Raise PeriodRefused for a future period or one that a unit of this validity does not owe."""
    opens, cut_off = period.window(cut_off_day)
    if opens > today:
        raise PeriodRefused(
            mark("The data window of %(period)s opens on %(opens)s only."),
            period=str(period),
            opens=opens.isoformat(),
        )
    first, last = valid
    if cut_off < first or (last is not None and cut_off > last):
        raise PeriodRefused(
            mark(
                "The unit does not owe %(period)s: on its cut-off day, %(cut_off)s, it does "
                "not exist."
            ),
            period=str(period),
            cut_off=cut_off.isoformat(),
        )


def default_status(period: Period, *, today: date) -> str:
    """Give the observation status of values that come without one.

    E while the period runs, then P.
    """
    return "E" if today <= period.end else "P"


def end_of(due: date) -> datetime:
    """Give the last second of a deadline's day in Vietnam."""
    return datetime.combine(due, time(23, 59, 59), VIETNAM)


def timeliness(due: date, first_sent_at: datetime | None, *, at: datetime) -> Timeliness:
    """Judge a report by the moment it was first sent; None.

    Never, so `at` tells missing from not due.
    """
    closes = end_of(due) + timedelta(seconds=1)
    if first_sent_at is None:
        return Timeliness.NOT_DUE if at < closes else Timeliness.MISSING
    return Timeliness.ON_TIME if first_sent_at < closes else Timeliness.LATE
