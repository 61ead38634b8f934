"""The reporting regime's calendar: data windows, deadlines of levels, holidays."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Response

from indicators_api.api import examples_calendar as examples
from indicators_api.api import rendering
from indicators_api.api.context import actor, author, database, now
from indicators_api.api.resources.listing import answer
from indicators_api.api.rest import BASE, Blueprint, Resource, reply
from indicators_api.api.schemas import calendar as schemas
from indicators_api.catalogue import calendar
from indicators_api.catalogue.calendar import Day, Rule
from indicators_api.errors import NotFound
from indicators_api.security.permissions import Permission

blueprint = Blueprint(
    "calendar", __name__, url_prefix=BASE, description="Data windows, deadlines, working days."
)


@blueprint.at("/regimes")
class Regimes(Resource):
    """Reporting regimes."""

    @blueprint.needs(Permission.READ_CATALOGUE)
    @blueprint.answers(200, schemas.Regimes, example=examples.REGIMES)
    def get(self) -> Response:
        """List the reporting regimes.

        By code. A regime says which days a period's data cover.
        """
        return answer(lambda session: calendar.regimes(session, actor().jurisdiction), named)


@blueprint.at("/deadline-rules")
class DeadlineRules(Resource):
    """Deadlines of levels."""

    @blueprint.needs(Permission.READ_CATALOGUE)
    @blueprint.takes(schemas.RuleFilter, location="query")
    @blueprint.answers(200, schemas.Rules, example=examples.RULES)
    def get(self, query: dict[str, Any]) -> Response:
        """List by which days units send, by regime and level.

        The widest level first. On a day off the next working day counts.
        """
        regime = query.get("regime")
        return answer(
            lambda session: calendar.rules(session, actor().jurisdiction, regime),
            lambda rows: {"data": [row._asdict() for row in rows]},
        )


@blueprint.at("/deadline-rules/<regime>/<level>")
class DeadlineRule(Resource):
    """The deadline of one level under one regime."""

    @blueprint.needs(Permission.WRITE_DEADLINES, NotFound)
    @blueprint.takes(schemas.NewRule, example=examples.NEW_RULE)
    @blueprint.answers(200, schemas.Rule, example=examples.RULE)
    def put(self, body: dict[str, Any], regime: str, level: str) -> Response:
        """Set by which day units of a level send.

        At least one working day after the data window; a level never has longer than one above it,
        so give more time from the top down. Due dates follow at once, those of earlier periods too.
        """
        rule = Rule(regime, level, body["day"], body["months_after"])
        with database().writing() as session:
            calendar.put_rule(session, author(), rule, at=now())
        return reply(rule._asdict())


@blueprint.at("/holidays")
class Holidays(Resource):
    """Days that are not what their day of the week is."""

    @blueprint.needs(Permission.READ_CATALOGUE)
    @blueprint.takes(schemas.HolidayFilter, location="query")
    @blueprint.answers(200, schemas.Holidays, example=examples.HOLIDAYS)
    def get(self, query: dict[str, Any]) -> Response:
        """List public holidays and days worked to make up for others.

        Of a year, or of all years; by day. No deadline falls on a day off.
        """
        year = query.get("year")
        return answer(lambda session: calendar.holidays(session, actor().jurisdiction, year), named)

    @blueprint.needs(Permission.WRITE_DEADLINES)
    @blueprint.takes(schemas.NewHolidays, example=examples.NEW_HOLIDAYS)
    @blueprint.answers(200, schemas.TakenHolidays, example=examples.TAKEN_HOLIDAYS)
    def post(self, body: dict[str, Any]) -> Response:
        """Take a list of days into the calendar, such as a year's official announcement.

        All of them or none. Days that are there are changed where they differ; days that the list
        does not name stay: delete what is no holiday any more.
        """
        days = [Day(**item) for item in body["items"]]
        with database().writing() as session:
            counts = calendar.put_holidays(session, author(), days, at=now())
        return reply({**counts._asdict(), **named(sorted(days))})


@blueprint.at("/holidays/<day:day>")
class Holiday(Resource):
    """One day."""

    @blueprint.needs(Permission.WRITE_DEADLINES, NotFound)
    @blueprint.takes(schemas.NewHoliday, example=examples.NEW_HOLIDAY)
    @blueprint.answers(200, schemas.Holiday, example=examples.HOLIDAY)
    def put(self, body: dict[str, Any], day: date) -> Response:
        """Make a day a holiday, or one that is worked.

        Due dates follow at once, those of earlier periods too.
        """
        taken = Day(day=day, **body)
        with database().writing() as session:
            calendar.put_holidays(session, author(), [taken], at=now(), pointer="")
        return reply(_named(taken))

    @blueprint.needs(Permission.WRITE_DEADLINES, NotFound)
    @blueprint.answers(204)
    def delete(self, day: date) -> Response:
        """Take a day out of the calendar.

        It is what its day of the week is, again.
        """
        with database().writing() as session:
            calendar.drop_holiday(session, author(), day, at=now())
        return Response(status=204)


def named(rows: Sequence[Any]) -> dict[str, Any]:
    """Items with their names in the reader's language."""
    return {"data": [_named(row) for row in rows]}


def _named(row: Any) -> dict[str, Any]:
    return {**row._asdict(), **rendering.named(row)}
