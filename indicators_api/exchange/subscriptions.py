"""Subscriptions: which events a partner is told of, as administrators set it up.

A receiver is told what the operations centre may see (see `events.ROLE`), at the partner's base URL
and the subscription's path, signed with the partner's secret.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, text

from indicators_api.addresses import Allowed, demand_allowed
from indicators_api.audit import journal
from indicators_api.audit.journal import Author, Subject
from indicators_api.audit.queries import last_position
from indicators_api.db.session import Session
from indicators_api.errors import AddressRefused, Fault, InvalidRequest, Message, WrongState, mark
from indicators_api.exchange.events import test_message
from indicators_api.exchange.kinds import EVENT
from indicators_api.exchange.subscription_queries import Locked, lock
from indicators_api.indicators.snapshot import snapshot
from indicators_api.outbox import queue, streams
from indicators_api.reports.changes import place_before
from indicators_api.units import tree

#: A path says where below the partner's address and nothing else: no other host, no way up, nothing
#: encoded, no query, for a secret in it would stand in a table.
PATH: Final = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+/?")

_ADD = text("""
    INSERT INTO subscription (jurisdiction_id, partner_id, path, kinds, area_id, indicators,
                              position, state, created_at)
    VALUES (:jurisdiction, :partner, :path, :kinds, :area_id, :indicators, :position, 'active', :at)
    RETURNING id
""")
_CHANGE = text("""
    UPDATE subscription
    SET path = :path, kinds = :kinds, area_id = :area_id, indicators = :indicators
    WHERE jurisdiction_id = :jurisdiction AND id = :number
""")
_END = text("""
    UPDATE subscription SET state = 'ended', paused_at = NULL, paused_because = NULL
    WHERE jurisdiction_id = :jurisdiction AND id = :number
""")
#: Meanwhile nobody makes another partner of it; `partners.put` looks for subscriptions.
_PARTNER = """
    SELECT id, base_url, authentication, takes, switched_on FROM partner
    WHERE jurisdiction_id = :jurisdiction AND {which}
    FOR SHARE
"""
_PARTNER_OF_CODE = text(_PARTNER.format(which="code = :code"))
_PARTNER_OF_ID = text(_PARTNER.format(which="id = :id"))


class Wanted(NamedTuple):
    """Where a subscription's events go, and which; areas and indicators by code. None: all."""

    path: str
    kinds: Sequence[str] | None = None
    area: str | None = None
    indicators: Sequence[str] | None = None


def create(
    session: Session,
    author: Author,
    partner: str,
    wanted: Wanted,
    allowed: Allowed,
    *,
    since: datetime | None,
    at: datetime,
) -> int:
    """Subscribe a partner to events from a moment on, and give the subscription's number.

    `since` None: what happens from now on; what was committed must be numbered already. Raises
    InvalidRequest with every fault.
    """
    jurisdiction = author.jurisdiction
    key = {"jurisdiction": jurisdiction, "code": partner}
    found = session.execute(_PARTNER_OF_CODE, key).one_or_none()
    faults = _partner_faults(partner, found)
    if found is not None:
        faults += _address_faults("/partner", found.base_url + wanted.path, allowed)
    area_id, unknown = _look_up(session, jurisdiction, wanted, at=at)
    _demand_none([*faults, *unknown])
    if since is None:
        place = last_position(session, jurisdiction)
    else:
        place = place_before(session, jurisdiction, since)
    whose = {"jurisdiction": jurisdiction, "partner": found.id if found else None}
    said = {**_columns(wanted), "area_id": area_id, "position": place, "at": at}
    number = int(session.execute(_ADD, {**whose, **said}).scalar_one())
    details = {"partner": partner, **wanted._asdict(), "from": since}
    note(session, author, "create", number, details, at=at)
    return number


def change(
    session: Session,
    author: Author,
    number: int,
    changes: Mapping[str, Any],
    allowed: Allowed,
    *,
    at: datetime,
) -> None:
    """Change path or filters of a subscription; what isn't named stays.

    Filters hold for what is put into the outbox from now on; the path also for what waits there.
    Raises NotFound, WrongState where it has ended, InvalidRequest with every fault.
    """
    found = lock_living(session, author.jurisdiction, number)
    target = found.target
    present = Wanted(target.path, found.kinds, None, found.indicators)
    wanted = present._replace(**changes)
    area_id, faults = _look_up(session, author.jurisdiction, wanted, at=at)
    if "path" in changes:
        partner = {"jurisdiction": author.jurisdiction, "id": target.partner_id}
        base_url = session.execute(_PARTNER_OF_ID, partner).one().base_url
        faults += _address_faults("/path", base_url + wanted.path, allowed)
    _demand_none(faults)
    key = {"jurisdiction": author.jurisdiction, "number": number}
    stored = {**_columns(wanted), "area_id": area_id if "area" in changes else found.area_id}
    session.execute(_CHANGE, {**key, **stored})
    streams.readdress(session, target.stream, wanted.path)
    note(session, author, "change", number, dict(changes), at=at)


def end(session: Session, author: Author, number: int, *, at: datetime) -> None:
    """End a subscription for good; what waits for it is given up.

    Raises NotFound, WrongState where it has ended.
    """
    target = lock_living(session, author.jurisdiction, number).target
    session.execute(_END, {"jurisdiction": author.jurisdiction, "number": number})
    streams.cancel(session, target.stream)
    streams.let_go(session, target.stream)
    note(session, author, "end", number, {}, at=at)


def test(session: Session, author: Author, number: int, *, at: datetime) -> str:
    """Put an event into the outbox that says that it is none; give its message id.

    It goes out while the subscription is paused too, and pauses nothing if it fails. Raises
    NotFound, WrongState where the subscription has ended.
    """
    target = lock_living(session, author.jurisdiction, number).target
    message = test_message(target, at=at)
    queue.enqueue(session, author.jurisdiction, [message], at=at)
    note(session, author, "test", number, {"message_id": message.message_id}, at=at)
    return message.message_id


def lock_living(session: Session, jurisdiction: int, number: int) -> Locked:
    """Give a subscription that has not ended, locked. Raises NotFound, WrongState."""
    found = lock(session, jurisdiction, number)
    if found.state == "ended":
        raise wrong_state(found)
    return found


def wrong_state(found: Locked) -> WrongState:
    """Say that a subscription is not in a state for this."""
    return WrongState(
        mark("The subscription %(number)s is %(state)s."),
        number=found.target.number,
        state=found.state,
    )


def note(
    session: Session,
    author: Author,
    action: str,
    number: int,
    details: Mapping[str, Any],
    *,
    at: datetime,
) -> None:
    """Note in the journal what was done to a subscription."""
    subject = Subject(f"subscription/{number}")
    journal.append(session, author, f"subscription.{action}", {subject: details}, at=at)


def _partner_faults(code: str, found: Row[Any] | None) -> list[Fault]:
    if found is None:
        said = Message(mark("There is no partner %(code)s."), {"code": code})
        return [Fault("/partner", "unknown-partner", said)]
    faults = []
    if found.authentication != "hmac":
        said = Message(mark("Events are signed: the partner's authentication must be hmac."))
        faults.append(Fault("/partner", "not-signed", said))
    if EVENT not in found.takes:
        said = Message(mark("The partner does not take messages of kind event."))
        faults.append(Fault("/partner", "not-taken", said))
    if not found.switched_on:
        said = Message(mark("The partner is switched off."))
        faults.append(Fault("/partner", "switched-off", said))
    return faults


def _address_faults(pointer: str, url: str, allowed: Allowed) -> list[Fault]:
    try:
        demand_allowed(url, allowed)
    except AddressRefused as error:
        return [Fault(pointer, error.slug, error.detail)]
    return []


def _look_up(
    session: Session, jurisdiction: int, wanted: Wanted, *, at: datetime
) -> tuple[int | None, list[Fault]]:
    """Give the id of the area that bears the code today or bore it last; and what is unknown."""
    faults, area = [], None
    if wanted.area is not None:
        area = tree.area_on(session, jurisdiction, wanted.area, at.date()) or tree.newest_area(
            session, jurisdiction, wanted.area
        )
        if area is None:
            said = Message(mark("There is no area %(code)s."), {"code": wanted.area})
            faults.append(Fault("/area", "unknown-area", said))
    known = snapshot(session, jurisdiction).by_code
    for place, code in enumerate(wanted.indicators or ()):
        if code not in known:
            said = Message(mark("There is no indicator %(code)s."), {"code": code})
            faults.append(Fault(f"/indicators/{place}", "unknown-indicator", said))
    return area.id if area else None, faults


def _columns(wanted: Wanted) -> dict[str, Any]:
    """Give what is stored as it is; each entry of a list once."""
    lists = {"kinds": wanted.kinds, "indicators": wanted.indicators}
    once = {name: list(dict.fromkeys(said)) if said else None for name, said in lists.items()}
    return {"path": wanted.path, **once}


def _demand_none(faults: Sequence[Fault]) -> None:
    if faults:
        raise InvalidRequest(
            mark("The request has %(count)s faults."), faults=faults, count=len(faults)
        )
