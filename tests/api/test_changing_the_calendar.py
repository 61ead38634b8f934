"""Deadlines, holidays and exceptions as data: administrators change them, due dates follow."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from indicators_api.db.session import Session
from indicators_api.periods import Period
from indicators_api.reports.deadlines import asked, dues
from tests.callers import Caller, Clock, assert_problem
from tests.factories import DEPARTMENT, DIVISION, JULY, NEIGHBOUR, VILLAGE, WARD, MakeReport, done

Json = dict[str, Any]

#: Deadlines of July 2024: Wednesday 17, Friday 19, Monday 22.
FREE = {"name_vi": "Ngày nghỉ", "name_en": "Day off"}
WORKED = {"name_vi": "Làm bù", "name_en": "Worked", "is_working": True}


@pytest.fixture
def due(make_report: MakeReport, clerk: Caller) -> Callable[[], str]:
    """Give the day on which the ward's report for July is due."""
    report = make_report(state="draft")
    return lambda: str(done(clerk.get(report.url))["due"])[:10]


def pointers(problem: Json) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["code"]) for fault in problem["errors"]]


def test_regimes_and_deadlines_are_told(clerk: Caller) -> None:
    """Periods: the window belongs to the regime, deadlines to regime and level, widest first."""
    regimes = done(clerk.get("/regimes", headers={"Accept-Language": "en"}))["data"]
    rules = done(clerk.get("/deadline-rules?regime=ND09_2019"))["data"]

    assert [(r["code"], r["cut_off_day"]) for r in regimes] == [
        ("ND09_2019", 14),
        ("THANG_DUONG_LICH", None),
    ]
    assert regimes[1]["name"] == regimes[1]["name_en"] == "Calendar months"
    assert [(r["level"], r["day"], r["months_after"]) for r in rules] == [
        ("province", 22, 0),
        ("district", 19, 0),
        ("commune", 17, 0),
    ]
    assert len(done(clerk.get("/deadline-rules"))["data"]) == 6


def test_due_dates_follow_a_changed_deadline_at_once(
    administrator: Caller, due: Callable[[], str]
) -> None:
    """Deadlines are data: a change holds for all reports of the level, sent or not."""
    assert due() == "2024-07-17"

    rule = done(administrator.put("/deadline-rules/ND09_2019/commune", {"day": 18}))

    assert rule == {"regime": "ND09_2019", "level": "commune", "day": 18, "months_after": 0}
    assert due() == "2024-07-18"


@pytest.mark.parametrize(
    ("path", "body", "found"),
    [
        ("ND09_2019/commune", {"day": 14}, [("/day", "too-early")]),
        ("ND09_2019/commune", {"day": 20}, [("/day", "out-of-order")]),
        (
            "ND09_2019/commune",
            {"day": 1, "months_after": 1},
            [("/months_after", "out-of-order")] * 2,
        ),
        ("ND09_2019/province", {"day": 18}, [("/day", "out-of-order")]),
        (
            "ND09_2019/province",
            {"day": 12},
            [("/day", "too-early"), *[("/day", "out-of-order")] * 2],
        ),
        ("THANG_DUONG_LICH/commune", {"day": 3}, [("/months_after", "too-early")]),
        ("ND09_2019/commune", {"day": 29}, [("/day", "invalid")]),
        ("ND09_2019/commune", {}, [("/day", "invalid")]),
    ],
)
def test_a_deadline_lies_after_the_window_and_before_those_above(
    administrator: Caller, due: Callable[[], str], path: str, body: Json, found: Any
) -> None:
    """Periods: deadlines cascade by level, at least one working day after the cut-off."""
    refused = administrator.put(f"/deadline-rules/{path}", body)

    assert pointers(assert_problem(refused, 422, "invalid-request")) == found
    assert due() == "2024-07-17"


@pytest.mark.parametrize("path", ["ND10/commune", "ND09_2019/village"])
def test_a_deadline_of_nobody_is_not_found(administrator: Caller, path: str) -> None:
    """Conventions: 404 for a regime or level that isn't there."""
    assert_problem(administrator.put(f"/deadline-rules/{path}", {"day": 18}), 404, "not-found")


def test_due_dates_follow_the_calendar_at_once(
    administrator: Caller, due: Callable[[], str]
) -> None:
    """Periods: the next working day; a day off that is taken back is a working day again."""
    made = done(administrator.put("/holidays/2024-07-17", FREE))
    assert made == {"day": "2024-07-17", "name": "Ngày nghỉ", **FREE, "is_working": False}
    assert due() == "2024-07-18"

    done(administrator.put("/holidays/2024-07-18", FREE))
    done(administrator.put("/holidays/2024-07-19", FREE))
    assert due() == "2024-07-22"

    assert administrator.delete("/holidays/2024-07-18").status_code == 204
    assert due() == "2024-07-18"
    assert_problem(administrator.delete("/holidays/2024-07-18"), 404, "not-found")


def test_a_saturday_may_be_worked(administrator: Caller, due: Callable[[], str]) -> None:
    """Periods: a Saturday that makes up for another day is a working day."""
    for day in ("2024-07-17", "2024-07-18", "2024-07-19"):
        done(administrator.put(f"/holidays/{day}", FREE))
    done(administrator.put("/holidays/2024-07-20", WORKED))

    assert due() == "2024-07-20"


def test_the_packaged_calendar_knows_worked_saturdays(session: Session) -> None:
    """Reference data: 4 May 2024 was worked for 29 April, 10 January 2026 for 2 January."""
    query = "SELECT day FROM holiday WHERE is_working ORDER BY day"

    days = list(session.scalars(text(query)))

    assert [str(day) for day in days] == ["2024-05-04", "2025-04-26", "2026-01-10", "2026-08-22"]
    assert all(day.isoweekday() == 6 for day in days)


def test_a_year_s_list_is_taken_over(administrator: Caller, clerk: Caller) -> None:
    """Calendar: added, changed, unchanged; what the list does not name stays."""
    before = done(clerk.get("/holidays?year=2027"))["data"]
    taken = [{key: day[key] for key in ("day", "name_vi", "name_en")} for day in before[:3]]
    renamed = {**taken[1], "name_en": "Renamed"}
    new = {"day": "2027-02-20", **WORKED}

    answer = done(administrator.post("/holidays", {"items": [new, taken[0], renamed]}))
    again = done(administrator.post("/holidays", {"items": [new, taken[0], renamed]}))

    counts = [answer[name] for name in ("added", "changed", "unchanged")]
    assert counts == [1, 1, 1]
    assert again["unchanged"] == 3
    assert [day["day"] for day in answer["data"]] == sorted(d["day"] for d in (new, *taken[:2]))
    after = {day["day"]: day for day in done(clerk.get("/holidays?year=2027"))["data"]}
    assert len(after) == len(before) + 1
    assert after[renamed["day"]]["name_en"] == "Renamed"
    assert after["2027-02-20"]["is_working"]


def test_a_list_with_faults_is_refused_whole(administrator: Caller, clerk: Caller) -> None:
    """Conventions: every fault at once, each with its pointer; nothing is stored."""
    items = [
        {"day": "2027-07-01", **FREE},
        {"day": "2027-07-01", **FREE},
        {"day": "2027-07-02", **WORKED},
    ]

    refused = administrator.post("/holidays", {"items": items})
    unread = administrator.post("/holidays", {"items": [{"day": "2027-7-1", **WORKED}]})
    single = administrator.put("/holidays/2027-07-02", WORKED)
    loose = administrator.put("/holidays/2027-07-03", {**FREE, "is_working": "yes"})

    problem = assert_problem(refused, 422, "invalid-request")
    assert pointers(problem) == [
        ("/items/1/day", "repeated"),
        ("/items/2/is_working", "works-anyhow"),
    ]
    assert pointers(assert_problem(unread, 422, "invalid-request")) == [("/items/0/day", "invalid")]
    assert pointers(assert_problem(single, 422, "invalid-request")) == [
        ("/is_working", "works-anyhow")
    ]
    assert pointers(assert_problem(loose, 422, "invalid-request")) == [("/is_working", "invalid")]
    assert not [d for d in done(clerk.get("/holidays?year=2027"))["data"] if "-07-" in d["day"]]


@pytest.mark.parametrize("day", ["2024-02-30", "20240229", "1989-12-31", "Tet"])
def test_what_is_no_day_has_no_address(administrator: Caller, day: str) -> None:
    """Conventions: what can't be a day is an unknown address."""
    assert_problem(administrator.delete(f"/holidays/{day}"), 404, "route-unknown")


def test_lists_are_new_when_the_calendar_is(administrator: Caller) -> None:
    """Conventions: a read's ETag covers the calendar's version; nothing changed, nothing new."""
    paths = ("/holidays?year=2024", "/regimes", "/deadline-rules", "/deadline-exceptions")
    tags = {path: administrator.get(path).headers["ETag"] for path in paths}

    def known(path: str) -> int:
        return administrator.get(path, headers={"If-None-Match": tags[path]}).status_code

    assert [known(path) for path in paths] == [304] * 4
    done(administrator.put("/deadline-rules/ND09_2019/commune", {"day": 17}))
    assert [known(path) for path in paths] == [304] * 4
    done(administrator.put("/holidays/2024-07-17", FREE))
    assert [known(path) for path in paths] == [200] * 4


def grant(administrator: Caller, *units: str, due: str, period: str = JULY) -> Any:
    body = {"period": period, "units": list(units), "due": due, "reason": "Storm"}
    return administrator.post("/deadline-exceptions", body)


def test_an_exception_is_taken_back(
    administrator: Caller, due: Callable[[], str], clerk: Caller
) -> None:
    """Periods: the ordinary deadline holds again; the neighbour keeps its exception."""
    done(grant(administrator, WARD, NEIGHBOUR, due="2024-07-24"))
    assert due() == "2024-07-24"

    answer = administrator.delete(f"/deadline-exceptions/{WARD}/{JULY}")

    assert answer.status_code == 204
    assert due() == "2024-07-17"
    left = done(clerk.get("/deadline-exceptions"))["data"]
    assert [row["unit"] for row in left] == [NEIGHBOUR]
    again = administrator.delete(f"/deadline-exceptions/{WARD}/{JULY}")
    assert_problem(again, 404, "not-found", facts={"unit": WARD})


def test_an_exception_never_takes_time_away(administrator: Caller, due: Callable[[], str]) -> None:
    """Periods: where the ordinary deadline moves behind the exception, it holds."""
    done(grant(administrator, WARD, due="2024-07-17"))
    done(administrator.put("/holidays/2024-07-17", FREE))

    assert due() == "2024-07-18"


def test_an_exception_must_make_sense(administrator: Caller, clerk: Caller) -> None:
    """Periods: for units that are there, owe the period, and haven't longer anyhow; or for none."""
    units = (WARD, "H99", DEPARTMENT, "H59.21.14", DIVISION)

    refused = grant(administrator, *units, due="2024-07-20")
    ended = grant(administrator, WARD, "H59.21.14", due="2025-03-20", period="2025-03")

    assert pointers(assert_problem(refused, 422, "invalid-request")) == [
        ("/units/1", "unknown-unit"),
        ("/units/2", "too-early"),
    ]
    assert pointers(assert_problem(ended, 422, "invalid-request")) == [("/units/1", "not-owed")]
    assert done(clerk.get("/deadline-exceptions"))["data"] == []


def test_exceptions_are_listed_across_periods_in_pages(
    administrator: Caller, clerk: Caller
) -> None:
    """Conventions: by period and unit; `Link` leads through all of them."""
    done(grant(administrator, WARD, VILLAGE, due="2024-07-24"))
    done(grant(administrator, WARD, NEIGHBOUR, due="2024-09-24", period="2024-09"))
    done(grant(administrator, WARD, due="2024-09-25", period="2024-Q3"))

    def walk(query: str) -> list[tuple[str, str]]:
        answer, found = clerk.get(f"/deadline-exceptions?limit=2{query}"), []
        while True:
            found += [(row["period"], row["unit"]) for row in done(answer)["data"]]
            if "Link" not in answer.headers:
                return found
            answer = clerk.get(answer.headers["Link"].partition(">")[0].strip("<"))

    assert walk("") == [
        ("2024-07", WARD),
        ("2024-07", VILLAGE),
        ("2024-09", WARD),
        ("2024-09", NEIGHBOUR),
        ("2024-Q3", WARD),
    ]
    assert walk(f"&unit={WARD}") == [("2024-07", WARD), ("2024-09", WARD), ("2024-Q3", WARD)]
    assert walk("&period=2024-09") == [("2024-09", WARD), ("2024-09", NEIGHBOUR)]
    assert walk("&unit=H99") == []


def test_what_was_is_remembered(administrator: Caller, session: Session, clock: Clock) -> None:
    """Histories: `as_of` answers by what was in force: each change closes what was before."""
    first = clock()
    done(grant(administrator, WARD, due="2024-07-24"))
    done(administrator.put("/holidays/2024-07-19", FREE))
    done(administrator.put("/deadline-rules/ND09_2019/commune", {"day": 18}))
    clock.forward(hours=1)
    administrator.delete(f"/deadline-exceptions/{WARD}/{JULY}")
    administrator.delete("/holidays/2024-07-19")
    done(administrator.put("/deadline-rules/ND09_2019/commune", {"day": 17}))

    def recorded(table: str, what: str) -> list[tuple[Any, ...]]:
        query = text(
            f"SELECT {what}, recorded_from, recorded_to FROM {table}_history"
            " WHERE recorded_from BETWEEN :first AND :last ORDER BY recorded_from"
        )
        found = session.execute(query, {"first": first, "last": clock()})
        return [tuple(row) for row in found]

    assert recorded("deadline_exception", "due") == [(date(2024, 7, 24), first, clock())]
    assert recorded("holiday", "day") == [(date(2024, 7, 19), first, clock())]
    assert recorded("deadline_rule", "day") == [(18, first, clock()), (17, clock(), None)]


def test_changes_of_deadlines_are_told_to_everybody(
    administrator: Caller, client_of: Callable[..., Caller]
) -> None:
    """Changes: what changed, without the reason; an area is told its own and everybody's."""
    village = client_of("clerk", unit=VILLAGE)
    body = done(village.get("/changes"))
    start = done(village.get(f"/changes?after={body['next']}"))["next"]
    done(grant(administrator, WARD, NEIGHBOUR, due="2024-07-24"))
    administrator.delete(f"/deadline-exceptions/{WARD}/{JULY}")
    done(administrator.put("/deadline-rules/ND09_2019/commune", {"day": 18}))
    done(administrator.put("/holidays/2024-07-20", WORKED))
    administrator.delete("/holidays/2024-07-20")
    done(administrator.put("/deadline-rules/ND09_2019/commune", {"day": 18}))  # says nothing new

    def told(query: str = "") -> list[Any]:
        events = done(village.get(f"/changes?after={start}{query}"))["data"]
        assert {event["kind"] for event in events} == {"deadline_changed"}
        return [(event["unit"], event["period"], event["deadline"]) for event in events]

    of_all = [
        (
            None,
            None,
            {
                "what": "rule",
                "regime": "ND09_2019",
                "level": "commune",
                "day": 18,
                "months_after": 0,
            },
        ),
        (None, None, {"what": "holiday", "holiday": "2024-07-20", "is_working": True}),
        (None, None, {"what": "holiday", "holiday": "2024-07-20", "is_working": None}),
    ]
    given = {"what": "exception", "due": "2024-07-24"}
    assert told() == [
        (WARD, JULY, given),
        (NEIGHBOUR, JULY, given),
        (WARD, JULY, {"what": "exception", "due": None}),
        *of_all,
    ]
    assert told("&area=844") == of_all
    assert len(told("&area=29236")) == 5


DAYS = st.dates(date(2024, 7, 10), date(2024, 8, 20))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    calendar=st.dictionaries(DAYS, st.booleans(), max_size=40),
    day=st.integers(15, 28),
    extension=st.none() | DAYS,
)
def test_a_due_date_is_the_first_working_day_of_the_calendar(
    session: Session, calendar: dict[date, bool], day: int, extension: date | None
) -> None:
    """Periods: the calendar's word, else the day of the week; an exception only gives more time."""
    before = session.begin_nested()
    unit = session.scalar(text("SELECT id FROM unit WHERE code = :code"), {"code": WARD})
    session.execute(text("DELETE FROM holiday"))
    for each, is_working in calendar.items():
        session.execute(
            text("INSERT INTO holiday VALUES (1, DEFAULT, :day, 'a', 'b', :is_working)"),
            {"day": each, "is_working": is_working},
        )
    session.execute(text("UPDATE deadline_rule SET day = :day"), {"day": day})
    if extension:
        session.execute(
            text("INSERT INTO deadline_exception VALUES (1, DEFAULT, :unit, 202407, :due, 'a')"),
            {"unit": unit, "due": extension},
        )

    found = dues(session, 1, Period.parse(JULY))[unit or 0]
    before.rollback()

    first = start = date(2024, 7, day)
    while not calendar.get(first, first.isoweekday() < 6) and first < start + timedelta(days=30):
        first += timedelta(days=1)
    if not calendar.get(first, first.isoweekday() < 6):
        first = start  # a month without work: the day itself
    assert found == max(first, extension or first)
    assert asked(1, [Period.parse(JULY)])["periods"] == [202407]
