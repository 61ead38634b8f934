"""The short lists of the catalogue, and the plans."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from indicators_api.api import examples, examples_changes
from indicators_api.api.context import actor, author, database, now
from indicators_api.api.languages import name_of
from indicators_api.api.resources.listing import answer, answer_all
from indicators_api.api.resources.units import known_area
from indicators_api.api.rest import BASE, Blueprint, Resource, reply
from indicators_api.api.schemas import catalogue as schemas
from indicators_api.catalogue import queries, targets
from indicators_api.catalogue.plan_faults import NewTarget
from indicators_api.db.session import Session
from indicators_api.errors import InvalidRequest, mark
from indicators_api.indicators.choosing import choose
from indicators_api.indicators.snapshot import snapshot
from indicators_api.security.permissions import Permission

blueprint = Blueprint(
    "catalogue", __name__, url_prefix=BASE, description="Sectors, units of measure, rules, plans."
)


@blueprint.at("/sectors")
class Sectors(Resource):
    """Groups of indicators."""

    @blueprint.needs(Permission.READ_CATALOGUE)
    @blueprint.answers(200, schemas.Sectors, example=examples.SECTORS)
    def get(self) -> Response:
        """List the sectors.

        In the order in which bulletins show them.
        """
        return answer_all(lambda session: queries.sectors(session, actor().jurisdiction))


@blueprint.at("/units-of-measure")
class UnitsOfMeasure(Resource):
    """What figures are counted in."""

    @blueprint.needs(Permission.READ_CATALOGUE)
    @blueprint.answers(200, schemas.UnitsOfMeasure, example=examples.UNITS_OF_MEASURE)
    def get(self) -> Response:
        """List the units of measure.

        By code, with their code in UCUM or SDMX.
        """
        return answer_all(lambda session: queries.units_of_measure(session, actor().jurisdiction))


@blueprint.at("/validation-rules")
class ValidationRules(Resource):
    """Rules between the values of a report."""

    @blueprint.needs(Permission.READ_CATALOGUE)
    @blueprint.answers(200, schemas.ValidationRules, example=examples.VALIDATION_RULES)
    def get(self) -> Response:
        """List the validation rules in force.

        A rule runs where all its indicators are assigned to the unit.
        """
        return answer_all(lambda session: queries.validation_rules(session, actor().jurisdiction))


@blueprint.at("/targets")
class Targets(Resource):
    """Plans."""

    @blueprint.needs(Permission.READ_CATALOGUE)
    @blueprint.takes(schemas.TargetFilter, location="query")
    @blueprint.answers(200, schemas.Targets, example=examples.TARGETS)
    def get(self, query: dict[str, Any]) -> Response:
        """List annual targets: the newest version of each, or all versions.

        By indicator, area, year and version.
        """

        def read(session: Session) -> list[queries.TargetFacts]:
            return queries.targets(
                session,
                actor().jurisdiction,
                indicator=query.get("indicator"),
                indicator_ids=_of_sector(session, query.get("sector")),
                area=known_area(session, query["area"], None).code if "area" in query else None,
                year=query.get("year"),
                every_version=query["versions"] == "all",
            )

        return answer(read, rendered, as_of=query.get("as_of"))

    @blueprint.needs(Permission.WRITE_PLANS)
    @blueprint.takes(schemas.NewTargets, example=examples_changes.NEW_TARGETS)
    @blueprint.answers(200, schemas.PutTargets, example=examples_changes.PUT_TARGETS)
    def post(self, body: dict[str, Any]) -> Response:
        """Set annual targets: each becomes the next version of its indicator, area and year.

        All of them or none; earlier versions stay. What the newest version says already makes no
        new one, so a call may be repeated. Figures are measured by the version in force at their
        period.
        """
        plans = [NewTarget(**item) for item in body["items"]]
        with database().writing() as session:
            put = targets.put(session, author(), plans, at=now())
        counts = {"created": put.created, "unchanged": put.unchanged}
        return reply({**counts, **rendered(put.targets)})


def _of_sector(session: Session, code: str | None) -> list[int] | None:
    """Give the indicators of a sector and all in it. Raises InvalidRequest for an unknown one."""
    if code is None:
        return None
    known = snapshot(session, actor().jurisdiction)
    found, faults = choose(session, actor().jurisdiction, known, codes=None, sectors=[code])
    if faults:
        raise InvalidRequest(
            mark("The question has %(count)s faults."), faults=faults, count=len(faults)
        )
    return [facts.id for facts in found]


def rendered(rows: Sequence[queries.TargetFacts]) -> dict[str, Any]:
    """Targets with the indicator's name in the reader's language."""
    return {
        "data": [
            {
                **row._asdict(),
                "name": name_of(
                    {"name_vi": row.indicator_name_vi, "name_en": row.indicator_name_en}
                ),
            }
            for row in rows
        ]
    }
