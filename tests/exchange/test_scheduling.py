"""A month's package goes on its day, once; a correction sends one that replaces it."""

import json
import threading
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from indicators_api.api.context import VIETNAM
from indicators_api.audit.journal import Author
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from indicators_api.exchange import job, mapping_file, outgoing, schedule
from indicators_api.exchange import package_queries as queries
from indicators_api.exchange.schedule import Means, due_months
from indicators_api.outbox import queries as outbox
from indicators_api.periods import Period
from indicators_api.security.signing import sign, verify
from tests.applications import app, made_once
from tests.callers import Caller, Clock
from tests.exchange.conftest import make_partner
from tests.factories import JULY, MakeReport, done
from tests.queries.filing import file
from tests.signers import signer

__all__ = ["app", "made_once"]

MAPPING = mapping_file.read(None)
UNSIGNED = Means(MAPPING, None)
#: The finance division of the city, and what it is asked.
CITY, REVENUE = "H59.21.02", "KT140101"
TAKES = ["period_catalogue", "indicator_catalogue", "report_data", "report_status"]


@pytest.fixture
def make_report(client_of: Callable[..., Caller]) -> MakeReport:
    return MakeReport(client_of)


@pytest.fixture
def office(session: Session, clock: Clock) -> int:
    """The Government Office, which takes a month's package on day 25."""
    number = make_partner(session, clock, "http://127.0.0.1:9", takes=TAKES, monthly_day=25)
    session.commit()
    return number


def run(database: Database, clock: Clock, means: Means = UNSIGNED) -> int:
    return schedule.send_due(database, clock(), 1, means)


def set_to(clock: Clock, month: int, day: int) -> None:
    clock.now = datetime(2024, month, day, 8, tzinfo=VIETNAM)


def packages(session: Session) -> list[tuple[str, int, int]]:
    rows = session.execute(text("SELECT kind, period_id, number FROM package ORDER BY delivery_id"))
    return [tuple(row) for row in rows]


def bodies(session: Session, kind: str = "report_data") -> list[dict[str, Any]]:
    rows = session.execute(
        text("SELECT body FROM delivery WHERE kind = :kind ORDER BY id"), {"kind": kind}
    )
    return [json.loads(bytes(row[0])) for row in rows]


def revenue(body: dict[str, Any]) -> str:
    rows = body["noi_dung"]["so_lieu"]
    return next(row["gia_tri"] for row in rows if row["ma_chi_tieu"] == "KTXH.05")


def correct(make_report: MakeReport, value: str, period: str = JULY) -> None:
    """Revise the city's report and have it accepted."""
    clerk = make_report.caller("clerk", CITY)
    found = done(clerk.get(f"/reports/{CITY}/{period}"))
    url, why = f"/reports/{CITY}/{period}", {"comment": "Counted again."}
    opened = done(clerk.post(f"{url}/versions", why, seen=found["revision"]), 201)
    body = {"values": {REVENUE: value}}
    changed = done(clerk.patch(url, body, seen=opened["revision"]))
    leader = make_report.caller("leader", CITY)
    sent = done(leader.post(f"{url}/send", why, seen=changed["revision"]))
    done(make_report.caller("reviewer", CITY).post(f"{url}/accept", why, seen=sent["revision"]))


@pytest.mark.usefixtures("office")
def test_a_month_goes_on_its_day_once(
    session: Session, database: Database, clock: Clock, make_report: MakeReport
) -> None:
    """Schedule: nothing before day 25, then catalogues and data, then nothing more."""
    make_report(unit=CITY, state="accepted", values={REVENUE: "349023.6"})
    set_to(clock, 7, 24)
    early = run(database, clock)
    set_to(clock, 7, 25)
    on_time = run(database, clock)
    again = run(database, clock)
    set_to(clock, 8, 24)
    later = run(database, clock)

    assert (early, on_time, again, later) == (0, 4, 0, 0)
    assert packages(session) == [
        ("period_catalogue", 0, 1),
        ("indicator_catalogue", 0, 1),
        ("report_data", 202407, 1),
        ("report_status", 202407, 1),
    ]
    (body,) = bodies(session)
    assert revenue(body) == "349.0236"
    assert body["thong_diep"]["lan_gui"] == 1
    assert body["thong_diep"]["thay_the_goi_tin"] is None


@pytest.mark.usefixtures("office")
def test_a_correction_sends_a_package_that_replaces_the_one_before(
    session: Session, database: Database, clock: Clock, make_report: MakeReport
) -> None:
    """Schedule: other figures of a sent month, the next number; unchanged catalogues stay."""
    make_report(unit=CITY, state="accepted", values={REVENUE: "349023.6"})
    set_to(clock, 7, 25)
    run(database, clock)
    set_to(clock, 8, 2)
    correct(make_report, "349024.0")

    corrected, again = run(database, clock), run(database, clock)

    assert (corrected, again) == (2, 0)
    assert packages(session)[4:] == [("report_data", 202407, 2), ("report_status", 202407, 2)]
    first, second = bodies(session)
    assert revenue(second) == "349.024"
    assert second["thong_diep"]["lan_gui"] == 2
    assert second["thong_diep"]["thay_the_goi_tin"] == first["thong_diep"]["ma_goi_tin"]
    status = bodies(session, "report_status")[1]["noi_dung"]
    assert status["ma_goi_tin"] == second["thong_diep"]["ma_goi_tin"]


@pytest.mark.usefixtures("office")
def test_a_correction_that_changes_no_figure_sends_nothing(
    session: Session, database: Database, clock: Clock, make_report: MakeReport
) -> None:
    """Schedule: nothing changed, nothing sent; nor for a report that isn't accepted."""
    make_report(unit=CITY, state="accepted", values={REVENUE: "349023.6"})
    set_to(clock, 7, 25)
    run(database, clock)
    correct(make_report, "349023.60")
    make_report(unit="H59.22.02", state="sent", values={REVENUE: "1"})

    assert run(database, clock) == 0
    assert len(packages(session)) == 4


@pytest.mark.usefixtures("office")
def test_a_change_that_was_begun_before_and_seen_after_is_not_missed(
    session: Session, database: Database, clock: Clock, make_report: MakeReport
) -> None:
    """Schedule: the time of a step is that of its request, which may end after the package."""
    make_report(unit=CITY, state="accepted", values={REVENUE: "349023.6"})
    set_to(clock, 7, 25)
    run(database, clock)
    clock.forward(minutes=-2)
    correct(make_report, "350000")
    clock.forward(minutes=12)

    assert run(database, clock) == 2
    assert revenue(bodies(session)[1]) == "350"


@pytest.mark.usefixtures("office")
def test_a_correction_of_an_early_month_replaces_the_later_ones_too(
    session: Session, database: Database, clock: Clock, make_report: MakeReport
) -> None:
    """Schedule: the year to date of July holds June."""
    for period in ("2024-06", JULY):
        make_report(unit=CITY, period=period, state="accepted", values={REVENUE: "1000"})
    for month in (6, 7):
        set_to(clock, month, 25)
        run(database, clock)
    set_to(clock, 8, 2)
    correct(make_report, "3000", "2024-06")

    run(database, clock)

    told = [
        (body["thong_diep"]["ky_bao_cao"], body["noi_dung"]["so_lieu"][4]["luy_ke"])
        for body in bodies(session)
    ]
    assert told == [("202406", "1"), ("202407", "2"), ("202406", "3"), ("202407", "4")]


@pytest.mark.usefixtures("office")
def test_months_that_were_missed_are_sent_after(
    session: Session, database: Database, clock: Clock, make_report: MakeReport
) -> None:
    """Schedule: the worker was down; each month once, one without figures waits for them."""
    for period in (JULY, "2024-09"):
        set_to(clock, int(period[-2:]), 16)
        make_report(unit=CITY, period=period, state="accepted", values={REVENUE: "1000"})
    set_to(clock, 7, 26)
    run(database, clock)
    set_to(clock, 10, 3)
    run(database, clock)
    before = [row for row in packages(session) if row[0] == "report_data"]
    make_report(unit=CITY, period="2024-08", state="accepted", values={REVENUE: "5"})
    run(database, clock)

    after = [row for row in packages(session) if row[0] == "report_data"]
    assert before == [("report_data", 202407, 1), ("report_data", 202409, 1)]
    assert after[2:] == [("report_data", 202408, 1), ("report_data", 202409, 2)]


def test_catalogues_that_changed_go_before_the_next_data(
    session: Session, database: Database, clock: Clock, make_report: MakeReport, office: int
) -> None:
    """Schedule: a new name is told once, with a number of its own."""
    make_report(unit=CITY, state="accepted", values={REVENUE: "1000"})
    set_to(clock, 7, 25)
    run(database, clock)
    session.execute(text("UPDATE indicator SET name_vi = 'Thu' WHERE code = 'KT140101'"))
    session.commit()
    quiet = run(database, clock)
    set_to(clock, 8, 25)
    make_report(unit=CITY, period="2024-08", state="accepted", values={REVENUE: "2000"})
    run(database, clock)

    assert quiet == 0
    assert packages(session)[4:] == [
        ("indicator_catalogue", 0, 2),
        ("report_data", 202408, 1),
        ("report_status", 202408, 1),
    ]
    found = queries.packages(session, 1, office, limit=10)
    assert [each.period for each in found] == ["2024-08", "2024-08", None, JULY, JULY, None, None]


def test_what_was_cancelled_goes_again_only_when_somebody_says_so(
    session: Session, database: Database, clock: Clock, make_report: MakeReport, office: int
) -> None:
    """Schedule: an administrator gave it up; told to send, the next number replaces nothing."""
    make_report(unit=CITY, state="accepted", values={REVENUE: "1000"})
    set_to(clock, 7, 25)
    run(database, clock)
    given_up = queries.packages(session, 1, office, limit=2)[1].message_id
    outbox.cancel(session, 1, given_up)
    session.commit()
    by_itself = run(database, clock)
    made = job.job(session, 1, "VPCP", Period.parse(JULY), mapping=MAPPING, at=clock())
    sent = outgoing.send(session, Author(1, 7, "admin", "r-1"), made, None)

    assert by_itself == 0
    assert [(each.kind, each.number, each.reason) for each in sent] == [
        ("report_data", 2, "again"),
        ("report_status", 2, "changed"),
    ]
    assert sent[0].replaces is None
    assert outgoing.send(session, Author(1, 7, "admin", "r-1"), made, None) == []


def test_gaps_of_one_partner_are_logged_and_others_go_on(
    session: Session,
    database: Database,
    clock: Clock,
    make_report: MakeReport,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Schedule: nothing of a package with gaps is sent; the log names them."""
    for code, takes in (("A", ["list_data", "report_data"]), ("B", ["report_data"])):
        make_partner(session, clock, "http://127.0.0.1:9", code=code, takes=takes, monthly_day=25)
    make_partner(
        session, clock, "http://127.0.0.1:9", code="OFF", monthly_day=25, switched_on=False
    )
    make_partner(session, clock, "http://127.0.0.1:9", code="HAND", monthly_day=None)
    session.commit()
    make_report(unit=CITY, state="accepted", values={REVENUE: "1000"})
    set_to(clock, 7, 25)
    poor = MAPPING._replace(codes={**MAPPING.codes, "level": {"commune": "XA"}})

    done = run(database, clock, Means(poor, None))

    assert (done, packages(session)) == (1, [("report_data", 202407, 1)])
    (line,) = [record for record in caplog.records if "gaps" in record.message]
    assert line.__dict__["partner"] == "A"
    assert set(line.__dict__["gaps"]) == {"/codes/level/province", "/codes/level/district"}


def test_what_goes_out_is_signed_by_who_is_passed_in(
    session: Session, database: Database, clock: Clock, make_report: MakeReport, office: int
) -> None:
    """Signing: a detached signature of the very bytes, in the header `Signature`."""
    make_report(unit=CITY, state="accepted", values={REVENUE: "1000"})
    set_to(clock, 7, 25)

    ours = signer("province")
    run(database, clock, Means(MAPPING, partial(sign, signer=ours)))

    rows = session.execute(text("SELECT headers, body, path FROM delivery")).all()
    trusted = {ours.fingerprint: None}
    signed = {verify(bytes(row[1]), row[0]["Signature"], trusted, at=clock()) for row in rows}
    assert (len(rows), signed) == (4, {ours.fingerprint})
    assert {row[2] for row in rows} == {"/packages"}
    assert office


@pytest.mark.committed
def test_two_workers_send_a_month_once(committed_url: str, clock: Clock) -> None:
    """Schedule: only one does it at a time, and what the other finds then says nothing new."""
    engine = make_engine(committed_url, pool_size=3, statement_timeout_ms=60_000)
    database = Database(engine)
    with database.writing() as session:
        make_partner(session, clock, "http://127.0.0.1:9", takes=TAKES, monthly_day=25)
        file(session, CITY, JULY, {REVENUE: "349023.6"})
    set_to(clock, 7, 25)
    ready, counts = threading.Barrier(2), []

    def work() -> None:
        ready.wait()
        counts.append(run(database, clock))

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with database.reading() as session:
        found = packages(session)
    engine.dispose()

    assert sorted(counts) == [0, 4]
    assert [row[2] for row in found] == [1, 1, 1, 1]


MONTHS = st.integers(1, 36).map(lambda n: Period.month(2023 + (n - 1) // 12, (n - 1) % 12 + 1))


@given(st.integers(1, 28), st.dates(date(2023, 1, 1), date(2025, 12, 31)), st.sets(MONTHS))
def test_each_month_since_the_first_one_sent_is_due_until_it_is_sent(
    day: int, today: date, sent: set[Period]
) -> None:
    """Schedule: from its day on, in order; nothing before the first year that is exchanged."""
    due = due_months(day, today, 2024, sent)

    every = [Period.month(2023 + n // 12, n % 12 + 1) for n in range(36)]
    open_ = [month for month in every if date(month.year, month.number, day) <= today]
    first = min(sent, key=lambda month: month.start) if sent else None
    since = [month for month in open_ if first is None or month.start >= first.start]
    expected = [month for month in since if month not in sent and month.year >= 2024]
    assert due == (expected if first else expected[-1:])


def test_the_first_month_ever_is_the_newest_that_is_due() -> None:
    """Schedule: a partner that is set up in July is not sent the years before."""
    assert due_months(25, date(2024, 7, 25), 2024, set()) == [Period.parse(JULY)]
    assert due_months(25, date(2024, 7, 24), 2024, set()) == [Period.parse("2024-06")]
    assert due_months(25, date(2024, 1, 24), 2024, set()) == []
