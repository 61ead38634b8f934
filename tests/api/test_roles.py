"""Roles: one table of call × caller → answer, for every call of the contract."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection
from werkzeug.test import TestResponse

from indicators_api.api.rest import BASE, document
from indicators_api.security.permissions import ROLES, Permission
from tests.callers import BASE as CALLED_BELOW
from tests.callers import Caller, assert_problem
from tests.factories import CITY, DISTRICT, JULY, NEIGHBOUR, WARD, MakeReport, Report, new
from tests.signers import certificate_of, signer

#: Who calls, in the order of the table's columns. The report is the ward's, which lies in the city.
CALLERS: dict[str, dict[str, str]] = {
    "clerk": {"unit": WARD},
    "leader": {"unit": WARD},
    "clerk of another unit": {"unit": NEIGHBOUR},
    "leader of another unit": {"unit": NEIGHBOUR},
    "reviewer of the city": {"area": CITY},
    "reviewer of another district": {"area": DISTRICT},
    "reviewer of the province": {},
    "operations": {},
    "administrator": {},
}

REPORT = f"/reports/{WARD}/{JULY}"
VALUES = {"values": {"XH160101": 42}}
WHY = {"comment": "Seen and discussed."}
BULK = {"items": [{"unit": WARD, "period": JULY, "revision": 2}], **WHY}
DECISIONS = {"items": [{"unit": WARD, "period": JULY, "number": 1, "revision": 4}], **WHY}
MORE_TIME = {"period": JULY, "units": [WARD], "due": "2024-07-24", "reason": "Storm"}
OWN = f"period={JULY}&area=29236&indicator=XH160101"
WHOLE = f"period={JULY}&indicator=XH160101"
ASKED = {"period": JULY, "area": "29236", "indicator": "XH160101"}

PLAN = {
    "indicator": "KT050202",
    "area": "84",
    "year": 2024,
    "value": 1582000,
    "direction": "at_least",
    "decision_number": "1235/QĐ-UBND",
    "valid_from": "2024-07-01",
}
PARTNER = {
    "name_vi": "Văn phòng Chính phủ",
    "name_en": "Government Office",
    "kind": "government_office",
    "base_url": "http://127.0.0.1:9",
    "takes": ["report_data"],
}
CERTIFICATE = {"unit": WARD, "pem": certificate_of(signer())}
LIMIT = {
    "indicator": "KT050202",
    "area": "84",
    "measure": "plan_pct",
    "direction": "below",
    "alarm": 80,
}
SUBSCRIPTION = {"partner": "IOC", "path": "/hooks"}
HOLIDAY = {"name_vi": "Ngày nghỉ", "name_en": "Day off"}

ALL = "200 200 200 200 200 200 200 200 200"
ADMINISTRATOR = "403 403 403 403 403 403 403 403 200"
NOTHING_THERE = "403 403 403 403 403 403 403 403 404"
#: Whose certificates they are, and who registers them.
OF_THE_UNIT = "200 200 200 200 403 403 403 403 200"

#: The call, its body, the state of the ward's report when it is made, what each caller is answered.
TABLE: list[tuple[str, Any, str | None, str]] = [
    ("GET /me", None, None, ALL),
    ("GET /areas", None, None, ALL),
    ("GET /areas/842", None, None, ALL),
    ("GET /units", None, None, ALL),
    (f"GET /units/{WARD}", None, None, ALL),
    (f"GET /units/{WARD}/assignments?period={JULY}", None, None, ALL),
    ("GET /sectors", None, None, ALL),
    ("GET /indicators", None, None, ALL),
    ("GET /indicators/XH160101", None, None, ALL),
    ("GET /units-of-measure", None, None, ALL),
    ("GET /validation-rules", None, None, ALL),
    ("GET /targets", None, None, ALL),
    ("POST /targets", {"items": [PLAN]}, None, ADMINISTRATOR),
    ("GET /thresholds", None, None, ALL),
    ("POST /thresholds", {"items": [LIMIT]}, None, ADMINISTRATOR),
    ("DELETE /thresholds/1", None, None, NOTHING_THERE),
    ("GET /operations-centre/indicators", None, None, ALL),
    ("PUT /operations-centre/indicators", {"indicators": ["KT050202"]}, None, ADMINISTRATOR),
    ("POST /reports", new(), None, "201 201 403 403 403 403 403 403 403"),
    ("POST /reports", new(step="submit"), None, "201 201 403 403 403 403 403 403 403"),
    ("POST /reports", new(step="send"), None, "403 201 403 403 403 403 403 403 403"),
    ("POST /reports/validate", new(), None, "200 200 404 404 403 403 403 403 403"),
    ("GET /reports", None, "sent", "200 200 200 200 200 200 200 200 403"),
    (f"GET {REPORT}", None, "draft", "200 200 404 404 404 404 404 404 403"),
    (f"GET {REPORT}", None, "submitted", "200 200 404 404 404 404 404 404 403"),
    (f"GET {REPORT}", None, "sent", "200 200 404 404 200 404 200 200 403"),
    (f"GET {REPORT}/form", None, None, "200 200 404 404 403 403 403 403 403"),
    (f"PUT {REPORT}", VALUES, "draft", "200 200 404 404 403 403 403 403 403"),
    (f"PATCH {REPORT}", VALUES, "draft", "200 200 404 404 403 403 403 403 403"),
    (f"PATCH {REPORT}", VALUES, "returned", "200 200 404 404 403 403 403 403 403"),
    (f"PATCH {REPORT}", VALUES, "sent", "409 409 404 404 403 403 403 403 403"),
    (f"DELETE {REPORT}", None, "draft", "204 204 404 404 403 403 403 403 403"),
    (f"POST {REPORT}/submit", WHY, "draft", "200 200 404 404 403 403 403 403 403"),
    (f"POST {REPORT}/send", WHY, "draft", "403 200 403 404 403 403 403 403 403"),
    (f"POST {REPORT}/send", WHY, "submitted", "403 200 403 404 403 403 403 403 403"),
    (f"GET {REPORT}/document", None, "draft", "200 200 404 404 403 403 403 403 403"),
    (f"GET {REPORT}/document", None, "sent", "409 409 404 404 403 403 403 403 403"),
    (f"POST {REPORT}/accept", WHY, "sent", "403 403 403 403 200 404 403 403 403"),
    (f"POST {REPORT}/accept", WHY, "submitted", "403 403 403 403 404 404 404 403 403"),
    (f"POST {REPORT}/return", WHY, "submitted", "403 200 403 404 404 404 404 403 403"),
    (f"POST {REPORT}/return", WHY, "sent", "403 409 403 404 200 404 403 403 403"),
    ("POST /reports/accept", BULK, "sent", "403 403 403 403 200 404 403 403 403"),
    ("POST /reports/return", BULK, "sent", "403 409 403 404 200 404 403 403 403"),
    ("POST /reports/return", BULK, "submitted", "403 200 403 404 404 404 404 403 403"),
    (f"GET {REPORT}/versions", None, "draft", "200 200 404 404 404 404 404 404 403"),
    (f"GET {REPORT}/versions", None, "sent", "200 200 404 404 200 404 200 200 403"),
    (f"POST {REPORT}/versions", WHY, "accepted", "201 201 404 404 403 403 403 403 403"),
    (f"POST {REPORT}/versions", WHY, "sent", "409 409 404 404 403 403 403 403 403"),
    (f"GET {REPORT}/versions/1", None, "revising", "200 200 404 404 200 404 200 200 403"),
    (f"GET {REPORT}/versions/2", None, "revising", "200 200 404 404 404 404 404 404 403"),
    (f"DELETE {REPORT}/versions/2", None, "revising", "204 204 404 404 403 403 403 403 403"),
    (
        f"GET {REPORT}/versions/1/differences",
        None,
        "sent",
        "200 200 404 404 200 404 200 200 403",
    ),
    # It is unsigned, for those who may see it.
    (f"GET {REPORT}/versions/1/signature", None, "sent", "404 404 404 404 404 404 404 404 403"),
    (f"POST {REPORT}/corrections", WHY, "accepted", "403 201 403 404 403 403 403 403 403"),
    (f"GET {REPORT}/corrections", None, "requested", "200 200 404 404 200 404 200 200 403"),
    (
        f"POST {REPORT}/corrections/1/agree",
        WHY,
        "requested",
        "403 403 403 403 200 404 403 403 403",
    ),
    (
        f"POST {REPORT}/corrections/1/refuse",
        WHY,
        "requested",
        "403 403 403 403 200 404 403 403 403",
    ),
    ("GET /corrections", None, "requested", "200 200 200 200 200 200 200 200 403"),
    ("POST /corrections/agree", DECISIONS, "requested", "403 403 403 403 200 404 403 403 403"),
    ("POST /corrections/refuse", DECISIONS, "requested", "403 403 403 403 200 404 403 403 403"),
    (f"GET /aggregates?{OWN}", None, "accepted", "200 200 403 403 200 403 200 200 403"),
    (f"GET /aggregates?{WHOLE}", None, "accepted", "200 200 200 200 200 200 200 200 403"),
    ("POST /aggregates/query", ASKED, "accepted", "200 200 403 403 200 403 200 200 403"),
    (f"GET /bulletin?{OWN}", None, "accepted", "200 200 403 403 200 403 200 200 403"),
    (f"GET /bulletin?{WHOLE}", None, "accepted", "200 200 200 200 200 200 200 200 403"),
    (
        f"GET /operations-centre/snapshot?period={JULY}",
        None,
        "accepted",
        "200 200 200 200 200 200 200 200 403",
    ),
    (
        f"GET /operations-centre/snapshot?period={JULY}&area=29236",
        None,
        "accepted",
        "200 200 403 403 200 403 200 200 403",
    ),
    (f"GET /reconciliation?{OWN}", None, "accepted", "200 200 403 403 200 403 200 200 403"),
    (f"GET /observations?period={JULY}", None, "sent", "200 200 200 200 200 200 200 200 403"),
    (
        f"GET /observations?period={JULY}&unit={WARD}",
        None,
        "sent",
        "200 200 404 404 200 200 200 200 403",
    ),
    (f"GET /completeness?period={JULY}", None, "sent", ALL),
    (
        f"GET /completeness?period={JULY}&area=29236",
        None,
        "sent",
        "200 200 403 403 200 403 200 200 200",
    ),
    (f"GET /data-version?period={JULY}", None, "sent", ALL),
    ("GET /changes", None, "sent", ALL),
    ("GET /changes?kind=sent", None, "sent", "200 200 200 200 200 200 200 200 403"),
    (f"GET /deadline-exceptions?period={JULY}", None, None, ALL),
    ("POST /deadline-exceptions", MORE_TIME, None, ADMINISTRATOR),
    (f"DELETE /deadline-exceptions/{WARD}/{JULY}", None, None, NOTHING_THERE),
    ("GET /sharing-log", None, None, ADMINISTRATOR),
    ("GET /regimes", None, None, ALL),
    ("GET /deadline-rules", None, None, ALL),
    ("PUT /deadline-rules/ND09_2019/commune", {"day": 18}, None, ADMINISTRATOR),
    ("GET /holidays?year=2024", None, None, ALL),
    ("POST /holidays", {"items": [{"day": "2024-07-19", **HOLIDAY}]}, None, ADMINISTRATOR),
    ("PUT /holidays/2024-07-19", HOLIDAY, None, ADMINISTRATOR),
    ("DELETE /holidays/2024-07-19", None, None, NOTHING_THERE),
    ("GET /partners", None, None, ADMINISTRATOR),
    ("GET /partners/VPCP", None, None, NOTHING_THERE),
    ("PUT /partners/VPCP", PARTNER, None, "403 403 403 403 403 403 403 403 422"),
    ("POST /partners/VPCP/try-now", None, None, NOTHING_THERE),
    ("GET /subscriptions", None, None, ADMINISTRATOR),
    ("POST /subscriptions", SUBSCRIPTION, None, "403 403 403 403 403 403 403 403 422"),
    ("GET /subscriptions/1", None, None, NOTHING_THERE),
    ("PATCH /subscriptions/1", {"kinds": ["sent"]}, None, NOTHING_THERE),
    ("DELETE /subscriptions/1", None, None, NOTHING_THERE),
    ("POST /subscriptions/1/pause", {}, None, NOTHING_THERE),
    ("POST /subscriptions/1/resume", {}, None, NOTHING_THERE),
    ("POST /subscriptions/1/test", None, None, NOTHING_THERE),
    ("GET /partners/VPCP/packages", None, None, NOTHING_THERE),
    (f"GET /partners/VPCP/packages/{JULY}", None, None, NOTHING_THERE),
    (f"POST /partners/VPCP/packages/{JULY}", None, None, NOTHING_THERE),
    ("POST /exchange/messages", {}, None, "403 403 403 403 403 403 403 403 403"),
    ("GET /exchange/inbox", None, None, ADMINISTRATOR),
    ("GET /exchange/inbox/1", None, None, NOTHING_THERE),
    ("POST /exchange/inbox/1/take", WHY, None, NOTHING_THERE),
    ("POST /exchange/inbox/1/refuse", WHY, None, NOTHING_THERE),
    ("GET /deliveries", None, None, ADMINISTRATOR),
    ("GET /deliveries/m-1", None, None, NOTHING_THERE),
    ("POST /deliveries/m-1/resend", None, None, NOTHING_THERE),
    ("POST /deliveries/m-1/cancel", None, None, NOTHING_THERE),
    ("GET /certificates", None, None, OF_THE_UNIT),
    ("POST /certificates", CERTIFICATE, None, "403 403 403 403 403 403 403 403 201"),
    (f"GET /certificates/{'0' * 64}", None, None, "404 404 404 404 403 403 403 403 404"),
    (f"DELETE /certificates/{'0' * 64}", None, None, NOTHING_THERE),
    (f"GET /units/{WARD}/signature-policy", None, None, ALL),
    (f"PUT /units/{WARD}/signature-policy", {"required": True}, None, ADMINISTRATOR),
]


@pytest.mark.parametrize(("call", "body", "state", "answers"), TABLE)
def test_who_may_do_what(
    connection: Connection,
    client_of: Callable[..., Caller],
    make_report: MakeReport,
    call: str,
    body: Any,
    state: str | None,
    answers: str,
) -> None:
    """Roles: the table of api.md, call by call."""
    report = make_report(state=state) if state else None
    callers = {who: client_of(who.partition(" ")[0], **bound) for who, bound in CALLERS.items()}

    answered = {}
    for who, caller in callers.items():
        before = connection.begin_nested()
        answered[who] = outcome(make(caller, call, body, report))
        before.rollback()

    expected = dict(zip(CALLERS, map(int, answers.split()), strict=True))
    assert answered == expected


def make(caller: Caller, call: str, body: Any, report: Report | None) -> TestResponse:
    """Make a call of the table, with the revision that is there."""
    method, _, address = call.partition(" ")
    return caller.call(method, address, body, seen=report.revision if report else None)


def outcome(answer: TestResponse) -> int:
    """Give the status; of a bulk call, that of its one item."""
    if answer.status_code == 200 and answer.is_json and "failed" in answer.get_json():
        (line,) = answer.get_json()["data"]
        return int(line["problem"]["status"]) if line["problem"] else 200
    return answer.status_code


def operations_of(app: Flask) -> set[tuple[str, str]]:
    """Give every operation of the OpenAPI document."""
    return {
        (method.upper(), path)
        for path, item in document(app)["paths"].items()
        for method in item
        if method in {"get", "put", "post", "delete", "patch"}
    }


def test_the_table_has_every_call(app: Flask) -> None:
    """Roles: a call that isn't in the table is not proved to be closed to anybody."""
    routes = app.url_map.bind("")
    tabled = set()
    for call, *_ in TABLE:
        method, _, address = call.partition(" ")
        rule, _ = routes.match(BASE + address.partition("?")[0], method, return_rule=True)
        tabled.add((method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)))

    assert tabled == operations_of(app)
    assert CALLED_BELOW == BASE


def test_no_call_is_made_without_a_token(app: Flask) -> None:
    """Conventions: 401 with a challenge, before anything of the request is read."""
    for method, path in sorted(operations_of(app)):
        named = dict.fromkeys(("unit", "code", "regime", "level", "fingerprint"), WARD)
        address = path.format(period=JULY, day="2024-09-02", number=1, **named)
        answer = app.test_client().open(address, method=method)

        assert_problem(answer, 401, "unauthorized")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_values_are_written_by_their_unit_alone() -> None:
    """Roles: nobody outside a unit writes, submits or sends for it; administrators never do."""
    assert ROLES[Permission.WRITE_REPORTS] == {"clerk", "leader"}
    assert ROLES[Permission.SEND_REPORTS] == {"leader"}
    assert ROLES[Permission.REQUEST_CORRECTIONS] == {"leader"}
    assert ROLES[Permission.DECIDE_CORRECTIONS] == {"reviewer"}
    assert "administrator" not in ROLES[Permission.READ_REPORTS] | ROLES[Permission.READ_FIGURES]


def test_a_token_tells_whose_it_is(client_of: Callable[..., Caller]) -> None:
    """Roles: `GET /me`."""
    clerk = client_of("clerk", unit=WARD).get("/me").get_json()
    admin = client_of("administrator").get("/me").get_json()

    assert (clerk["role"], clerk["unit"], clerk["area"]) == ("clerk", WARD, "29236")
    assert (admin["role"], admin["unit"], admin["area"]) == ("administrator", None, "84")
    assert "reports:write" in clerk["permissions"]
    assert not [name for name in admin["permissions"] if name.startswith(("reports", "figures"))]
