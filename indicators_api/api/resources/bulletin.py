"""The bulletin: the usual table of an area and a period, for programs and for people."""

from datetime import datetime
from typing import Any

from flask import Response, current_app, render_template

from indicators_api.aggregation.bulletin import MEASURES, Bulletin, Line, draw_up
from indicators_api.aggregation.queries import Figure
from indicators_api.aggregation.service import Question
from indicators_api.api import examples_bulletin
from indicators_api.api.conditional import is_known, not_modified, read_tag, tagged
from indicators_api.api.context import actor, database
from indicators_api.api.languages import name_of
from indicators_api.api.negotiation import MEDIA_TYPES, csv_file, wanted_format
from indicators_api.api.pages import PAGES_POLICY
from indicators_api.api.rendering import named
from indicators_api.api.resources.aggregates import figure_cell, limits, newest
from indicators_api.api.rest import BASE, Blueprint, Resource, reply
from indicators_api.api.schemas import bulletin as schemas
from indicators_api.api.sheets import sheet_of
from indicators_api.errors import NotAcceptable, TooManyCells
from indicators_api.formats.table import Table
from indicators_api.formats.xlsx import write_xlsx
from indicators_api.indicators.queries import IndicatorDetails
from indicators_api.security.permissions import Permission

blueprint = Blueprint(
    "bulletin", __name__, url_prefix=BASE, description="The usual table, to read and to print."
)

Json = dict[str, Any]
FORMATS = ("json", "csv", "html", "xlsx")
#: A row's members before and after its measures.
_KEYS = (
    *("sector", "indicator", "name", "name_vi", "name_en", "depth"),
    *("unit_of_measure", "unit_symbol", "decimals"),
)
_MORE = ("direction", "reason", "reasons", "coverage_differs")


@blueprint.at("/bulletin")
class TheBulletin(Resource):
    """An area's figures of a period, by sector."""

    @blueprint.needs(Permission.READ_FIGURES, TooManyCells, NotAcceptable)
    @blueprint.takes(schemas.BulletinQuery, location="query")
    @blueprint.answers(200, schemas.Bulletin, example=examples_bulletin.BULLETIN, files=FORMATS[1:])
    def get(self, query: Json) -> Response:
        """Read the bulletin of an area and a period.

        The usual table: same period, period before, this period, growth against both in per cent,
        year to date, per cent of the plan; by sector in the catalogue's order, parts below their
        total. As JSON or CSV with all digits, as a page in Vietnamese to read and print on A4
        (`format=html`, or what a browser accepts), or as a workbook with real numbers
        (`format=xlsx`); page and workbook show numbers rounded half up. Indicators that the period
        does not ask for have a line only where there is a figure.
        """
        kind = wanted_format(query.get("format"), FORMATS)
        asked = Question(
            periods=[query["period"]],
            area=query.get("area"),
            indicators=query.get("indicator"),
            sectors=query.get("sector"),
            sent=query["basis"] == "sent",
            geography=query.get("geography"),
        )
        with database().reading() as session:
            version = newest(session, asked.periods, MEASURES, query.get("as_of"))
            if is_known(tag := read_tag(version)):
                return not_modified(tag)
            found = draw_up(session, actor(), asked, limits())
        return _WRITERS[kind](found, query["basis"], version.changed_at, tag)


def as_json(found: Bulletin, basis: str, as_of: datetime, tag: str) -> Response:
    """Answer all digits, and the headings in their order."""
    body = {
        "area": found.area.code,
        "area_id": found.area.id,
        "area_name": name_of(found.area._asdict()),
        "period": str(found.period),
        "basis": basis,
        "as_of": as_of,
        "status": found.status,
        "sectors": [
            {
                "code": section.sector.code,
                **named(section.sector),
                "parent": section.sector.parent,
                "depth": section.depth,
            }
            for section in found.sections
        ],
        "data": [without_empty(_row(line)) for line in found.lines],
    }
    return reply(body, headers=tagged(tag))


def as_csv(found: Bulletin, _basis: str, _as_of: datetime, tag: str) -> Response:
    """Answer the rows with all digits."""
    columns = (*_KEYS, *MEASURES, *_MORE)
    rows = (_row(line) for line in found.lines)
    table = Table(columns, ([figure_cell(row[name]) for name in columns] for row in rows))
    return csv_file(table, tagged(tag))


def as_page(found: Bulletin, basis: str, as_of: datetime, tag: str) -> Response:
    """Answer a page that prints on A4; it loads its style sheet and nothing else."""
    page = render_template("bulletin.html", sheet=sheet_of(found, basis=basis, as_of=as_of))
    response = _file(page, f"{MEDIA_TYPES['html']}; charset=utf-8", tag)
    response.headers["Content-Language"] = "vi"
    response.headers["Content-Security-Policy"] = PAGES_POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def as_workbook(found: Bulletin, basis: str, as_of: datetime, tag: str) -> Response:
    """Answer a workbook to save."""
    sheet = sheet_of(found, basis=basis, as_of=as_of)
    book = write_xlsx(sheet, name=str(found.period), made_at=as_of)
    response = _file(book, MEDIA_TYPES["xlsx"], tag)
    response.headers["Content-Language"] = "vi"
    response.headers.set(
        "Content-Disposition",
        "attachment",
        filename=f"bulletin-{found.area.code}-{found.period}.xlsx",
    )
    return response


_WRITERS = {"json": as_json, "csv": as_csv, "html": as_page, "xlsx": as_workbook}


def _file(data: bytes | str, content_type: str, tag: str) -> Response:
    return current_app.response_class(data, content_type=content_type, headers=tagged(tag))


def _row(line: Line) -> Json:
    return {
        "sector": line.indicator.sector,
        "depth": line.depth,
        **figure_row(line.indicator, line.figure),
    }


def figure_row(facts: IndicatorDetails, figure: Figure) -> Json:
    """Give an indicator and the usual measures of it."""
    return {
        "indicator": facts.code,
        **named(facts),
        "unit_of_measure": facts.unit_of_measure,
        "unit_symbol": facts.unit_symbol,
        "decimals": facts.decimals,
        **{name: getattr(figure, name) for name in (*MEASURES, *_MORE)},
    }


def without_empty(row: Json) -> Json:
    """Leave out what is there only where it says something."""
    return {
        name: said
        for name, said in row.items()
        if said or name not in {"reason", "reasons", "coverage_differs"}
    }
