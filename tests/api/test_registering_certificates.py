"""Certificates: who signs for a unit or a partner is registered by an administrator."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from indicators_api.security import certificates
from tests.callers import Caller, Clock, assert_problem
from tests.conftest import NOW
from tests.factories import NEIGHBOUR, WARD, done
from tests.signers import SigningKey, certificate_of, secret_of, signer

OFFICE = "VPCP"


@pytest.fixture
def office(session: Session) -> str:
    """A partner: the Government Office."""
    session.execute(
        text("""
            INSERT INTO partner (jurisdiction_id, code, name_vi, name_en, kind, base_url,
                                 authentication, takes, switched_on)
            VALUES (1, :code, 'Văn phòng Chính phủ', 'Government Office', 'government_office',
                    'https://office.example', 'none', '{}', TRUE)
        """),
        {"code": OFFICE},
    )
    session.commit()
    return OFFICE


def register(administrator: Caller, key: SigningKey, **owner: str) -> dict[str, Any]:
    body = {"pem": certificate_of(key), **(owner or {"unit": WARD})}
    return done(administrator.post("/certificates", body), 201)


def entries(session: Session) -> list[tuple[str, str, dict[str, Any]]]:
    """Give what the journal says of certificates and policies, in order."""
    rows = session.execute(
        text("""
            SELECT action, subject, details FROM journal
            WHERE action LIKE 'certificate.%' OR action LIKE 'signature_policy.%' ORDER BY id
        """)
    )
    return [tuple(row) for row in rows]


def test_a_certificate_is_registered_for_a_unit(administrator: Caller, session: Session) -> None:
    """Certificates: 201 with Location; the journal tells whose it is."""
    key = signer()

    answer = administrator.post("/certificates", {"unit": WARD, "pem": certificate_of(key)})

    made = done(answer, 201)
    assert made == {
        "fingerprint": key.fingerprint,
        "unit": WARD,
        "partner": None,
        "subject": "CN=leader",
        "valid_from": "2024-01-01T07:00:00+07:00",
        "valid_to": "2025-01-01T07:00:00+07:00",
        "registered_at": "2024-07-16T09:00:00+07:00",
        "revoked_at": None,
        "pem": certificate_of(key),
    }
    assert done(administrator.get(answer.headers["Location"])) == made
    ((action, subject, details),) = entries(session)
    assert (action, subject) == ("certificate.register", f"certificate/{key.fingerprint}")
    assert (details["unit"], details["subject"]) == (WARD, "CN=leader")


def test_a_certificate_is_registered_for_a_partner(
    administrator: Caller, office: str, session: Session
) -> None:
    """Certificates: incoming packages are verified by the partner's, not by a unit's."""
    ours, theirs = signer(), signer("office", "RSA 2048")
    register(administrator, ours)

    made = register(administrator, theirs, partner=office)

    assert (made["unit"], made["partner"]) == (None, office)
    partner = session.scalar(text("SELECT id FROM partner WHERE code = :code"), {"code": office})
    assert certificates.trusted(session, 1, partner=partner) == {theirs.fingerprint: None}


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/unit", "one-owner"),
        ({"unit": WARD, "partner": OFFICE}, "/unit", "one-owner"),
        ({"unit": "H59.99"}, "/unit", "unknown-unit"),
        ({"partner": "NOBODY"}, "/partner", "unknown-partner"),
    ],
)
def test_a_certificate_has_one_owner(
    administrator: Caller, body: dict[str, str], pointer: str, code: str
) -> None:
    """Certificates: a unit or a partner, one that is known."""
    answer = administrator.post("/certificates", {"pem": certificate_of(signer()), **body})

    (fault,) = assert_problem(answer, 422, "invalid-request")["errors"]
    assert (fault["pointer"], fault["code"]) == (pointer, code)
    assert done(administrator.get("/certificates"))["data"] == []


@pytest.mark.parametrize(
    ("pem", "codes"),
    [
        (
            certificate_of(signer(kind="RSA 1024", until=NOW - timedelta(days=1))),
            ["key", "expired"],
        ),
        (certificate_of(signer(kind="P-521")), ["key"]),
        (certificate_of(signer()) + secret_of(signer()), ["private-key"]),
        ("leader", ["not-a-certificate"]),
    ],
)
def test_a_certificate_that_can_not_be_trusted_is_refused(
    administrator: Caller, pem: str, codes: list[str]
) -> None:
    """Certificates: 422 that names every fault; nothing is stored."""
    answer = administrator.post("/certificates", {"unit": WARD, "pem": pem})

    problem = assert_problem(answer, 422, "certificate-refused", facts={"count": len(codes)})
    assert [(f["pointer"], f["code"]) for f in problem["errors"]] == [("/pem", c) for c in codes]
    assert done(administrator.get("/certificates"))["data"] == []


def test_a_certificate_is_registered_once(administrator: Caller) -> None:
    """Certificates: for one owner; not even a revoked one a second time."""
    made = register(administrator, signer())
    administrator.delete(f"/certificates/{made['fingerprint']}")

    answer = administrator.post(
        "/certificates", {"unit": NEIGHBOUR, "pem": certificate_of(signer())}
    )

    assert_problem(answer, 409, "duplicate-item")


def test_a_revoked_certificate_stays_listed(
    administrator: Caller, session: Session, clock: Clock
) -> None:
    """Certificates: what it signed before must stay verifiable; it is revoked once."""
    made = register(administrator, signer())
    url = f"/certificates/{made['fingerprint']}"
    clock.forward(days=1)

    revoked = administrator.delete(url)
    again = administrator.delete(url)

    assert revoked.status_code == 204
    assert_problem(again, 404, "not-found", facts={"fingerprint": made["fingerprint"]})
    (listed,) = done(administrator.get("/certificates"))["data"]
    assert listed == {**made, "revoked_at": "2024-07-17T09:00:00+07:00"}
    assert [action for action, *_ in entries(session)] == [
        "certificate.register",
        "certificate.revoke",
    ]


def test_certificates_are_found_by_owner_and_by_whether_they_sign(
    administrator: Caller, office: str
) -> None:
    """Certificates: filters; in force is what is valid now and not revoked."""
    coming = signer("coming", since=NOW + timedelta(days=1))
    for name, owner in {"a": {"unit": WARD}, "b": {"partner": office}, "c": {}}.items():
        register(administrator, signer(name), **owner)
    register(administrator, coming, unit=NEIGHBOUR)
    administrator.delete(f"/certificates/{signer('c').fingerprint}")

    def found(query: str) -> list[str]:
        page = done(administrator.get(f"/certificates?{query}"))
        return [line["subject"].removeprefix("CN=") for line in page["data"]]

    assert found("") == ["a", "b", "c", "coming"]
    assert found(f"unit={WARD}") == ["a", "c"]
    assert found(f"partner={office}") == ["b"]
    assert found("in_force=true") == ["a", "b"]
    assert found("in_force=false") == ["c", "coming"]
    assert found(f"unit={WARD}&in_force=true") == ["a"]
    assert found("unit=H59.99") == []


def test_certificates_are_paged(administrator: Caller) -> None:
    """Conventions: keyset cursors, no duplicate and no gap."""
    for name in "abc":
        register(administrator, signer(name))

    first = administrator.get("/certificates?limit=2")
    second = administrator.get(f"/certificates?limit=2&cursor={done(first)['next']}")

    pages = [[line["subject"] for line in done(page)["data"]] for page in (first, second)]
    assert pages == [["CN=a", "CN=b"], ["CN=c"]]
    assert 'rel="next"' in first.headers["Link"]
    assert done(second)["next"] is None


def test_people_of_a_unit_see_its_certificates_only(
    administrator: Caller, leader: Caller, client_of: Callable[..., Caller]
) -> None:
    """Roles: whether one's own is still in force, one can look up; others' are not known."""
    made = register(administrator, signer())
    url = f"/certificates/{made['fingerprint']}"
    neighbour = client_of("leader", unit=NEIGHBOUR)

    assert done(leader.get("/certificates"))["data"] == [done(leader.get(url))] == [made]
    assert done(neighbour.get("/certificates"))["data"] == []
    assert done(neighbour.get(f"/certificates?unit={WARD}"))["data"] == []
    assert_problem(neighbour.get(url), 404, "not-found")


def test_a_certificate_without_an_end_can_be_read(administrator: Caller) -> None:
    """RFC 5280, 4.1.2.5: the year 9999 in UTC is no date of the calendar in Vietnam."""
    endless = signer("endless", until=NOW.replace(year=9999, month=12, day=31, hour=23))

    made = register(administrator, endless)

    assert made["valid_to"].startswith("9999-12-3")


def test_a_unit_must_sign_when_an_administrator_says_so(
    administrator: Caller, leader: Caller, session: Session
) -> None:
    """Signature policy: no unit must unless told; each change is in the journal, once."""
    url = f"/units/{WARD}/signature-policy"
    before = done(leader.get(url))

    changed = [done(administrator.put(url, {"required": said})) for said in (True, True, False)]

    assert before == {"unit": WARD, "required": False}
    assert changed == [{"unit": WARD, "required": said} for said in (True, True, False)]
    assert done(leader.get(url)) == changed[-1]
    assert entries(session) == [
        ("signature_policy.change", f"unit/{WARD}", {"required": True}),
        ("signature_policy.change", f"unit/{WARD}", {"required": False}),
    ]


@pytest.mark.parametrize("body", [{}, {"required": "yes"}, {"required": 1}, {"required": None}])
def test_a_policy_is_yes_or_no(administrator: Caller, body: dict[str, Any]) -> None:
    """Conventions: true or false, not what looks like them."""
    answer = administrator.put(f"/units/{WARD}/signature-policy", body)

    assert_problem(answer, 422, "invalid-request")


def test_there_is_no_policy_of_a_unit_that_is_not_known(administrator: Caller) -> None:
    """Signature policy: 404, reading and writing."""
    url = "/units/H59.99/signature-policy"

    assert_problem(administrator.get(url), 404, "not-found", facts={"code": "H59.99"})
    assert_problem(administrator.put(url, {"required": True}), 404, "not-found")
