"""Versions of a report: what was sent before, and a new one beside what is in force."""

from typing import Any

from flask import Response

from indicators_api.api import examples_past as examples
from indicators_api.api import rendering, rendering_past
from indicators_api.api.conditional import PRIVATE, report_tag, seen_revision
from indicators_api.api.context import actor, database, who
from indicators_api.api.examples import COMMENT
from indicators_api.api.resources.of_report import answer
from indicators_api.api.rest import BASE, Blueprint, Resource, reply
from indicators_api.api.schemas import versions as schemas
from indicators_api.api.schemas.reports import Comment
from indicators_api.errors import (
    AllOfficial,
    CorrectionOpen,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    ReportClosed,
    WrongState,
)
from indicators_api.periods import Period
from indicators_api.reports import reopening, signatures, versions
from indicators_api.reports.access import read
from indicators_api.security.permissions import Permission

blueprint = Blueprint(
    "versions",
    __name__,
    url_prefix=BASE,
    description="What was sent of a report, and routine revisions of what was accepted.",
)

_CHANGING = (NotFound, PreconditionFailed, PreconditionRequired, WrongState)


@blueprint.at("/reports/<unit>/<period:period>/versions")
class ReportVersions(Resource):
    """All versions of a report."""

    @blueprint.needs(Permission.READ_REPORTS, NotFound)
    @blueprint.answers(200, schemas.Versions, example=examples.VERSIONS)
    def get(self, unit: str, period: Period) -> Response:
        """List the versions of a report that were sent, oldest first.

        With what became of each. Inside the unit its draft comes last, if there is one.
        """
        return answer(
            unit,
            period,
            lambda session, key, report: rendering_past.versions(
                key, versions.history(session, actor(), key, report)
            ),
        )

    @blueprint.needs(Permission.WRITE_REPORTS, *_CHANGING, AllOfficial, CorrectionOpen)
    @blueprint.takes(Comment, example=COMMENT)
    @blueprint.answers(201, schemas.OpenedVersion, example=examples.OPENED)
    def post(self, body: dict[str, Any], unit: str, period: Period) -> Response:
        """Open a new version of a report, with the values of the last one.

        Of an accepted report a routine revision, while its values aren't all official (`A`): it
        goes the same way up, and what was accepted stays in force until it is accepted. Of a
        returned report the version to edit. Needs `If-Match`.
        """
        seen = seen_revision()
        with database().writing() as session:
            opened, kind = reopening.open_version(
                session, who(), unit, period, body["comment"], seen=seen
            )
        location = f"{BASE}/reports/{unit}/{period}/versions/{opened.version}"
        headers = {"Location": location, **report_tag(opened.revision)}
        return reply({**rendering.reviewed(opened), "kind": kind}, 201, headers)


@blueprint.at("/reports/<unit>/<period:period>/versions/<int:number>")
class ReportVersion(Resource):
    """One version of a report."""

    @blueprint.needs(Permission.READ_REPORTS, NotFound)
    @blueprint.answers(200, schemas.Version, example=examples.VERSION)
    def get(self, unit: str, period: Period, number: int) -> Response:
        """Read a version of a report with its values and findings.

        From outside its unit only a sent one.
        """
        return answer(
            unit,
            period,
            lambda session, key, report: rendering_past.version(
                key, versions.read_version(session, actor(), key, report, number)
            ),
        )

    @blueprint.needs(Permission.WRITE_REPORTS, ReportClosed, *_CHANGING)
    @blueprint.answers(204)
    def delete(self, unit: str, period: Period, number: int) -> Response:
        """Give up the version that a revision or an agreed correction opened.

        Before it is sent. The report is then what was accepted, and accepted. Needs `If-Match`.
        """
        seen = seen_revision()
        with database().writing() as session:
            done = reopening.withdraw(session, who(), unit, period, number, seen=seen)
        return Response(status=204, headers=report_tag(done.revision))


@blueprint.at("/reports/<unit>/<period:period>/versions/<int:number>/differences")
class ReportVersionDifferences(Resource):
    """One version of a report against another."""

    @blueprint.needs(Permission.READ_REPORTS, NotFound)
    @blueprint.takes(schemas.DifferencesQuery, location="query")
    @blueprint.answers(200, schemas.Differences, example=examples.DIFFERENCES)
    def get(self, query: dict[str, Any], unit: str, period: Period, number: int) -> Response:
        """Compare a version of a report with another one, by default the one sent before it.

        What each says of the indicators in which they differ: value, missing reason, status, year
        to date, note. Of the first version everything is added.
        """
        against = query.get("against")
        return answer(
            unit,
            period,
            lambda session, key, report: rendering_past.differences(
                key, versions.compare(session, actor(), key, report, number, against=against)
            ),
        )


@blueprint.at("/reports/<unit>/<period:period>/versions/<int:number>/signature")
class ReportVersionSignature(Resource):
    """The signature of one version of a report."""

    @blueprint.needs(Permission.READ_REPORTS, NotFound)
    @blueprint.answers(200, schemas.VersionSignature, example=examples.SIGNATURE)
    def get(self, unit: str, period: Period, number: int) -> Response:
        """Read the signature of a version, verified anew against what is stored.

        With its certificate and the document that is signed, so that anybody can verify it.
        """
        with database().reading() as session:
            key, report = read(session, actor(), unit, period)
            found = signatures.read(session, actor(), key, report, number)
        # No ETag: whether it is verified may change while the report stays as it is.
        return reply(rendering_past.signature(key, found), headers=PRIVATE)
