"""What partners send: checked, kept once, matched or looked at; it never changes the catalogue.

A message of an id that is there is answered as it was the first time, or refused where it says
another thing. Of receipts and status packages the package is told at once; all else waits for an
administrator.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, NamedTuple

from indicators_api.audit import journal
from indicators_api.audit.journal import Author, Subject
from indicators_api.db.session import Session
from indicators_api.errors import (
    DomainError,
    Fault,
    InvalidRequest,
    Message,
    MessageReused,
    NotFound,
    WrongState,
    mark,
)
from indicators_api.exchange import inbox_queries as queries
from indicators_api.exchange import incoming, package_queries
from indicators_api.exchange.inbox_queries import MessageFacts, New
from indicators_api.exchange.incoming import Incoming
from indicators_api.exchange.kinds import RECEIPT, REVIEWED
from indicators_api.exchange.mapping import PartnerMapping
from indicators_api.exchange.seals import Verifier

log = logging.getLogger(__name__)

#: What a partner may say of a package.
_VERDICTS: Final = ("received", "applied", "refused")
#: Names and unknown codes that a summary shows.
_SHOWN: Final = 50
#: Of what a refused message called itself, as much is logged.
_LOGGED: Final = 64


class Letter(NamedTuple):
    """A message as it came: headers, body to the byte, and the document that it holds."""

    message_id: str
    kind: str
    signature: str
    body: bytes
    document: object


class Taken(NamedTuple):
    """What a sender is told of a message that was taken; the same however often it comes."""

    message_id: str
    received_at: datetime
    receipt: str


class Summary(NamedTuple):
    """What a message says, in a few lines: how many items, their names, codes that are not ours."""

    items: int
    names: list[str]
    #: By system, such as indicators that we do not have.
    not_ours: Mapping[str, list[str]]


class Sender(NamedTuple):
    """Whose message it is, as the journal keeps it and by its number."""

    author: Author
    partner_id: int

    @property
    def key(self) -> tuple[int, int]:
        """Jurisdiction and partner."""
        return self.author.jurisdiction, self.partner_id


def receive(
    session: Session,
    sender: Sender,
    letter: Letter,
    *,
    mapping: PartnerMapping,
    verify: Verifier,
    at: datetime,
) -> Taken:
    """Take a message once.

    Raises MessageReused where its id said another thing, what `verify` raises, InvalidRequest with
    every fault of what it says.
    """
    known = queries.kept(session, *sender.key, letter.message_id, letter.body)
    if known is None:
        fingerprint = verify(letter.body, letter.signature, at)
        read = incoming.read(mapping, letter.kind, letter.document)
        _demand_good(session, sender, letter, read, mapping)
        _keep(session, sender, letter, read, fingerprint=fingerprint, at=at)
        known = queries.kept(session, *sender.key, letter.message_id, letter.body)
    if known is None or not known.same:
        raise MessageReused(
            mark("The message %(message)s is here already and says another thing."),
            message=letter.message_id,
        )
    return Taken(letter.message_id, known.received_at, f"R-{known.number:06}")


@contextmanager
def refusals_logged(partner_id: int, message_id: str, kind: str) -> Iterator[None]:
    """Log that a message is refused, and why; never what it says."""
    try:
        yield
    except DomainError as error:
        told = {"message_id": message_id[:_LOGGED], "kind": kind[:_LOGGED], "why": error.slug}
        pointers = [fault.pointer for fault in error.faults[:_SHOWN]]
        log.warning("message refused", extra={"partner": partner_id, **told, "faults": pointers})
        raise


def message(session: Session, jurisdiction: int, number: int) -> MessageFacts:
    """Give a message by its number. Raises NotFound."""
    found = queries.message(session, jurisdiction, number)
    if found is None:
        raise NotFound(mark("There is no message %(message)s."), message=number)
    return found


def summary(mapping: PartnerMapping, kind: str, document: object) -> Summary:
    """Tell what a message says. Pure."""
    read = incoming.read(mapping, kind, document)
    items = [each for part in read.content.values() if isinstance(part, list) for each in part]
    names = [each["name_vi"] for each in items if each.get("name_vi")]
    not_ours = {system: codes[:_SHOWN] for system, codes in read.unknown.items()}
    return Summary(len(items), names[:_SHOWN], not_ours)


def decide(
    session: Session, author: Author, number: int, state: str, *, comment: str, at: datetime
) -> MessageFacts:
    """Mark a message that waits as `taken` or `refused`; nothing of it is applied.

    Raises NotFound, WrongState where it was decided already.
    """
    found = message(session, author.jurisdiction, number)
    said = {"state": state, "name": author.name, "comment": comment}
    if not queries.decide(session, author.jurisdiction, number, at=at, **said):
        now = message(session, author.jurisdiction, number)
        raise WrongState(mark("The message is %(state)s."), message=number, state=now.state)
    action = "message.take" if state == "taken" else "message.refuse"
    subject = Subject(f"message/{number}")
    details = {"message_id": found.message_id, "kind": found.kind, "comment": comment}
    journal.append(session, author, action, {subject: details}, at=at)
    return message(session, author.jurisdiction, number)


def _demand_good(
    session: Session, sender: Sender, letter: Letter, read: Incoming, mapping: PartnerMapping
) -> None:
    """Raise InvalidRequest with every fault of a message."""
    faults = list(read.faults or _faults(session, sender, letter, read, mapping))
    if faults:
        raise InvalidRequest(
            mark("The message has %(count)s faults."), faults=faults, count=len(faults)
        )


def _faults(
    session: Session, sender: Sender, letter: Letter, read: Incoming, mapping: PartnerMapping
) -> Iterator[Fault]:
    """Give what a message of good form says that can't be."""
    expected = {
        "message_id": letter.message_id,
        "kind": letter.kind,
        "sender": mapping.receiver,
        "receiver": mapping.sender,
    }
    for name, value in expected.items():
        if read.envelope.get(name, value) != value:
            text = mark("It must be %(expected)s, as the header or the sender's setting says.")
            yield _fault("envelope", name, "differs", text, mapping, expected=value)
    if letter.kind in REVIEWED:
        return
    package = read.content.get("package", "")
    if not package_queries.is_there(session, *sender.key, package):
        text = mark("No such package was sent to you.")
        yield _fault(letter.kind, "package", "unknown-package", text, mapping)
    if letter.kind != RECEIPT and read.content.get("state") not in _VERDICTS:
        text = mark("Must be one of: %(choices)s.")
        yield _fault(letter.kind, "state", "state", text, mapping, choices=", ".join(_VERDICTS))


def _fault(
    part: str, name: str, code: str, text: str, mapping: PartnerMapping, **params: Any
) -> Fault:
    """Make a fault with a pointer in the sender's names."""
    top = "envelope" if part == "envelope" else "content"
    fields = mapping.fields
    pointer = f"/{fields.get('message', {}).get(top, top)}/{fields[part].get(name, name)}"
    return Fault(pointer, code, Message(text, params))


def _keep(
    session: Session,
    sender: Sender,
    letter: Letter,
    read: Incoming,
    *,
    fingerprint: str,
    at: datetime,
) -> None:
    """Keep a message and note it; tell its package. Nothing happens where it came twice at once."""
    waits = letter.kind in REVIEWED
    new = New(
        message_id=letter.message_id,
        kind=letter.kind,
        body=letter.body,
        signature=letter.signature,
        fingerprint=fingerprint,
        state="waiting" if waits else "taken",
        decided_at=None if waits else at,
    )
    number = queries.keep(session, *sender.key, new, at=at)
    if number is None:
        return
    subject = Subject(f"message/{number}")
    details = {"message_id": letter.message_id, "kind": letter.kind, "fingerprint": fingerprint}
    journal.append(session, sender.author, "message.receive", {subject: details}, at=at)
    if not waits:
        _match(session, sender, letter.kind, read, at=at)


def _match(session: Session, sender: Sender, kind: str, read: Incoming, *, at: datetime) -> None:
    """Tell a package what its receiver says of it, and when it said so; no later than now."""
    said = read.content
    status, note, moment = said.get("state", ""), said.get("note"), read.envelope.get("created_at")
    if kind == RECEIPT:
        status, note, moment = "received", said.get("receipt"), said.get("received_at")
    package_queries.set_status(
        session, *sender.key, said["package"], status=status, note=note, at=min(moment or at, at)
    )
