"""Examples of certificates and signatures in the OpenAPI document, from the reference data."""

from typing import Any

Json = dict[str, Any]

_FINGERPRINT = "3b5c2f0b4d1f6a0c9b7e8d2f5a6c1e4b9d8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b"
_PEM = "-----BEGIN CERTIFICATE-----\nMIIBRTCB7KADAgECAhQE…\n-----END CERTIFICATE-----\n"

NEW_CERTIFICATE: Json = {"unit": "H59.21.11", "pem": _PEM}
CERTIFICATE: Json = {
    "fingerprint": _FINGERPRINT,
    "unit": "H59.21.11",
    "partner": None,
    "subject": "CN=Nguyễn Văn A",
    "valid_from": "2024-01-01T07:00:00+07:00",
    "valid_to": "2027-01-01T07:00:00+07:00",
    "registered_at": "2024-01-03T08:30:00+07:00",
    "revoked_at": None,
    "pem": _PEM,
}
CERTIFICATES: Json = {"data": [CERTIFICATE], "next": None}
NEW_POLICY: Json = {"required": True}
POLICY: Json = {"unit": "H59.21.11", "required": True}

SIGNED = "eyJhbGciOiJFUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il0s…..Q3mA…"
DOCUMENT: Json = {
    "unit": "H59.21.11",
    "period": "2024-07",
    "version": 1,
    "values": {
        "XH160101": {"value": "41", "missing": None, "status": "P", "ytd": None, "note": None}
    },
}
SENDING: Json = {"comment": "Checked with the commune's health station.", "signature": SIGNED}
