"""Messages from partners that are not good: refused, logged, and no harm done."""

import copy
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from indicators_api.config import Config
from indicators_api.db.session import Database
from indicators_api.exchange.kinds import INBOUND, KINDS
from indicators_api.security import certificates
from indicators_api.security.signing import sign
from tests.api.messages import (
    US,
    System,
    administrator,
    catalogue,
    count,
    office,
    package,
    status,
    told,
)
from tests.callers import Caller, Clock, assert_problem, issue_token
from tests.exchange.conftest import OPERATOR, make_partner
from tests.factories import done
from tests.signers import UNTIL, certificate_of, signer

__all__ = ["administrator", "office", "package"]


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
