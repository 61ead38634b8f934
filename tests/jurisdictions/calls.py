"""Every call of the contract, as somebody of one of the provinces makes it."""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from flask import Flask
from werkzeug.test import TestResponse

from indicators_api.api.rest import BASE, document
from tests.api.test_roles import CALLERS, TABLE, operations_of
from tests.callers import Caller
from tests.factories import JULY, WARD
from tests.jurisdictions.provinces import BETA, DIGITS, ELSEWHERE, Addresses, Province

#: People of different outlook; the others of the table of roles see a part of what these see.
OTHERS = ("operations", "leader", "reviewer of the city")
#: They and administrators, who try everything.
PEOPLE = (*OTHERS, "administrator")

_REPORTED = f"period={JULY}&area=29236&source=reported"
_THEN = "as_of=2024-07-16T09:00:00%2B07:00"
_ALL = "value,expected,reported,previous,same_period,ytd,ytd_reported,ytd_same_period,plan,status"
_READERS = "200 200 403 403 200 403 200 200 403"
#: What the table of roles has no need to ask: the past, files, other ways to look at figures.
MORE: list[tuple[str, Any, str | None, str]] = [
    (f"GET /{what}?period={JULY}{more}&{_THEN}", None, "accepted", _READERS)
    for what, more in (
        ("aggregates", f"&basis=sent&measures={_ALL}&level=commune"),
        ("bulletin", ""),
        ("reconciliation", "&area=29236"),
        ("observations", ""),
        ("completeness", "&level=unit"),
        ("operations-centre/snapshot", ""),
    )
] + [
    (f"GET /aggregates?period={JULY},2024-S1,2024&basis=sent", None, "sent", _READERS),
    (
        f"GET /aggregates?period={JULY}&area=29236&source=reported&format=csv",
        None,
        "accepted",
        _READERS,
    ),
    (f"GET /bulletin?period={JULY}&format=csv", None, "accepted", _READERS),
    (f"GET /bulletin?period={JULY}&format=xlsx", None, "accepted", _READERS),
    (f"GET /bulletin?period={JULY}&format=html", None, "accepted", _READERS),
    (f"GET /observations?period={JULY}&format=csv", None, "accepted", _READERS),
    ("GET /changes?from=2024-07-01T00:00:00Z", None, "revising", _READERS),
    ("GET /targets?as_of=2024-07-16T09:00:00%2B07:00", None, None, _READERS),
    ("GET /thresholds?as_of=2024-07-16T09:00:00%2B07:00", None, None, _READERS),
    ("GET /sharing-log?format=csv", None, "sent", _READERS),
    ("GET /indicators?q=ward", None, None, _READERS),
]
CALLS = TABLE + MORE
STATES = list(dict.fromkeys(state for _, _, state, _ in CALLS))

#: Parameters of questions that name something of the catalogue, by what a province has of it.
NAMING = {
    "area": "29236",
    "unit": WARD,
    "indicator": "XH160101",
    "sector": "XH",
    "partner": "VPCP",
    "parent": "XH",
    "regime": "ND09_2019",
    "level": "commune",
}
#: Those that name nothing which may be elsewhere.
HARMLESS = {
    *("after", "against", "as_of", "basis", "cursor", "end", "format", "frequency", "from"),
    *("geography", "in_force", "kind", "limit", "measures", "on", "period", "q", "role", "source"),
    *("start", "state", "timeliness", "until", "versions", "who", "year"),
}


class Call(NamedTuple):
    """A call, and who makes it."""

    method: str
    address: str
    body: Any
    people: list[str]

    def by(self, caller: Caller, revision: int, **headers: str) -> TestResponse:
        """Make it, with the revision of the ward's report."""
        seen = None if self.method == "GET" else revision
        return caller.call(self.method, self.address, self.body, seen=seen, headers=headers)

    @property
    def name(self) -> str:
        """The last word of its path."""
        return self.address.partition("?")[0].rpartition("/")[2]

    def at(self, addresses: Addresses) -> "Call":
        """Give it to a province's own message, certificate, threshold and subscription."""
        return self._replace(address=addresses.put_into(self.address))

    def named(self, names: Mapping[str, str]) -> "Call":
        """Give it with other names in the place of what the provinces share."""
        code = re.compile("|".join(rf"(?<![\w.]){re.escape(name)}(?![\w.])" for name in names))
        address = code.sub(lambda found: names[found[0]], self.address)
        body = code.sub(lambda found: names[found[0]], json.dumps(self.body))
        return self._replace(address=address, body=json.loads(body))


def calls(state: str | None) -> Iterator[Call]:
    """Give the calls that are made on a state of the ward's report."""
    for call, body, its_state, answers in CALLS:
        if its_state == state:
            method, _, address = call.partition(" ")
            yield Call(method, address, body, [*_people(answers), "administrator"])


def _people(answers: str) -> list[str]:
    """Give two at most, one outside of units if possible, whom the table promises an answer."""
    answered = dict(zip(CALLERS, answers.split(), strict=True))
    return [who for who in OTHERS if answered[who] < "4"][:2]


def caller(province: Province, who: str) -> Caller:
    """Give a person of a province."""
    return province.caller(who.partition(" ")[0], **CALLERS[who])


def said(answer: TestResponse) -> str:
    """Give all words of an answer, those in headers too."""
    return f"{answer.headers} {plain(answer)}"


def plain(answer: TestResponse) -> str:
    """Give status and body of an answer, of files what is in them, without the request's own id."""
    body = answer.get_data()
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as files:
            body = b"".join(files.read(name) for name in files.namelist())
    return f"{answer.status_code} " + re.sub(r'"request_id":"\w+"', "", body.decode())


def of(mark: str, addresses: Addresses) -> re.Pattern[str]:
    """Give what a province is known by, whatever it turns up in."""
    words = [mark, DIGITS[mark], *addresses[:3]]
    if mark == BETA:
        words += ELSEWHERE.values()
    return re.compile("|".join(map(re.escape, words)), re.IGNORECASE)


def anonymous(answer: TestResponse, names: Mapping[str, str], addresses: Addresses) -> str:
    """Give the same without what was asked for."""
    asked = (re.escape(str(name)) for name in (*names.values(), *addresses))
    return re.sub("|".join(asked), "…", plain(answer))


def questions(app: Flask) -> Iterator[Call]:
    """Give a call of every operation for each parameter of it that names something."""
    first = {}
    routes = app.url_map.bind("")
    for call, _, _, answers in CALLS:
        method, _, address = call.partition(" ")
        rule, _ = routes.match(BASE + address.partition("?")[0], method, return_rule=True)
        first.setdefault((method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)), (call, answers))
    said = document(app)["paths"]
    for method, path in sorted(operations_of(app)):
        call, answers = first[method, path]
        for each in said[path][method.lower()].get("parameters", []):
            name = each["name"]
            if each["in"] != "query" or name in HARMLESS:
                continue
            assert name in NAMING, f"say whether {name} of {path} names anything"
            address, _, query = call.partition(" ")[2].partition("?")
            kept = [part for part in query.split("&") if part and part.split("=")[0] != name]
            asked = "&".join([*kept, f"{name}={NAMING[name]}"])
            yield Call(method, f"{address}?{asked}", None, _people(answers) or ["administrator"])
