"""A partner's system as the tests play it, and what it says."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from indicators_api.db.session import Database
from indicators_api.security import certificates
from indicators_api.security.signing import sign
from tests.callers import Caller, Clock, issue_token
from tests.exchange.conftest import OPERATOR, make_partner
from tests.factories import JULY, done
from tests.signers import certificate_of, signer

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
        key = other.pop("key", signer("office"))
        if "Signature" not in headers:
            headers["Signature"] = sign(body, key)
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
