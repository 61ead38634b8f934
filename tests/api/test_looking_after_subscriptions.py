"""Look after subscriptions over HTTP: which events are pushed where, and nowhere else."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from indicators_api.addresses import Allowed, look_at
from indicators_api.app import create_app
from indicators_api.config import from_environment
from indicators_api.db.session import Database
from indicators_api.exchange.subscriptions import PATH
from tests.callers import Caller, Clock, assert_problem
from tests.exchange.pushing import HOOK, SECRET, SECRET_NAME, partner
from tests.factories import done

Json = dict[str, Any]

BASE_URL = "https://ioc.example.vn/api"
NEW: Json = {"partner": "IOC", "path": HOOK}


@pytest.fixture
def app(database_url: str, database: Database, clock: Clock) -> Flask:
    hosts = {"DATABASE_URL": database_url, "INDICATORS_EXCHANGE_HOSTS": "ioc.example.vn"}
    return create_app(from_environment(hosts), database=database, clock=clock)


@pytest.fixture
def administrator(client_of: Callable[..., Caller]) -> Caller:
    """An administrator who has set the operations centre up as a partner."""
    caller = client_of("administrator")
    done(caller.put("/partners/IOC", partner(BASE_URL)))
    return caller


def subscribe(administrator: Caller, **other: Any) -> Json:
    return dict(done(administrator.post("/subscriptions", {**NEW, **other}), 201))


def pointers(answer: Any) -> list[str]:
    faults = assert_problem(answer, 422, "invalid-request")["errors"]
    return sorted(fault["pointer"] for fault in faults)


def test_a_subscription_is_made_read_and_changed(administrator: Caller) -> None:
    """Subscriptions: partner, path and filters; what a change leaves out stays, null is all."""
    filters = {"kinds": ["sent", "sent"], "area": "842", "indicators": ["XH160101"]}
    answer = administrator.post("/subscriptions", {**NEW, **filters})
    made = done(answer, 201)
    path = f"/subscriptions/{made['number']}"

    changed = done(administrator.patch(path, {"path": "/new/", "indicators": None}))
    narrowed = done(administrator.patch(path, {"kinds": None, "area": "29236"}))
    widened = done(administrator.patch(path, {"area": None}))

    assert answer.headers["Location"] == f"/api/v1{path}"
    nothing = ("paused_at", "paused_because", "held_up_by")
    assert made == {
        **NEW,
        **filters,
        "kinds": ["sent"],
        "state": "active",
        "number": made["number"],
        "area_id": made["area_id"],
        "waiting": 0,
        "dead": 0,
        **dict.fromkeys(nothing),
        "created_at": "2024-07-16T09:00:00+07:00",
    }
    assert changed == {**made, "path": "/new/", "indicators": None}
    assert (narrowed["kinds"], narrowed["area"], narrowed["path"]) == (None, "29236", "/new/")
    assert (widened["area"], widened["area_id"]) == (None, None)
    assert done(administrator.get(path)) == widened
    assert done(administrator.get("/subscriptions")) == {"data": [widened]}


def test_a_subscription_is_paused_resumed_and_ended(
    administrator: Caller, session: Session
) -> None:
    """Subscriptions: each step in its state only; an ended one stays in the list."""
    number = subscribe(administrator)["number"]
    path = f"/subscriptions/{number}"

    early = administrator.post(f"{path}/resume")
    paused = done(administrator.post(f"{path}/pause"))
    twice = administrator.post(f"{path}/pause")
    resumed = done(administrator.post(f"{path}/resume"))
    done(administrator.post(f"{path}/pause", {"reason": "Chuyển máy chủ"}))
    ended = administrator.delete(path)

    assert_problem(early, 409, "wrong-state", facts={"state": "active"})
    assert (paused["state"], paused["paused_because"]) == ("paused", "Quản trị viên đã tạm dừng.")
    assert paused["paused_at"] == "2024-07-16T09:00:00+07:00"
    assert_problem(twice, 409, "wrong-state", facts={"state": "paused"})
    assert (resumed["state"], resumed["paused_because"]) == ("active", None)
    assert ended.status_code == 204
    (listed,) = done(administrator.get("/subscriptions"))["data"]
    assert (listed["number"], listed["state"], listed["paused_because"]) == (number, "ended", None)
    assert session.scalar(text("SELECT count(*) FROM held_stream")) == 0
    for call in ("pause", "resume", "test"):
        assert_problem(administrator.post(f"{path}/{call}"), 409, "wrong-state")
    assert_problem(administrator.patch(path, {"path": "/x"}), 409, "wrong-state")
    assert_problem(administrator.delete(path), 409, "wrong-state", facts={"state": "ended"})
    assert subscribe(administrator)["number"] > number


def test_why_it_is_paused_is_told_in_the_readers_language(administrator: Caller) -> None:
    """Conventions: Vietnamese or English; what somebody wrote stays as it is."""
    number = subscribe(administrator)["number"]
    english = {"Accept-Language": "en"}

    done(administrator.post(f"/subscriptions/{number}/pause"))
    told = done(administrator.get(f"/subscriptions/{number}", headers=english))

    assert told["paused_because"] == "An administrator paused it."


@pytest.mark.parametrize(
    ("other", "wrong"),
    [
        ({"partner": "NOBODY"}, ["/partner"]),
        ({"path": "hooks"}, ["/path"]),
        ({"kinds": ["gossip"], "path": ""}, ["/kinds/0", "/path"]),
        ({"kinds": []}, ["/kinds"]),
        ({"area": "99999"}, ["/area"]),
        ({"indicators": ["XH160101", "XX000000"]}, ["/indicators/1"]),
        (
            {"partner": "NOBODY", "area": "99999", "indicators": ["XX000000"]},
            ["/area", "/indicators/0", "/partner"],
        ),
        ({"from": "yesterday"}, ["/from"]),
        ({"from": "2024-07-16T09:00:01+07:00"}, ["/from"]),
        ({"state": "paused"}, ["/state"]),
    ],
)
def test_what_is_wrong_with_a_subscription_is_named(
    administrator: Caller, other: Json, wrong: list[str]
) -> None:
    """Conventions: each fault with its pointer, and nothing is stored."""
    answer = administrator.post("/subscriptions", {**NEW, **other})

    assert pointers(answer) == wrong
    assert done(administrator.get("/subscriptions")) == {"data": []}


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"authentication": "none", "secret": None}, "not-signed"),
        ({"authentication": "bearer"}, "not-signed"),
        ({"takes": ["report_data"]}, "not-taken"),
        ({"switched_on": False}, "switched-off"),
    ],
)
def test_a_partner_that_could_not_take_events_is_not_subscribed(
    administrator: Caller, other: Json, code: str
) -> None:
    """Subscriptions: a partner signs by hmac, takes events and is switched on."""
    done(administrator.put("/partners/IOC", partner(BASE_URL, **other)))

    answer = administrator.post("/subscriptions", NEW)

    (fault,) = assert_problem(answer, 422, "invalid-request")["errors"]
    assert (fault["pointer"], fault["code"]) == ("/partner", code)


def test_a_partner_keeps_what_its_subscriptions_need(administrator: Caller) -> None:
    """Subscriptions: no event ever goes out unsigned."""
    number = subscribe(administrator)["number"]
    unsigned = partner(BASE_URL, authentication="none", secret=None, takes=["report_data"])

    refused = administrator.put("/partners/IOC", unsigned)
    off = done(administrator.put("/partners/IOC", partner(BASE_URL, switched_on=False)))
    administrator.delete(f"/subscriptions/{number}")

    assert pointers(refused) == ["/authentication", "/takes"]
    assert off["switched_on"] is False
    assert done(administrator.put("/partners/IOC", unsigned))["authentication"] == "none"


PATH_TRICKS = [
    *("//evil.example", "/hooks//evil.example", "@evil.example", "/@evil.example", ":80/x"),
    *(".evil.example", "/..", "/../admin", "/hooks/../../admin", "/.", "/./x", "/.env"),
    *("\\\\evil.example", "/\\evil.example", "/hooks\\..\\x", "http://evil.example/", "//"),
    *("/%2e%2e/admin", "/hooks%2fadmin", "/%2F%2Fevil.example", "/%0d%0aHost:evil.example"),
    *("/hooks\r\nHost: evil.example", "/hooks\n", "/hooks\t", "/hooks HTTP/1.1", "/x\x00"),
    *("/hooks?token=1", "/hooks#x", "/hooks;x", "/user:word@evil.example", "/đường", "/\uff0f"),
    *("", "/", "hooks", "/" + "x" * 500),
]


@pytest.mark.parametrize("path", PATH_TRICKS)
def test_a_path_leads_nowhere_but_below_the_partners_address(
    administrator: Caller, path: str, session: Session
) -> None:
    """No server-side request forgery: a path is plain segments; all else is refused."""
    number = subscribe(administrator)["number"]

    made = administrator.post("/subscriptions", {**NEW, "path": path})
    changed = administrator.patch(f"/subscriptions/{number}", {"path": path})

    assert (pointers(made), pointers(changed)) == (["/path"], ["/path"])
    assert list(session.scalars(text("SELECT path FROM subscription"))) == [HOOK]


@given(st.from_regex(PATH, fullmatch=True))
def test_whatever_path_is_taken_leads_below_the_address(path: str) -> None:
    """No server-side request forgery: what is not refused stays at scheme, host, port and base."""
    allowed = Allowed.read(["ioc.example.vn"])

    place = look_at(BASE_URL + path, allowed, lambda *_: ["1.1.1.1"])

    assert place[:4] == ("https", "ioc.example.vn", 443, "1.1.1.1")
    assert place.target == f"/api{path}"


def test_a_host_that_is_allowed_no_longer_is_refused(
    administrator: Caller, session: Session
) -> None:
    """No server-side request forgery: the operator's list is asked at creation and at a change."""
    number = subscribe(administrator)["number"]
    session.execute(text("UPDATE partner SET base_url = 'http://169.254.169.254'"))
    session.commit()

    made = administrator.post("/subscriptions", NEW)
    changed = administrator.patch(f"/subscriptions/{number}", {"path": "/latest/meta-data"})

    assert (pointers(made), pointers(changed)) == (["/partner"], ["/path"])


def test_every_change_is_in_the_journal(administrator: Caller, session: Session) -> None:
    """Journal: who subscribed whom to what, and all that was done to it."""
    number = subscribe(administrator, kinds=["sent"])["number"]
    path = f"/subscriptions/{number}"
    done(administrator.patch(path, {"area": "842"}))
    done(administrator.post(f"{path}/pause", {"reason": "Bảo trì"}))
    done(administrator.post(f"{path}/resume", {"skip": True}))
    message_id = done(administrator.post(f"{path}/test"), 202)["message_id"]
    administrator.delete(path)

    rows = session.execute(
        text("SELECT action, details FROM journal WHERE subject = :subject ORDER BY id"),
        {"subject": path[1:].replace("subscriptions", "subscription")},
    )
    made = {"partner": "IOC", "path": HOOK, "kinds": ["sent"], "area": None, "indicators": None}
    assert [tuple(row) for row in rows] == [
        ("subscription.create", {**made, "from": None}),
        ("subscription.change", {"area": "842"}),
        ("subscription.pause", {"because": "Bảo trì"}),
        ("subscription.resume", {"skip": True}),
        ("subscription.test", {"message_id": message_id}),
        ("subscription.end", {}),
    ]


def test_a_secret_is_never_shown(
    administrator: Caller, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Partners: secrets are named, in no answer, table or message."""
    monkeypatch.setenv(SECRET_NAME, SECRET)
    made = subscribe(administrator)
    path = f"/subscriptions/{made['number']}"
    message_id = done(administrator.post(f"{path}/test"), 202)["message_id"]

    shown = [
        administrator.get(address).text
        for address in (path, "/subscriptions", "/partners/IOC", f"/deliveries/{message_id}")
    ]
    stored = [
        str(row)
        for table in ("partner", "subscription", "delivery", "journal")
        for row in session.execute(text(f"SELECT t::text FROM {table} t"))
    ]

    assert SECRET_NAME in shown[2]
    assert not [said for said in [json.dumps(made), *shown, *stored] if SECRET[6:] in said]


@pytest.mark.parametrize("number", ["7", "99999999999", "9" * 30])
def test_an_unknown_number_is_not_found(administrator: Caller, number: str) -> None:
    """Conventions: 404, however great the number."""
    for method, call in [("GET", ""), ("DELETE", ""), ("POST", "/pause"), ("POST", "/test")]:
        answer = administrator.call(method, f"/subscriptions/{number}{call}")
        assert_problem(answer, 404, "not-found")
