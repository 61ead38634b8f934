"""Two calls: send a report, and read a month by district."""

import os
from typing import Any

from flask import Flask, abort, request
from flask.views import MethodView
from flask_smorest import Api, Blueprint
from marshmallow import Schema, fields
from sqlalchemy import create_engine, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, aliased, scoped_session, sessionmaker

from benchmarks.peer_orm.models import Area, Indicator, Observation, Report, Unit

blueprint = Blueprint("peer", __name__, url_prefix="/")
sessions = scoped_session(sessionmaker())


class ValueSchema(Schema):
    """A value of a report."""

    indicator = fields.String(required=True)
    value = fields.Decimal(required=True, allow_none=True, as_string=True)


class ReportSchema(Schema):
    """A report with its values."""

    unit = fields.String(required=True)
    period = fields.String(required=True)
    state = fields.String(dump_only=True)
    values = fields.List(fields.Nested(ValueSchema), required=True)


class FigureSchema(Schema):
    """A sum."""

    area = fields.String()
    indicator = fields.String()
    period = fields.String()
    value = fields.Decimal(as_string=True, allow_none=True)
    reported = fields.Integer()


class MonthSchema(Schema):
    """What the read asks for."""

    period = fields.String(required=True)


class FiguresSchema(Schema):
    """The answer to a read."""

    data = fields.List(fields.Nested(FigureSchema))


@blueprint.route("/reports")
class Reports(MethodView):
    """All reports."""

    @blueprint.arguments(ReportSchema)
    @blueprint.response(201, ReportSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Store a report of the caller's unit."""
        session = sessions()
        unit = caller(session)
        if unit.code != body["unit"]:
            abort(403)
        report = Report(unit=unit, period=body["period"], state="sent")
        indicators = {found.code: found for found in session.scalars(select(Indicator))}
        for value in body["values"]:
            if value["indicator"] not in indicators:
                abort(422)
            indicator = indicators[value["indicator"]]
            report.values.append(Observation(indicator=indicator, value=value["value"]))
        session.add(report)
        session.commit()
        values = [{"indicator": v.indicator.code, "value": v.value} for v in report.values]
        answer = {"unit": unit.code, "period": report.period, "state": report.state}
        return {**answer, "values": values}


@blueprint.route("/figures")
class Figures(MethodView):
    """Sums by district."""

    @blueprint.arguments(MonthSchema, location="query")
    @blueprint.response(200, FiguresSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Add up a month: the units of each district and of the communes below it."""
        session = sessions()
        caller(session)
        district = aliased(Area)
        rows = session.execute(
            select(
                district.code.label("area"),
                Indicator.code.label("indicator"),
                Report.period,
                func.sum(Observation.value).label("value"),
                func.count(Observation.value).label("reported"),
            )
            .join(Observation.report)
            .join(Report.unit)
            .join(Unit.area)
            .join(district, (district.id == Area.id) | (district.id == Area.parent_id))
            .join(Indicator, Indicator.id == Observation.indicator_id)
            .where(Report.period == query["period"], district.level == "district")
            .group_by(district.code, Indicator.code, Report.period)
            .order_by(district.code, Indicator.code)
        )
        return {"data": [row._asdict() for row in rows]}


def caller(session: Session) -> Unit:
    """Give the unit whose token came with the request."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    unit = session.scalar(select(Unit).where(Unit.token == token))
    return unit or abort(401)


def create_app() -> Flask:
    """Make the application on DATABASE_URL."""
    app = Flask(__name__)
    app.config |= {"API_TITLE": "peer", "API_VERSION": "1", "OPENAPI_VERSION": "3.1.0"}
    app.config["OPENAPI_URL_PREFIX"] = "/"
    url = make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg")
    sessions.configure(bind=create_engine(url, pool_size=4, max_overflow=0, pool_pre_ping=True))
    app.teardown_appcontext(lambda _: sessions.remove())
    Api(app).register_blueprint(blueprint)
    return app
