"""Conventions: one shape for every error, whoever finds it: RFC 9457, in the reader's language."""

import logging
import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from indicators_api.api.problems import catalogue
from indicators_api.app import create_app
from indicators_api.config import Config, from_environment
from indicators_api.db.session import Database
from tests.callers import BASE, Caller, Clock, assert_problem, issue_token
from tests.factories import JULY, WARD

LIMIT = 4000


#: What is sent, and the problem that is answered.
BODIES: dict[str, tuple[str | bytes, int, str]] = {
    "nothing": ("", 400, "malformed-body"),
    "half an object": ('{"unit": ', 400, "malformed-body"),
    "two objects": ("{}{}", 400, "malformed-body"),
    "single quotes": ("{'unit': 1}", 400, "malformed-body"),
    "a list": ("[]", 400, "malformed-body"),
    "a number": ("7", 400, "malformed-body"),
    "NaN": ('{"values": {"XH160101": NaN}}', 400, "malformed-body"),
    "infinity": ('{"values": {"XH160101": -Infinity}}', 400, "malformed-body"),
    "10**400": (f'{{"values": {{"XH160101": {10**400}}}}}', 422, "invalid-request"),
    "1e400": ('{"values": {"XH160101": 1e400}}', 422, "invalid-request"),
    "an endless exponent": (f'{{"values": {{"A": 1e{"9" * 30}}}}}', 400, "malformed-body"),
    "more digits than can be read": (f'{{"a": {"1" * 4301}}}', 400, "malformed-body"),
    "deep nesting": ("[" * 100_000, 400, "malformed-body"),
    "deep objects": ('{"a":' * 100_000, 400, "malformed-body"),
    "a byte order mark": ("\ufeff{}", 400, "malformed-body"),
    "UTF-16": ("{}".encode("utf-16"), 400, "malformed-body"),
    "half a character": (b'{"unit": "\xc3"}', 400, "malformed-body"),
    "a lone surrogate as value": (r'{"unit": "\ud800"}', 422, "invalid-request"),
    "a lone surrogate as key": (r'{"\ud800": 1}', 422, "invalid-request"),
    "a lone surrogate twice": (r'{"\ud800": 1, "\ud800": 2}', 422, "invalid-request"),
    "a NUL": (r'{"unit": "\u0000", "values": {"\u0000": 1}}', 422, "invalid-request"),
    "a key twice": ('{"unit": 1, "unit": 1}', 422, "invalid-request"),
    "an unknown field": ('{"colour": "red"}', 422, "invalid-request"),
    "percent signs": ('{"%(x)s": "100%", "unit": "%s"}', 422, "invalid-request"),
    "other types": ('{"unit": {}, "period": [], "step": {}, "values": 1}', 422, "invalid-request"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_can_not_be_read_is_a_problem(clerk: Caller, name: str) -> None:
    """Conventions: malformed JSON, strange numbers, characters and members."""
    body, status, slug = BODIES[name]

    problem = assert_problem(clerk.post("/reports", body), status, slug)

    assert problem["instance"] == f"{BASE}/reports"
    assert (status == 422) is bool(problem["errors"])
    assert all(set(fault) >= {"pointer", "code", "detail"} for fault in problem["errors"])


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_a_body_of_another_media_type_is_not_read(clerk: Caller, media_type: str) -> None:
    """Conventions: a body whose media type isn't read is 415; its parameters don't matter."""
    assert_problem(
        clerk.post("/reports", "{}", content_type=media_type), 415, "unsupported-media-type"
    )
    read = clerk.post("/reports", "{}", content_type="application/json; charset=utf-8")
    assert_problem(read, 422, "invalid-request")


@pytest.fixture
def small(config: Config, database: Database, clock: Clock) -> Caller:
    """A clerk of a service that takes small bodies only."""
    app = create_app(replace(config, max_body_bytes=LIMIT), database=database, clock=clock)
    return Caller(app.test_client(), issue_token(database, "clerk", at=clock(), unit=WARD))


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("size", "status"), [(LIMIT, 422), (LIMIT + 1, 413), (9 * LIMIT, 413)])
def test_a_body_that_is_too_large_is_refused(
    small: Caller, size: int, status: int, *, chunked: bool
) -> None:
    """Conventions: 413 with the limit, by Content-Length or counted; never cut without a word."""
    body = b'{"colour": "' + b"x" * (size - 14) + b'"}'
    sent: dict[str, Any] = {"data": body}
    if chunked:
        stream = {"wsgi.input": BytesIO(body), "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
        sent = {"environ_overrides": stream}

    answer = small.call("POST", "/reports", content_type="application/json", **sent)

    if status == 413:
        assert_problem(answer, 413, "body-too-large", facts={"limit": LIMIT})
    else:
        assert_problem(answer, 422, "invalid-request")


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/nothing", "/api/v2/reports", "/docs/none", "/problems/none"]
)
def test_an_unknown_address_is_a_problem(service: Flask, path: str) -> None:
    """Conventions: 404, for addresses of nothing, in API and pages alike."""
    assert_problem(service.test_client().get(path), 404, "route-unknown", facts={"path": path})


@pytest.mark.parametrize(
    "path", ["/units/%00", "/reports/%00/2024-07", "/areas/a%20b", "/areas/🎈"]
)
def test_what_is_no_code_has_no_address(clerk: Caller, path: str) -> None:
    """Conventions: what can't be a code is an unknown address, never a fault of the database."""
    assert_problem(clerk.get(path), 404, "route-unknown")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/me", {"GET", "HEAD", "OPTIONS"}),
        ("GET", "/reports/accept", {"POST", "OPTIONS"}),
        ("BREW", f"/reports/{WARD}/{JULY}", {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"}),
    ],
)
def test_a_method_that_is_not_taken_names_those_that_are(
    clerk: Caller, method: str, path: str, allowed: set[str]
) -> None:
    """Conventions: 405 with `Allow`."""
    answer = clerk.call(method, path)

    assert_problem(answer, 405, "method-not-allowed")
    assert set(answer.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize(
    ("path", "pointer", "code"),
    [
        ("/reports?colour=red", "/colour", "invalid"),
        ("/me?colour=red", "/colour", "unknown"),
        (f"/reports/{WARD}/{JULY}?values=1", "/values", "unknown"),
        ("/reports?unit=A&unit=A", "/unit", "repeated"),
        ("/indicators?q=%00", "/q", "invalid"),
        ("/reports?cursor=WzEsICJcdTAwMDAiXQ==", "/cursor", "invalid"),  # a NUL
        ("/reports?cursor=WzEsICJcdWQ4MDAiXQ==", "/cursor", "invalid"),  # a lone surrogate
        ("/reports?cursor=WzFlMzAsICJ4Il0=", "/cursor", "invalid"),
        ("/reports?cursor=W1tbW1tbW1tb", "/cursor", "invalid"),
    ],
)
def test_parameters_are_never_ignored(clerk: Caller, path: str, pointer: str, code: str) -> None:
    """Conventions: unknown, repeated and malformed query parameters are 422."""
    (fault,) = assert_problem(clerk.get(path), 422, "invalid-request")["errors"]

    assert (fault["pointer"], fault["code"], fault["in"]) == (pointer, code, "query")


@pytest.fixture
def without_database(tmp_path: Path) -> Flask:
    """The service with a database that isn't there: a socket folder without a socket."""
    url = f"postgresql:///indicators?host={tmp_path}"
    return create_app(from_environment({"DATABASE_URL": url}))


def test_without_a_database_the_service_says_when_to_come_back(without_database: Flask) -> None:
    """Conventions: 503 with `Retry-After`; the process lives, but isn't ready."""
    client = without_database.test_client()
    token = {"Authorization": "Bearer ia_1_" + "a" * 43}

    for answer in (client.get(f"{BASE}/me", headers=token), client.get("/health/ready")):
        assert_problem(answer, 503, "database-unavailable")
        assert int(answer.headers["Retry-After"]) > 0
    assert client.get("/health/live").get_json() == {"status": "live"}
    assert client.get("/docs").status_code == 200


def test_the_service_is_ready_when_its_database_is(service: Flask, database: Database) -> None:
    """Service: ready = the database answers and is migrated to this software's head."""
    client = service.test_client()
    assert client.get("/health/ready").get_json()["status"] == "ready"

    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'older'"))

    answer = client.get("/health/ready")
    assert_problem(answer, 503, "service-unavailable", facts={"present": "older"})
    assert "Retry-After" in answer.headers


def test_a_crash_leaks_nothing(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """Conventions: a bug is a 500 of the same shape: no trace, no SQL; the log has it."""

    @app.get("/crash")
    def crash() -> str:
        raise ZeroDivisionError("SELECT secret FROM token")

    with caplog.at_level(logging.ERROR):
        answer = app.test_client().get("/crash", headers={"X-Request-Id": "crash-1"})

    problem = assert_problem(answer, 500, "internal-error")
    assert problem["request_id"] == "crash-1"
    assert "secret" not in answer.text
    assert "ZeroDivisionError" not in answer.text
    assert "SELECT secret FROM token" in caplog.text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "vi"),
        ("en", "en"),
        ("en-US", "en"),
        ("de", "vi"),
        ("vi;q=0.1, en;q=0.9", "en"),
        ("*", "vi"),
    ],
)
def test_a_problem_speaks_the_readers_language(
    service: Flask, accepted: str | None, language: str
) -> None:
    """Conventions: Vietnamese, or English by `Accept-Language`, with `Content-Language`."""
    headers = {"Accept-Language": accepted} if accepted else {}

    answer = service.test_client().get("/nothing", headers=headers)

    assert_problem(answer, 404, "route-unknown")
    assert answer.headers["Content-Language"] == language


def test_a_problem_is_not_stored(clerk: Caller) -> None:
    """Conventions: no cache keeps an error."""
    assert clerk.get("/nothing").headers["Cache-Control"] == "no-store"


def test_every_problem_has_a_page_where_its_type_leads(service: Flask) -> None:
    """Conventions: `type` is a URI that resolves; the contract names none that does not."""
    pages = {f"/problems/{problem.slug}" for problem in catalogue()}
    contract = service.test_client().get("/openapi.json").text

    assert set(re.findall(r"/problems/[a-z-]+", contract)) <= pages
    assert {service.test_client().get(page).status_code for page in pages} == {200}
