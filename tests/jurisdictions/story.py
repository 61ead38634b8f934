"""How the two provinces come to be, and what their people put in."""

from collections.abc import Callable, Iterable
from pathlib import Path

from sqlalchemy import text

from indicators_api.cli.catalogue import load_and_derive
from indicators_api.db.session import Database
from indicators_api.exchange import fanout
from indicators_api.security.signing import SigningKey
from tests.api.messages import System, catalogue
from tests.callers import Caller, Clock
from tests.catalogue_files import write_catalogue
from tests.exchange.pushing import partner
from tests.factories import JULY, NEIGHBOUR, WARD, done
from tests.jurisdictions.provinces import ALPHA, BETA, Addresses, Province, rows_of
from tests.signers import certificate_of, signer

_OWN_IDS = text("""
    SELECT c.table_name FROM information_schema.columns c
    JOIN information_schema.key_column_usage k
      ON k.table_schema = c.table_schema AND k.table_name = c.table_name
     AND k.column_name = 'jurisdiction_id' AND k.constraint_name = 'pk_' || c.table_name
    WHERE c.table_schema = 'public' AND c.column_name = 'id' AND c.is_identity = 'YES'
""")
_PARTNER = text("SELECT id FROM partner WHERE jurisdiction_id = :own AND code = 'VPCP'")
_VERSION = text("UPDATE jurisdiction SET catalogue_version = 777777")

#: The kind of message that partners of the tests send.
CATALOGUE = "indicator_catalogue"


def load_two(database: Database, folder: Path, clock: Clock, story: Callable[[str], None]) -> None:
    """Load the provinces, each with its story.

    The second one is given the ids of the first wherever ids are a jurisdiction's own, and both the
    same version of the catalogue.
    """
    for mark in (ALPHA, BETA):
        with database.reading() as session:
            own = session.scalars(_OWN_IDS).all()
        assert {"unit", "area", "indicator", "partner", "subscription", "threshold"} <= set(own)
        draw_from(database, own, 1)
        with database.writing() as session:
            made = write_catalogue(folder / mark, rows_of(mark))
            load_and_derive(session, made, at=clock(), new=True)
        story(mark)
    with database.writing() as session:
        session.execute(_VERSION)


def draw_from(database: Database, tables: Iterable[str], number: int) -> None:
    """Let the ids of tables go on from a number."""
    with database.writing() as session:
        for table in tables:
            session.execute(text(f"ALTER TABLE {table} ALTER COLUMN id RESTART WITH {number}"))


def put_in(province: Province) -> Addresses:
    """Let a province's people put something into every table; give what is named by no code."""
    administrator = province.caller("administrator")
    office = signer(f"{province.mark} office")
    _set_partners_up(province, administrator)
    fingerprint = _register(administrator, signer(f"{province.mark} leader"), unit=WARD)
    _register(administrator, office, partner="VPCP")
    _give_time(province, administrator)
    province.report("accepted", unit=NEIGHBOUR)
    province.report("accepted", period="2024-06")
    (package,) = done(administrator.post(f"/partners/VPCP/packages/{JULY}"))["queued"]
    done(province.caller("operations").get(f"/aggregates?period={JULY}"))
    threshold = _watch(province, administrator, "29236")
    subscription = _subscribe(province, administrator)
    province.report("accepted", period="2024-05")
    assert fanout.fan_out(province.database, province.id, at=province.clock())
    if province.mark == BETA:
        draw_from(province.database, ("subscription", "threshold", "received_message"), 777_777)
        province.report("sent", unit="H59.77.77")
        threshold = _watch(province, administrator, "29777")
        subscription = _subscribe(province, administrator)
    return Addresses(
        message=done(administrator.post("/subscriptions/1/test"), 202)["message_id"],
        package=package["message_id"],
        fingerprint=fingerprint,
        inbox=_receive(province, office),
        threshold=threshold,
        subscription=subscription,
    )


def _set_partners_up(province: Province, administrator: Caller) -> None:
    names = {"name_vi": f"{province.mark} đối tác", "name_en": f"{province.mark} partner"}
    for code in ("VPCP", "IOC", *province.only("SEVENTH")):
        said = partner(f"http://127.0.0.1:9/{province.mark}", **names)
        if code == "VPCP":
            said |= {"kind": "government_office", "authentication": "none", "secret": None}
        done(administrator.put(f"/partners/{code}", {**said, "takes": ["report_data", "event"]}))


def _register(administrator: Caller, key: SigningKey, **owner: str) -> str:
    said = {**owner, "pem": certificate_of(key)}
    return str(done(administrator.post("/certificates", said), 201)["fingerprint"])


def _give_time(province: Province, administrator: Caller) -> None:
    time = {"period": JULY, "units": [WARD], "due": "2024-07-24"}
    done(administrator.post("/deadline-exceptions", {**time, "reason": f"{province.mark} storm"}))


def _watch(province: Province, administrator: Caller, area: str) -> int:
    """Set a threshold of an area, choose the snapshot's indicator; give the threshold's number."""
    of = {"indicator": "XH160101", "measure": "value", "direction": "above", "area": area}
    item = {**of, "warning": province.value(0), "alarm": province.value(5)}
    (made,) = done(administrator.post("/thresholds", {"items": [item]}))["data"]
    done(administrator.put("/operations-centre/indicators", {"indicators": ["XH160101"]}))
    return int(made["id"])


def _subscribe(province: Province, administrator: Caller) -> int:
    said = {"partner": "IOC", "path": f"/{province.mark}-hook"}
    return int(done(administrator.post("/subscriptions", said), 201)["number"])


def _receive(province: Province, office: SigningKey) -> int:
    """Take a message from the province's partner, of the id that the other one's has too."""
    said = catalogue()
    said["noi_dung"]["chi_tieu"][1]["ten_chi_tieu"] = f"{province.mark} chỉ tiêu"
    done(system_of(province).send(said, key=office, headers={"Message-Kind": CATALOGUE}))
    (row,) = done(province.caller("administrator").get("/exchange/inbox"))["data"]
    return int(row["number"])


def system_of(province: Province) -> System:
    """Give the system of the province's partner."""
    with province.database.reading() as session:
        partner_id = session.scalar(_PARTNER, {"own": province.id})
    system = province.caller("partner", partner_id=partner_id)
    assert isinstance(system, System)
    return system
