"""What has changed since last period, and what is taken over from it."""

from collections.abc import Iterable, Mapping
from decimal import Context, Decimal
from typing import NamedTuple, NoReturn

from indicators_api.db.session import Session
from indicators_api.errors import Fault, InvalidRequest, Message, mark
from indicators_api.observations.entry import Entry
from indicators_api.periods import Period
from indicators_api.reports import queries
from indicators_api.reports.access import Key
from indicators_api.reports.desk import Desk, Draft
from indicators_api.validation.exact import EXACT

#: Digits of a growth: more than any reader needs, fewer than would hide that it is rounded.
_GROWTH = Context(prec=20)


class Change(NamedTuple):
    """A value against the one before: the difference, and the growth in per cent.

    `percent` None: the value before is 0.
    """

    absolute: Decimal
    percent: Decimal | None


class Since(NamedTuple):
    """How many of a form's indicators say the same as in a period, another thing, or nothing."""

    period: Period
    same: int
    changed: int
    new: int
    gone: int


def change(previous: Entry | None, present: Entry | None) -> Change | None:
    """Compare two values. None: one of them is missing, which is not zero."""
    if previous is None or present is None or previous.value is None or present.value is None:
        return None
    absolute = EXACT.subtract(present.value, previous.value)
    if not previous.value:
        return Change(absolute, None)
    return Change(absolute, _GROWTH.divide(EXACT.multiply(absolute, Decimal(100)), previous.value))


def since(period: Period, pairs: Iterable[tuple[Entry | None, Entry | None]]) -> Since:
    """Count what became of each indicator's (previous, present) entries since a period."""
    found = [(before, now) for before, now in pairs if before or now]
    both = [(before, now) for before, now in found if before and now]
    same = sum((b.value, b.missing) == (n.value, n.missing) for b, n in both)
    new, gone = (sum(pair[n] is None for pair in found) for n in (0, 1))
    return Since(period, same, len(both) - same, new, gone)


def last_entries(session: Session, key: Key, period: Period) -> Mapping[int, Entry] | None:
    """Give what a unit said for a period, as last sent, else its draft. None: no report."""
    parameters = {**key.parameters(), "period": period.id}
    report = queries.read_report(session, parameters)
    if report is None:
        return None
    return queries.read_entries(session, parameters, report.sent_version or report.version)


def with_copies(session: Session, desk: Desk, draft: Draft, before: Mapping[int, Entry]) -> Draft:
    """Take over from an earlier period what the draft leaves out and nothing is stored for.

    Values and reasons why there are none, of what the report accepts; no notes, years to date or
    statuses: these are of their period. Raises InvalidRequest for a period there is nothing of.
    """
    source = draft.copy_from
    if source is None:
        return draft
    if source.type is not desk.key.period.type or source.start >= desk.key.period.start:
        _refuse(
            "not-earlier",
            Message(
                mark("%(source)s is no earlier period of the type of %(period)s."),
                {"source": str(source), "period": str(desk.key.period)},
            ),
        )
    found = last_entries(session, desk.key, source)
    if found is None:
        _refuse(
            "no-report",
            Message(
                mark("There is no report of unit %(unit)s for %(period)s."),
                {"unit": desk.key.unit.code, "period": str(source)},
            ),
        )
    stored = frozenset() if draft.replace else before.keys()
    copies = {
        code: Entry(found[facts.id].value, found[facts.id].missing)
        for code, facts in desk.assigned.items()
        if facts.id in found and facts.id not in stored
    }
    return draft._replace(entries={**copies, **draft.entries})


def _refuse(code: str, message: Message) -> NoReturn:
    fault = Fault("/copy_from", code, message)
    raise InvalidRequest(mark("Nothing can be copied from there."), faults=[fault])
