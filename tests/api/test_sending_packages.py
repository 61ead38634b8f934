"""Packages over HTTP: exactly what would go, sending it, what became of it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from indicators_api.config import Config
from indicators_api.exchange import mapping_file, worker
from indicators_api.exchange.kinds import NOT_BUILT, PACKAGES
from indicators_api.exchange.worker import Settings
from tests.callers import Caller, Clock, assert_problem
from tests.exchange.conftest import Server, make_partner, server, settings
from tests.factories import JULY, MakeReport, done

__all__ = ["server", "settings"]

#: The finance division of the city, and what it is asked.
CITY, REVENUE = "H59.21.02", "KT140101"
URL = f"/partners/VPCP/packages/{JULY}"


@pytest.fixture
def administrator(client_of: Callable[..., Caller]) -> Caller:
    return client_of("administrator")


@pytest.fixture
def office(session: Session, clock: Clock, server: Server) -> Server:
    """The Government Office, which takes the periods and the data, on the loopback."""
    takes = ["period_catalogue", "report_data"]
    make_partner(session, clock, f"{server.url}/exchange", takes=takes, monthly_day=25)
    session.commit()
    return server


@pytest.fixture
def mapping(config: Config) -> Path:
    """The file that the settings name."""
    assert config.exchange_mapping is not None
    return config.exchange_mapping


@pytest.fixture
def config(config: Config, tmp_path: Path) -> Config:
    """Settings that name a mapping of the test's own: a copy of the packaged one."""
    file = tmp_path / "ours.toml"
    file.write_bytes(mapping_file.PACKAGED.read_bytes())
    return replace(config, exchange_mapping=file)


def change(mapping: Path, old: str, new: str) -> None:
    said = mapping.read_text(encoding="utf-8")
    assert old in said
    mapping.write_text(said.replace(old, new), encoding="utf-8")


def deliver(settings: Settings) -> int:
    return worker.work_off(settings)


def test_what_is_shown_is_what_goes_to_the_byte(
    administrator: Caller, office: Server, make_report: MakeReport, settings: Settings
) -> None:
    """Dry run: envelope and body as they would be sent; looking sends nothing."""
    make_report(unit=CITY, state="accepted", values={REVENUE: "649023.6"})

    shown = done(administrator.get(URL))
    nothing = done(administrator.get("/deliveries"))["data"]
    queued = done(administrator.post(URL))
    deliver(settings)

    assert (shown["ready"], shown["gaps"], shown["left_out"], nothing) == (True, [], [], [])
    assert [(each["kind"], each["reason"]) for each in shown["packages"]] == [
        ("period_catalogue", "new"),
        ("report_data", "new"),
    ]
    assert [body.decode() for _, _, body in office.seen] == [
        each["body"] for each in shown["packages"]
    ]
    bodiless = [{k: v for k, v in each.items() if k != "body"} for each in shown["packages"]]
    assert queued["queued"] == bodiless
    paths, headers, bodies = zip(*office.seen, strict=True)
    assert set(paths) == {"/exchange/packages"}
    assert headers[1]["Message-Kind"] == "report_data"
    data = json.loads(bodies[1])
    assert data["thong_diep"]["ma_goi_tin"] == headers[1]["Message-Id"]
    assert data["noi_dung"]["so_lieu"][4]["gia_tri"] == "649.0236"


@pytest.mark.usefixtures("office")
def test_sending_again_sends_what_changed_alone(
    administrator: Caller, make_report: MakeReport, mapping: Path
) -> None:
    """Sending: nothing twice; another mapping is another content, which replaces the one before."""
    make_report(unit=CITY, state="accepted", values={REVENUE: "649023.6"})
    first = done(administrator.post(URL))["queued"]
    again = done(administrator.post(URL))["queued"]
    shown = done(administrator.get(URL))["packages"]
    change(mapping, "TRIEU_DONG = 0.001", "TRIEU_DONG = 1000000")
    (changed,) = done(administrator.post(URL))["queued"]

    assert (len(first), again) == (2, [])
    assert [(each["reason"], each["body"]) for each in shown] == [(None, None)] * 2
    assert [each["message_id"] for each in shown] == [each["message_id"] for each in first]
    assert (changed["kind"], changed["number"], changed["reason"]) == ("report_data", 2, "changed")
    assert changed["replaces"] == first[1]["message_id"]
    said = done(administrator.get(f"/deliveries/{changed['message_id']}"))["body"]
    assert json.loads(said)["noi_dung"]["so_lieu"][4]["gia_tri"] == "649023600000"


@pytest.mark.usefixtures("office")
def test_with_gaps_nothing_goes_and_each_is_named(
    administrator: Caller, session: Session, mapping: Path
) -> None:
    """Sending: 409 with every gap; the dry run names the same ones."""
    change(mapping, 'KT110101 = { code = "KTXH.02", unit = "TY_DONG" }', "# gone")
    change(mapping, "TRIEU_DONG = 0.001, ", "")
    change(mapping, 'value = "gia_tri"\nmissing = "ly_do_thieu"\nstatus', "status")

    shown = done(administrator.get(URL))
    refused = assert_problem(administrator.post(URL), 409, "exchange-not-ready")

    gaps = {(gap["pointer"], gap["code"]) for gap in shown["gaps"]}
    assert {
        ("/indicators/KT110101", "unmapped-indicator"),
        ("/units_of_measure/TY_DONG/TRIEU_DONG", "scale-missing"),
        ("/fields/figure/value", "unmapped-field"),
        ("/fields/figure/missing", "unmapped-field"),
    } == gaps
    assert {(gap["pointer"], gap["code"]) for gap in refused["errors"]} == gaps
    assert shown["ready"] is False
    assert [each["body"] is None for each in shown["packages"]] == [False, True]
    assert session.scalar(text("SELECT count(*) FROM delivery")) == 0
    assert session.scalar(text("SELECT count(*) FROM package")) == 0


@pytest.mark.usefixtures("office")
def test_a_mapping_that_says_nonsense_is_a_problem_not_a_crash(
    administrator: Caller, mapping: Path
) -> None:
    """Sending: every fault of the file; it is read anew, so it can be mended at once."""
    good = mapping.read_bytes()
    mapping.write_text("since = 7\n", encoding="utf-8")
    shown = assert_problem(administrator.get(URL), 409, "exchange-not-ready")
    sent = assert_problem(administrator.post(URL), 409, "exchange-not-ready")
    mapping.write_bytes(good)

    assert "/since" in [fault["pointer"] for fault in shown["errors"]]
    assert shown["errors"] == sent["errors"]
    assert done(administrator.get(URL))["ready"] is True


def test_what_cannot_be_built_is_told_with_the_reason(
    administrator: Caller, session: Session, clock: Clock
) -> None:
    """Packages: no outlines, for the system holds no texts; told, not left out in silence."""
    make_partner(session, clock, "http://127.0.0.1:9", takes=[*PACKAGES])
    session.commit()

    shown = done(administrator.get(URL))

    assert [each["kind"] for each in shown["left_out"]] == list(NOT_BUILT)
    assert all("lời văn" in each["reason"] for each in shown["left_out"])
    assert {each["kind"] for each in shown["packages"]} == set(PACKAGES) - set(NOT_BUILT)


def test_packages_are_listed_with_what_became_of_them(
    administrator: Caller, office: Server, settings: Settings
) -> None:
    """Packages: the newest first, with the state of their delivery and the partner's answer."""
    queued = done(administrator.post(URL))["queued"]
    office.behave = lambda _: (200, b'{"receipt": "R-7"}')
    waiting = done(administrator.get("/partners/VPCP/packages?limit=1"))
    deliver(settings)
    rest = done(administrator.get(f"/partners/VPCP/packages?cursor={waiting['next']}"))

    (newest,), (oldest,) = waiting["data"], rest["data"]
    assert [newest["message_id"], oldest["message_id"]] == [
        each["message_id"] for each in reversed(queued)
    ]
    assert (newest["state"], newest["period"], newest["answer"]) == ("waiting", JULY, None)
    assert (oldest["state"], oldest["period"]) == ("delivered", None)
    assert oldest["answer"] == {"status": 200, "body": {"receipt": "R-7"}}
    assert (oldest["status"], rest["next"]) == (None, None)


def test_who_sends_a_package_is_in_the_journal(
    administrator: Caller, office: Server, session: Session
) -> None:
    """Journal: who, which package, why; not what it says."""
    (_, queued) = done(administrator.post(URL))["queued"]

    row = session.execute(
        text("SELECT actor_name, period_id, details FROM journal WHERE subject = :subject"),
        {"subject": f"package/{queued['message_id']}"},
    ).one()
    details: dict[str, Any] = row.details
    assert (row.actor_name, row.period_id) == ("administrator of 84", 202407)
    assert details == {"partner": "VPCP", "kind": "report_data", "number": 1, "reason": "new"}
    assert office.seen == []
