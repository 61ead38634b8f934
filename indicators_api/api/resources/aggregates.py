"""Figures of areas.

The operations centre's call, and the comparison of what was sent with what rolls up.
"""

from collections.abc import Generator, Iterator, Sequence
from datetime import datetime
from typing import Any

from flask import Response

from indicators_api.aggregation import queries, service
from indicators_api.aggregation.measures import USUAL, places
from indicators_api.aggregation.queries import Slice
from indicators_api.aggregation.spans import rests_on
from indicators_api.aggregation.statement import KEYS, columns
from indicators_api.api import examples
from indicators_api.api.conditional import is_known, not_modified, read_tag, tagged
from indicators_api.api.context import actor, database, services
from indicators_api.api.negotiation import csv_file, wanted_format
from indicators_api.api.paging import cursor, link
from indicators_api.api.past import version_at
from indicators_api.api.rest import BASE, Blueprint, Resource, reply
from indicators_api.api.schemas import figures as schemas
from indicators_api.api.streaming import FORMATS, Rows, answer_lines, splice
from indicators_api.db.copying import Form
from indicators_api.db.session import Session
from indicators_api.errors import NotAcceptable, TooManyCells
from indicators_api.formats.table import Table
from indicators_api.observations.versions import SliceVersion, slice_version
from indicators_api.periods import Period
from indicators_api.security.permissions import Permission

blueprint = Blueprint(
    "figures",
    __name__,
    url_prefix=BASE,
    description="Figures of areas: rolled up exactly, fresh with every acceptance.",
)


@blueprint.at("/aggregates")
class Aggregates(Resource):
    """Figures by area, indicator and period."""

    @blueprint.needs(Permission.READ_FIGURES, TooManyCells, NotAcceptable)
    @blueprint.takes(schemas.AggregatesQuery, location="query")
    @blueprint.answers(200, schemas.Aggregates, example=examples.AGGREGATES, files=FORMATS[1:])
    def get(self, query: dict[str, Any]) -> Response:
        """Pull figures by area, indicator and period, and what stands beside them.

        `source=rollup` adds up the units that count, each indicator by its own rule, areas first,
        then time; `source=reported` shows what the area's own unit sent. Beside a value stand, as
        `measures` ask: the previous period, the same period of last year, the year to date and the
        plan. A value that is null comes with its `reason`, any other measure with one in `reasons`;
        missing is never zero. `coverage_differs` names bases with another coverage. No row where no
        unit is assigned the indicator. As JSON in pages; as CSV (`format=csv` or
        `Accept: text/csv`) or JSON lines whole, however many rows there are, unless `limit` asks
        for a page.
        """
        return answer(query)


@blueprint.at("/aggregates/query")
class AggregatesQuery(Resource):
    """The same for long lists."""

    @blueprint.needs(Permission.READ_FIGURES, TooManyCells, NotAcceptable)
    @blueprint.takes(schemas.AggregatesQuery, example=examples.AGGREGATES_QUERY)
    @blueprint.answers(200, schemas.Aggregates, example=examples.AGGREGATES, files=FORMATS[1:])
    def post(self, body: dict[str, Any]) -> Response:
        """Pull figures, with the question as a body.

        For lists of codes that are too long for an address. The members are the parameters of
        `GET /aggregates`.
        """
        return answer(body)


@blueprint.at("/reconciliation")
class Reconciliation(Resource):
    """Reported beside rolled up."""

    @blueprint.needs(Permission.READ_FIGURES, TooManyCells, NotAcceptable)
    @blueprint.takes(schemas.Question, location="query")
    @blueprint.answers(200, schemas.Reconciliation, example=examples.RECONCILIATION, files=("csv",))
    def get(self, query: dict[str, Any]) -> Response:
        """Compare what areas' own units sent with what rolls up from below.

        Territory indicators only: for agency indicators the levels are different work and add up.
        """
        asked, kind = question(query), wanted_format(query.get("format"), ("json", "csv"))
        with database().reading() as session:
            version = newest(session, asked.periods, ("ytd",), query.get("as_of"))
            if is_known(tag := read_tag(version)):
                return not_modified(tag)
            rows, further = service.reconcile(session, actor(), asked, limits())
        if kind == "csv":
            return as_csv(Table(service.Reconciled._fields, rows), tag, further)
        return reply(
            {
                "basis": query["basis"],
                "as_of": version.changed_at,
                "data": [row._asdict() for row in rows],
                "next": cursor(further),
            },
            headers={**tagged(tag), **link(cursor(further))},
        )


def question(query: dict[str, Any]) -> service.Question:
    """Give the question behind the parameters."""
    return service.Question(
        periods=query["period"],
        level=query.get("level"),
        area=query.get("area"),
        indicators=query.get("indicator"),
        sectors=query.get("sector"),
        sent=query["basis"] == "sent",
        source=query.get("source", "rollup"),
        geography=query.get("geography"),
        after=query.get("cursor"),
        limit=query.get("limit", schemas.PAGE),
        measures=query.get("measures", USUAL),
    )


def limits() -> service.Limits:
    """Give what an answer may not pass."""
    return service.Limits(cells=services().config.max_cells)


def newest(
    session: Session, periods: Sequence[Period], measures: Sequence[str], as_of: datetime | None
) -> SliceVersion:
    """Give the version of all that figures of some periods, and what is beside them, rest on.

    As of a moment the rest of the transaction sees the past.
    """
    looked_at = rests_on(span for _, span in places(periods, measures))
    return version_at(
        session, as_of, lambda: slice_version(session, actor().jurisdiction, looked_at)
    )


def answer(query: dict[str, Any]) -> Response:
    """Answer a question: 304 from the versions alone, else the figures."""
    asked, kind = question(query), wanted_format(query.get("format"), FORMATS)
    as_of = query.get("as_of")
    if kind != "json":
        return answer_lines(rows_of(asked, as_of), Form(kind), query.get("limit"))
    with database().reading() as session:
        version = newest(session, asked.periods, asked.measures, as_of)
        if is_known(tag := read_tag(version)):
            return not_modified(tag)
        wanted = service.prepare(session, actor(), asked, limits())
        rows, place = queries.figures_json(session, wanted)
    head = {
        "basis": query["basis"],
        "source": asked.source,
        "as_of": version.changed_at,
        "measures": list(asked.measures),
    }
    further = cursor(place)
    return splice(head, rows, further, {**tagged(tag), **link(further)})


def rows_of(asked: service.Question, as_of: datetime | None) -> Rows:
    """Give a question for figures as one for lines: a page of them, or all, area by area."""
    who, most = actor(), limits()

    def lines(session: Session, form: Form, limit: int | None) -> Generator[bytes]:
        if limit is not None:
            return queries.lines(session, service.prepare(session, who, asked, most), form)
        return all_lines(session, service.parts(session, who, asked), form)

    return Rows(
        tag=lambda session: read_tag(newest(session, asked.periods, asked.measures, as_of)),
        lines=lines,
        columns=(*KEYS, *columns(asked.measures)),
        place=lambda row: (row["area"], row["indicator"], Period.parse(row["period"]).id),
    )


def all_lines(session: Session, parts: Iterator[Slice], form: Form) -> Generator[bytes]:
    """Write the rows of all parts of a question, one after another."""
    for part in parts:
        yield from queries.lines(session, part, form)


def figure_cell(value: Any) -> Any:
    """Write what is said of several measures in one cell: `change_pct=base_zero plan=no_plan`."""
    if isinstance(value, dict):
        return " ".join(f"{name}={reason}" for name, reason in sorted(value.items()))
    return " ".join(value) if isinstance(value, list) else value


def as_csv(table: Table, tag: str, further: Sequence[Any] | None) -> Response:
    """Answer a table as CSV; the next page is in the `Link` header."""
    return csv_file(table, {**tagged(tag), **link(cursor(further))})
