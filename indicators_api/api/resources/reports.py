"""Reports: a unit's submission for a period, from draft to acceptance."""

from typing import Any

from flask import Response

from indicators_api.api import examples, rendering
from indicators_api.api.conditional import PRIVATE, report_tag, seen_revision
from indicators_api.api.context import actor, database, now, who
from indicators_api.api.paging import cursor, link
from indicators_api.api.resources.of_report import answer, timing
from indicators_api.api.rest import BASE, Blueprint, Resource, reply
from indicators_api.api.schemas import reports as schemas
from indicators_api.errors import (
    CommentNeeded,
    DomainError,
    InvalidValues,
    NotFound,
    PeriodRefused,
    PreconditionFailed,
    PreconditionRequired,
    ReportClosed,
    ReportExists,
    RulesBroken,
    SignatureNeeded,
    SignatureRefused,
    WrongState,
)
from indicators_api.periods import Period
from indicators_api.reports import reading, review, service
from indicators_api.reports.desk import Draft
from indicators_api.reports.storing import Saved
from indicators_api.reports.workflow import Step
from indicators_api.security.permissions import Permission

blueprint = Blueprint(
    "reports",
    __name__,
    url_prefix=BASE,
    description="A unit's submission for a period: drafted, submitted, sent, accepted or returned.",
)

_STEPS = {"draft": Step.SAVE, "submit": Step.SUBMIT, "send": Step.SEND}
_WRITING: tuple[type[DomainError], ...] = (
    InvalidValues,
    PeriodRefused,
    RulesBroken,
    CommentNeeded,
    SignatureNeeded,
    *SignatureRefused.__subclasses__(),
)
_CHANGING = (NotFound, PreconditionFailed, PreconditionRequired, WrongState)


@blueprint.at("/reports")
class Reports(Resource):
    """All reports."""

    @blueprint.needs(Permission.WRITE_REPORTS, ReportExists, *_WRITING)
    @blueprint.takes(schemas.NewReport, example=examples.NEW_REPORT)
    @blueprint.answers(201, schemas.SavedReport, example=examples.SAVED_REPORT)
    def post(self, body: dict[str, Any]) -> Response:
        """Create a unit's report for a period.

        Values may be incomplete. With `step` `submit` or `send` the report goes on at once: errors
        of the validation rules stop that, warnings need a `comment`, and `signature` goes with
        `send`. A step beyond the token's role is 403; then nothing is stored.
        """
        with database().writing() as session:
            done = service.create(session, who(), body["unit"], body["period"], draft(body))
        location = f"{BASE}/reports/{done.unit}/{done.period}"
        return saved(done, 201, {"Location": location})

    @blueprint.needs(Permission.READ_REPORTS)
    @blueprint.takes(schemas.ReportFilter, location="query")
    @blueprint.answers(200, schemas.ReportList, example=examples.REPORT_LIST)
    def get(self, query: dict[str, Any]) -> Response:
        """List reports by period and unit.

        A clerk or leader sees its own unit's; a reviewer those of units in its area from their
        first send on; the operations centre all of these.
        """
        at, after, limit = now(), query.pop("cursor", None), query.pop("limit")
        with database().reading() as session:
            page, further = reading.list_reports(
                session, actor(), reading.Filter(**query), at=at, after=after, limit=limit
            )
        rows = [rendering.listed(row, at=at) for row in page]
        return reply(
            {"data": rows, "next": cursor(further)}, headers={**PRIVATE, **link(cursor(further))}
        )


@blueprint.at("/reports/<unit>/<period:period>")
class Report(Resource):
    """One report."""

    @blueprint.needs(Permission.READ_REPORTS, NotFound)
    @blueprint.answers(200, schemas.WholeReport, example=examples.WHOLE_REPORT)
    def get(self, unit: str, period: Period) -> Response:
        """Read a report with its values, findings and steps.

        From outside its unit it exists from its first send on and shows the sent version only.
        """
        return answer(
            unit,
            period,
            lambda session, key, report: rendering.full_report(
                reading.read_full(session, actor(), key, report), at=now()
            ),
            judged=timing,
        )

    @blueprint.needs(Permission.WRITE_REPORTS, ReportClosed, *_CHANGING, *_WRITING)
    @blueprint.takes(schemas.Contents, example=examples.CONTENTS)
    @blueprint.answers(200, schemas.SavedReport, example=examples.SAVED_REPORT)
    def put(self, body: dict[str, Any], unit: str, period: Period) -> Response:
        """Replace the values of a draft or returned report.

        Values that are not given are dropped. Needs `If-Match`.
        """
        return change(unit, period, draft(body, replace=True))

    @blueprint.needs(Permission.WRITE_REPORTS, ReportClosed, *_CHANGING, *_WRITING)
    @blueprint.takes(schemas.Contents, example=examples.CONTENTS)
    @blueprint.answers(200, schemas.SavedReport, example=examples.SAVED_REPORT)
    def patch(self, body: dict[str, Any], unit: str, period: Period) -> Response:
        """Merge values into a draft or returned report.

        Values that are not given stay as they are. Needs `If-Match`.
        """
        return change(unit, period, draft(body))

    @blueprint.needs(Permission.WRITE_REPORTS, ReportClosed, *_CHANGING)
    @blueprint.answers(204)
    def delete(self, unit: str, period: Period) -> Response:
        """Delete a draft that was never sent.

        Needs `If-Match`.
        """
        seen = seen_revision()
        with database().writing() as session:
            service.delete(session, who(), unit, period, seen=seen)
        return Response(status=204)


@blueprint.at("/reports/<unit>/<period:period>/submit")
class ReportSubmit(Resource):
    """Clerk to leader."""

    @blueprint.needs(Permission.WRITE_REPORTS, *_CHANGING, RulesBroken, CommentNeeded)
    @blueprint.takes(schemas.Comment, example=examples.COMMENT)
    @blueprint.answers(200, schemas.SavedReport, example=examples.SAVED_REPORT)
    def post(self, body: dict[str, Any], unit: str, period: Period) -> Response:
        """Submit a report to the unit's leader.

        Errors of the validation rules stop it, warnings need a comment. Needs `If-Match`.
        """
        return change(unit, period, Draft(step=Step.SUBMIT, comment=body["comment"]))


@blueprint.at("/reports/<unit>/<period:period>/accept")
class ReportAccept(Resource):
    """The figures come into force."""

    @blueprint.needs(Permission.ACCEPT_REPORTS, *_CHANGING)
    @blueprint.takes(schemas.Comment, example=examples.COMMENT)
    @blueprint.answers(200, schemas.ReviewedReport, example=examples.ACCEPTED)
    def post(self, body: dict[str, Any], unit: str, period: Period) -> Response:
        """Accept a sent report.

        Its values are in force, and in every roll-up, with the commit of this call. Needs
        `If-Match`.
        """
        return judge(unit, period, Step.ACCEPT, body["comment"])


@blueprint.at("/reports/<unit>/<period:period>/return")
class ReportReturn(Resource):
    """Back to the clerk."""

    @blueprint.needs(Permission.RETURN_REPORTS, *_CHANGING, CommentNeeded)
    @blueprint.takes(schemas.Comment, example={"comment": "KT070101 is ten times last month's."})
    @blueprint.answers(200, schemas.ReviewedReport, example=examples.RETURNED)
    def post(self, body: dict[str, Any], unit: str, period: Period) -> Response:
        """Return a report with a reason.

        A reviewer returns what was sent, a leader what was submitted. Needs `If-Match`.
        """
        return judge(unit, period, Step.RETURN, body["comment"])


@blueprint.at("/reports/<unit>/<period:period>/form")
class ReportForm(Resource):
    """What to fill in."""

    @blueprint.needs(Permission.WRITE_REPORTS, NotFound, PeriodRefused)
    @blueprint.answers(200, schemas.Form, example=examples.FORM)
    def get(self, unit: str, period: Period) -> Response:
        """Read what a unit must fill in for a period.

        Every indicator that the report accepts, with last period's value, the present one and the
        findings so far.
        """
        with database().reading() as session:
            found = reading.read_form(session, actor(), unit, period, today=now().date())
        return reply(rendering.form(found), headers=PRIVATE)


@blueprint.at("/reports/validate")
class ReportsValidate(Resource):
    """Dry run."""

    @blueprint.needs(Permission.WRITE_REPORTS, NotFound, InvalidValues, PeriodRefused)
    @blueprint.takes(schemas.Rehearsal, example=examples.REHEARSAL)
    @blueprint.answers(200, schemas.RehearsalAnswer, example=examples.REHEARSED)
    def post(self, body: dict[str, Any]) -> Response:
        """Try values out: findings and the difference to what is stored.

        The values are merged into the stored ones as PATCH would. Stores nothing.
        """
        with database().reading() as session:
            desk, outcome = service.rehearse(
                session, who(), body["unit"], body["period"], draft(body)
            )
        return reply(rendering.rehearsed(desk, outcome))


@blueprint.at("/reports/accept")
class ReportsAccept(Resource):
    """Acceptance in bulk."""

    @blueprint.needs(Permission.ACCEPT_REPORTS)
    @blueprint.takes(schemas.Bulk, example=examples.BULK)
    @blueprint.answers(200, schemas.BulkAnswer, example=examples.BULK_ANSWER)
    def post(self, body: dict[str, Any]) -> Response:
        """Accept many reports in one transaction.

        Those that can't be accepted are answered with their problem and left as they are.
        """
        return judge_all(body, Step.ACCEPT)


@blueprint.at("/reports/return")
class ReportsReturn(Resource):
    """Return in bulk."""

    @blueprint.needs(Permission.RETURN_REPORTS, CommentNeeded)
    @blueprint.takes(schemas.Bulk, example={**examples.BULK, "comment": "Year to date is missing."})
    @blueprint.answers(200, schemas.BulkAnswer, example=examples.BULK_ANSWER)
    def post(self, body: dict[str, Any]) -> Response:
        """Return many reports with one reason.

        Those that can't be returned are answered with their problem and left as they are.
        """
        return judge_all(body, Step.RETURN)


def draft(body: dict[str, Any], *, replace: bool = False) -> Draft:
    """Give what a body wants written."""
    step = _STEPS[body.get("step", "draft")]
    more = {name: body.get(name) for name in ("status", "comment", "copy_from", "signature")}
    return Draft(body["values"], replace, step, **more)


def saved(done: Saved, status: int, headers: dict[str, str]) -> Response:
    """Answer a write."""
    return reply(rendering.saved(done, at=now()), status, {**headers, **report_tag(done.revision)})


def change(unit: str, period: Period, wanted: Draft) -> Response:
    """Change a report that the client has seen."""
    seen = seen_revision()
    with database().writing() as session:
        done = service.edit(session, who(), unit, period, wanted, seen=seen)
    return saved(done, 200, {})


def judge(unit: str, period: Period, step: Step, comment: str | None) -> Response:
    """Accept or return a report that the client has seen."""
    item = review.Item(unit, period, seen_revision())
    with database().writing() as session:
        done = review.review(session, who(), item, step, comment)
    return reply(rendering.reviewed(done), headers=report_tag(done.revision))


def judge_all(body: dict[str, Any], step: Step) -> Response:
    """Accept or return many."""
    items = [review.Item(**item) for item in body["items"]]
    with database().writing() as session:
        answers = review.review_all(session, who(), items, step, body["comment"])
    return reply(rendering.bulk(answers))
