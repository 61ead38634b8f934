"""The sharing log read, searched, exported and purged by those who answer for it."""

import base64
import csv
import io
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

from flask import Flask
from sqlalchemy import text

from indicators_api.audit import sharing
from indicators_api.audit.sharing import Shared
from indicators_api.db.session import Database, Session
from tests.callers import Caller, Clock, Log, assert_problem, issue_token
from tests.factories import CITY, DISTRICT, JULY, done

FIGURES = f"/aggregates?period={JULY}&area={CITY}&indicator=XH160101"


def test_the_log_is_searched(
    operations: Caller, client_of: Callable[..., Caller], log: Log, clock: Clock
) -> None:
    """Sharing log: by time, kind, role, who and state; from a moment on, until before another."""
    reviewer = client_of("reviewer", area=CITY)
    operations.get(FIGURES)
    clock.forward(hours=1)
    second = quote(clock().isoformat())
    reviewer.get(FIGURES)
    reviewer.get(f"/aggregates?period={JULY}&area={DISTRICT}")
    number = operations.token.split("_")[1]

    def found(query: str) -> list[int]:
        return [row["status"] for row in log(query)]

    assert found("") == [403, 200, 200]
    assert found(f"?from={second}") == [403, 200]
    assert found(f"?until={second}") == [200]
    assert found("?role=reviewer&state=answered") == [200]
    assert found(f"?who={number}") == found("?who=operations+of+84") == [200]
    assert found("?state=refused") == [403]
    assert found("?kind=push") == found("?who=Somebody") == []


def test_the_log_is_read_in_pages_while_it_grows(operations: Caller, administrator: Caller) -> None:
    """Conventions: the newest first; no duplicate, no gap while rows come in."""
    for _ in range(5):
        operations.get(FIGURES)
    whole = [row["id"] for row in done(administrator.get("/sharing-log"))["data"]]

    read: list[int] = []
    address: str | None = "/sharing-log?limit=2"
    while address:
        page = administrator.get(address)
        read += [row["id"] for row in done(page)["data"]]
        address = (further := done(page)["next"]) and f"/sharing-log?limit=2&cursor={further}"
        assert bool(address) == ('rel="next"' in page.headers.get("Link", ""))
        operations.get(FIGURES)

    assert read == whole
    assert whole == sorted(whole, reverse=True)


def test_the_log_is_exported_as_csv(
    app: Flask, database: Database, clock: Clock, administrator: Caller
) -> None:
    """Sharing log: CSV of the same rows; text that a spreadsheet would run is made harmless."""
    token = issue_token(database, "operations", at=clock())
    with database.writing() as session:
        session.execute(
            text("UPDATE token SET name = '=HYPERLINK(1)' WHERE id = :id"),
            {"id": token.split("_")[1]},
        )
    Caller(app.test_client(), token).get(FIGURES)

    answer = administrator.get("/sharing-log?format=csv")
    same = administrator.get("/sharing-log", headers={"Accept": "text/csv"})

    (row,) = csv.DictReader(io.StringIO(answer.text))
    (json_row,) = done(administrator.get("/sharing-log"))["data"]
    assert answer.content_type == "text/csv; charset=utf-8; header=present"
    assert answer.data == same.data
    assert row.pop("who") == "'=HYPERLINK(1)"
    assert json_row.pop("who") == "=HYPERLINK(1)"
    assert row == {name: str(value) for name, value in json_row.items()}


def test_faults_of_the_question_are_named(administrator: Caller) -> None:
    """Conventions: all at once."""
    place = base64.urlsafe_b64encode(b'["yesterday",1]').decode()
    wrong = f"from=now&kind=theft&state=lost&limit=0&role=&who=&cursor={place}"
    answer = administrator.get(f"/sharing-log?{wrong}")

    problem = assert_problem(answer, 422, "invalid-request")
    assert {fault["pointer"] for fault in problem["errors"]} == {
        *("/from", "/kind", "/state", "/limit", "/role", "/who", "/cursor"),
    }


def test_a_worker_notes_what_it_sends_in_its_own_transaction(
    database: Database, log: Log, clock: Clock
) -> None:
    """Sharing log: pushes and packages; what was rolled back was not sent."""
    sent = Shared(
        *(1, clock(), "push", None, "IOC", "subscriber", "report.accepted subscription/3"),
        *(202, 512, "answered", None),
    )
    with database.writing() as session:
        sharing.note(session, sent)
    with database.writing() as session:
        sharing.note(session, sent._replace(kind="package"))
        session.rollback()

    (row,) = log()
    assert (row["kind"], row["token"], row["who"]) == ("push", None, "IOC")
    assert log("?kind=push&who=IOC&role=subscriber") == [row]
    assert log("?kind=package") == []


def test_what_is_too_old_is_deleted(
    database: Database, session: Session, log: Log, clock: Clock
) -> None:
    """Sharing log: retention, in batches; what is younger stays."""
    fill = text("""
        INSERT INTO sharing (jurisdiction_id, at, kind, who, role, asked, state)
        SELECT 1, CAST(:at AS timestamptz) - n * interval '1 second', 'pull', 'A', 'operations',
               'GET', 'answered'
        FROM generate_series(1, :rows) AS n
    """)
    session.execute(fill, {"at": clock(), "rows": 2 * sharing.BATCH + 3})
    session.commit()
    before = clock() - timedelta(seconds=2)

    deleted = sharing.purge(database, 1, before=before)

    assert deleted == 2 * sharing.BATCH + 1
    kept = [(clock() - timedelta(seconds=n)).isoformat() for n in (1, 2)]
    assert [row["at"] for row in log()] == kept
    assert sharing.purge(database, 1, before=before) == 0
