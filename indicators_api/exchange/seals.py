"""How what goes out is signed, and what comes in is verified; who does it is passed in."""

from collections.abc import Callable
from datetime import datetime

from indicators_api.db.session import Session
from indicators_api.errors import ExchangeNotReady, mark

#: Gives the detached JWS of a body.
Signer = Callable[[bytes], str]
#: Gives the fingerprint of the certificate by which a body's signature is good at a moment. Raises
#: a DomainError where it is not.
Verifier = Callable[[bytes, str, datetime], str]
#: Gives the verifier by what is registered for a partner, of a jurisdiction.
VerifierOf = Callable[[Session, int, int], Verifier]


def nobody_verified(_session: Session, _jurisdiction: int, _partner: int) -> Verifier:
    """Trust nobody: where no way to verify is set up, no message is taken."""

    def refuse(_body: bytes, _signature: str, _at: datetime) -> str:
        raise ExchangeNotReady(mark("No certificate is registered to verify signatures by."))

    return refuse
