"""Who calls in the tests: HTTP clients with a token, and the clock they live by."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from indicators_api.db.session import Database
from indicators_api.security import tokens
from indicators_api.security.tokens import Holder

BASE = "/api/v1"

#: Reads the sharing log: `log("?kind=pull")`.
Log = Callable[..., list[dict[str, Any]]]

_UNIT = text("SELECT id FROM unit WHERE jurisdiction_id = :jurisdiction AND code = :code")
_AREA = text("""
    SELECT id FROM area
    WHERE jurisdiction_id = :jurisdiction AND code = :code AND valid_from < '2025-01-01'
""")


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


class Caller:
    """A client that sends its token, reads decimals exactly, and sends ETags with `seen`."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client = client
        self.token = token

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        seen: str | int | None = None,
        **options: Any,
    ) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        if seen is not None:
            headers["If-Match"] = seen if isinstance(seen, str) else f'"{seen}"'
        if body is not None:
            options["data"] = (
                body if isinstance(body, str | bytes) else json.dumps(body, default=str)
            )
            options.setdefault("content_type", "application/json")
        url = path if path.startswith(("/api", "/health", "/docs")) else BASE + path
        # Streams are read to their end, as a client does before it asks again.
        return self.client.open(url, method=method, headers=headers, buffered=True, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        return self.call("POST", path, {} if body is None else body, **options)

    def put(self, path: str, body: Any, **options: Any) -> TestResponse:
        return self.call("PUT", path, body, **options)

    def patch(self, path: str, body: Any, **options: Any) -> TestResponse:
        return self.call("PATCH", path, body, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        return self.call("DELETE", path, **options)


def exact(answer: TestResponse) -> Any:
    """Read an answer with decimals as they stand in it."""
    return json.loads(answer.data, parse_float=Decimal)


def issue_token(
    database: Database,
    role: str,
    *,
    at: datetime,
    unit: str | None = None,
    area: str | None = None,
    partner_id: int | None = None,
    expires: datetime | None = None,
    jurisdiction: int = 1,
    name: str | None = None,
) -> str:
    """Issue a token, to a unit, for an area (the province unless told), to a partner's system."""
    with database.writing() as session:
        unit_id = area_id = None
        if unit is not None:
            unit_id = session.scalar(_UNIT, {"jurisdiction": jurisdiction, "code": unit})
        else:
            asked = {"jurisdiction": jurisdiction, "code": area or "84"}
            area_id = session.scalar(_AREA, asked)
        holder = Holder(unit_id, name or f"{role} of {unit or area or '84'}", partner_id)
        (token,) = tokens.issue(
            session, jurisdiction, role, [holder], area_id=area_id, at=at, expires=expires
        )
    return token


def assert_problem(
    answer: TestResponse, status: int, slug: str, *, facts: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Check that an answer is a problem in the one shape that all have; give its body."""
    body: dict[str, Any] = exact(answer)
    assert answer.status_code == status, body
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Content-Language"] in {"vi", "en"}
    members = {"type", "title", "status", "detail", "instance", "request_id", "facts", "errors"}
    assert set(body) == members
    assert body["type"] == f"/problems/{slug}", body
    assert body["status"] == status
    for name, value in (facts or {}).items():
        assert body["facts"][name] == value
    return body
