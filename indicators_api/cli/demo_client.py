"""The demonstration's way to the service: HTTP with a token, problems as exceptions."""

import json
import threading
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

import click
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

BASE = "/api/v1"

#: Seconds to connect, and to wait for an answer.
_TIMEOUT = (5, 120)
#: A busy service says when to come back; nothing was stored then.
_RETRY = Retry(
    total=8,
    connect=0,
    read=0,
    status_forcelist=(429, 503),
    allowed_methods=None,
    raise_on_status=False,
)
#: Faults of a problem that are shown.
_SHOWN = 20


class Unreachable(click.ClickException):
    """No service answers."""


class Refused(click.ClickException):
    """The service answered with a problem, which the text shows with all its faults."""

    def __init__(self, request: str, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.slug = str(problem.get("type", "")).rpartition("/")[2]
        super().__init__(f"{request} was refused.\n{described(status, problem)}")


def described(status: int, problem: Mapping[str, Any]) -> str:
    """Give a problem as text: kind, detail, a line for each fault."""
    kind = str(problem.get("type", "")).rpartition("/")[2] or "no problem document"
    faults = problem.get("errors", [])
    lines = [f"  {fault.get('pointer')}: {fault.get('detail')}" for fault in faults[:_SHOWN]]
    more = [f"  and {len(faults) - _SHOWN} more"] if len(faults) > _SHOWN else []
    return "\n".join([f"{status} {kind}: {problem.get('detail', '')}", *lines, *more])


class Service:
    """A running service, with a connection for each thread that calls it."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._own = threading.local()
        self._sessions: list[requests.Session] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for session in self._sessions:
            session.close()

    def demand_ready(self) -> None:
        """Raise Unreachable unless the service answers and is ready."""
        answer = self._request("GET", "/health/ready", {}, None)
        if answer.status_code != requests.codes.ok or "ready" not in answer.text:
            raise Unreachable(
                f"What answers at {self.url} is not a service that is ready: GET /health/ready "
                f"gave {answer.status_code}. Look at its log, or name another one with --url."
            )

    def call(
        self, token: str, method: str, path: str, body: Any = None, *, seen: int | None = None
    ) -> Any:
        """Call as the holder of a token and give the answer, numbers as exact decimals.

        `seen` is the revision of the report that is changed. Raises Refused and Unreachable.
        """
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        if seen is not None:
            headers["If-Match"] = f'"{seen}"'
        answer = self._request(method, f"{BASE}{path}", headers, body)
        if answer.status_code < requests.codes.bad_request:
            return json.loads(answer.text, parse_float=Decimal)
        raise Refused(f"{method} {path}", answer.status_code, _problem(answer))

    def pages(self, token: str, path: str) -> Iterator[Mapping[str, Any]]:
        """Give all rows of a list, page by page; the path carries a query."""
        address = path
        while address:
            page = self.call(token, "GET", address)
            yield from page["data"]
            address = f"{path}&cursor={page['next']}" if page["next"] else ""

    def _request(
        self, method: str, path: str, headers: Mapping[str, str], body: Any
    ) -> requests.Response:
        try:
            return self._session().request(
                method, f"{self.url}{path}", headers=headers, json=body, timeout=_TIMEOUT
            )
        except requests.RequestException as error:
            raise Unreachable(
                f"No service answers at {self.url} ({type(error).__name__}). Start one with "
                "`make run` in another terminal, or name it with --url."
            ) from error

    def _session(self) -> requests.Session:
        if not hasattr(self._own, "session"):
            session = requests.Session()
            # A proxy or netrc meant for other addresses would stand in the way of the token.
            session.trust_env = False
            session.mount(self.url, HTTPAdapter(max_retries=_RETRY))
            self._own.session = session
            self._sessions.append(session)
        return self._own.session  # type: ignore[no-any-return]


def _problem(answer: requests.Response) -> dict[str, Any]:
    """Read the problem; something else (a proxy's page) gives an empty one."""
    try:
        problem = answer.json()
    except requests.JSONDecodeError:
        return {}
    return problem if isinstance(problem, dict) else {}
