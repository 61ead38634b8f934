"""Messages from partners: taken once, matched or looked at; whatever is bad harms nothing."""

import copy
import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from indicators_api.audit.journal import Author
from indicators_api.config import Config
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from indicators_api.exchange import inbox, mapping_file
from indicators_api.exchange.inbox import Letter, Sender
from indicators_api.exchange.kinds import CATALOGUES, INBOUND, KINDS
from indicators_api.security import certificates
from indicators_api.security.signing import sign
from tests.callers import Caller, Clock, assert_problem, issue_token
from tests.exchange.conftest import OPERATOR, make_partner
from tests.factories import JULY, done
from tests.signers import UNTIL, certificate_of, signer

OFFICE, US = "000.00.00.G22", "000.00.00.H59"


class System(Caller):
    """A partner's system: it signs what it sends."""

    def send(self, message: dict[str, Any], **other: Any) -> TestResponse:
        body = other.pop("body", json.dumps(message, ensure_ascii=False).encode())
        envelope = message.get("thong_diep", {})
        headers = {
            "Message-Id": envelope.get("ma_goi_tin", "m-1"),
            "Message-Kind": "report_status",
            **other.pop("headers", {}),
        }
        if "Signature" not in headers:
            headers["Signature"] = sign(body, signer("office"))
        kept = {name: said for name, said in headers.items() if said is not None}
        return self.post("/exchange/messages", body, headers=kept, **other)


@pytest.fixture
def administrator(client_of: Callable[..., Caller]) -> Caller:
    return client_of("administrator")


@pytest.fixture
def office(app: Flask, database: Database, session: Session, clock: Clock) -> System:
    """The Government Office's system; it is some days after the month's package."""
    clock.forward(days=14)
    number = make_partner(session, clock, "http://127.0.0.1:9", takes=["report_data"])
    own = certificate_of(signer("office"))
    certificates.register(session, OPERATOR, own, partner="VPCP", at=clock())
    session.commit()
    token = issue_token(database, "partner", at=clock(), partner_id=number)
    return System(app.test_client(), token)


@pytest.fixture
def package(administrator: Caller, office: System) -> str:
    """A package that was sent to the office; give its id."""
    assert office.token
    (queued,) = done(administrator.post(f"/partners/VPCP/packages/{JULY}"))["queued"]
    return str(queued["message_id"])


def envelope(message_id: str, kind: str, at: str = "2024-07-26T09:30:00+07:00") -> dict[str, Any]:
    return {
        "ma_goi_tin": message_id,
        "loai_goi_tin": kind,
        "don_vi_gui": OFFICE,
        "don_vi_nhan": US,
        "ky_bao_cao": None,
        "lan_gui": 1,
        "thoi_gian_tao": at,
    }


def status(package: str, state: str, message_id: str = "S-1", **other: Any) -> dict[str, Any]:
    said = {"ma_goi_tin": package, "trang_thai": state, "ghi_chu": other.pop("note", None)}
    return {"thong_diep": envelope(message_id, "TRANG_THAI", **other), "noi_dung": said}


def catalogue(message_id: str = "C-1") -> dict[str, Any]:
    """One indicator that we have and one that we don't."""
    item = {
        "ma_chi_tieu": "KTXH.01",
        "ten_chi_tieu": "Chỉ số sản xuất công nghiệp",
        "dinh_nghia": "…",
        "don_vi_tinh": "PHAN_TRAM",
        "tinh_chat": "CHI_SO",
        "tan_suat": "THANG",
        "can_cu": "QĐ 05/2023/QĐ-TTg",
        "hieu_luc_tu": "2024-01-01",
        "hieu_luc_den": None,
    }
    new = {**item, "ma_chi_tieu": "KTXH.09", "ten_chi_tieu": "Chỉ số mới"}
    return {
        "thong_diep": envelope(message_id, "DM_CHI_TIEU"),
        "noi_dung": {"chi_tieu": [item, new]},
    }


def count(session: Session, table: str) -> int:
    return int(session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def told(administrator: Caller) -> tuple[Any, ...]:
    (row,) = done(administrator.get("/partners/VPCP/packages"))["data"]
    return row["status"], row["status_at"], row["status_note"]


def test_a_status_is_matched_to_the_package_that_it_tells_of(
    administrator: Caller, office: System, package: str, clock: Clock
) -> None:
    """Inbound: status packages come back in and are matched, at once."""
    before = told(administrator)
    taken = done(office.send(status(package, "DA_GHI_NHAN", note="Đã ghi nhận.")))
    (kept,) = done(administrator.get("/exchange/inbox"))["data"]

    assert before == (None, None, None)
    assert told(administrator) == ("applied", "2024-07-26T09:30:00+07:00", "Đã ghi nhận.")
    assert taken == {
        "message_id": "S-1",
        "received_at": clock().isoformat(),
        "receipt": taken["receipt"],
    }
    assert (kept["state"], kept["kind"], kept["partner"]) == ("taken", "report_status", "VPCP")
    assert kept["fingerprint"] == signer("office").fingerprint


def test_a_receipt_is_matched_too(administrator: Caller, office: System, package: str) -> None:
    """Inbound: receipts come back in and are matched, with their number."""
    said = {
        "thong_diep": envelope("B-1", "BIEN_NHAN"),
        "noi_dung": {
            "ma_goi_tin": package,
            "so_bien_nhan": "R-000017",
            "thoi_gian_nhan": "2024-07-26T08:00:00Z",
        },
    }

    done(office.send(said, headers={"Message-Kind": "receipt"}))

    assert told(administrator) == ("received", "2024-07-26T15:00:00+07:00", "R-000017")


def test_statuses_may_overtake_each_other(
    administrator: Caller, office: System, package: str
) -> None:
    """Inbound: order is not required; what was said later stands, whenever it comes."""
    for number, (state, hour) in enumerate(
        [("DA_GHI_NHAN", 10), ("DA_NHAN", 9), ("DA_NHAN", 10), ("TU_CHOI", 11)]
    ):
        at = f"2024-07-26T{hour:02}:00:00+07:00"
        done(office.send(status(package, state, f"S-{number}", at=at)))
        if number == 2:
            assert told(administrator)[0] == "applied"

    assert told(administrator)[0] == "refused"


def test_a_clock_that_is_ahead_silences_nobody(
    administrator: Caller, office: System, package: str, clock: Clock
) -> None:
    """Inbound: what is said to be of next year is of now, so that what comes later counts."""
    done(office.send(status(package, "DA_NHAN", at="2025-07-26T09:30:00+07:00")))
    at_once = told(administrator)
    clock.forward(hours=1)
    done(office.send(status(package, "TU_CHOI", "S-2", at=clock().isoformat())))

    assert at_once[0] == "received"
    assert told(administrator)[0] == "refused"


def test_a_message_is_taken_once_and_answered_alike(
    office: System, package: str, session: Session, clock: Clock
) -> None:
    """Inbound: the same id and body get the same receipt again, also when much later."""
    first = done(office.send(status(package, "DA_NHAN")))
    clock.forward(days=9)

    again = done(office.send(status(package, "DA_NHAN"), headers={"Signature": "lost"}))

    assert again == first
    assert count(session, "received_message") == 1
    noted = "SELECT count(*) FROM journal WHERE action = 'message.receive'"
    assert session.scalar(text(noted)) == 1


def test_an_id_that_said_another_thing_is_refused(
    administrator: Caller, office: System, package: str, session: Session
) -> None:
    """Inbound: a replayed id with another body is a conflict, and changes nothing."""
    done(office.send(status(package, "DA_NHAN")))
    before = told(administrator)

    refused = office.send(status(package, "TU_CHOI"))

    assert_problem(refused, 409, "message-reused", facts={"message": "S-1"})
    assert told(administrator) == before
    assert count(session, "received_message") == 1


@pytest.mark.parametrize(
    ("headers", "pointers"),
    [
        ({"Signature": None}, ["/Signature"]),
        ({"Message-Id": "a b"}, ["/Message-Id"]),
        ({"Message-Id": "x" * 65}, ["/Message-Id"]),
        ({"Message-Kind": "gossip", "Message-Id": None}, ["/Message-Id", "/Message-Kind"]),
        *[({"Message-Kind": kind}, ["/Message-Kind"]) for kind in sorted({*KINDS} - {*INBOUND})],
    ],
)
def test_headers_that_are_missing_or_strange_are_named(
    office: System, session: Session, headers: dict[str, Any], pointers: list[str]
) -> None:
    """Inbound: message id, kind and signature; figures and outlines are never taken."""
    refused = office.send(status("x", "DA_NHAN"), headers=headers)

    faults = assert_problem(refused, 422, "invalid-request")["errors"]
    assert [fault["pointer"] for fault in faults] == pointers
    assert {fault["in"] for fault in faults} == {"header"}
    assert count(session, "received_message") == 0


def wrong(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """A catalogue with something wrong in it."""
    said = copy.deepcopy(catalogue())
    change(said)
    return said


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        (lambda said: said.pop("noi_dung"), "/noi_dung"),
        (lambda said: said.pop("thong_diep"), "/thong_diep"),
        (lambda said: said.update(more=1), "/more"),
        (lambda said: said["thong_diep"].update(more=1), "/thong_diep/more"),
        (lambda said: said["thong_diep"].update(lan_gui="1"), "/thong_diep/lan_gui"),
        (lambda said: said["thong_diep"].update(lan_gui=2**53), "/thong_diep/lan_gui"),
        (lambda said: said["thong_diep"].update(lan_gui=True), "/thong_diep/lan_gui"),
        (lambda said: said["thong_diep"].pop("lan_gui"), "/thong_diep/lan_gui"),
        (
            lambda said: said["thong_diep"].update(thoi_gian_tao="2024-07-26T09:30:00"),
            "/thong_diep/thoi_gian_tao",
        ),
        (
            lambda said: said["thong_diep"].update(thoi_gian_tao="0001-01-01T00:00:00+14:00"),
            "/thong_diep/thoi_gian_tao",
        ),
        (lambda said: said["thong_diep"].update(ma_goi_tin="C-2"), "/thong_diep/ma_goi_tin"),
        (
            lambda said: said["thong_diep"].update(loai_goi_tin="SO_LIEU"),
            "/thong_diep/loai_goi_tin",
        ),
        (lambda said: said["thong_diep"].update(don_vi_gui=US), "/thong_diep/don_vi_gui"),
        (lambda said: said["thong_diep"].update(don_vi_nhan="H60"), "/thong_diep/don_vi_nhan"),
        (lambda said: said["noi_dung"].update(chi_tieu={}), "/noi_dung/chi_tieu"),
        (lambda said: said["noi_dung"].update(chi_tieu=None), "/noi_dung/chi_tieu"),
        (lambda said: said["noi_dung"]["chi_tieu"].append(7), "/noi_dung/chi_tieu/2"),
        (
            lambda said: said["noi_dung"]["chi_tieu"][1].update(ten_chi_tieu="a\x00b"),
            "/noi_dung/chi_tieu/1/ten_chi_tieu",
        ),
        (
            lambda said: said["noi_dung"]["chi_tieu"][0].update(dinh_nghia="x" * 10_001),
            "/noi_dung/chi_tieu/0/dinh_nghia",
        ),
        (
            lambda said: said["noi_dung"]["chi_tieu"][0].update(hieu_luc_tu="2024-02-30"),
            "/noi_dung/chi_tieu/0/hieu_luc_tu",
        ),
        (
            lambda said: said["noi_dung"]["chi_tieu"][0].update(ma_chi_tieu=""),
            "/noi_dung/chi_tieu/0/ma_chi_tieu",
        ),
    ],
)
def test_a_wrong_schema_is_refused_with_the_place(
    office: System, session: Session, change: Callable[[dict[str, Any]], object], pointer: str
) -> None:
    """Inbound: every part, field and type; nothing of it is kept."""
    headers = {"Message-Kind": "indicator_catalogue", "Message-Id": "C-1"}

    refused = office.send(wrong(change), headers=headers)

    faults = assert_problem(refused, 422, "invalid-request")["errors"]
    assert [fault["pointer"] for fault in faults] == [pointer]
    assert count(session, "received_message") == 0


def test_all_faults_are_named_at_once_but_not_without_end(office: System) -> None:
    """Inbound: who sends nonsense gets no answer that is longer than it."""
    said = wrong(lambda each: each["noi_dung"].update(chi_tieu=[0] * 5000))

    refused = office.send(said, headers={"Message-Kind": "indicator_catalogue"})

    assert len(assert_problem(refused, 422, "invalid-request")["errors"]) == 200


@pytest.mark.parametrize(
    ("body", "kind", "status_code", "slug"),
    [
        (b'{"thong_diep": ', None, 400, "malformed-body"),
        (b"\xff", None, 400, "malformed-body"),
        (b"[]", None, 400, "malformed-body"),
        (b"[" * 100_000, None, 400, "malformed-body"),
        (b'{"a": 1, "a": 2}', None, 422, "invalid-request"),
        (b"<a/>", "application/xml", 415, "unsupported-media-type"),
    ],
)
def test_a_body_that_is_none_harms_nothing(
    office: System, session: Session, body: bytes, kind: str | None, status_code: int, slug: str
) -> None:
    """Inbound: not JSON, repeated keys, another media type."""
    other = {"content_type": kind} if kind else {}
    other["headers"] = {"Signature": "of no matter"}

    refused = office.send({}, body=body, **other)

    assert_problem(refused, status_code, slug)
    assert count(session, "received_message") == 0


def test_a_body_that_is_too_large_is_not_read(
    office: System, session: Session, config: Config
) -> None:
    """Inbound: as large as any body may be, and not a byte more."""
    limit = config.max_body_bytes
    body = b'{"a": "' + b"x" * limit + b'"}'

    refused = office.send({}, body=body)

    assert_problem(refused, 413, "body-too-large", facts={"limit": limit})
    assert count(session, "received_message") == 0


@pytest.mark.parametrize(
    ("signed", "slug"),
    [
        (lambda _: sign(b"{}", signer("office")), "signature-mismatch"),
        (lambda body: sign(body, signer("somebody")), "certificate-unknown"),
        (lambda _: "nonsense", "signature-malformed"),
    ],
)
def test_a_bad_signature_is_refused_and_logged_without_what_was_said(
    office: System,
    package: str,
    session: Session,
    caplog: pytest.LogCaptureFixture,
    signed: Callable[[bytes], str],
    slug: str,
) -> None:
    """Inbound: signed by somebody else, or changed on its way."""
    said = status(package, "DA_NHAN", note="a secret word")
    body = json.dumps(said).encode()

    refused = office.send(said, body=body, headers={"Signature": signed(body)})

    assert_problem(refused, 422, slug)
    (line,) = [record for record in caplog.records if record.message == "message refused"]
    fields = line.__dict__
    assert (fields["message_id"], fields["kind"], fields["why"]) == ("S-1", "report_status", slug)
    assert not [record for record in caplog.records if "secret word" in str(record.__dict__)]
    assert count(session, "received_message") == 0


def test_a_certificate_that_ended_signs_nothing_new(
    administrator: Caller, office: System, package: str, clock: Clock
) -> None:
    """Inbound: expired or revoked; what it signed before stays taken."""
    before = done(office.send(status(package, "DA_NHAN")))
    (registered,) = done(administrator.get("/certificates?partner=VPCP"))["data"]
    now, clock.now = clock.now, UNTIL + timedelta(days=1)
    expired = office.send(status(package, "DA_GHI_NHAN", "S-2"))
    clock.now = now
    done(administrator.delete(f"/certificates/{registered['fingerprint']}"), 204)
    clock.forward(minutes=1)

    revoked = office.send(status(package, "DA_GHI_NHAN", "S-2"))

    assert_problem(expired, 422, "certificate-not-valid")
    assert_problem(revoked, 422, "certificate-revoked")
    assert done(office.send(status(package, "DA_NHAN"))) == before


@pytest.mark.parametrize(
    ("package_id", "state", "pointers"),
    [
        ("report_data-2024-07-1-00000000", "DA_NHAN", ["/noi_dung/ma_goi_tin"]),
        (None, "TOT", ["/noi_dung/trang_thai"]),
        (None, "DAY_DU", ["/noi_dung/trang_thai"]),
        ("x", "TOT", ["/noi_dung/ma_goi_tin", "/noi_dung/trang_thai"]),
    ],
)
def test_a_status_of_what_was_never_sent_is_refused(
    office: System, package: str, package_id: str | None, state: str, pointers: list[str]
) -> None:
    """Inbound: only of packages that went to that partner; received, applied or refused."""
    refused = office.send(status(package_id or package, state))

    faults = assert_problem(refused, 422, "invalid-request")["errors"]
    assert [fault["pointer"] for fault in faults] == pointers


def test_a_partner_says_nothing_of_anothers_packages(
    administrator: Caller,
    app: Flask,
    database: Database,
    session: Session,
    clock: Clock,
    package: str,
) -> None:
    """Inbound: a status is the receiver's."""
    number = make_partner(session, clock, "http://127.0.0.1:9", code="OTHER")
    theirs = signer("somebody")
    certificates.register(session, OPERATOR, certificate_of(theirs), partner="OTHER", at=clock())
    session.commit()
    token = issue_token(database, "partner", at=clock(), partner_id=number)

    said = status(package, "TU_CHOI")
    body = json.dumps(said).encode()
    headers = {"Signature": sign(body, theirs)}
    refused = System(app.test_client(), token).send(said, body=body, headers=headers)

    faults = assert_problem(refused, 422, "invalid-request")["errors"]
    assert [fault["code"] for fault in faults] == ["unknown-package"]
    assert told(administrator) == (None, None, None)


def test_a_catalogue_waits_until_somebody_has_looked_at_it(
    administrator: Caller, office: System, session: Session
) -> None:
    """Inbound: a review queue, never straight into the catalogue; taking it changes nothing."""
    before = session.execute(text("SELECT catalogue_version FROM jurisdiction")).scalar_one()
    done(office.send(catalogue(), headers={"Message-Kind": "indicator_catalogue"}))

    (waiting,) = done(administrator.get("/exchange/inbox?state=waiting&partner=VPCP"))["data"]
    url = f"/exchange/inbox/{waiting['number']}"
    whole = done(administrator.get(url))
    taken = done(administrator.post(f"{url}/take", {"comment": "Compared."}))

    assert (waiting["kind"], waiting["decided_at"]) == ("indicator_catalogue", None)
    assert json.loads(whole["body"]) == catalogue()
    summary = {
        "items": 2,
        "names": ["Chỉ số sản xuất công nghiệp", "Chỉ số mới"],
        "not_ours": {"indicator": ["KTXH.09"]},
    }
    assert whole["summary"] == taken["summary"] == summary
    assert (taken["state"], taken["comment"]) == ("taken", "Compared.")
    assert taken["decider_name"] == "administrator of 84"
    after = session.execute(text("SELECT catalogue_version FROM jurisdiction")).scalar_one()
    assert (after, count(session, "indicator")) == (before, 649)
    assert done(administrator.get("/exchange/inbox?state=waiting"))["data"] == []


def test_a_message_is_decided_once_with_a_reason(
    administrator: Caller, office: System, session: Session
) -> None:
    """Inbound: taken or refused with a comment; the journal says by whom and why."""
    done(office.send(catalogue(), headers={"Message-Kind": "indicator_catalogue"}))
    (waiting,) = done(administrator.get("/exchange/inbox"))["data"]
    url = f"/exchange/inbox/{waiting['number']}"

    silent = administrator.post(f"{url}/refuse", {})
    refused = done(administrator.post(f"{url}/refuse", {"comment": "Not agreed."}))
    again = administrator.post(f"{url}/take", {"comment": "After all."})

    assert_problem(silent, 422, "invalid-request")
    assert refused["state"] == "refused"
    assert_problem(again, 409, "wrong-state", facts={"state": "refused"})
    rows = session.execute(
        text("SELECT action, details FROM journal WHERE subject = :subject ORDER BY id"),
        {"subject": f"message/{waiting['number']}"},
    ).all()
    assert [row[0] for row in rows] == ["message.receive", "message.refuse"]
    assert rows[1][1]["comment"] == "Not agreed."
    assert_problem(administrator.get("/exchange/inbox/99999999999999999999"), 404, "not-found")


@pytest.mark.parametrize("kind", CATALOGUES)
def test_what_we_send_ourselves_could_be_taken(
    administrator: Caller, office: System, session: Session, clock: Clock, kind: str
) -> None:
    """Inbound: both ways packages have one form, by one mapping."""
    make_partner(session, clock, "http://127.0.0.1:9", takes=[kind], code="MIRROR")
    session.commit()
    (package,) = done(administrator.get(f"/partners/MIRROR/packages/{JULY}"))["packages"]
    said = json.loads(package["body"])
    said["thong_diep"] |= {"don_vi_gui": "G22", "don_vi_nhan": US}

    done(office.send(said, headers={"Message-Kind": kind}))

    (kept,) = done(administrator.get(f"/exchange/inbox?kind={kind}"))["data"]
    summary = done(administrator.get(f"/exchange/inbox/{kept['number']}"))["summary"]
    assert kept["state"] == "waiting"
    assert summary["not_ours"] == {}


@pytest.mark.committed
def test_a_message_that_comes_twice_at_once_is_taken_once(committed_url: str, clock: Clock) -> None:
    """Inbound: both senders get the one receipt, one row and one entry in the journal."""
    engine = make_engine(committed_url, pool_size=3, statement_timeout_ms=60_000)
    database = Database(engine)
    with database.writing() as session:
        partner = make_partner(session, clock, "http://127.0.0.1:9")
    body = json.dumps(catalogue()).encode()
    letter = Letter("C-1", "indicator_catalogue", "signature", body, catalogue())
    sender = Sender(Author(1, 1, "partner", None), partner)
    inside, receipts = threading.Barrier(2), []

    def verify(_body: bytes, _signature: str, _at: datetime) -> str:
        inside.wait()
        return "certificate"

    def work() -> None:
        with database.writing() as session:
            mapping = mapping_file.read(None)
            taken = inbox.receive(
                session, sender, letter, mapping=mapping, verify=verify, at=clock()
            )
            receipts.append(taken.receipt)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with database.reading() as session:
        kept = count(session, "received_message")
        noted = count(session, "journal WHERE action = 'message.receive'")
    engine.dispose()

    assert (len(set(receipts)), len(receipts), kept, noted) == (1, 2, 1, 1)
