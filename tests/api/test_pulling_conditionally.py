"""Conditional pulls: 304 without touching the data, proved by what the database is asked."""

import re
from collections.abc import Callable, Iterator
from typing import Any, cast

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Connection

from indicators_api.api.rest import BASE, document
from tests.api.watching import POOR
from tests.callers import Caller
from tests.factories import CITY, JULY, NEIGHBOUR, WARD, MakeReport
from tests.statements import recorded

#: What stands in an address for its parts; a code is one of what the list holds.
_PARTS = dict.fromkeys(("level", "regime", "fingerprint"), "x") | {"period": JULY, "number": 1}
_CODES = {"areas": CITY, "units": WARD, "indicators": POOR}
#: What there is much of. `report` has a row for a unit and a month: its revision is the version.
_FACTS = re.compile(r"\b(observation|rollup|report_version|report_step|correction|journal)\b")
#: Whose the token is; the version, of the catalogue and of the reports; for one report who may see
#: it and when it is due; what to be logged is. No more, whatever is asked.
_MOST = 6
#: Representations and questions beside those of the plain addresses.
_MORE = (
    f"/observations?period={JULY}&format=csv",
    f"/observations?start=2023-01&end={JULY}&format=jsonl&basis=sent",
    f"/aggregates?period={JULY}&format=jsonl",
    f"/aggregates?period={JULY}&level=commune&measures=value,ytd,yoy_pct,plan_pct&basis=sent",
    f"/bulletin?period={JULY}&format=xlsx",
    f"/completeness?period={JULY}&level=unit",
)


@pytest.fixture
def driver(connection: Connection) -> psycopg.Connection:
    """The line to the database."""
    return cast("psycopg.Connection", connection.connection.driver_connection)


@pytest.fixture
def callers(client_of: Callable[..., Caller], make_report: MakeReport) -> list[Caller]:
    """Those who between them may read everything, the ward's accepted report and its new draft."""
    make_report(unit=NEIGHBOUR, state="accepted")
    make_report(state="revising")
    callers = [client_of(role) for role in ("operations", "administrator")]
    callers.append(client_of("leader", unit=WARD))
    for caller in callers:
        # That a token is used is noted now, not with the first question.
        caller.get("/me")
    return callers


def addresses(app: Flask) -> Iterator[str]:
    """Give an address of each call that reads, and questions beside."""
    for path, item in document(app)["paths"].items():
        if "get" in item:
            _, list_, *_ = path.removeprefix(BASE).split("/")
            parts = {**_PARTS, "unit": WARD, "message_id": "x", "code": _CODES.get(list_, "x")}
            takes = {parameter["name"] for parameter in item["get"].get("parameters", ())}
            query = f"?period={JULY}" if takes & {"period"} and "{period}" not in path else ""
            yield path.removeprefix(BASE).format(**parts) + query
    yield from _MORE


def test_nothing_of_the_data_is_read_for_what_is_known(
    app: Flask, callers: list[Caller], driver: psycopg.Connection
) -> None:
    """Reads: every call with an ETag answers 304 from versions alone, in a handful of queries."""
    probed: dict[str, Any] = {}
    for call in addresses(app):
        for caller in callers:
            tag = caller.get(call).headers.get("ETag")
            if tag is None:
                continue
            with recorded(driver) as asked:
                again = caller.get(call, headers={"If-None-Match": tag})
            touched = {name for said in asked for name in _FACTS.findall(said.text)}
            assert (again.status_code, touched) == (304, set()), call
            assert len(asked) <= _MOST, (call, asked)
            probed[call.partition("?")[0]] = asked

    assert {
        *("/aggregates", "/observations", "/reconciliation", "/bulletin", "/completeness"),
        *("/changes", "/operations-centre/snapshot", "/thresholds", "/targets", "/indicators"),
        *(f"/reports/{WARD}/{JULY}{part}" for part in ("", "/document", "/corrections")),
        *(f"/reports/{WARD}/{JULY}/versions{part}" for part in ("", "/1", "/1/differences")),
    } <= probed.keys()


def test_what_is_not_known_is_read(operations: Caller, driver: psycopg.Connection) -> None:
    """Reads: the proof can fail, since an answer does name the data."""
    with recorded(driver) as asked:
        for call in ("/observations", "/aggregates"):
            operations.get(f"{call}?period={JULY}", headers={"If-None-Match": '"other"'})

    touched = {name for said in asked for name in _FACTS.findall(said.text)}
    assert {"observation", "rollup"} <= touched
