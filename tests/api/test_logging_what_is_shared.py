"""The sharing log: every sharing of data, before it leaves (Decree 47/2020/NĐ-CP, article 45)."""

import gzip
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from indicators_api.api.rest import BASE, document
from indicators_api.app import create_app
from indicators_api.audit import sharing
from indicators_api.config import Config
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database, Session
from indicators_api.security.permissions import SHARING, Permission
from tests.callers import Caller, Clock, Log, assert_problem, issue_token
from tests.conftest import NOW
from tests.factories import CITY, DISTRICT, JULY, WARD, WARD_AREA, MakeReport, done

POOR = "XH160101"
FIGURES = f"/aggregates?period={JULY}&area={CITY}&indicator={POOR}"


def test_a_pull_is_logged_with_who_what_and_how_much(
    operations: Caller, log: Log, clock: Clock
) -> None:
    """Sharing log: when, who, what was asked, what was answered, size, state."""
    answer = operations.get(FIGURES, headers={"X-Request-Id": "asked-7"})

    (row,) = log()
    assert answer.status_code == 200
    assert row == {
        "id": row["id"],
        "at": clock().isoformat(),
        "kind": "pull",
        "token": int(operations.token.split("_")[1]),
        "who": "operations of 84",
        "role": "operations",
        "asked": f"GET {BASE}{FIGURES}",
        "status": 200,
        "size": len(answer.data),
        "state": "answered",
        "request_id": "asked-7",
    }


def test_every_call_that_shares_data_is_logged_and_no_other(
    app: Flask, client_of: Callable[..., Caller], log: Log
) -> None:
    """Sharing log: decided by the call's permission, whoever adds a call."""
    reviewer = client_of("reviewer", area=CITY)
    sharing_, others = set(), set()
    for path, item in document(app)["paths"].items():
        for method, said in item.items():
            if method != "get":
                continue
            before = len(log("?limit=5000"))
            codes = dict.fromkeys(("unit", "code", "regime", "level", "fingerprint"), WARD)
            reviewer.client.open(
                path.format(period=JULY, number=1, **codes),
                headers={"Authorization": f"Bearer {reviewer.token}"},
            )
            shares = Permission(said["x-permission"]) in SHARING
            (sharing_ if shares else others).add(path.removeprefix(BASE))
            assert len(log("?limit=5000")) - before == shares, path

    assert {
        *("/aggregates", "/bulletin", "/reconciliation", "/observations", "/completeness"),
        *("/changes", "/operations-centre/snapshot", "/reports", "/reports/{unit}/{period}"),
    } < sharing_
    assert {"/me", "/areas", "/targets", "/thresholds", "/data-version", "/sharing-log"} < others


@pytest.mark.parametrize("form", ["json", "csv", "html", "xlsx"])
def test_the_size_is_that_of_what_goes_out(
    make_report: MakeReport, operations: Caller, log: Log, form: str
) -> None:
    """Sharing log: bytes of the body, compressed where it is."""
    make_report(state="accepted")
    call = f"/bulletin?period={JULY}&area={WARD_AREA}&format={form}"

    plain = operations.get(call)
    packed = operations.get(call, headers={"Accept-Encoding": "gzip"})
    head = operations.call("HEAD", call)
    same = operations.get(call, headers={"If-None-Match": plain.headers["ETag"]})

    rows = log()[3::-1]
    assert [row["size"] for row in rows] == [len(plain.data), len(packed.data), 0, 0]
    assert [row["status"] for row in rows] == [200, 200, 200, 304]
    assert {row["state"] for row in rows} == {"answered"}
    assert rows[2]["asked"].startswith("HEAD ")
    assert (head.data, same.data) == (b"", b"")
    if form != "xlsx":
        assert len(packed.data) < len(gzip.decompress(packed.data)) == len(plain.data)


def test_what_is_refused_is_logged_as_such(
    client_of: Callable[..., Caller], app: Flask, log: Log
) -> None:
    """Sharing log: 403, 404, 406, 422 of known tokens; without a token nobody is known."""
    reviewer = client_of("reviewer", area=DISTRICT)
    reviewer.get(FIGURES)
    reviewer.get(f"/reports/{WARD}/{JULY}")
    reviewer.get(FIGURES, headers={"Accept": "image/png"})
    reviewer.get("/aggregates?period=yesterday")
    client_of("administrator").get(FIGURES)
    app.test_client().get(f"{BASE}{FIGURES}")

    assert [(row["status"], row["state"], row["role"]) for row in log()] == [
        (403, "refused", "administrator"),
        *((status, "refused", "reviewer") for status in (422, 406, 404, 403)),
    ]


def test_what_fails_is_logged_as_such(operations: Caller, log: Log, session: Session) -> None:
    """Sharing log: a fault of ours shares nothing, but was asked."""
    session.execute(text("ALTER TABLE coverage RENAME TO elsewhere"))
    session.commit()

    answer = operations.get(FIGURES)

    assert_problem(answer, 500, "internal-error")
    (row,) = log()
    assert (row["status"], row["state"], row["size"]) == (500, "failed", len(answer.data))


def test_nothing_leaves_that_could_not_be_logged(
    make_report: MakeReport, operations: Caller, session: Session
) -> None:
    """Sharing log: 503 instead of the answer, for those who would be logged."""
    make_report(state="accepted", values={POOR: 4711})
    assert "4711" in operations.get(FIGURES).text
    session.execute(text("ALTER TABLE sharing RENAME TO elsewhere"))
    session.commit()

    answer = operations.get(FIGURES, headers={"Origin": "https://ioc.example"})

    assert_problem(answer, 503, "service-unavailable")
    assert "4711" not in answer.text
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["X-Request-Id"]
    assert "ETag" not in answer.headers
    assert done(operations.get("/me"))["role"] == "operations"


@pytest.mark.committed
def test_the_row_is_committed_before_the_first_byte(committed_url: str, config: Config) -> None:
    """Sharing log: who cuts the line after the first byte is in it."""
    engine = make_engine(committed_url, pool_size=2, statement_timeout_ms=60_000)
    database = Database(engine)
    token = issue_token(database, "operations", at=NOW)
    app = create_app(config, database=database, clock=Clock(NOW))
    seen: list[int] = []

    def start_response(_status: str, _headers: object) -> Callable[[bytes], object]:
        with database.reading() as session:
            seen.append(len(sharing.listed(session, 1, sharing.Filters(), after=None, limit=9)))
        return lambda _data: None

    environ = app.test_request_context(
        f"{BASE}{FIGURES}", headers={"Authorization": f"Bearer {token}"}
    ).request.environ
    app.wsgi_app(environ, start_response)
    engine.dispose()

    assert seen == [1]


def test_a_units_own_reports_are_its_own(
    make_report: MakeReport, client_of: Callable[..., Caller], clerk: Caller, log: Log
) -> None:
    """Sharing log: nobody shares with itself; its reviewer and figures of others are logged."""
    report = make_report(state="sent")
    already = len(log())

    clerk.get(report.url)
    clerk.get("/observations?period=2024-07")
    own = len(log()) - already
    clerk.get(f"/aggregates?period={JULY}&area={CITY}")
    client_of("reviewer", area=CITY).get(report.url)

    assert own == 0
    assert [row["asked"].split("/v1")[1] for row in log()[: -already or None]] == [
        f"/reports/{WARD}/{JULY}",
        f"/aggregates?period={JULY}&area={CITY}",
    ]


def test_no_secret_and_no_value_is_logged(
    make_report: MakeReport, operations: Caller, log: Log
) -> None:
    """Sharing log: a token in an address is masked, refused bodies and figures are left out."""
    make_report(state="accepted", values={POOR: 987654})
    secret = operations.token.split("_", 2)[2]

    operations.get(f"{FIGURES}&token={operations.token}")
    operations.get(f"/reports/{operations.token}/{JULY}")
    operations.get(f"{FIGURES}&q=a%0D%0Ab%00")
    operations.post("/aggregates/query", {"period": JULY, "values": {POOR: 987654}})
    operations.get(FIGURES)
    said = str(log())

    assert secret not in said
    assert "987654" not in said
    assert "token=ia_" in said
    assert "q=a  b " in said
    assert len(log("?state=refused")) == 4


def test_a_question_in_a_body_is_logged(operations: Caller, log: Log) -> None:
    """Sharing log: what was asked, wherever it stands; long questions are cut."""
    operations.post("/aggregates/query", {"period": JULY, "indicator": POOR})
    codes = [f"KT0701{n:02}" for n in range(1, 15)] * 30
    operations.get(f"/aggregates?period={JULY}&indicator={','.join(codes)}")

    long, short = log()
    question = f'{{"period": "{JULY}", "indicator": "{POOR}"}}'
    assert short["asked"] == f"POST {BASE}/aggregates/query {question}"
    assert len(long["asked"]) == 2000
    assert long["asked"].endswith("…")
