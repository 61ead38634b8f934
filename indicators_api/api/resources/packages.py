"""Packages to partners: what would go, sending it, what went."""

from typing import Any

from flask import Response

from indicators_api.api import examples_packages as examples
from indicators_api.api.conditional import PRIVATE
from indicators_api.api.context import actor, author, database, now, services
from indicators_api.api.languages import say
from indicators_api.api.paging import cursor, link
from indicators_api.api.problems import fault_of
from indicators_api.api.rest import BASE, Blueprint, Resource, reply
from indicators_api.api.schemas import packages as schemas
from indicators_api.db.session import Session
from indicators_api.errors import ExchangeNotReady, Message, NotFound
from indicators_api.exchange import job as jobs
from indicators_api.exchange import mapping_file, outgoing, partners
from indicators_api.exchange import package_queries as queries
from indicators_api.exchange.job import Job
from indicators_api.exchange.kinds import NOT_BUILT
from indicators_api.exchange.outgoing import Prepared
from indicators_api.periods import Period
from indicators_api.security.permissions import Permission

blueprint = Blueprint(
    "packages",
    __name__,
    url_prefix=BASE,
    description="Packages to the Government Office: catalogues first, then a month's figures.",
)


@blueprint.at("/partners/<code>/packages")
class Packages(Resource):
    """What went to a partner."""

    @blueprint.needs(Permission.ADMINISTER_EXCHANGE, NotFound)
    @blueprint.takes(schemas.PackageFilter, location="query")
    @blueprint.answers(200, schemas.SentPackages, example=examples.PACKAGES)
    def get(self, query: dict[str, Any], code: str) -> Response:
        """List a partner's packages, the newest first.

        With how their delivery stands, and what the partner said of them later. What one says is
        read at `/deliveries/{message_id}`.
        """
        (before,) = query.get("cursor", (None,))
        limit, jurisdiction = query["limit"], actor().jurisdiction
        with database().reading() as session:
            partner = partners.partner(session, jurisdiction, code)
            found = queries.packages(
                session, jurisdiction, partner.id, before=before, limit=limit + 1
            )
        page = [each._asdict() for each in found[:limit]]
        places = [[each.pop("delivery_id")] for each in page]
        further = cursor(places[-1] if len(found) > limit else None)
        return reply({"data": page, "next": further}, headers={**PRIVATE, **link(further)})


@blueprint.at("/partners/<code>/packages/<period:period>")
class PartnerPeriodPackages(Resource):
    """Packages of one period."""

    @blueprint.needs(Permission.ADMINISTER_EXCHANGE, NotFound, ExchangeNotReady)
    @blueprint.answers(200, schemas.PackagePlan, example=examples.PLAN)
    def get(self, code: str, period: Period) -> Response:
        """Show exactly what would go to a partner, and send nothing.

        Each package to the byte, whether it differs from what was sent last, and every gap of the
        mapping. `outline_form` and `outline_submission` are never there: they are texts, and the
        system holds figures alone.
        """
        with database().reading() as session:
            plan = outgoing.look(session, job(session, code, period))
        taken = plan.job.partner.takes
        left_out = [
            {"kind": kind, "reason": say(Message(why))}
            for kind, why in NOT_BUILT.items()
            if kind in taken
        ]
        packages = [
            {**rendered(each), "body": each.body.decode() if each.body else None}
            for each in plan.packages
        ]
        return reply(
            {
                "partner": code,
                "period": str(period),
                "ready": not plan.gaps,
                "gaps": [fault_of(fault) for fault in plan.gaps],
                "left_out": left_out,
                "packages": packages,
            },
            headers=PRIVATE,
        )

    @blueprint.needs(Permission.ADMINISTER_EXCHANGE, NotFound, ExchangeNotReady)
    @blueprint.answers(200, schemas.QueuedPackages, example=examples.QUEUED)
    def post(self, code: str, period: Period) -> Response:
        """Send a partner now what does not stand already.

        Puts it into the outbox; what was cancelled or refused goes again. With gaps nothing goes,
        and all of them are named. Sent twice it says nothing new the second time.
        """
        with database().writing() as session:
            sent = outgoing.send(session, author(), job(session, code, period), services().signer)
        queued = [rendered(each) for each in sent]
        return reply({"partner": code, "period": str(period), "queued": queued})


def job(session: Session, code: str, period: Period) -> Job:
    """Find out what packages are made of, by the mapping as the file is now."""
    mapping = mapping_file.read(services().config.exchange_mapping)
    return jobs.job(session, actor().jurisdiction, code, period, mapping=mapping, at=now())


def rendered(each: Prepared) -> dict[str, Any]:
    """A package without its body."""
    return {
        "kind": each.kind,
        "period": str(each.period) if each.period else None,
        "number": each.number,
        "message_id": each.message_id,
        "replaces": each.replaces,
        "stream": each.stream,
        "reason": each.reason,
        "size": len(each.body or b""),
    }
