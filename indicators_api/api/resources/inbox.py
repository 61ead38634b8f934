"""Messages from partners: taking them, and what administrators decide on."""

from typing import Any, Final

from flask import Response, request

from indicators_api.api import examples_inbox as examples
from indicators_api.api import json
from indicators_api.api.conditional import PRIVATE
from indicators_api.api.context import actor, author, database, now, services
from indicators_api.api.fields import CODE
from indicators_api.api.paging import cursor, link
from indicators_api.api.parsing import read_body
from indicators_api.api.rest import BASE, Blueprint, Resource, reply
from indicators_api.api.schemas import inbox as schemas
from indicators_api.errors import (
    BodyTooLarge,
    DomainError,
    ExchangeNotReady,
    Fault,
    InvalidRequest,
    MalformedBody,
    Message,
    MessageReused,
    NotFound,
    SignatureRefused,
    UnsupportedMediaType,
    WrongState,
    mark,
)
from indicators_api.exchange import inbox, mapping_file
from indicators_api.exchange import inbox_queries as queries
from indicators_api.exchange.inbox import Letter, Sender
from indicators_api.exchange.inbox_queries import Filter, MessageFacts
from indicators_api.exchange.kinds import INBOUND
from indicators_api.exchange.seals import verifier_of
from indicators_api.security.permissions import Permission
from indicators_api.security.signing import MOST_CHARACTERS

blueprint = Blueprint(
    "inbox",
    __name__,
    url_prefix=BASE,
    description="Messages from partners: taken once, matched, or looked at by people first.",
)

_HEADERS: Final = {
    "Message-Id": "By which the message is known again: letters, digits, points, hyphens",
    "Message-Kind": f"One of {', '.join(INBOUND)}",
    "Signature": "Detached JWS over the body, by a certificate registered for you; at most 16 kB",
}


_SIGNING: tuple[type[DomainError], ...] = tuple(SignatureRefused.__subclasses__())
_READING = (MalformedBody, BodyTooLarge, UnsupportedMediaType, InvalidRequest)


@blueprint.at("/exchange/messages")
class ExchangeMessages(Resource):
    """Where partners send messages to."""

    @blueprint.needs(
        Permission.SEND_MESSAGES,
        *_READING,
        *_SIGNING,
        MessageReused,
        ExchangeNotReady,
    )
    @blueprint.takes_message(_HEADERS, example=examples.MESSAGE)
    @blueprint.answers(200, schemas.Receipt, example=examples.RECEIPT)
    def post(self) -> Response:
        """Send a message to the province.

        It is checked by size, kind, signature and schema, taken once, and answered with a receipt;
        sent again it gets the same one. Receipts and status packages are matched to the package
        that they tell of; catalogues and what is to be reported wait until somebody has looked at
        them. Messages may overtake each other.
        """
        said = {name: request.headers.get(name, "") for name in _HEADERS}
        partner_id = actor().partner_id or 0
        with inbox.refusals_logged(partner_id, said["Message-Id"], said["Message-Kind"]):
            letter = read_letter(said)
            mapping = mapping_file.read(services().config.exchange_mapping)
            with database().writing() as session:
                verify = verifier_of(session, actor().jurisdiction, partner_id)
                sender = Sender(author(), partner_id)
                taken = inbox.receive(
                    session, sender, letter, mapping=mapping, verify=verify, at=now()
                )
        return reply(taken._asdict())


@blueprint.at("/exchange/inbox")
class Inbox(Resource):
    """Messages that came."""

    @blueprint.needs(Permission.ADMINISTER_EXCHANGE)
    @blueprint.takes(schemas.MessageFilter, location="query")
    @blueprint.answers(200, schemas.Messages, example=examples.MESSAGES)
    def get(self, query: dict[str, Any]) -> Response:
        """List messages from partners, the newest first.

        `state=waiting` gives those that somebody is to look at.
        """
        limit = query.pop("limit")
        (before,) = query.pop("cursor", (None,))
        with database().reading() as session:
            found = queries.messages(
                session, actor().jurisdiction, Filter(**query), before=before, limit=limit + 1
            )
        page = found[:limit]
        further = cursor([page[-1].number] if len(found) > limit else None)
        rows = [each._asdict() for each in page]
        return reply({"data": rows, "next": further}, headers={**PRIVATE, **link(further)})


@blueprint.at("/exchange/inbox/<int:number>")
class InboxMessage(Resource):
    """One message."""

    @blueprint.needs(Permission.ADMINISTER_EXCHANGE, NotFound, ExchangeNotReady)
    @blueprint.answers(200, schemas.ReceivedMessage, example=examples.RECEIVED)
    def get(self, number: int) -> Response:
        """Read a message from a partner with all that it says.

        And in a few lines: how many items, their names, and codes that are not ours.
        """
        with database().reading() as session:
            found = inbox.message(session, actor().jurisdiction, number)
            body = queries.body(session, actor().jurisdiction, number)
        return reply({**rendered(found, body), "body": body.decode()}, headers=PRIVATE)


@blueprint.at("/exchange/inbox/<int:number>/take")
class InboxTake(Resource):
    """A message that people take over."""

    @blueprint.needs(Permission.ADMINISTER_EXCHANGE, NotFound, WrongState, ExchangeNotReady)
    @blueprint.takes(schemas.Decision, example=examples.DECISION)
    @blueprint.answers(200, schemas.Decided, example=examples.DECIDED)
    def post(self, body: dict[str, Any], number: int) -> Response:
        """Mark a message as taken, and read what it says in a few lines.

        The catalogue stays as it is: what is to change in it, an administrator changes.
        """
        return decide(number, "taken", body["comment"])


@blueprint.at("/exchange/inbox/<int:number>/refuse")
class InboxRefuse(Resource):
    """A message that people refuse."""

    @blueprint.needs(Permission.ADMINISTER_EXCHANGE, NotFound, WrongState, ExchangeNotReady)
    @blueprint.takes(schemas.Decision, example=examples.DECISION)
    @blueprint.answers(200, schemas.Decided, example=examples.DECIDED)
    def post(self, body: dict[str, Any], number: int) -> Response:
        """Mark a message as refused.

        Its sender isn't told by this; the comment says why, for those who ask later.
        """
        return decide(number, "refused", body["comment"])


def read_letter(said: dict[str, str]) -> Letter:
    """Read a message's headers and body. Raises what `read_body` raises, InvalidRequest."""
    good = {
        "Message-Id": CODE.fullmatch(said["Message-Id"]) is not None,
        "Message-Kind": said["Message-Kind"] in INBOUND,
        "Signature": 0 < len(said["Signature"]) <= MOST_CHARACTERS,
    }
    texts = {
        "Message-Id": mark(
            "A message has an id of at most 64 letters, digits, points and hyphens."
        ),
        "Message-Kind": mark("Messages of this kind are not taken; these are: %(kinds)s."),
        "Signature": mark("The detached JWS over the body is missing, or too long."),
    }
    params = {"kinds": ", ".join(INBOUND)}
    faults = [
        Fault(f"/{name}", "header", Message(texts[name], params), {"in": "header"})
        for name, is_good in good.items()
        if not is_good
    ]
    if faults:
        raise InvalidRequest(
            mark("The request has %(count)s faults."), faults=faults, count=len(faults)
        )
    document = read_body(request)
    message_id, kind, signature = said.values()
    return Letter(message_id, kind, signature, request.get_data(), document)


def decide(number: int, state: str, comment: str) -> Response:
    """Decide on a message and tell what it says."""
    with database().writing() as session:
        found = inbox.decide(session, author(), number, state, comment=comment, at=now())
        body = queries.body(session, actor().jurisdiction, number)
        said = rendered(found, body)
    return reply(said)


def rendered(found: MessageFacts, body: bytes) -> dict[str, Any]:
    """A message with what it says in a few lines."""
    mapping = mapping_file.read(services().config.exchange_mapping)
    told = inbox.summary(mapping, found.kind, json.read(body))
    return {**found._asdict(), "summary": told._asdict()}
