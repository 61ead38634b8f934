"""Partners: the systems that messages go to and come from."""

from typing import Any

from flask import Response

from indicators_api.addresses import Allowed
from indicators_api.api import examples_exchange as examples
from indicators_api.api.conditional import PRIVATE
from indicators_api.api.context import actor, author, database, now, services
from indicators_api.api.languages import name_of
from indicators_api.api.rest import BASE, Blueprint, Resource, reply
from indicators_api.api.schemas import exchange as schemas
from indicators_api.errors import NotFound
from indicators_api.exchange import partners
from indicators_api.exchange.partners import PartnerFacts, Wanted
from indicators_api.security.permissions import Permission

blueprint = Blueprint(
    "partners",
    __name__,
    url_prefix=BASE,
    description="Systems that the province exchanges messages with.",
)


@blueprint.at("/partners")
class Partners(Resource):
    """All of them."""

    @blueprint.needs(Permission.ADMINISTER_EXCHANGE)
    @blueprint.answers(200, schemas.Partners, example=examples.PARTNERS)
    def get(self) -> Response:
        """List the partners.

        With what waits for each and how its line is. Secrets are named, never told.
        """
        with database().reading() as session:
            found = partners.partners(session, actor().jurisdiction)
        return reply({"data": [rendered(each) for each in found]}, headers=PRIVATE)


@blueprint.at("/partners/<code>")
class Partner(Resource):
    """One of them."""

    @blueprint.needs(Permission.ADMINISTER_EXCHANGE, NotFound)
    @blueprint.answers(200, schemas.PartnerAnswer, example=examples.PARTNER_ANSWER)
    def get(self, code: str) -> Response:
        """Read a partner.

        With what waits for it and how its line is.
        """
        with database().reading() as session:
            found = partners.partner(session, actor().jurisdiction, code)
        return reply(rendered(found), headers=PRIVATE)

    @blueprint.needs(Permission.ADMINISTER_EXCHANGE)
    @blueprint.takes(schemas.Partner, example=examples.PARTNER)
    @blueprint.answers(200, schemas.PartnerAnswer, example=examples.PARTNER_ANSWER)
    def put(self, body: dict[str, Any], code: str) -> Response:
        """Set a partner up, or change it.

        Its host must be among those that the operator allows. What waits for a partner that is
        switched off goes on waiting.
        """
        allowed = Allowed.read(services().config.exchange_hosts)
        with database().writing() as session:
            partners.put(session, author(), code, Wanted(**body), allowed, at=now())
            found = partners.partner(session, actor().jurisdiction, code)
        return reply(rendered(found))


@blueprint.at("/partners/<code>/try-now")
class PartnerTryNow(Resource):
    """The end of a rest."""

    @blueprint.needs(Permission.ADMINISTER_EXCHANGE, NotFound)
    @blueprint.answers(200, schemas.PartnerAnswer, example=examples.PARTNER_ANSWER)
    def post(self, code: str) -> Response:
        """Try a line again at once.

        After several failures in a row a line is given a rest; this ends it.
        """
        with database().writing() as session:
            partners.try_now(session, author(), code, at=now())
            found = partners.partner(session, actor().jurisdiction, code)
        return reply(rendered(found))


def rendered(found: PartnerFacts) -> dict[str, Any]:
    """A partner, with its name in the reader's language."""
    said = found._asdict()
    del said["id"]
    return {"code": said.pop("code"), "name": name_of(said), **said}
