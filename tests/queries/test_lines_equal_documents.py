"""The law of lines: what the database writes is what could be written from objects, to the byte."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from indicators_api.aggregation import queries, service
from indicators_api.aggregation.measures import MEASURES, USUAL
from indicators_api.aggregation.queries import Figure
from indicators_api.aggregation.service import Question
from indicators_api.aggregation.statement import KEYS, columns
from indicators_api.api.resources.aggregates import figure_cell
from indicators_api.db.copying import Form
from indicators_api.formats import csv
from indicators_api.formats.pieces import FIRST, pieces
from indicators_api.formats.pieces import USUAL as PIECE
from indicators_api.formats.table import Table
from indicators_api.observations import service as observations
from indicators_api.observations.queries import COLUMNS
from indicators_api.periods import Period
from tests.queries.asking import as_documents, centre, figures, law, played, questions, read
from tests.queries.filing import who
from tests.queries.play import Play
from tests.queries.stories import Story, stories_of_years
from tests.transactions import rolled_back


@settings(law, max_examples=8)
@given(
    story=stories_of_years(),
    measures=st.sampled_from([USUAL, MEASURES, ("yoy_pct", "plan", "status")]),
    at_once=st.sampled_from([1, 300, service.AT_ONCE]),
)
def test_figures_as_lines_are_the_figures(
    empty_engine: Engine, story: Story, measures: Sequence[str], at_once: int
) -> None:
    """Streams: for random worlds, at every level, on both bases, from both sources.

    Looked up at once or bit by bit, as CSV to the byte and as JSON lines.
    """
    with rolled_back(empty_engine) as session:
        play = played(session, story)

        for question, _, _ in questions(play, Question(story.asked, measures=measures)):
            whole = figures(session, play, question)
            written = b"".join(_pieces(session, play, question, at_once))
            lines = _lines(session, play, question, Form.JSON, at_once)

            assert written == _obvious(whole, measures)
            assert read(f"[{b','.join(lines).decode()}]") == as_documents(whole, measures)


def _lines(
    session: Session, play: Play, question: Question, form: Form, at_once: int
) -> Iterator[bytes]:
    for part in service.parts(session, centre(play.ids), question, at_once=at_once):
        yield from queries.lines(session, part, form)


def _pieces(session: Session, play: Play, question: Question, at_once: int) -> Iterator[bytes]:
    head = csv.write_csv(Table((*KEYS, *columns(question.measures)), ()))
    return pieces(head, _lines(session, play, question, Form.CSV, at_once), csv.END)


def _obvious(rows: Sequence[Figure], measures: Sequence[str]) -> bytes:
    names = (*KEYS, *columns(measures))
    return csv.write_csv(
        Table(names, [[figure_cell(getattr(row, name)) for name in names] for row in rows])
    )


#: What PostgreSQL's text takes, and what CSV, JSON and spreadsheets make something of.
_notes = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12) | st.text(
    st.sampled_from("=+-@\t\r\n\",'\\ .;\x01\x02\x7fđ€"), max_size=6
)
#: As many digits as values have.
_numbers = st.decimals(-(10**17), 10**17, places=0) | st.decimals(-(10**9), 10**9, places=9)
_WARD, _JULY = "H59.21.11", Period.month(2024, 7)
_REPORT = text("""
    INSERT INTO report (jurisdiction_id, period_id, unit_id, state, revision, version, sent_version,
                        created_at, changed_at, stepped_at, first_sent_at, sent_at)
    SELECT 1, :period, id, 'sent', 1, 1, 1, :at, :at, :at, :at, :at FROM unit WHERE code = :unit
""")
_VALUE = text("""
    INSERT INTO observation (jurisdiction_id, period_id, unit_id, version, indicator_id, value,
                             missing, status, ytd, note)
    SELECT 1, :period, u.id, 1, i.id, :value, :missing, 'P', :ytd, :note
    FROM unit u, indicator i WHERE u.code = :unit AND i.code = :indicator
""")


@settings(law, max_examples=60)
@given(said=st.lists(st.tuples(st.none() | _numbers, st.none() | _numbers, st.none() | _notes)))
def test_observations_as_lines_are_what_was_stored(
    engine: Engine, said: list[tuple[Decimal | None, Decimal | None, str | None]]
) -> None:
    """Streams: any number with all its digits, any note; missing is an empty cell or null."""
    at = datetime(2024, 7, 16, tzinfo=UTC)
    with rolled_back(engine) as session:
        codes = session.scalars(text("SELECT code FROM indicator ORDER BY code LIMIT 50")).all()
        known = {"period": _JULY.id, "unit": _WARD}
        session.execute(_REPORT, {**known, "at": at})
        rows = []
        for code, (value, ytd, note) in zip(codes, said, strict=False):
            missing = None if value is not None else "not_available"
            row = {"indicator": code, "value": value, "missing": missing, "ytd": ytd, "note": note}
            session.execute(_VALUE, {**known, **row})
            rows.append(row)
        actor = who(session, "operations", area="84").actor
        asked = observations.Question([_JULY], unit=_WARD, sent=True)

        written = list(observations.find(session, actor, asked, Form.CSV))
        documents = read(
            f"[{b','.join(observations.find(session, actor, asked, Form.JSON)).decode()}]"
        )

        def cells(row: dict[str, Any]) -> list[Any]:
            usual = {"unit": _WARD, "area": "29236", "area_id": area, "period": str(_JULY)}
            return [{**usual, "status": "P", "version": 1, **row}[name] for name in COLUMNS]

        area = session.scalar(text("SELECT area_id FROM unit WHERE code = :unit"), known)
        assert [line + csv.END for line in written] == [
            csv.write_csv(Table(COLUMNS, [cells(row)])).split(csv.END, 1)[1] for row in rows
        ]
        assert [list(document.values()) for document in documents] == [cells(row) for row in rows]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@given(lines=st.lists(st.binary(max_size=40_000)), head=st.binary(max_size=9))
def test_pieces_are_the_lines_in_sizes_that_are_worth_sending(
    end: bytes, lines: list[bytes], head: bytes
) -> None:
    """Streams: whole lines; the first piece soon, the others large, but for the last."""
    made = list(pieces(head, lines, end))

    assert b"".join(made) == head + b"".join(line + end for line in lines)
    assert len(made[0]) >= FIRST or len(made) == 1
    assert all(len(piece) >= PIECE for piece in made[1:-1])
