"""Examples of versions and corrections in the OpenAPI document, from the reference data."""

import json
from typing import Any

from indicators_api.api.examples_signing import CERTIFICATE, DOCUMENT, SIGNED

Json = dict[str, Any]

_KEY: Json = {"unit": "H59.21.11", "period": "2024-07"}
_FIRST: Json = {
    "version": 1,
    "kind": "original",
    "sent_at": "2024-07-16T09:12:00+07:00",
    "sent_by": "Leader of H59.21.11",
    "comment": None,
    "counts": {"expected": 162, "with_value": 161, "missing": 1},
    "is_signed": True,
    "accepted_at": "2024-07-18T14:30:00+07:00",
    "returned_at": None,
    "is_sent": False,
    "is_accepted": True,
}
_SECOND: Json = {
    **_FIRST,
    "version": 2,
    "kind": "correction",
    "sent_at": "2024-07-25T10:05:00+07:00",
    "comment": "Recounted with the commune's labour officer.",
    "accepted_at": None,
    "is_sent": True,
    "is_accepted": False,
}
VERSIONS: Json = {**_KEY, "data": [_FIRST, _SECOND]}
VERSION: Json = {
    **_KEY,
    **_SECOND,
    "values": {"XH160101": {"value": 44, "status": "P"}},
    "findings": [],
}
OPENED: Json = {**_KEY, "state": "draft", "version": 2, "revision": 4, "kind": "revision"}
DIFFERENCES: Json = {
    **_KEY,
    "version": 2,
    "against": 1,
    "counts": {"added": 0, "removed": 0, "changed": 1, "unchanged": 160},
    "differences": {
        "XH160101": {
            "difference": "changed",
            "before": {"value": 41, "status": "P"},
            "after": {"value": 44, "status": "P", "note": "Three households were left out."},
        }
    },
}

SIGNATURE: Json = {
    **_KEY,
    "version": 2,
    "verified": True,
    "reason": None,
    "signed_at": _SECOND["sent_at"],
    "signature": SIGNED,
    "certificate": {
        name: CERTIFICATE[name]
        for name in ("fingerprint", "subject", "valid_from", "valid_to", "revoked_at", "pem")
    },
    "document": json.dumps({**DOCUMENT, "version": 2}, sort_keys=True, separators=(",", ":")),
}

REASON: Json = {"comment": "Three poor households of quarter 5 were left out."}
AGREEMENT: Json = {"comment": "The list of quarter 5 was seen."}
REFUSAL: Json = {"comment": "The households moved in after the cut-off day."}
REQUESTED: Json = {
    "unit": "H59.21.11",
    "area": "29236",
    "period": "2024-07",
    "number": 1,
    "state": "requested",
    "reason": REASON["comment"],
    "requested_at": "2024-07-24T08:40:00+07:00",
    "requested_by": "Leader of H59.21.11",
    "decision": None,
    "decided_at": None,
    "decided_by": None,
    "version": None,
    "revision": 4,
}
AGREED: Json = {
    **REQUESTED,
    "state": "agreed",
    "decision": AGREEMENT["comment"],
    "decided_at": "2024-07-24T16:20:00+07:00",
    "decided_by": "Reviewer of 842",
    "version": 2,
    "revision": 5,
}
REFUSED: Json = {**AGREED, "state": "refused", "decision": REFUSAL["comment"], "version": None}
CORRECTIONS: Json = {"data": [AGREED]}
CORRECTION_LIST: Json = {"data": [REQUESTED], "next": None}
BULK_CORRECTIONS: Json = {"items": [{**_KEY, "number": 1, "revision": 4}], **AGREEMENT}
BULK_REFUSAL: Json = {**BULK_CORRECTIONS, **REFUSAL}
BULK_CORRECTION_ANSWER: Json = {"done": 1, "failed": 0, "data": [{**AGREED, "problem": None}]}
BULK_REFUSAL_ANSWER: Json = {"done": 1, "failed": 0, "data": [{**REFUSED, "problem": None}]}
