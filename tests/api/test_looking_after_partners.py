"""Look after partners and what goes to them, over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from indicators_api.app import create_app
from indicators_api.config import from_environment
from indicators_api.db.session import Database
from indicators_api.outbox import queue
from indicators_api.outbox.policy import Outcome
from indicators_api.outbox.queue import Message
from tests.callers import Caller, Clock, assert_problem, issue_token
from tests.factories import done

PARTNER = {
    "name_vi": "Văn phòng Chính phủ",
    "name_en": "Government Office",
    "kind": "government_office",
    "base_url": "https://lgsp.example.vn/exchange",
    "authentication": "bearer",
    "secret": "env:EXCHANGE_SECRET_VPCP",
    "takes": ["report_data"],
    "monthly_day": 25,
}


@pytest.fixture
def app(database_url: str, database: Database, clock: Clock) -> Flask:
    hosts = {
        "DATABASE_URL": database_url,
        "INDICATORS_EXCHANGE_HOSTS": "lgsp.example.vn,10.1.0.0/16",
    }
    return create_app(from_environment(hosts), database=database, clock=clock)


@pytest.fixture
def administrator(client_of: Callable[..., Caller]) -> Caller:
    """An administrator of the province."""
    return client_of("administrator")


@pytest.fixture
def waiting(administrator: Caller, session: Session, clock: Clock) -> str:
    """A message to a partner; give its id."""
    done(administrator.put("/partners/VPCP", PARTNER))
    partner = int(session.execute(text("SELECT id FROM partner")).scalar_one())
    said = Message(
        partner, "m-1", "report_data", "report_data/2024-07", "/packages", b'{"a":1}', {}
    )
    queue.enqueue(session, 1, [said], at=clock())
    session.commit()
    return said.message_id


def test_a_partner_is_set_up_changed_and_read(administrator: Caller) -> None:
    """Partners as data: name, kind, address, authentication, what they take, schedule, switch."""
    made = done(administrator.put("/partners/VPCP", PARTNER))
    changed = done(administrator.put("/partners/VPCP", {**PARTNER, "switched_on": False}))

    assert (made["code"], made["name"], made["switched_on"]) == (
        *("VPCP", "Văn phòng Chính phủ"),
        True,
    )
    assert (made["waiting"], made["failures"], made["resting_until"]) == (0, 0, None)
    assert changed["switched_on"] is False
    assert done(administrator.get("/partners")) == {"data": [changed]}
    assert done(administrator.get("/partners/VPCP")) == changed


@pytest.mark.parametrize(
    ("other", "pointers"),
    [
        ({"base_url": "http://169.254.169.254/"}, ["/base_url"]),
        ({"base_url": "https://elsewhere.example.vn"}, ["/base_url"]),
        ({"secret": "the secret itself"}, ["/secret"]),
        ({"secret": "env:DATABASE_URL"}, ["/secret"]),
        ({"secret": "file:../../etc/passwd"}, ["/secret"]),
        ({"secret": None}, ["/secret"]),
        ({"authentication": "none"}, ["/secret"]),
        ({"authentication": "mutual_tls"}, ["/secret"]),
        ({"authorities": "env:EXCHANGE_SECRET_CA"}, ["/authorities"]),
        ({"base_url": "https://lgsp.example.vn/exchange/"}, ["/base_url"]),
        ({"base_url": "https://lgsp.example.vn/?to=1"}, ["/base_url"]),
        ({"authorities": "/etc/ssl/ca.pem", "base_url": "ftp://x"}, ["/authorities", "/base_url"]),
        ({"takes": ["gossip"], "monthly_day": 31}, ["/monthly_day", "/takes/0"]),
    ],
)
def test_what_is_wrong_with_a_partner_is_named(
    administrator: Caller, other: dict[str, Any], pointers: list[str]
) -> None:
    """Partners: allowed hosts only; secrets are named, and only those that are meant for it."""
    answer = administrator.put("/partners/VPCP", {**PARTNER, **other})

    faults = assert_problem(answer, 422, "invalid-request")["errors"]
    assert sorted(fault["pointer"] for fault in faults) == pointers
    assert done(administrator.get("/partners")) == {"data": []}


def test_a_message_is_read_with_what_came_of_it(
    administrator: Caller, waiting: str, session: Session, clock: Clock
) -> None:
    """Outbox: administrators see what waits, what it says, and every attempt."""
    claimed = queue.claim(session, at=clock())
    assert claimed is not None
    failed = Outcome(500, b"<p>Oops</p>", "HTTP status 500", 12)
    queue.record(session, claimed, failed, at=clock(), chance=0)
    session.commit()

    (listed,) = done(administrator.get("/deliveries?state=waiting"))["data"]
    whole = done(administrator.get(f"/deliveries/{waiting}"))

    assert whole == {**listed, "body": '{"a":1}', "log": whole["log"]}
    assert (listed["partner"], listed["attempts"], listed["size"]) == ("VPCP", 1, 7)
    assert listed["answer"] == {"status": 500, "body": "<p>Oops</p>"}
    assert [(row["status"], row["error"]) for row in whole["log"]] == [(500, "HTTP status 500")]
    assert done(administrator.get("/deliveries?partner=OTHER"))["data"] == []
    assert done(administrator.get("/partners/VPCP"))["waiting"] == 1


def test_a_dead_message_is_resent_or_cancelled(
    administrator: Caller, waiting: str, session: Session, clock: Clock
) -> None:
    """Outbox: dead letters that an administrator can look at and resend."""
    assert_problem(
        administrator.post(f"/deliveries/{waiting}/resend"),
        409,
        "wrong-state",
        facts={"state": "waiting"},
    )
    claimed = queue.claim(session, at=clock())
    assert claimed is not None
    queue.record(session, claimed, Outcome(422, b"", "HTTP status 422", 1), at=clock(), chance=0)
    session.commit()

    dead = done(administrator.get("/deliveries?state=dead"))["data"]
    resent = done(administrator.post(f"/deliveries/{waiting}/resend"))
    cancelled = done(administrator.post(f"/deliveries/{waiting}/cancel"))

    assert [row["message_id"] for row in dead] == [waiting]
    assert (resent["state"], resent["attempts"], cancelled["state"]) == ("waiting", 0, "cancelled")
    assert_problem(administrator.post(f"/deliveries/{waiting}/cancel"), 409, "wrong-state")


def test_deliveries_are_paged(
    administrator: Caller, waiting: str, session: Session, clock: Clock
) -> None:
    """Conventions: a keyset cursor, the newest first."""
    partner = int(session.execute(text("SELECT id FROM partner")).scalar_one())
    more = [Message(partner, f"m-{n}", "report_data", "s", "/", b"", {}) for n in (2, 3)]
    queue.enqueue(session, 1, more, at=clock())
    session.commit()

    first = done(administrator.get("/deliveries?limit=2"))
    second = done(administrator.get(f"/deliveries?limit=2&cursor={first['next']}"))

    pages = [[row["message_id"] for row in page["data"]] for page in (first, second)]
    assert pages == [["m-3", "m-2"], [waiting]]
    assert second["next"] is None


def test_a_rest_is_ended(
    administrator: Caller, waiting: str, session: Session, clock: Clock
) -> None:
    """Outbox: a circuit for each partner, with its reason, that an administrator may close."""
    for _ in range(5):
        claimed = queue.claim(session, at=clock())
        assert claimed is not None
        queue.record(session, claimed, Outcome(None, b"", "refused", 1), at=clock(), chance=1)
        clock.forward(hours=1)
    session.commit()
    clock.forward(hours=-1)

    resting = done(administrator.get("/partners/VPCP"))
    awake = done(administrator.post("/partners/VPCP/try-now"))

    assert (resting["failures"], resting["error"]) == (5, "refused")
    assert resting["resting_until"] is not None
    assert awake["resting_until"] is None
    assert waiting


def test_a_partners_token_opens_nothing_of_the_provinces(
    administrator: Caller, app: Flask, database: Database, session: Session, clock: Clock
) -> None:
    """Roles: a system that sends messages reads no figures, reports or settings."""
    done(administrator.put("/partners/VPCP", PARTNER))
    partner = int(session.execute(text("SELECT id FROM partner")).scalar_one())
    token = issue_token(database, "partner", at=clock(), partner_id=partner)
    system = Caller(app.test_client(), token)

    for path in (
        "/aggregates?period=2024-07",
        "/reports",
        "/changes",
        "/partners",
        "/observations?period=2024",
    ):
        assert_problem(system.get(path), 403, "forbidden")
    assert done(system.get("/me"))["role"] == "partner"
