"""What every request and answer carries: a request id, CORS, compression, safe defaults."""

import logging
import re
import secrets
import time

from flask import Flask, Response, g, request

from indicators_api.api.codings import IDENTITY, coding, packed
from indicators_api.api.context import services
from indicators_api.api.sharing import logged
from indicators_api.logs import REQUEST_ID

log = logging.getLogger("indicators_api.access")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
#: Below it the headers cost more than is saved.
_SMALLEST = 1000
_COMPRESSIBLE = (
    *("application/json", "application/problem+json", "application/jsonl"),
    *("text/csv", "text/html"),
)

ALLOWED_HEADERS = (
    "Authorization, Content-Type, If-Match, If-None-Match, Accept-Language, X-Request-Id"
)
EXPOSED_HEADERS = "ETag, Link, Location, Content-Language, Next-Cursor, Retry-After, X-Request-Id"


def register(app: Flask) -> None:
    """Wrap every request of the application."""
    app.before_request(begin)
    app.after_request(leave)
    app.teardown_request(end)


def begin() -> Response | None:
    """Take over the client's request id or make one; answer CORS preflights."""
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    REQUEST_ID.set(g.request_id)
    g.begun = time.monotonic()
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        return Response(status=204)
    return None


def leave(response: Response) -> Response:
    """Let an answer leave: as many bytes as it will have, in the sharing log before all else."""
    return finish(allow_origins(logged(compress(response))))


def compress(response: Response) -> Response:
    """Put the content coding on that the client likes best: where it is worth it, or streamed."""
    if response.mimetype not in _COMPRESSIBLE:
        return response
    response.vary.add("Accept-Encoding")
    name = coding()
    if name == IDENTITY or "Content-Encoding" in response.headers:
        return response
    if response.is_streamed:
        response.response = packed(response.iter_encoded(), name)
    elif len(response.get_data()) >= _SMALLEST:
        response.set_data(b"".join(packed([response.get_data()], name)))
    else:
        return response
    response.headers["Content-Encoding"] = name
    return response


def allow_origins(response: Response) -> Response:
    """Let pages of the configured origins read the answer, errors too."""
    origin, allowed = request.headers.get("Origin"), services().config.cors_origins
    if origin is None or not ("*" in allowed or origin in allowed):
        return response
    response.headers["Access-Control-Allow-Origin"] = "*" if "*" in allowed else origin
    response.headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
    if "*" not in allowed:
        response.vary.add("Origin")
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, PUT, PATCH, DELETE"
        response.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
        response.headers["Access-Control-Max-Age"] = "600"
    return response


def finish(response: Response) -> Response:
    """Send the request id back and log the call: no parameters, no body, no token."""
    response.headers["X-Request-Id"] = g.get("request_id", "")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    log.info(
        "call",
        extra={
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "milliseconds": round((time.monotonic() - g.get("begun", time.monotonic())) * 1000, 1),
            "role": g.actor.role if "actor" in g else None,
            "token": g.actor.token_id if "actor" in g else None,
        },
    )
    return response


def end(_error: BaseException | None) -> None:
    """Leave the thread as it was: the next line it logs may belong to no request."""
    REQUEST_ID.set(None)
