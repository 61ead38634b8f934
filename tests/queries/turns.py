"""Take turns at reports: look where they stand, and take a step with one that its state allows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.db.session import Session
from indicators_api.observations.entry import Entry
from indicators_api.periods import Period
from indicators_api.reports import corrections, reopening, review, service
from indicators_api.reports.desk import Draft, Who
from indicators_api.reports.review import Item
from indicators_api.reports.workflow import Step
from tests.queries.filing import LATER, reviewer_of, who

#: A report's key: unit and period.
Key = tuple[str, Period]

_STANDINGS = text("""
    SELECT u.code, r.period_id, r.state, r.revision, r.version, max(c.number) AS requested
    FROM report r
    JOIN unit u ON u.id = r.unit_id
    LEFT JOIN correction c ON c.period_id = r.period_id AND c.unit_id = r.unit_id
                          AND c.state = 'requested'
    GROUP BY u.code, r.period_id, r.state, r.revision, r.version
    ORDER BY u.code, r.period_id
""")
#: Steps with a report in a state; some are refused, as they are to people.
_STEPS: Mapping[str, Sequence[Step]] = {
    "draft": (Step.SEND, Step.SEND, Step.SAVE, Step.SUBMIT, Step.WITHDRAW),
    "submitted": (Step.SEND, Step.SEND, Step.RETURN),
    "sent": (Step.ACCEPT, Step.ACCEPT, Step.RETURN),
    "returned": (Step.SEND, Step.SEND, Step.SAVE, Step.SUBMIT, Step.OPEN, Step.WITHDRAW),
    "accepted": (Step.OPEN, Step.REQUEST),
    "requested": (Step.AGREE, Step.AGREE, Step.REFUSE),
}


class Standing(NamedTuple):
    """A report as somebody saw it; meanwhile others may have moved it."""

    key: Key
    state: str
    revision: int
    version: int
    #: Number of the correction that waits for a decision.
    requested: int | None

    @property
    def item(self) -> Item:
        return Item(*self.key, self.revision)


def standings(session: Session) -> list[Standing]:
    """Give where all reports stand, by unit and period."""
    found = session.execute(_STANDINGS)
    return [Standing((unit, Period.of_id(number)), *rest) for unit, number, *rest in found]


class Turns:
    """Whoever it takes to move reports on; chance decides between the steps that states allow."""

    def __init__(self, chance: Random, at: datetime = LATER) -> None:
        self.chance = chance
        self.at = at

    def begin(self, session: Session, key: Key, values: Mapping[str, Entry]) -> None:
        """Make a report, which is mostly sent at once."""
        step = self.chance.choice((Step.SEND, Step.SEND, Step.SEND, Step.SUBMIT, Step.SAVE))
        leader = who(session, "leader", unit=key[0], at=self.at)
        service.create(session, leader, *key, Draft(values, step=step, comment="As measured."))

    def move_on(self, session: Session, report: Standing, values: Mapping[str, Entry]) -> None:
        """Take a step with a report; `values` go into it if the step writes any."""
        step = self.chance.choice(_STEPS["requested" if report.requested else report.state])
        leader = who(session, "leader", unit=report.key[0], at=self.at)
        seen = report.revision
        match step:
            case Step.ACCEPT | Step.RETURN:
                by_leader = report.state == "submitted"
                reader = leader if by_leader else self._reviewer(session, report)
                review.review(session, reader, report.item, step, "Seen.")
            case Step.WITHDRAW:
                reopening.withdraw(session, leader, *report.key, report.version, seen=seen)
            case Step.OPEN:
                reopening.open_version(session, leader, *report.key, None, seen=seen)
            case Step.REQUEST:
                corrections.request(session, leader, *report.key, "A slip.", seen=seen)
            case Step.AGREE | Step.REFUSE:
                item = corrections.Item(*report.key, report.requested or 0, seen)
                reviewer = self._reviewer(session, report)
                corrections.decide(session, reviewer, item, step, "Discussed.")
            case _:
                entries = {} if report.state == "submitted" else values
                draft = Draft(entries, step=step, comment="Counted again.")
                service.edit(session, leader, *report.key, draft, seen=seen)

    def accept(self, session: Session, reports: Sequence[Standing]) -> list[review.Answer]:
        """Accept all at once that the reviewer of the first one may."""
        reviewer = self._reviewer(session, reports[0])
        items = [report.item for report in reports]
        return review.review_all(session, reviewer, items, Step.ACCEPT, None)

    def _reviewer(self, session: Session, report: Standing) -> Who:
        return reviewer_of(session, report.key[0], at=self.at)
