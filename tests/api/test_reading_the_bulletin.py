"""Read the bulletin: the usual table, for programs, on paper and as a workbook."""

import csv
import io
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import text

from indicators_api.api.pages import PAGES_POLICY
from indicators_api.db.session import Session
from tests.callers import Caller, assert_problem, exact
from tests.factories import CITY, JULY, NEIGHBOUR, WARD, WARD_AREA, MakeReport, done

#: Poor households (a stock of whole numbers), all households, the rate of the one to the other.
POOR, ALL, RATE = "XH160101", "XH020108", "XH160103"
ASKED = f"/bulletin?period={JULY}&area={WARD_AREA}"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CELLS = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


@pytest.fixture
def published(make_report: MakeReport, client_of: Callable[..., Caller]) -> None:
    """Have what a bulletin once printed: 75,856 after 77,037, of a plan of 77,000."""
    for period, poor in (("2023-07", 80_000), ("2024-06", 77_037), (JULY, 75_856)):
        make_report(unit=WARD, period=period, state="accepted", values={POOR: poor})
    plan = {"indicator": POOR, "area": WARD_AREA, "year": 2024, "value": 77_000}
    decision = {"direction": "at_most", "decision_number": "1/QĐ", "valid_from": "2024-01-01"}
    done(client_of("administrator").post("/targets", {"items": [{**plan, **decision}]}))


@pytest.mark.usefixtures("published")
def test_a_line_holds_the_usual_figures_with_all_digits(operations: Caller) -> None:
    """Bulletin, JSON: same period, previous, value, growth, year to date, per cent of the plan."""
    body = exact(operations.get(f"{ASKED}&indicator={POOR}"))

    (row,) = body.pop("data")
    assert (body["area"], body["period"], body["basis"], body["status"]) == (
        *(WARD_AREA, JULY, "accepted"),
        "E",
    )
    assert [sector["depth"] for sector in body["sectors"]] == [0, 1, 2]
    assert (row["sector"], row["depth"], row["unit_symbol"]) == ("XH1601", 0, "hộ")
    assert (row["value"], row["previous"], row["same_period"]) == (75_856, 77_037, 80_000)
    assert row["change_pct"].quantize(Decimal("1e-12")) == Decimal("-1.533029583187")
    assert (row["yoy_pct"], row["ytd"], row["plan"]) == (Decimal("-5.18"), 75_856, 77_000)
    assert row["plan_pct"].quantize(Decimal("1e-12")) == Decimal("98.514285714286")
    assert (row["direction"], row["status"]) == ("at_most", "E")


def test_the_order_is_the_catalogues(make_report: MakeReport, operations: Caller) -> None:
    """Bulletin: sectors in their order, each below the one it belongs to; parts below totals."""
    make_report(unit=WARD, state="accepted")
    known = done(operations.get("/sectors"))["data"]
    parents = {sector["code"]: sector["parent"] for sector in known}

    body = done(operations.get(f"/bulletin?period={JULY}"))
    shown = [sector["code"] for sector in body["sectors"]]
    rows = body["data"]

    assert shown == [sector["code"] for sector in known if sector["code"] in shown]
    assert {parents[code] for code in shown} - {None} <= set(shown)
    filled = [row["sector"] for row in rows]
    assert list(dict.fromkeys(filled)) == [code for code in shown if code in filled]
    assert len(rows) > 400
    details = {row["code"]: row for row in done(operations.get("/indicators?limit=1000"))["data"]}
    tops = [row["indicator"] for row in rows if row["depth"] == 0]
    assert tops == sorted(tops, key=lambda code: (filled_at(filled, details, code), code))
    for before, row in pairwise(rows):
        assert row["depth"] <= before["depth"] + 1
        if row["depth"] > before["depth"]:
            assert details[row["indicator"]]["parent"] == before["indicator"]


def filled_at(filled: list[str], details: dict[str, Any], code: str) -> int:
    """Give where an indicator's sector begins."""
    return filled.index(details[code]["sector"])


def test_what_the_period_does_not_ask_is_left_out(
    make_report: MakeReport, operations: Caller
) -> None:
    """Bulletin: no empty lines of indicators that are collected by quarters or years."""
    make_report(unit=WARD, state="accepted")
    asked = {
        row["indicator"]
        for row in done(operations.get(f"/aggregates?period={JULY}"))["data"]
        if row["expected"] > 0
    }

    month = done(operations.get(f"/bulletin?period={JULY}"))["data"]

    assert {row["indicator"] for row in month} == asked
    assert {row["reason"] for row in month if row["value"] is None} <= {
        *("missing", "numerator_missing", "denominator_missing", "weight_missing", "not_additive"),
    }


@pytest.mark.usefixtures("published")
def test_a_page_shows_numbers_as_bulletins_print_them(operations: Caller) -> None:
    """Bulletin, HTML: Vietnamese, 1.234.567,89, half up; what is missing is …, never 0."""
    answer = operations.get(f"{ASKED}&sector=XH1601", headers={"Accept": "text/html,*/*;q=0.8"})

    assert answer.content_type == "text/html; charset=utf-8"
    assert answer.headers["Content-Language"] == "vi"
    assert answer.headers["Content-Security-Policy"] == PAGES_POLICY
    assert cells(answer.text, "Số hộ nghèo") == [
        *("hộ", "80.000", "77.037", "75.856", "-1,53", "-5,18", "75.856", "98,51"),
    ]
    assert cells(answer.text, "Số hộ cận nghèo") == ["hộ", *["…"] * 6, ""]
    for heading in ("Ước thực hiện", "tháng 7/2024", "tháng 6/2024", "7 tháng năm 2024"):
        assert heading in answer.text
    assert "… Chưa có số liệu" in answer.text
    assert "<style" not in answer.text
    assert " style=" not in answer.text


def cells(page: str, name: str) -> list[str]:
    """Give the cells of a page's line, with the marks of its footnotes."""
    (line,) = re.findall(rf'<th scope="row"[^>]*>{name}</th>(.*?)</tr>', page, re.DOTALL)
    found = re.findall(r"<td[^>]*>(.*?)</td>", line, re.DOTALL)
    return [re.sub("<[^>]+>", "", cell).strip() for cell in found]


def test_footnotes_tell_of_coverage(make_report: MakeReport, operations: Caller) -> None:
    """Bulletin: figures of too few units, and comparisons over different coverage, are marked."""
    make_report(unit=WARD, period="2024-06", state="accepted", values={POOR: 40})
    for unit in (WARD, NEIGHBOUR):
        make_report(unit=unit, state="accepted", values={POOR: 41})

    page = operations.get(f"/bulletin?period={JULY}&area={CITY}&indicator={POOR}&format=html").text

    assert cells(page, "Số hộ nghèo")[3:5] == ["82¹", "105,00²"]
    assert "¹ Chưa đủ số đơn vị báo cáo." in page
    assert "² So sánh giữa hai kỳ" in page


@pytest.mark.usefixtures("published")
def test_a_workbook_holds_real_numbers(operations: Caller) -> None:
    """Bulletin, XLSX: numbers with all digits a spreadsheet keeps, rounded by their format only."""
    answer = operations.get(f"{ASKED}&indicator={POOR}&format=xlsx")
    again = operations.get(f"{ASKED}&indicator={POOR}", headers={"Accept": XLSX})

    assert answer.content_type == XLSX
    name = f"bulletin-{WARD_AREA}-{JULY}.xlsx"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert answer.data == again.data
    numbers = workbook_numbers(answer.data)
    values = [float(value) for value, _ in numbers]
    assert values[:3] == [80_000, 77_037, 75_856]
    assert values[3] == pytest.approx(-1.533029583187299, rel=1e-14)
    assert values[6] == pytest.approx(98.51428571428571, rel=1e-14)
    assert [form for _, form in numbers] == ["#,##0"] * 3 + ["#,##0.00"] * 2 + ["#,##0", "#,##0.00"]


def workbook_numbers(data: bytes) -> list[tuple[str, str]]:
    """Give a workbook's numbers, row by row, each with the format that shows it."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        page = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own
        styles = ET.fromstring(book.read("xl/styles.xml"))  # noqa: S314 - our own
    built_in = {"3": "#,##0", "4": "#,##0.00"}
    own = {
        f.attrib["numFmtId"]: f.attrib["formatCode"] for f in styles.iterfind(".//s:numFmt", _CELLS)
    }
    forms = [form.attrib["numFmtId"] for form in styles.iterfind(".//s:cellXfs/s:xf", _CELLS)]
    return [
        (cell.findtext("s:v", "", _CELLS), ({**built_in, **own})[forms[int(cell.attrib["s"])]])
        for cell in page.iterfind(".//s:c", _CELLS)
        if cell.attrib.get("t") is None and cell.find("s:v", _CELLS) is not None
    ]


@pytest.mark.usefixtures("published")
def test_csv_holds_all_digits(operations: Caller) -> None:
    """Bulletin, CSV: the rows of the JSON, exact; what is null says why."""
    answer = operations.get(f"{ASKED}&sector=XH1601&format=csv")
    rows = {row["indicator"]: row for row in csv.DictReader(io.StringIO(answer.text))}

    assert answer.content_type == "text/csv; charset=utf-8; header=present"
    assert (rows[POOR]["value"], rows[POOR]["previous"]) == ("75856", "77037")
    assert rows[POOR]["plan_pct"].startswith("98.5142857142857")
    assert rows["XH160102"]["value"] == ""
    assert "plan=no_plan" in rows["XH160102"]["reasons"]


def test_a_bulletin_is_of_the_basis_and_moment_that_are_asked(
    make_report: MakeReport, operations: Caller
) -> None:
    """Bulletin: accepted figures or what was sent; the heading says which."""
    make_report(unit=WARD, state="sent", values={POOR: 41})

    accepted, sent = (
        operations.get(f"{ASKED}&indicator={POOR}&basis={basis}&format=html").text
        for basis in ("accepted", "sent")
    )

    assert cells(accepted, "Số hộ nghèo")[3] == "…"
    assert "Số liệu đã duyệt, cập nhật đến" in accepted
    assert cells(sent, "Số hộ nghèo")[3] == "41"
    assert "Số liệu đã gửi, cập nhật đến" in sent


@pytest.mark.parametrize(
    ("period", "headings"),
    [
        ("2024-01", ("tháng 1/2023", "tháng 12/2023", "tháng 1/2024")),
        ("2024-Q3", ("quý III/2023", "quý II/2024", "quý III/2024", "9 tháng năm 2024")),
        ("2024-S1", ("6 tháng đầu năm 2023", "6 tháng cuối năm 2023", "6 tháng năm 2024")),
        ("2024-9M", ("9 tháng năm 2023", "9 tháng năm 2024")),
        ("2024", ("năm 2023", "12 tháng năm 2024")),
    ],
)
def test_a_bulletin_is_of_any_period(
    operations: Caller, period: str, headings: tuple[str, ...]
) -> None:
    """Bulletin: months, quarters, half-years, nine months, years, named as people say."""
    answer = operations.get(f"/bulletin?period={period}&area={CITY}&format=html")

    assert answer.status_code == 200
    for heading in headings:
        assert f"<span>{heading}</span>" in answer.text


def test_faults_of_the_question_are_named(operations: Caller) -> None:
    """Bulletin: one period and one area; all faults at once."""
    wrong = operations.get(f"/bulletin?period={JULY}&area=1&format=pdf&level=commune")
    unknown = operations.get(f"/bulletin?period={JULY}&sector=XX&indicator=YY")

    problem = assert_problem(wrong, 422, "invalid-request")
    assert {fault["pointer"] for fault in problem["errors"]} == {"/format", "/level"}
    problem = assert_problem(unknown, 422, "invalid-request")
    assert {fault["pointer"] for fault in problem["errors"]} == {"/indicator", "/sector"}
    assert_problem(operations.get("/bulletin"), 422, "invalid-request")
    assert_problem(
        operations.get(f"/bulletin?period={JULY}", headers={"Accept": "application/pdf"}),
        406,
        "not-acceptable",
    )


def test_where_several_areas_are_the_widest_one_must_be_named(
    session: Session, operations: Caller
) -> None:
    """Bulletin: never two areas in one table."""
    session.execute(text("UPDATE area SET parent_id = NULL WHERE code = :code"), {"code": CITY})
    session.commit()

    problem = assert_problem(operations.get(f"/bulletin?period={JULY}"), 422, "invalid-request")

    assert [fault["pointer"] for fault in problem["errors"]] == ["/area"]
    assert CITY in problem["errors"][0]["detail"]


@pytest.mark.parametrize("form", ["json", "csv", "html", "xlsx"])
def test_a_bulletin_without_news_is_not_sent_again(
    make_report: MakeReport, operations: Caller, form: str
) -> None:
    """Conventions: a strong ETag of each format; 304 until something changes."""
    report = make_report(state="sent")
    first = operations.get(f"{ASKED}&format={form}")
    tag = {"If-None-Match": first.headers["ETag"]}

    again = operations.get(f"{ASKED}&format={form}", headers=tag)
    make_report.take(report, "reviewer", "accept")
    after = operations.get(f"{ASKED}&format={form}", headers=tag)

    assert (again.status_code, again.data) == (304, b"")
    assert after.status_code == 200
    assert after.data != first.data


def test_each_format_has_an_etag_of_its_own(operations: Caller) -> None:
    """Conventions: the ETag covers the representation, however it was asked for."""
    accepts = ("application/json", "text/csv", "text/html", XLSX)
    tags = {operations.get(ASKED, headers={"Accept": kind}).headers["ETag"] for kind in accepts}

    assert len(tags) == 4
