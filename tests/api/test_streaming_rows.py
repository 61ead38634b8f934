"""Pull rows as CSV or JSON lines: whole and streamed unless a page is asked."""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from backports import zstd
from werkzeug.test import TestResponse

from indicators_api.config import Config
from tests.callers import Caller, Log, assert_problem
from tests.factories import CITY, DIVISION, JULY, NEIGHBOUR, VILLAGE, WARD, MakeReport, done

POOR, ALL, RATE = "XH160101", "XH020108", "XH160103"
FIGURES = f"/aggregates?period=2024-06,{JULY}&level=commune&indicator={POOR},{RATE}"
MEASURED = f"{FIGURES}&measures=value,previous,change_pct,plan,status"
OBSERVED = f"/observations?period=2024-06,{JULY}&basis=sent"
CALLS = (FIGURES, MEASURED, OBSERVED)


@pytest.fixture
def config(config: Config) -> Config:
    """Settings under which a question of a thousand cells is the widest."""
    return replace(config, max_cells=1000)


@pytest.fixture(autouse=True)
def _reports(make_report: MakeReport) -> None:
    """Two months of a ward, one of its neighbour, of a village and of a division."""
    note = '=1+1, "thirty"\nđồng'
    for period, poor in (("2024-06", 40), (JULY, 41)):
        values = {
            POOR: {"value": poor, "note": note},
            ALL: {"value": None, "missing": "not_available"},
        }
        make_report(unit=WARD, period=period, state="accepted", values=values)
    make_report(unit=NEIGHBOUR, state="accepted", values={POOR: 7, ALL: 700})
    make_report(unit=VILLAGE, state="sent", values={POOR: 90})
    make_report(unit=DIVISION, state="sent", values={POOR: 55})


def rows_of(answer: TestResponse) -> list[Any]:
    """Read JSON lines with decimals as they stand in them."""
    return [json.loads(line, parse_float=Decimal) for line in answer.data.splitlines()]


def pages(caller: Caller, call: str) -> Iterator[TestResponse]:
    answer = caller.get(call)
    yield answer
    while "Link" in answer.headers:
        answer = caller.get(answer.headers["Link"].partition(">")[0].strip("<"))
        yield answer


@pytest.mark.parametrize("call", CALLS)
def test_json_lines_are_the_rows_of_the_document(operations: Caller, call: str) -> None:
    """Streams: `format=jsonl` or `Accept: application/jsonl`, a row a line, no `limit`, no end."""
    document = json.loads(operations.get(call).data, parse_float=Decimal)["data"]

    lines = operations.get(f"{call}&format=jsonl")
    accepted = operations.get(call, headers={"Accept": "application/jsonl"})

    assert rows_of(lines) == document
    assert (lines.content_type, lines.data[-1:]) == ("application/jsonl", b"\n")
    assert accepted.data == lines.data
    assert "Content-Length" not in lines.headers
    assert "Link" not in lines.headers


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize("call", CALLS)
def test_pages_put_together_are_the_stream(operations: Caller, call: str, form: str) -> None:
    """Streams: `limit` asks for pages of the same rows; `cursor` alone for all that is left."""
    whole = operations.get(f"{call}&format={form}").data
    head = whole[: whole.index(b"\r\n") + 2] if form == "csv" else b""

    paged = list(pages(operations, f"{call}&format={form}&limit=3"))
    place = paged[0].headers["Next-Cursor"]
    rest = operations.get(f"{call}&format={form}&cursor={place}")

    bodies = [page.data.removeprefix(head) for page in paged]
    assert head + b"".join(bodies) == whole
    assert len(paged) > 1
    assert rest.data == head + b"".join(bodies[1:])


def test_text_that_a_spreadsheet_would_run_is_text(operations: Caller) -> None:
    """Streams: CSV as RFC 4180 has it, an apostrophe before a formula; JSON as it was said."""
    call = f"/observations?period={JULY}&unit={WARD}&indicator={POOR}"

    record = operations.get(f"{call}&format=csv").data.partition(b"\r\n")[2].decode()
    (row,) = rows_of(operations.get(f"{call}&format=jsonl"))

    assert record.endswith(',41,,E,,"\'=1+1, ""thirty""\nđồng",1\r\n')
    assert row["note"] == '=1+1, "thirty"\nđồng'


@pytest.mark.parametrize("call", CALLS)
def test_what_is_unchanged_is_not_streamed_again(
    make_report: MakeReport, operations: Caller, call: str
) -> None:
    """Conditional pulls: a stream has the ETag that a page has."""
    first = operations.get(f"{call}&format=csv")
    known = {"If-None-Match": first.headers["ETag"]}

    again = operations.get(f"{call}&format=csv", headers=known)
    make_report(unit="H59.21.13", state="sent", values={POOR: 1})
    after = operations.get(f"{call}&format=csv", headers=known)

    assert (again.status_code, again.data) == (304, b"")
    assert after.status_code == 200


#: What is accepted, the coding that is answered, and its inverse.
CODINGS: tuple[tuple[str, str | None, Callable[[bytes], bytes]], ...] = (
    ("gzip", "gzip", gzip.decompress),
    ("gzip, deflate, br, zstd", "zstd", zstd.decompress),
    ("zstd;q=0.3, gzip;q=0.8", "gzip", gzip.decompress),
    ("gzip;q=0, *", "zstd", zstd.decompress),
    ("identity;q=0.9, gzip;q=0.5", None, bytes),
    ("gzip;q=0, zstd;q=0", None, bytes),
    ("br", None, bytes),
)


@pytest.mark.parametrize("form", ["json", "csv", "jsonl"])
def test_an_answer_goes_out_in_the_coding_that_is_liked_best(operations: Caller, form: str) -> None:
    """Conventions: gzip and zstd by Accept-Encoding; each has its ETag, and a 304."""
    call = f"{MEASURED}&format={form}"
    plain = operations.get(call)

    for accepted, coding, unpack in CODINGS:
        asked = {"Accept-Encoding": accepted}
        packed = operations.get(call, headers=asked)
        tag = packed.headers["ETag"]
        same = operations.get(call, headers={**asked, "If-None-Match": tag})

        assert packed.headers.get("Content-Encoding") == coding
        assert unpack(packed.data) == plain.data
        assert "Accept-Encoding" in packed.vary
        assert (tag == plain.headers["ETag"]) == (coding is None)
        assert (same.status_code, same.headers["ETag"]) == (304, tag)
        assert operations.get(call, headers=asked).data == packed.data


def test_what_is_too_broad_for_an_answer_is_streamed(operations: Caller) -> None:
    """Limits: 413 tells how many cells are asked and allowed, and what to do; a stream has none."""
    call = f"/aggregates?period={JULY}&area={CITY}&level=commune"
    refused = operations.get(call, headers={"Accept-Language": "en"})
    page = operations.get(f"{call}&format=csv&limit=5")

    facts = {"limit": 1000, "requested": 10 * 649}
    problem = assert_problem(refused, 413, "too-many-cells", facts=facts)
    assert "6490 cells, at most 1000" in problem["detail"]
    assert "CSV or JSON lines" in problem["detail"]
    assert_problem(page, 413, "too-many-cells", facts=facts)
    streamed = rows_of(operations.get(f"{call}&format=jsonl"))
    assert len(streamed) > 1000
    assert operations.get(f"{call}&format=csv").data.count(b"\r\n") == len(streamed) + 1


def test_a_head_says_what_a_stream_would_be(operations: Caller, log: Log) -> None:
    """Conventions: `HEAD` has the headers of `GET`, and what is wrong is wrong; nothing is read."""
    get, head = (
        operations.get(f"{OBSERVED}&format=csv"),
        operations.call("HEAD", f"{OBSERVED}&format=csv"),
    )
    wrong = operations.call("HEAD", f"{OBSERVED}&format=csv&area=99")

    left_out = {"X-Request-Id", "Content-Length"}
    assert {k: v for k, v in head.headers if k not in left_out} == {
        k: v for k, v in get.headers if k not in left_out
    }
    assert (head.data, wrong.status_code) == (b"", 422)
    assert [(row["status"], row["size"]) for row in log("?limit=2")][1] == (200, 0)


def test_a_question_without_rows_is_a_head_or_nothing(operations: Caller) -> None:
    """Streams: CSV says its columns anyway."""
    nothing = "/observations?period=2024-05&format="

    csv, lines = operations.get(f"{nothing}csv"), operations.get(f"{nothing}jsonl")

    assert csv.data.count(b"\r\n") == 1
    assert (lines.status_code, lines.data) == (200, b"")


@pytest.mark.parametrize("coding", [None, "zstd"])
def test_a_stream_is_logged_with_all_that_left(
    operations: Caller, log: Log, coding: str | None
) -> None:
    """Sharing log: `answering` before the first byte, then how much it was, as it went out."""
    headers = {"Accept-Encoding": coding} if coding else {}
    answer = operations.get(f"{OBSERVED}&format=jsonl", headers=headers)

    (row, *_) = log()
    assert (row["status"], row["state"], row["size"]) == (200, "answered", len(answer.data))
    assert row["asked"].endswith("format=jsonl")


def test_a_stream_that_is_refused_is_logged_as_such(operations: Caller, log: Log) -> None:
    """Sharing log: one row a call, whatever comes of it."""
    already = len(log("?limit=5000"))

    assert_problem(operations.get(f"{OBSERVED}&format=csv&area=99"), 422, "invalid-request")

    (row, *rows) = log("?limit=5000")
    assert (row["status"], row["state"], len(rows)) == (422, "refused", already)


def test_a_unit_streams_its_own_values_without_being_logged(
    client_of: Callable[..., Caller], log: Log
) -> None:
    """Sharing log: nobody shares with itself."""
    already = len(log("?limit=5000"))

    own = client_of("clerk", unit=WARD).get(f"{OBSERVED}&format=jsonl")

    assert {row["unit"] for row in rows_of(own)} == {WARD}
    assert len(log("?limit=5000")) == already
    assert done(client_of("clerk", unit=WARD).get(OBSERVED))["data"]
