"""Messages from partners: taken once, matched, or looked at by people."""

import json
import threading
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from indicators_api.audit.journal import Author
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from indicators_api.exchange import inbox, mapping_file
from indicators_api.exchange.inbox import Letter, Sender
from indicators_api.exchange.kinds import CATALOGUES
from tests.api.messages import (
    US,
    System,
    administrator,
    catalogue,
    count,
    envelope,
    office,
    package,
    status,
    told,
)
from tests.callers import Caller, Clock, assert_problem
from tests.exchange.conftest import make_partner
from tests.factories import JULY, done
from tests.signers import signer

__all__ = ["administrator", "office", "package"]


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
