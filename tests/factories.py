"""Reports in every state, brought there over HTTP as people would."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from werkzeug.test import TestResponse

from tests.callers import Caller

#: A ward of the city and its neighbour, a commune of another district, a division of the city,
#: a department of the province.
WARD, NEIGHBOUR, VILLAGE = "H59.21.11", "H59.21.12", "H59.22.12"
DIVISION, DEPARTMENT = "H59.21.05", "H59.11"
#: The areas: the province, the city, the other district, the ward.
PROVINCE, CITY, DISTRICT, WARD_AREA = "84", "842", "844", "29236"

#: Whose reviewers accept a unit's reports; the province's for all others.
ACCEPTED_IN = {
    WARD: CITY,
    NEIGHBOUR: CITY,
    "H59.21.13": CITY,
    VILLAGE: DISTRICT,
    "H59.28.11": "850",
}
JULY = "2024-07"

_ACCEPTED = (("leader", "send"), ("reviewer", "accept"))
_REQUESTED = (*_ACCEPTED, ("leader", "corrections"))
#: The steps that lead to a state, each with the role that takes it. Three are no states of the
#: report itself: a correction is requested, agreed to, or a revision is opened.
_WAY_TO = {
    "draft": (),
    "submitted": (("clerk", "submit"),),
    "sent": (("leader", "send"),),
    "accepted": _ACCEPTED,
    "returned": (("leader", "send"), ("reviewer", "return")),
    "requested": _REQUESTED,
    "correcting": (*_REQUESTED, ("reviewer", "corrections/1/agree")),
    "revising": (*_ACCEPTED, ("clerk", "versions")),
}
_REASON = {"comment": "Seen and discussed."}


class Report(NamedTuple):
    """A report that is there, at the revision that a reader saw last."""

    unit: str
    period: str
    state: str
    revision: int

    @property
    def url(self) -> str:
        return f"/reports/{self.unit}/{self.period}"


class MakeReport:
    """Makes reports; everybody who takes a step is issued one token per test."""

    def __init__(self, client_of: Callable[..., Caller]) -> None:
        self._client_of = client_of
        self._known: dict[tuple[str, ...], Caller] = {}

    def __call__(
        self,
        *,
        unit: str = WARD,
        period: str = JULY,
        state: str = "sent",
        values: Mapping[str, Any] | None = None,
    ) -> Report:
        body = new(values, unit=unit, period=period)
        answer = done(self.caller("clerk", unit).post("/reports", body), 201)
        report = Report(unit, period, "draft", answer["revision"])
        for role, step in _WAY_TO[state]:
            report = self.take(report, role, step)
        return report

    def take(self, report: Report, role: str, step: str) -> Report:
        """Have somebody take a report a step further."""
        caller = self.caller(role, report.unit)
        answer = caller.post(f"{report.url}/{step}", _REASON, seen=report.revision)
        assert answer.status_code in {200, 201}, answer.text
        return self.look(report)

    def look(self, report: Report) -> Report:
        """Give a report as its unit sees it now."""
        found = done(self.caller("clerk", report.unit).get(report.url))
        return report._replace(state=found["state"], revision=found["revision"])

    def caller(self, role: str, unit: str) -> Caller:
        """Give the one in a role who works on a unit's reports: its own, or its reviewer."""
        if role == "reviewer":
            area = ACCEPTED_IN.get(unit, PROVINCE)
            return self._person(role, area=area)
        return self._person(role, unit=unit)

    def _person(self, role: str, **bound: str) -> Caller:
        key = (role, *bound.values())
        if key not in self._known:
            self._known[key] = self._client_of(role, **bound)
        return self._known[key]


def new(
    values: Mapping[str, Any] | None = None, *, unit: str = WARD, period: str = JULY, **more: Any
) -> dict[str, Any]:
    """Give the body of a new report; a value that the unit is assigned unless there are others."""
    usual = {"XH020101": "12480"} if unit == DEPARTMENT else {"XH160101": "41"}
    return {"unit": unit, "period": period, "values": usual if values is None else values, **more}


def done(answer: TestResponse, status: int = 200) -> Any:
    """Give the body of an answer that must be a good one."""
    assert answer.status_code == status, answer.text
    return answer.get_json()


def request(report: Report, **other: Any) -> dict[str, Any]:
    """Name the first request to correct a report, for a bulk call."""
    said = {"unit": report.unit, "period": report.period, "number": 1}
    return {**said, "revision": report.revision, **other}
