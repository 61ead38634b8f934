"""What the feed of changes calls an entry of the journal. Pure.

Source: api.md, `GET /changes`; domain.md, "A report's life".
"""

import json
from typing import Any, Final

from indicators_api.audit.chain import Entry

#: Of reports: seen by those who see the report.
REPORT_KINDS: Final = (
    "sent",
    "accepted",
    "corrected",
    "returned",
    "correction_requested",
    "correction_agreed",
    "correction_refused",
)
#: Of plans and deadlines: no secret.
OPEN_KINDS: Final = ("plan_changed", "deadline_changed")
KINDS: Final = (*REPORT_KINDS, *OPEN_KINDS)

_BY_ACTION: Final = {
    "report.send": "sent",
    "report.accept": "accepted",
    "report.return": "returned",
    "report.request_correction": "correction_requested",
    "report.agree_correction": "correction_agreed",
    "report.refuse_correction": "correction_refused",
    "plan.change": "plan_changed",
    "deadline.grant": "deadline_changed",
    "deadline.revoke": "deadline_changed",
    "deadline.rule": "deadline_changed",
    "calendar.change": "deadline_changed",
    "regime.change": "deadline_changed",
}


def kind_of(entry: Entry) -> str | None:
    """Give what the feed calls an entry; None where it does not tell of it.

    An acceptance is `corrected` where it replaces figures that were accepted before. What a leader
    returns within the unit was never sent, and is nobody's business.
    """
    kind = _BY_ACTION.get(entry.action)
    if kind not in {"accepted", "returned"}:
        return kind
    details: dict[str, Any] = json.loads(entry.details)
    if kind == "accepted":
        return "accepted" if details.get("replaces") is None else "corrected"
    return "returned" if details.get("from_state") == "sent" else None
