"""ETags: of a report, from its revision; of a read, from the versions of all that it rests on."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response, current_app, request

from indicators_api.api.codings import coding
from indicators_api.api.context import actor
from indicators_api.api.languages import language
from indicators_api.api.negotiation import MEDIA_TYPES
from indicators_api.errors import PreconditionFailed, PreconditionRequired, mark
from indicators_api.version import __version__

_SEEN = re.compile(r'(?:W/)?"(?P<revision>[0-9]{1,9})(?:\.[^"]*)?"')

VARY = "Accept, Accept-Encoding, Accept-Language, Authorization"
PRIVATE = {"Cache-Control": "private, no-cache", "Vary": VARY}


def report_tag(revision: int, *judged: object) -> dict[str, str]:
    """Give a report's ETag header: revision, then the representation, which writes ignore.

    It is told whose report it is: of two jurisdictions the same address may be at one revision.
    `judged` is what the clock or a deadline may change while the report stays: timeliness and due.
    """
    who = actor()
    told = (who.jurisdiction, who.unit_id or 0, *judged)
    after = "-".join([_representation(), *(re.sub("[^0-9a-z]", "", str(part)) for part in told)])
    return {"ETag": f'"{revision}.{after}"', **PRIVATE}


def seen_revision() -> int:
    """Give the revision in `If-Match`.

    Raises PreconditionRequired without one, PreconditionFailed for a strange one.
    """
    header = request.headers.get("If-Match")
    if header is None:
        raise PreconditionRequired(
            mark("Send the report's ETag in If-Match, so that nobody's work is overwritten unseen.")
        )
    match = _SEEN.fullmatch(header.strip())
    if match is None:
        raise PreconditionFailed(mark("If-Match holds no ETag of a report."), values={})
    return int(match["revision"])


def read_tag(versions: Iterable[Any]) -> str:
    """Make a read's strong ETag.

    From the versions it rests on, the actor's scope, question, representation and software.
    """
    who = actor()
    parts = [
        *versions,
        (who.jurisdiction, who.role, who.unit_id, who.area_id),
        request.path,
        sorted(request.args.items()),
        request.get_data() if request.method == "POST" else b"",
        _representation(),
        __version__,
    ]
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def is_known(tag: str) -> bool:
    """Tell whether the client has this version already (`If-None-Match`)."""
    return request.if_none_match.contains_raw(tag) or tag.strip('"') in request.if_none_match


def not_modified(tag: str) -> Response:
    """Answer 304."""
    return current_app.response_class(status=304, headers={"ETag": tag, **PRIVATE})


def tagged(tag: str) -> Mapping[str, str]:
    """Give the headers of a full answer."""
    return {"ETag": tag, **PRIVATE}


def _representation() -> str:
    best = request.accept_mimetypes.best_match(list(MEDIA_TYPES.values()), MEDIA_TYPES["json"])
    kind = request.args.get("format") or best.rpartition("/")[2]
    return f"{language()}-{re.sub('[^a-z]', '', kind)}-{coding()[:2]}"
