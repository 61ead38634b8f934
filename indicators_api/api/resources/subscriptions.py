"""Subscriptions: events of the feed, pushed to partners."""

from typing import Any

from flask import Response

from indicators_api.addresses import Allowed
from indicators_api.api import examples_subscriptions as examples
from indicators_api.api.conditional import PRIVATE
from indicators_api.api.context import actor, author, database, now, services
from indicators_api.api.languages import say
from indicators_api.api.resources import deliveries
from indicators_api.api.rest import BASE, Blueprint, Resource, reply
from indicators_api.api.schemas import exchange as delivery_schemas
from indicators_api.api.schemas import subscriptions as schemas
from indicators_api.audit import numbering
from indicators_api.errors import Message, NotFound, WrongState
from indicators_api.exchange import pausing, subscription_queries, subscriptions
from indicators_api.exchange.deliveries import delivery
from indicators_api.exchange.subscription_queries import SubscriptionFacts
from indicators_api.exchange.subscriptions import Wanted
from indicators_api.security.permissions import Permission

blueprint = Blueprint(
    "subscriptions",
    __name__,
    url_prefix=BASE,
    description="Events of the feed, pushed to partners.",
)

_CHANGING = (NotFound, WrongState)


@blueprint.at("/subscriptions")
class Subscriptions(Resource):
    """All of them."""

    @blueprint.needs(Permission.ADMINISTER_EXCHANGE)
    @blueprint.answers(200, schemas.Subscriptions, example=examples.SUBSCRIPTIONS)
    def get(self) -> Response:
        """List the subscriptions.

        By number, with what waits for each. Those that ended stay in the list.
        """
        with database().reading() as session:
            found = subscription_queries.subscriptions(session, actor().jurisdiction)
        return reply({"data": [rendered(each) for each in found]}, headers=PRIVATE)

    @blueprint.needs(Permission.ADMINISTER_EXCHANGE)
    @blueprint.takes(schemas.NewSubscription, example=examples.NEW)
    @blueprint.answers(201, schemas.Subscription, example=examples.SUBSCRIPTION)
    def post(self, body: dict[str, Any]) -> Response:
        """Subscribe a partner to events.

        Each event that passes the filters is posted to the partner's base URL and the path, once
        by its id and in order, with the signature of Standard Webhooks. The partner is told what
        the operations centre may see.
        """
        since, partner = body.pop("since"), body.pop("partner")
        numbering.number(database(), actor().jurisdiction)
        with database().writing() as session:
            number = subscriptions.create(
                session, author(), partner, Wanted(**body), _allowed(), since=since, at=now()
            )
            made = subscription_queries.subscription(session, actor().jurisdiction, number)
        location = {"Location": f"{BASE}/subscriptions/{number}"}
        return reply(rendered(made), 201, location)


@blueprint.at("/subscriptions/<int:number>")
class Subscription(Resource):
    """One of them."""

    @blueprint.needs(Permission.ADMINISTER_EXCHANGE, NotFound)
    @blueprint.answers(200, schemas.Subscription, example=examples.SUBSCRIPTION)
    def get(self, number: int) -> Response:
        """Read a subscription.

        With what waits for it and, where it is paused, why.
        """
        with database().reading() as session:
            found = subscription_queries.subscription(session, actor().jurisdiction, number)
        return reply(rendered(found), headers=PRIVATE)

    @blueprint.needs(Permission.ADMINISTER_EXCHANGE, *_CHANGING)
    @blueprint.takes(schemas.SubscriptionChange, example=examples.CHANGE)
    @blueprint.answers(200, schemas.Subscription, example=examples.CHANGED)
    def patch(self, body: dict[str, Any], number: int) -> Response:
        """Change the path or the filters of a subscription.

        Filters hold for what is put into the outbox from now on, the path also for what waits.
        """
        with database().writing() as session:
            subscriptions.change(session, author(), number, body, _allowed(), at=now())
            found = subscription_queries.subscription(session, actor().jurisdiction, number)
        return reply(rendered(found))

    @blueprint.needs(Permission.ADMINISTER_EXCHANGE, *_CHANGING)
    @blueprint.answers(204)
    def delete(self, number: int) -> Response:
        """End a subscription for good.

        What waits for it is given up. It stays in the list, and its number is never used again.
        """
        with database().writing() as session:
            subscriptions.end(session, author(), number, at=now())
        return Response(status=204)


@blueprint.at("/subscriptions/<int:number>/pause")
class SubscriptionPause(Resource):
    """Events wait."""

    @blueprint.needs(Permission.ADMINISTER_EXCHANGE, *_CHANGING)
    @blueprint.takes(schemas.Pause, example=examples.PAUSE)
    @blueprint.answers(200, schemas.Subscription, example=examples.PAUSED)
    def post(self, body: dict[str, Any], number: int) -> Response:
        """Pause a subscription.

        Nothing goes out, nothing is given up. A subscription is also paused where its receiver
        refuses an event, does not take it however often it is tried, or answers 410.
        """
        with database().writing() as session:
            pausing.pause(session, author(), number, body["reason"], at=now())
            found = subscription_queries.subscription(session, actor().jurisdiction, number)
        return reply(rendered(found))


@blueprint.at("/subscriptions/<int:number>/resume")
class SubscriptionResume(Resource):
    """Events go out again."""

    @blueprint.needs(Permission.ADMINISTER_EXCHANGE, *_CHANGING)
    @blueprint.takes(schemas.Resume, example=examples.RESUME)
    @blueprint.answers(200, schemas.Subscription, example=examples.SUBSCRIPTION)
    def post(self, body: dict[str, Any], number: int) -> Response:
        """Let a paused subscription go on from where it stopped.

        The event that was given up is sent again first, by its own id, unless it is to be skipped;
        then those that waited, then what has happened meanwhile.
        """
        with database().writing() as session:
            pausing.resume(session, author(), number, skip=body["skip"], at=now())
            found = subscription_queries.subscription(session, actor().jurisdiction, number)
        return reply(rendered(found))


@blueprint.at("/subscriptions/<int:number>/test")
class SubscriptionTest(Resource):
    """A try."""

    @blueprint.needs(Permission.ADMINISTER_EXCHANGE, *_CHANGING)
    @blueprint.answers(202, delivery_schemas.DeliveryItem, example=examples.TEST)
    def post(self, number: int) -> Response:
        """Send a test event.

        It says so itself: `"test": true`. Read what came of it at /deliveries by its message id.
        It waits for no other event, goes out while the subscription is paused, and pauses nothing.
        """
        with database().writing() as session:
            message_id = subscriptions.test(session, author(), number, at=now())
            found = delivery(session, actor().jurisdiction, message_id)
        return reply(deliveries.rendered(found), 202)


def rendered(found: SubscriptionFacts) -> dict[str, Any]:
    """A subscription; why it is paused in the reader's language, unless somebody wrote it."""
    because = found.paused_because
    told = None if because is None else say(Message(because.replace("%", "%%")))
    return {**found._asdict(), "paused_because": told}


def _allowed() -> Allowed:
    return Allowed.read(services().config.exchange_hosts)
