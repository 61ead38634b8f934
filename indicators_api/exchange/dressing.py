"""What a message wears on its way: who it is, and the partner's authentication.

`hmac` is the symmetric signature of Standard Webhooks (standardwebhooks.com): of id, moment and
body, made anew at every attempt, so that what is caught can't be played again later.
"""

import base64
import hashlib
import hmac
from datetime import datetime
from pathlib import Path

from indicators_api.addresses import Allowed
from indicators_api.errors import ExchangeNotReady, mark
from indicators_api.exchange.secrets import path_of, read_secret
from indicators_api.exchange.transport import Line
from indicators_api.outbox.queue import Claimed
from indicators_api.version import __version__

#: Before a secret of Standard Webhooks; what follows is the key in base64.
_WEBHOOK_SECRET = "whsec_"  # noqa: S105 - no secret, but how one begins


def headers(message: Claimed, folder: Path, *, at: datetime) -> dict[str, str]:
    """Give a message's headers. Raises ExchangeNotReady where the partner's secret is missing."""
    worn = {
        "Content-Type": "application/json",
        "User-Agent": f"indicators-api/{__version__}",
        "Message-Id": message.message_id,
        "Message-Kind": message.kind,
        "Message-Stream": message.stream,
        # Grows within a stream: by it the receiver sees that none was overtaken.
        "Message-Sequence": str(message.id),
        **message.headers,
    }
    if message.authentication == "bearer":
        worn["Authorization"] = f"Bearer {_secret(message, folder)}"
    elif message.authentication == "hmac":
        worn |= webhook_headers(message.message_id, message.body, _secret(message, folder), at=at)
    return worn


def line(message: Claimed, folder: Path, allowed: Allowed) -> Line:
    """Give how the partner is reached. Raises ExchangeNotReady where a certificate is missing."""
    own = message.secret if message.authentication == "mutual_tls" else None
    return Line(
        allowed,
        authorities=path_of(message.authorities, folder) if message.authorities else None,
        own_certificate=path_of(own, folder) if own else None,
    )


def webhook_headers(message_id: str, body: bytes, secret: str, *, at: datetime) -> dict[str, str]:
    """Give the three headers of Standard Webhooks."""
    moment = str(int(at.timestamp()))
    signed = b".".join([message_id.encode(), moment.encode(), body])
    digest = hmac.new(webhook_key(secret), signed, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def webhook_key(secret: str) -> bytes:
    """Give the key of a secret: `whsec_` and base64, or any text as it stands."""
    if not secret.startswith(_WEBHOOK_SECRET):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_WEBHOOK_SECRET), validate=True)
    except ValueError as error:
        raise ExchangeNotReady(mark("The secret is no base64 after whsec_.")) from error


def _secret(message: Claimed, folder: Path) -> str:
    return read_secret(message.secret or "", folder)
