"""What a message must look like for the receiver: a package by its type in the partner's words."""

from indicators_api.exchange import incoming
from indicators_api.exchange.kinds import EVENT, NOT_BUILT
from indicators_api.exchange.mapping import PartnerMapping

#: Members of an event, as Standard Webhooks recommends them.
_EVENT = frozenset({"type", "timestamp", "data"})


def fault_of(mapping: PartnerMapping, kind: str, document: object) -> str | None:
    """Say the first thing that is wrong with a message of a kind; None: it is good."""
    if not isinstance(document, dict):
        return "The body is no JSON object."
    if kind == EVENT:
        lacking = sorted(_EVENT - document.keys())
        return f"An event lacks {', '.join(lacking)}." if lacking else None
    if kind in NOT_BUILT:
        return f"Nobody knows what {kind} looks like."
    for fault in incoming.read(mapping, kind, document).faults:
        return f"{fault.pointer}: {fault.message.text % dict(fault.message.params)}"
    return None
