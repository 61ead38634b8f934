"""Certificates that signatures are verified by, and which units must sign."""

from typing import Any

from flask import Response

from indicators_api.api import examples_signing as examples
from indicators_api.api.conditional import PRIVATE
from indicators_api.api.context import actor, author, database, now
from indicators_api.api.paging import cursor, link
from indicators_api.api.rest import BASE, Blueprint, Resource, reply
from indicators_api.api.schemas import certificates as schemas
from indicators_api.errors import CertificateRefused, DuplicateItem, NotFound
from indicators_api.reports import signature_policy
from indicators_api.security import certificates
from indicators_api.security.permissions import Permission

blueprint = Blueprint(
    "certificates",
    __name__,
    url_prefix=BASE,
    description="Certificates that signatures are verified by, and which units must sign.",
)


@blueprint.at("/certificates")
class Certificates(Resource):
    """All certificates."""

    @blueprint.needs(Permission.WRITE_CERTIFICATES, CertificateRefused, DuplicateItem)
    @blueprint.takes(schemas.NewCertificate, example=examples.NEW_CERTIFICATE)
    @blueprint.answers(201, schemas.Certificate, example=examples.CERTIFICATE)
    def post(self, body: dict[str, Any]) -> Response:
        """Register a certificate for a unit or a partner.

        Several may be in force at once. Whoever issued it: trusted is what is registered.
        """
        with database().writing() as session:
            made = certificates.register(session, author(), **body, at=now())
        location = {"Location": f"{BASE}/certificates/{made.fingerprint}"}
        return reply(rendered(made), 201, {**PRIVATE, **location})

    @blueprint.needs(Permission.READ_CERTIFICATES)
    @blueprint.takes(schemas.CertificateFilter, location="query")
    @blueprint.answers(200, schemas.Certificates, example=examples.CERTIFICATES)
    def get(self, query: dict[str, Any]) -> Response:
        """List certificates in the order of their registration, revoked ones too.

        A clerk or leader sees its own unit's.
        """
        (after,), limit = query.pop("cursor", (0,)), query.pop("limit")
        with database().reading() as session:
            found = certificates.list_all(
                session,
                actor().jurisdiction,
                certificates.Filter(**query),
                of_unit=actor().unit_id,
                at=now(),
                after=after,
                limit=limit + 1,
            )
        page = found[:limit]
        further = cursor([page[-1].id]) if len(found) > limit else None
        body = {"data": [rendered(each) for each in page], "next": further}
        return reply(body, headers={**PRIVATE, **link(further)})


@blueprint.at("/certificates/<fingerprint>")
class Certificate(Resource):
    """One certificate."""

    @blueprint.needs(Permission.READ_CERTIFICATES, NotFound)
    @blueprint.answers(200, schemas.Certificate, example=examples.CERTIFICATE)
    def get(self, fingerprint: str) -> Response:
        """Read a certificate by its fingerprint.

        A clerk or leader its own unit's.
        """
        who = actor()
        with database().reading() as session:
            found = certificates.find(session, who.jurisdiction, fingerprint, of_unit=who.unit_id)
        return reply(rendered(found), headers=PRIVATE)

    @blueprint.needs(Permission.WRITE_CERTIFICATES, NotFound)
    @blueprint.answers(204)
    def delete(self, fingerprint: str) -> Response:
        """Revoke a certificate.

        It signs nothing from now on and stays listed: what it signed before stays signed.
        """
        with database().writing() as session:
            certificates.revoke(session, author(), fingerprint, at=now())
        return Response(status=204)


@blueprint.at("/units/<code>/signature-policy")
class UnitSignaturePolicy(Resource):
    """Whether a unit must sign."""

    @blueprint.needs(Permission.READ_CATALOGUE, NotFound)
    @blueprint.answers(200, schemas.SignaturePolicy, example=examples.POLICY)
    def get(self, code: str) -> Response:
        """Read whether a unit must sign what it sends.

        It need not unless an administrator said so.
        """
        with database().reading() as session:
            required = signature_policy.read(session, actor().jurisdiction, code)
        return reply({"unit": code, "required": required}, headers=PRIVATE)

    @blueprint.needs(Permission.WRITE_SIGNATURE_POLICIES, NotFound)
    @blueprint.takes(schemas.NewSignaturePolicy, example=examples.NEW_POLICY)
    @blueprint.answers(200, schemas.SignaturePolicy, example=examples.POLICY)
    def put(self, body: dict[str, Any], code: str) -> Response:
        """Let a unit have to sign what it sends, or not.

        Where it must, a report without a signature is not taken. What was sent before stays.
        """
        with database().writing() as session:
            signature_policy.put(session, author(), code, required=body["required"], at=now())
        return reply({"unit": code, **body}, headers=PRIVATE)


def rendered(found: certificates.Certificate) -> dict[str, Any]:
    """A certificate; its number stays inside."""
    return {name: value for name, value in found._asdict().items() if name != "id"}
