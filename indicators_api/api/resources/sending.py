"""A report on its way up: the document to sign, and sending it."""

from typing import Any

from flask import Response

from indicators_api.api import examples, examples_signing
from indicators_api.api.conditional import is_known, not_modified, report_tag
from indicators_api.api.context import actor, database
from indicators_api.api.parsing import JSON
from indicators_api.api.resources.reports import change
from indicators_api.api.rest import BASE, Blueprint, Resource
from indicators_api.api.schemas.reports import SavedReport, Sending
from indicators_api.api.schemas.sending import Document
from indicators_api.errors import (
    CommentNeeded,
    DomainError,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    RulesBroken,
    SignatureNeeded,
    SignatureRefused,
    WrongState,
)
from indicators_api.periods import Period
from indicators_api.reports import signatures
from indicators_api.reports.desk import Draft
from indicators_api.reports.workflow import Step
from indicators_api.security.permissions import Permission

blueprint = Blueprint(
    "sending",
    __name__,
    url_prefix=BASE,
    description="A report on its way up: the document that its leader signs, and sending it.",
)

_CHANGING = (NotFound, PreconditionFailed, PreconditionRequired, WrongState)
_SIGNING: tuple[type[DomainError], ...] = (SignatureNeeded, *SignatureRefused.__subclasses__())


@blueprint.at("/reports/<unit>/<period:period>/document")
class ReportDocument(Resource):
    """What a leader signs."""

    @blueprint.needs(Permission.WRITE_REPORTS, NotFound, WrongState)
    @blueprint.answers(200, Document, example=examples_signing.DOCUMENT)
    def get(self, unit: str, period: Period) -> Response:
        """Read the bytes to sign, of the version that would be sent now.

        Sign the body to the byte, and send with the ETag of this answer in `If-Match`: what is sent
        is then what was signed.
        """
        with database().reading() as session:
            key, report = signatures.to_send(session, actor(), unit, period)
            tag = report_tag(report.revision)
            if is_known(tag["ETag"]):
                return not_modified(tag["ETag"])
            document = signatures.next_document(session, key, report)
        return Response(document, content_type=JSON, headers=tag)


@blueprint.at("/reports/<unit>/<period:period>/send")
class ReportSend(Resource):
    """Leader to the level above."""

    @blueprint.needs(Permission.SEND_REPORTS, *_CHANGING, RulesBroken, CommentNeeded, *_SIGNING)
    @blueprint.takes(Sending, example=examples_signing.SENDING)
    @blueprint.answers(200, SavedReport, example=examples.SAVED_REPORT)
    def post(self, body: dict[str, Any], unit: str, period: Period) -> Response:
        """Send a report up.

        The unit's leader does, after it was submitted or, where the unit's policy allows it, at
        once. A `signature` is verified against the unit's registered certificates before the step
        is taken, and kept with the version. Needs `If-Match`.
        """
        return change(unit, period, Draft(step=Step.SEND, **body))
