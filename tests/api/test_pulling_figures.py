"""Pull figures: the contract of /aggregates. That they add up: tests/queries."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.callers import Caller, assert_problem, exact
from tests.factories import CITY, DIVISION, JULY, NEIGHBOUR, VILLAGE, MakeReport, Report, done

#: Poor households, households, and the rate of the one to the other.
POOR, ALL, RATE = "XH160101", "XH020108", "XH160103"
ASKED = f"/aggregates?period={JULY}&indicator={POOR}"


@pytest.fixture
def reports(make_report: MakeReport) -> list[Report]:
    """Accepted ones of two wards and a village, a sent one of the city's division."""
    return [
        make_report(state="accepted", values={POOR: 41, ALL: 3000}),
        make_report(unit=NEIGHBOUR, state="accepted", values={POOR: 9, ALL: 1000}),
        make_report(unit=VILLAGE, state="accepted", values={POOR: 100, ALL: 2000}),
        make_report(unit=DIVISION, state="sent", values={POOR: 55}),
    ]


def rows(answer: Any, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row.get(column) for column in columns) for row in answer["data"]]


@pytest.mark.usefixtures("reports")
def test_without_more_the_answer_is_the_provinces_roll_up(operations: Caller) -> None:
    """Figures: the shape of an answer; area, level, basis, source and measures have defaults."""
    answer = operations.get(ASKED)

    body = exact(answer)
    assert body == {
        "basis": "accepted",
        "source": "rollup",
        "as_of": body["as_of"],
        "measures": ["value", "expected", "reported"],
        "data": [
            {
                "area": "84",
                "area_id": 1,
                "indicator": POOR,
                "period": JULY,
                "value": 150,
                "expected": 106,
                "reported": 3,
            }
        ],
        "next": None,
    }
    assert answer.headers["Cache-Control"] == "private, no-cache"
    vary = {"Accept", "Accept-Encoding", "Accept-Language", "Authorization"}
    assert set(answer.vary.as_set(preserve_casing=True)) == vary


@pytest.mark.usefixtures("reports")
@pytest.mark.parametrize(
    ("query", "values"),
    [
        ({"level": "province"}, [("84", 150)]),
        ({"area": CITY}, [(CITY, 50)]),
        ({"area": CITY, "level": "district"}, [(CITY, 50)]),
        ({"area": "844", "level": "commune", "limit": 2}, [("29266", None), ("29269", 100)]),
        ({"area": CITY, "source": "reported"}, [(CITY, None)]),
        ({"area": CITY, "source": "reported", "basis": "sent"}, [(CITY, 55)]),
        ({"area": CITY, "basis": "sent"}, [(CITY, 50)]),
        ({"area": CITY, "geography": "2024-07-01"}, [(CITY, 50)]),
    ],
)
def test_a_question_names_area_level_source_and_basis(
    operations: Caller, query: dict[str, Any], values: list[tuple[str, Any]]
) -> None:
    """Figures: rows are the areas of `level` in `area`; rolled up or reported; accepted or sent."""
    answer = done(operations.get(f"{ASKED}&{urlencode(query)}"))

    assert rows(answer, "area", "value") == values


@pytest.mark.usefixtures("reports")
def test_a_value_that_is_missing_has_its_reason(operations: Caller) -> None:
    """Figures: null with a reason, never zero; coverage beside it."""
    answer = done(operations.get(f"{ASKED}&area=844&level=commune"))

    assert rows(answer, "value", "expected", "reported", "reason")[:2] == [
        (None, 1, 0, "missing"),
        (100, 1, 1, None),
    ]


@pytest.mark.usefixtures("reports")
def test_indicators_are_named_or_chosen_by_sector(operations: Caller) -> None:
    """Figures: codes and sectors, comma separated; a sector with all in it; none = all."""

    def codes(query: str) -> list[str]:
        answer = done(operations.get(f"/aggregates?period={JULY}&area={CITY}&{query}"))
        return [code for (code,) in rows(answer, "indicator")]

    of_sector = codes("sector=XH1601")
    assert codes(f"indicator={RATE},{POOR}") == [POOR, RATE]
    assert POOR in of_sector
    assert set(of_sector) < set(codes("sector=XH16"))
    assert codes(f"sector=XH1601&indicator={ALL}") == sorted({*of_sector, ALL})
    assert len(codes("")) > 200


def test_periods_are_a_list_or_a_span(make_report: MakeReport, operations: Caller) -> None:
    """Figures: `period` (list) or `start` and `end`."""
    for period in ("2024-05", "2024-06", JULY):
        make_report(period=period, state="accepted", values={POOR: int(period[-2:])})

    listed = done(operations.get(f"/aggregates?period={JULY},2024-05&indicator={POOR}"))
    span = done(operations.get(f"/aggregates?start=2024-05&end={JULY}&indicator={POOR}"))

    assert rows(listed, "period", "value") == [("2024-05", 5), (JULY, 7)]
    assert rows(span, "period", "value") == [("2024-05", 5), ("2024-06", 6), (JULY, 7)]


@pytest.mark.usefixtures("reports")
def test_only_the_measures_that_are_asked_are_answered(operations: Caller) -> None:
    """Figures: `measures`, comma separated."""
    answer = done(operations.get(f"{ASKED}&measures=reported,value"))

    assert answer["measures"] == ["reported", "value"]
    assert set(answer["data"][0]) == {"area", "area_id", "indicator", "period", "reported", "value"}


@pytest.mark.usefixtures("reports")
@pytest.mark.parametrize("limit", [1, 4, 7])
def test_pages_have_no_duplicate_and_no_gap(operations: Caller, limit: int) -> None:
    """Conventions: a keyset cursor, as `next` and as `Link`."""
    query = f"/aggregates?period=2024-06,{JULY}&indicator={POOR},{RATE}&level=district"
    whole = done(operations.get(query))["data"]

    answer, paged = operations.get(f"{query}&limit={limit}"), []
    while True:
        paged += done(answer)["data"]
        if "Link" not in answer.headers:
            break
        answer = operations.get(answer.headers["Link"].partition(">")[0].strip("<"))

    assert len(whole) == 9 * 2 * 2
    assert paged == whole
    assert done(answer)["next"] is None


@pytest.mark.usefixtures("reports")
@pytest.mark.parametrize("accept", [None, "text/csv", "text/csv, application/json;q=0.5"])
def test_figures_are_had_as_csv(operations: Caller, accept: str | None) -> None:
    """Figures: `format=csv` or `Accept: text/csv`; the next page is in the `Link` header."""
    asked = f"{ASKED}&area={CITY}&level=commune&limit=2" + ("" if accept else "&format=csv")
    headers = {"Accept": accept} if accept else {}

    answer = operations.get(asked, headers=headers)

    assert answer.content_type == "text/csv; charset=utf-8; header=present"
    assert answer.text.split("\r\n") == [
        "area,area_id,indicator,period,value,expected,reported,reason",
        f"29236,{area_id(operations, '29236')},{POOR},{JULY},41,1,1,",
        f"29239,{area_id(operations, '29239')},{POOR},{JULY},9,1,1,",
        "",
    ]
    assert 'rel="next"' in answer.headers["Link"]


def area_id(caller: Caller, code: str) -> int:
    return int(done(caller.get(f"{ASKED}&area={code}"))["data"][0]["area_id"])


def test_another_representation_is_not_acceptable(operations: Caller) -> None:
    """Conventions: 406 where none that is offered is accepted; `format` goes before `Accept`."""
    headers = {"Accept": "application/xml"}

    assert_problem(operations.get(ASKED, headers=headers), 406, "not-acceptable")
    assert operations.get(f"{ASKED}&format=json", headers=headers).status_code == 200
    assert_problem(operations.get(f"{ASKED}&format=xml"), 422, "invalid-request")


@pytest.mark.usefixtures("reports")
def test_a_long_question_is_asked_in_a_body(operations: Caller) -> None:
    """Figures: `POST /aggregates/query` takes the same as a body."""
    query = {"period": JULY, "level": "district", "indicator": f"{POOR},{RATE}", "limit": 5}

    asked = done(operations.get(f"/aggregates?{urlencode(query)}"))
    posted = done(operations.post("/aggregates/query", query))
    further = done(operations.post("/aggregates/query", {**query, "cursor": posted["next"]}))

    assert posted == asked
    assert rows(further, "area", "indicator")[0] > rows(posted, "area", "indicator")[-1]
    csv = operations.post("/aggregates/query", {**query, "format": "csv"})
    assert csv.mimetype == "text/csv"


@pytest.mark.parametrize(
    "call",
    [
        ASKED,
        f"{ASKED}&format=csv",
        f"{ASKED}&basis=sent",
        f"/reconciliation?period={JULY}&indicator={POOR}&area={CITY}",
        f"/observations?period={JULY}",
        f"/completeness?period={JULY}",
    ],
)
def test_nothing_new_is_not_sent_again(
    make_report: MakeReport, operations: Caller, call: str
) -> None:
    """Conventions: a strong ETag; 304 while nothing changed, another one after an acceptance."""
    report = make_report(state="sent")
    first = operations.get(call)
    tag = first.headers["ETag"]

    again = operations.get(call, headers={"If-None-Match": f'"other", {tag}'})
    make_report.take(report, "reviewer", "accept")
    after = operations.get(call, headers={"If-None-Match": tag})

    assert not tag.startswith("W/")
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert (after.status_code, after.headers["ETag"] == tag) == (200, False)


def test_every_representation_has_an_etag_of_its_own(
    operations: Caller, client_of: Callable[..., Caller]
) -> None:
    """Conventions: it covers scope, query, representation and language."""
    calls = [
        operations.get(ASKED),
        operations.get(ASKED, headers={"Accept-Language": "en"}),
        operations.get(ASKED, headers={"Accept-Encoding": "gzip"}),
        operations.get(ASKED, headers={"Accept": "text/csv"}),
        operations.get(f"{ASKED}&limit=5"),
        client_of("reviewer").get(ASKED),
    ]

    tags = [answer.headers["ETag"] for answer in calls]

    assert len(set(tags)) == len(tags)
    assert operations.get(ASKED).headers["ETag"] == tags[0]
