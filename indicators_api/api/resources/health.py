"""Whether the service lives and is ready, for load balancers. Public; tells nothing else."""

from flask import Blueprint, Response

from indicators_api.api.context import database
from indicators_api.api.rest import reply
from indicators_api.db import migrate
from indicators_api.errors import ServiceUnavailable, mark

blueprint = Blueprint("health", __name__, url_prefix="/health")

_NO_STORE = {"Cache-Control": "no-store"}


@blueprint.get("/live")
def live() -> Response:
    """Answer as long as the process serves requests."""
    return reply({"status": "live"}, headers=_NO_STORE)


@blueprint.get("/ready")
def ready() -> Response:
    """Answer 200 when the database answers and is at this software's newest revision, else 503.

    Where there is a read replica, tell whether this process asks it and how far it is behind; the
    primary answers what it can't, so a service without it is ready.
    """
    with database().reading() as session:
        present = migrate.present(session)
        lag = database().lag(session)
    if present != migrate.newest():
        raise ServiceUnavailable(
            mark("The database is at revision %(present)s, this software needs %(newest)s."),
            headers={"Retry-After": "10"},
            present=present or "none",
            newest=migrate.newest(),
        )
    replica = {"replica": lag._asdict()} if lag else {}
    return reply({"status": "ready", "revision": present, **replica}, headers=_NO_STORE)
