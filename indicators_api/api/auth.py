"""Authorization header → Actor.

Bearer, or Basic with the token as user name for clients that can do no other.
"""

from flask import g, request

from indicators_api.api.context import now, services
from indicators_api.audit import side_log
from indicators_api.errors import Unauthorized, mark
from indicators_api.security.tokens import find_actor

#: Both ways are offered, each in a line of its own: browsers read no further than the first
#: challenge of a line, and show their password prompt for Basic.
CHALLENGE = {
    "WWW-Authenticate": [
        'Bearer realm="indicators-api"',
        'Basic realm="indicators-api", charset="UTF-8"',
    ]
}


def authenticate() -> None:
    """Find who calls and keep it for the request, as of now and in no transaction.

    It is the primary's, so a token ends at once; the request's reads are no older than it.

    Raises Unauthorized.
    """
    token = _token()
    with services().database.looking_up() as session:
        found = find_actor(session, token, at=now())
    if found is None:
        raise Unauthorized(
            mark("This token is not valid: mistyped, expired or revoked."), headers=CHALLENGE
        )
    g.actor = found.actor
    side_log.note_use(services().database, g.actor.token_id, found.last_used_at, at=now())
    g.database = services().database.since(found.position)


def _token() -> str:
    sent = request.authorization
    if sent is not None and sent.type == "bearer" and sent.token:
        return sent.token
    if sent is not None and sent.type == "basic" and sent.username:
        return sent.username
    raise Unauthorized(
        mark(
            "Send a token: `Authorization: Bearer <token>`, or HTTP Basic with the token as "
            "user name."
        ),
        headers=CHALLENGE,
    )
