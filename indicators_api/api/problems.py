"""Exception → RFC 9457 problem.

The only error handlers; every answer that is an error comes from here.
"""

import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Flask, Response, current_app, g, json, request
from werkzeug.exceptions import HTTPException

from indicators_api.api.languages import LANGUAGES, language, say
from indicators_api.errors import (
    BadRequest,
    BodyTooLarge,
    DomainError,
    Fault,
    InternalError,
    Message,
    MethodNotAllowed,
    NotAcceptable,
    RouteUnknown,
    UnsupportedMediaType,
    all_problems,
    mark,
)

MEDIA_TYPE = "application/problem+json"

log = logging.getLogger(__name__)

_BY_STATUS: dict[int, tuple[type[DomainError], str]] = {
    404: (RouteUnknown, mark("No call has the address %(path)s.")),
    405: (MethodNotAllowed, mark("%(path)s does not take %(method)s.")),
    406: (NotAcceptable, mark("This representation is not offered.")),
    413: (BodyTooLarge, mark("The body is larger than %(limit)s bytes.")),
    415: (UnsupportedMediaType, mark("Send the body as application/json.")),
}


class ProblemType(NamedTuple):
    """A kind of problem, for its page."""

    slug: str
    status: int
    title_vi: str
    title_en: str
    meaning_vi: str
    meaning_en: str


def catalogue() -> list[ProblemType]:
    """Give every kind of problem that the service answers, by status."""
    return [_type_of(problem) for problem in all_problems()]


def _type_of(problem: type[DomainError]) -> ProblemType:
    texts = {
        f"{part}_{to}": say(Message(getattr(problem, part)), to)
        for part in ("title", "meaning")
        for to in LANGUAGES
    }
    return ProblemType(slug=problem.slug, status=problem.status, **texts)


def register(app: Flask) -> None:
    """Answer every exception of the application as a problem."""
    app.register_error_handler(DomainError, answer)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_bug)


def answer(error: DomainError) -> Response:
    """Give the problem as a response, in the reader's language."""
    response = current_app.response_class(
        json.dumps(body(error)), status=error.status, content_type=MEDIA_TYPE
    )
    response.headers.update(error.headers)
    response.headers["Content-Language"] = language()
    response.headers["Cache-Control"] = "no-store"
    return response


def body(error: DomainError) -> dict[str, Any]:
    """Give the members of a problem; `errors` holds all faults at once."""
    return {
        "type": f"/problems/{error.slug}",
        "title": say(Message(error.title)),
        "status": error.status,
        "detail": say(error.detail),
        "instance": request.path,
        "request_id": g.get("request_id"),
        "facts": dict(error.facts),
        "errors": [fault_of(fault) for fault in error.faults],
    }


def fault_of(fault: Fault) -> dict[str, Any]:
    """Give the members of a fault, in the reader's language."""
    where: Mapping[str, Any] = {"pointer": fault.pointer, "code": fault.code}
    return {**where, "detail": say(fault.message), **fault.facts}


def _answer_http(error: HTTPException) -> Response:
    """Answer what Flask and werkzeug raise; their headers (`Allow`, `Retry-After`) are kept."""
    if error.code is None or error.code < 400:  # noqa: PLR2004 - redirects and the like are no errors
        return error.get_response()  # type: ignore[return-value]
    if error.code >= 500:  # noqa: PLR2004
        return _answer_bug(error)
    problem, detail = _BY_STATUS.get(
        error.code, (BadRequest, mark("The request could not be read."))
    )
    facts: dict[str, Any] = {"path": request.path, "method": request.method}
    if problem is BodyTooLarge:
        facts = {"limit": current_app.extensions["indicators"].config.max_body_bytes}
    kept = {key: value for key, value in error.get_headers() if key.lower() != "content-type"}
    return answer(problem(detail, headers=kept, **facts))


def _answer_bug(error: Exception) -> Response:
    log.error("unexpected failure", exc_info=error)
    return answer(
        InternalError(mark("The service failed; the failure is logged under the request id."))
    )
