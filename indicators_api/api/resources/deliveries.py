"""Deliveries: what waits in the outbox and what came of it."""

from typing import Any

from flask import Response

from indicators_api.api import examples_exchange as examples
from indicators_api.api.conditional import PRIVATE
from indicators_api.api.context import actor, author, database, now
from indicators_api.api.paging import cursor, link
from indicators_api.api.rest import BASE, Blueprint, Resource, reply
from indicators_api.api.schemas import exchange as schemas
from indicators_api.errors import NotFound, WrongState
from indicators_api.exchange import deliveries
from indicators_api.outbox import queries
from indicators_api.outbox.queries import DeliveryFacts, Filter
from indicators_api.security.permissions import Permission

blueprint = Blueprint(
    "deliveries", __name__, url_prefix=BASE, description="The outbox: what goes to partners."
)


@blueprint.at("/deliveries")
class Deliveries(Resource):
    """Messages in the outbox."""

    @blueprint.needs(Permission.ADMINISTER_EXCHANGE)
    @blueprint.takes(schemas.DeliveryFilter, location="query")
    @blueprint.answers(200, schemas.Deliveries, example=examples.DELIVERIES)
    def get(self, query: dict[str, Any]) -> Response:
        """List messages to partners, the newest first.

        `state=dead` gives those that were given up: resend or cancel them, for they hold up what
        is behind them in their stream.
        """
        limit = query.pop("limit")
        (before,) = query.pop("cursor", (None,))
        with database().reading() as session:
            found = queries.deliveries(
                session, actor().jurisdiction, Filter(**query), before=before, limit=limit + 1
            )
        page = found[:limit]
        further = cursor([page[-1].id] if len(found) > limit else None)
        rows = [rendered(each) for each in page]
        return reply({"data": rows, "next": further}, headers={**PRIVATE, **link(further)})


@blueprint.at("/deliveries/<code>")
class Delivery(Resource):
    """One message."""

    @blueprint.needs(Permission.ADMINISTER_EXCHANGE, NotFound)
    @blueprint.answers(200, schemas.Delivery, example=examples.DELIVERY)
    def get(self, code: str) -> Response:
        """Read a message with what it says.

        And every attempt to deliver it.
        """
        with database().reading() as session:
            found = deliveries.delivery(session, actor().jurisdiction, code)
            said = queries.body(session, found.id).decode("utf-8", "replace")
            log = [attempt._asdict() for attempt in queries.attempts(session, found.id)]
        return reply({**rendered(found), "body": said, "log": log}, headers=PRIVATE)


@blueprint.at("/deliveries/<code>/resend")
class DeliveryResend(Resource):
    """Another try for a dead message."""

    @blueprint.needs(Permission.ADMINISTER_EXCHANGE, NotFound, WrongState)
    @blueprint.answers(200, schemas.DeliveryItem, example=examples.DELIVERIES["data"][0])
    def post(self, code: str) -> Response:
        """Resend a message that was given up.

        With its own id, so that a partner that has it already takes it once.
        """
        with database().writing() as session:
            found = deliveries.resend(session, author(), code, at=now())
        return reply(rendered(found))


@blueprint.at("/deliveries/<code>/cancel")
class DeliveryCancel(Resource):
    """A message that is no longer wanted."""

    @blueprint.needs(Permission.ADMINISTER_EXCHANGE, NotFound, WrongState)
    @blueprint.answers(200, schemas.DeliveryItem, example=examples.DELIVERIES["data"][0])
    def post(self, code: str) -> Response:
        """Cancel a message that is not delivered.

        Those behind it in its stream go on.
        """
        with database().writing() as session:
            found = deliveries.cancel(session, author(), code, at=now())
        return reply(rendered(found))


def rendered(found: DeliveryFacts) -> dict[str, Any]:
    """A message without its body; its number stays inside."""
    said = found._asdict()
    del said["id"]
    return said
