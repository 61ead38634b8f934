"""How what goes out is signed, and what comes in is verified. See decision 12."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from indicators_api.db.session import Session
from indicators_api.security import certificates
from indicators_api.security.signing import load_signing_key, sign, verify

#: Gives the detached JWS of a body.
Signer = Callable[[bytes], str]
#: Gives the fingerprint of the certificate by which a body's signature is good at a moment. Raises
#: SignatureRefused where it is not.
Verifier = Callable[[bytes, str, datetime], str]


def signer_of(key: Path | None) -> Signer | None:
    """Sign by the key in a file; None where there is none: packages go unsigned.

    Raises ConfigError where the file holds no key.
    """
    return partial(sign, signer=load_signing_key(key)) if key else None


def verifier_of(session: Session, jurisdiction: int, partner_id: int) -> Verifier:
    """Verify by the certificates that are registered for a partner."""
    trusted = certificates.trusted(session, jurisdiction, partner=partner_id)
    return lambda body, signature, at: verify(body, signature, trusted, at=at)
