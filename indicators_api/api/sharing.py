"""The sharing log at the edge: what shares data is logged before its first byte leaves.

Of an answer that is in memory when it leaves one row says all; a streamed one is logged before it
is read, and how it ended after its last byte. The log is written in transactions of its own, while
no other one of the request is open.
"""

import logging
import re
from collections.abc import Iterable, Iterator

from flask import Response, g, request

from indicators_api.api import problems
from indicators_api.api.context import actor, database, now
from indicators_api.audit import side_log
from indicators_api.audit.sharing import Outcome, Shared
from indicators_api.errors import DomainError
from indicators_api.security.permissions import Permission, shares
from indicators_api.security.tokens import masked

log = logging.getLogger(__name__)

#: Characters of a question that are kept: some 200 codes.
_LONGEST = 2000
#: What a line of text can't hold, and what PostgreSQL doesn't take.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_REFUSED, _FAILED = 400, 500
#: States of what is answered: the question in a body is known to be one.
_GIVEN = ("answering", "answered")


def announce(permission: Permission) -> None:
    """Tell that a call with this permission begins; refused or not, it is logged if it shares."""
    g.shares = shares(actor(), permission)


def begin() -> None:
    """Log that an answer begins whose end isn't known; its outcome is added when it has left.

    No other transaction of the request may be open.
    """
    if g.get("shares"):
        g.sharing = side_log.note_sharing(database(), _shared("answering", None, None))


def logged(response: Response) -> Response:
    """Log an answer that shares data and give it back; a problem instead, if that failed."""
    if not g.get("shares"):
        return response
    if response.is_streamed:
        return _followed(response, g.sharing)
    try:
        _note(_outcome_of(response))
    except DomainError as error:
        log.exception("the sharing log could not be written")
        return problems.answer(error)
    return response


def _note(outcome: Outcome) -> None:
    if "sharing" in g:
        side_log.complete_sharing(database(), g.sharing, outcome)
    else:
        side_log.note_sharing(database(), _shared(outcome.state, outcome.status, outcome.size))


def _outcome_of(response: Response) -> Outcome:
    status = response.status_code
    state = "failed" if status >= _FAILED else "refused" if status >= _REFUSED else "answered"
    size = 0 if request.method == "HEAD" else response.calculate_content_length() or 0
    return Outcome(status, size, state)


def _followed(response: Response, number: int) -> Response:
    """Count what leaves of a stream and log it after the last byte, or where it broke off."""
    where, status = database(), response.status_code
    counted = _Counted(response.iter_encoded())
    response.response = counted

    def note() -> None:
        state = "answered" if counted.is_whole else "broken"
        try:
            side_log.complete_sharing(where, number, Outcome(status, counted.size, state))
        except DomainError:
            log.exception("the sharing log does not say how answer %s ended", number)

    response.call_on_close(note)
    return response


class _Counted:
    """Pieces on their way out, how many bytes of them were taken, and whether that is all."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self.size = 0
        self.is_whole = False

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            yield piece
            self.size += len(piece)
        self.is_whole = True


def _shared(state: str, status: int | None, size: int | None) -> Shared:
    who = actor()
    return Shared(
        jurisdiction=who.jurisdiction,
        at=now(),
        kind="pull",
        token_id=who.token_id,
        who=who.name,
        role=who.role,
        asked=_asked(with_body=state in _GIVEN),
        status=status,
        size=size,
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
