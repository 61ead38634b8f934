"""Who the token is."""

from flask import Response

from indicators_api.api.conditional import PRIVATE
from indicators_api.api.context import actor
from indicators_api.api.rest import BASE, Blueprint, Resource, reply
from indicators_api.api.schemas.me import Me as MeSchema
from indicators_api.security.permissions import Permission, may

blueprint = Blueprint("me", __name__, url_prefix=BASE, description="Who the token is.")

EXAMPLE = {
    "name": "Clerk of H59.21.11",
    "role": "clerk",
    "unit": "H59.21.11",
    "area": "29236",
    "permissions": ["catalogue:read", "reports:read", "reports:write"],
}


@blueprint.at("/me")
class Me(Resource):
    """The holder of the token."""

    @blueprint.needs(Permission.READ_CATALOGUE)
    @blueprint.answers(200, MeSchema, example=EXAMPLE)
    def get(self) -> Response:
        """Tell who the token is.

        Role, unit or area, and what it may do.
        """
        who = actor()
        allowed = sorted(permission.value for permission in Permission if may(who, permission))
        answer = {"name": who.name, "role": who.role, "unit": who.unit_code, "area": who.area_code}
        return reply({**answer, "permissions": allowed}, headers=PRIVATE)
