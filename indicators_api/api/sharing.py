"""The sharing log at the edge: what shares data is logged before its first byte leaves.

Answers are in memory when they leave, so one row says all. The transaction that read them has ended
by then; the row has one of its own.
"""

import logging
import re

from flask import Response, g, request

from indicators_api.api import problems
from indicators_api.api.context import actor, database, now
from indicators_api.audit import side_log
from indicators_api.audit.sharing import Shared
from indicators_api.errors import DomainError
from indicators_api.security.permissions import Permission, shares
from indicators_api.security.tokens import masked

log = logging.getLogger(__name__)

#: Characters of a question that are kept: some 200 codes.
_LONGEST = 2000
#: What a line of text can't hold, and what PostgreSQL doesn't take.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_REFUSED, _FAILED = 400, 500


def announce(permission: Permission) -> None:
    """Tell that a call with this permission begins; refused or not, it is logged if it shares."""
    g.shares = shares(actor(), permission)


def logged(response: Response) -> Response:
    """Log an answer that shares data and give it back; a problem instead, if that failed."""
    if not g.get("shares"):
        return response
    try:
        side_log.note_sharing(database(), _shared(response))
    except DomainError as error:
        log.exception("the sharing log could not be written")
        return problems.answer(error)
    return response


def _shared(response: Response) -> Shared:
    who, status = actor(), response.status_code
    state = "failed" if status >= _FAILED else "refused" if status >= _REFUSED else "answered"
    return Shared(
        jurisdiction=who.jurisdiction,
        at=now(),
        kind="pull",
        token_id=who.token_id,
        who=who.name,
        role=who.role,
        asked=_asked(with_body=state == "answered"),
        status=status,
        size=0 if request.method == "HEAD" else response.calculate_content_length(),
        state=state,
        request_id=g.request_id,
    )


def _asked(*, with_body: bool) -> str:
    """Give method, address and parameters, in a body too, with no secret and not too long.

    A body that was refused may say anything, so it isn't kept.
    """
    parameters = "&".join(f"{name}={value}" for name, value in request.args.items(multi=True))
    said = f"{request.method} {request.path}{'?' if parameters else ''}{parameters}"
    if with_body and request.method == "POST":
        said = f"{said} {request.get_data(as_text=True)}"
    shown = _UNPRINTABLE.sub(" ", masked(said))
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
