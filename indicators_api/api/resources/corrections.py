"""Corrections: an accepted report is opened again when its reviewer agrees."""

from typing import Any

from flask import Response

from indicators_api.api import examples_past as examples
from indicators_api.api import rendering_past
from indicators_api.api.conditional import PRIVATE, report_tag, seen_revision
from indicators_api.api.context import actor, database, who
from indicators_api.api.paging import cursor, link
from indicators_api.api.resources.of_report import answer
from indicators_api.api.rest import BASE, Blueprint, Resource, reply
from indicators_api.api.schemas import corrections as schemas
from indicators_api.api.schemas.reports import Comment
from indicators_api.db.session import Session
from indicators_api.errors import (
    CommentNeeded,
    CorrectionDecided,
    CorrectionOpen,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    WrongState,
)
from indicators_api.periods import Period
from indicators_api.reports import correction_queries, corrections
from indicators_api.reports.access import Key
from indicators_api.reports.queries import ReportRow
from indicators_api.reports.workflow import Step
from indicators_api.security.permissions import Permission

blueprint = Blueprint(
    "corrections",
    __name__,
    url_prefix=BASE,
    description="Accepted reports opened again: requested by the unit, decided by its reviewer.",
)

_CHANGING = (NotFound, PreconditionFailed, PreconditionRequired, CommentNeeded)


@blueprint.at("/corrections")
class Corrections(Resource):
    """All corrections."""

    @blueprint.needs(Permission.READ_REPORTS)
    @blueprint.takes(schemas.CorrectionFilter, location="query")
    @blueprint.answers(200, schemas.CorrectionList, example=examples.CORRECTION_LIST)
    def get(self, query: dict[str, Any]) -> Response:
        """List requests for corrections by period, unit and number.

        A clerk or leader sees its own unit's; a reviewer those of units in its area; the operations
        centre all. With `state=requested` those that wait for a decision.
        """
        after, limit = query.pop("cursor", None), query.pop("limit")
        wanted = correction_queries.Filter(**query)
        with database().reading() as session:
            page, further = correction_queries.list_corrections(
                session, actor(), wanted, after=after, limit=limit
            )
        rows = [rendering_past.correction(row) for row in page]
        return reply(
            {"data": rows, "next": cursor(further)}, headers={**PRIVATE, **link(cursor(further))}
        )


@blueprint.at("/corrections/agree")
class CorrectionsAgree(Resource):
    """Agreement in bulk."""

    @blueprint.needs(Permission.DECIDE_CORRECTIONS, CommentNeeded)
    @blueprint.takes(schemas.BulkCorrections, example=examples.BULK_CORRECTIONS)
    @blueprint.answers(200, schemas.BulkCorrectionAnswer, example=examples.BULK_CORRECTION_ANSWER)
    def post(self, body: dict[str, Any]) -> Response:
        """Agree to many requests with one reason, in one transaction.

        Those that can't be agreed to are answered with their problem and left as they are.
        """
        return decide_all(body, Step.AGREE)


@blueprint.at("/corrections/refuse")
class CorrectionsRefuse(Resource):
    """Refusal in bulk."""

    @blueprint.needs(Permission.DECIDE_CORRECTIONS, CommentNeeded)
    @blueprint.takes(schemas.BulkCorrections, example=examples.BULK_REFUSAL)
    @blueprint.answers(200, schemas.BulkCorrectionAnswer, example=examples.BULK_REFUSAL_ANSWER)
    def post(self, body: dict[str, Any]) -> Response:
        """Refuse many requests with one reason, in one transaction.

        Those that can't be refused are answered with their problem and left as they are.
        """
        return decide_all(body, Step.REFUSE)


@blueprint.at("/reports/<unit>/<period:period>/corrections")
class ReportCorrections(Resource):
    """The corrections of a report."""

    @blueprint.needs(Permission.READ_REPORTS, NotFound)
    @blueprint.answers(200, schemas.CorrectionsOfReport, example=examples.CORRECTIONS)
    def get(self, unit: str, period: Period) -> Response:
        """List the requests to correct a report, oldest first.

        With what was decided on each.
        """

        def find(session: Session, key: Key, _report: ReportRow) -> dict[str, Any]:
            found = correction_queries.of_report(session, key.parameters())
            return {"data": [rendering_past.correction(each) for each in found]}

        return answer(unit, period, find)

    @blueprint.needs(Permission.REQUEST_CORRECTIONS, *_CHANGING, WrongState, CorrectionOpen)
    @blueprint.takes(Comment, example=examples.REASON)
    @blueprint.answers(201, schemas.Correction, example=examples.REQUESTED)
    def post(self, body: dict[str, Any], unit: str, period: Period) -> Response:
        """Request to correct an accepted report, with a reason.

        The unit's leader does. The report stays accepted, its figures in force. Needs `If-Match`.
        """
        seen = seen_revision()
        with database().writing() as session:
            made = corrections.request(session, who(), unit, period, body["comment"], seen=seen)
        location = f"{BASE}/reports/{unit}/{period}/corrections"
        headers = {"Location": location, **report_tag(made.revision)}
        return reply(rendering_past.correction(made), 201, headers)


@blueprint.at("/reports/<unit>/<period:period>/corrections/<int:number>/agree")
class ReportCorrectionAgree(Resource):
    """The report is opened again."""

    @blueprint.needs(Permission.DECIDE_CORRECTIONS, *_CHANGING, CorrectionDecided)
    @blueprint.takes(Comment, example=examples.AGREEMENT)
    @blueprint.answers(200, schemas.Correction, example=examples.AGREED)
    def post(self, body: dict[str, Any], unit: str, period: Period, number: int) -> Response:
        """Agree to a correction, with a reason.

        The unit gets a draft with the accepted values, which goes the same way up. What was
        accepted stays in force until the corrected version is accepted. Needs `If-Match`.
        """
        item = corrections.Item(unit, period, number, seen_revision())
        return decide(item, Step.AGREE, body["comment"])


@blueprint.at("/reports/<unit>/<period:period>/corrections/<int:number>/refuse")
class ReportCorrectionRefuse(Resource):
    """The report stays as it is."""

    @blueprint.needs(Permission.DECIDE_CORRECTIONS, *_CHANGING, CorrectionDecided)
    @blueprint.takes(Comment, example=examples.REFUSAL)
    @blueprint.answers(200, schemas.Correction, example=examples.REFUSED)
    def post(self, body: dict[str, Any], unit: str, period: Period, number: int) -> Response:
        """Refuse a correction, with a reason.

        The report stays accepted; its unit may request again. Needs `If-Match`.
        """
        item = corrections.Item(unit, period, number, seen_revision())
        return decide(item, Step.REFUSE, body["comment"])


def decide(item: corrections.Item, step: Step, comment: str | None) -> Response:
    """Agree or refuse a request on a report that the client has seen."""
    with database().writing() as session:
        decided = corrections.decide(session, who(), item, step, comment)
    return reply(rendering_past.correction(decided), headers=report_tag(decided.revision))


def decide_all(body: dict[str, Any], step: Step) -> Response:
    """Agree or refuse many."""
    items = [corrections.Item(**item) for item in body["items"]]
    with database().writing() as session:
        answers = corrections.decide_all(session, who(), items, step, body["comment"])
    return reply(rendering_past.bulk_corrections(answers))
