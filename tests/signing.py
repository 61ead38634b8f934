"""What the tests of signing share: registered keys, and a leader's client that signs."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from indicators_api.security.signing import SigningKey, sign
from tests.callers import Caller
from tests.factories import JULY, WARD, MakeReport, Report, done
from tests.signers import certificate_of, signer

POOR, PEOPLE = "XH160101", "XH020101"
REPORT = f"/reports/{WARD}/{JULY}"

Register = Callable[..., SigningKey]


@pytest.fixture
def register(administrator: Caller) -> Register:
    """Register somebody's key: `register("leader", unit=…, since=…, until=…)`."""

    def make(name: str = "leader", *, unit: str = WARD, **validity: Any) -> SigningKey:
        key = signer(name, **validity)
        body = {"unit": unit, "pem": certificate_of(key)}
        done(administrator.post("/certificates", body), 201)
        return key

    return make


@pytest.fixture
def key(register: Register) -> SigningKey:
    """The key of the ward's leader; its certificate is registered."""
    return register()


@pytest.fixture
def signed(make_report: MakeReport, leader: Caller, key: SigningKey) -> Report:
    """A report of two values that its leader signed and sent."""
    report = make_report(
        state="draft", values={POOR: {"value": "41.0", "note": "đã rà soát"}, PEOPLE: None}
    )
    done(send(leader, report, signature=sign_next(leader, report, key)))
    return make_report.look(report)


def sign_next(leader: Caller, report: Report, key: SigningKey) -> str:
    """Sign what would be sent next, as a leader's client does."""
    answer = leader.get(f"{report.url}/document")
    assert answer.status_code == 200, answer.text
    return sign(answer.data, key)


def send(leader: Caller, report: Report, **body: Any) -> Any:
    return leader.post(f"{report.url}/send", body, seen=report.revision)


def written(version: int, values: dict[str, Any], **key: str) -> bytes:
    """Write a document by hand, as docs/SIGNING.md says; values are given in full or as a text."""
    whole = {
        code: {"missing": None, "note": None, "status": "E", "ytd": None, **said}
        for code, said in (
            (code, said if isinstance(said, dict) else {"value": said})
            for code, said in values.items()
        )
    }
    document = {"unit": WARD, "period": JULY, **key, "version": version, "values": whole}
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
