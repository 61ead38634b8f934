"""Example requests and answers of the feed of changes and of plans, from the reference data."""

from typing import Any

from indicators_api.api.examples import TARGETS

Json = dict[str, Any]

_NOTHING: Json = {
    "unit": None,
    "area": None,
    "area_id": None,
    "period": None,
    "version": None,
    "revision": None,
    "correction": None,
    "indicator": None,
    "year": None,
    "deadline": None,
}
_OF_A_WARD: Json = {"unit": "H59.21.11", "area": "29236", "area_id": 11, "period": "2024-07"}

CHANGES: Json = {
    "data": [
        {
            "id": "5b0f3c1c9a6e4d27b8d1f0a2c3e49516",
            "at": "2024-07-16T09:12:00+07:00",
            "kind": "sent",
            **_NOTHING,
            **_OF_A_WARD,
            "version": 1,
            "revision": 1,
        },
        {
            "id": "0d9e7b64f2a14c3886f5c1d7e02b9a43",
            "at": "2024-07-16T14:03:00+07:00",
            "kind": "plan_changed",
            **_NOTHING,
            "area": "84",
            "area_id": 1,
            "period": "2024",
            "version": 2,
            "indicator": "KT050202",
            "year": 2024,
        },
        {
            "id": "c7a1e95d03bb4f6a9c2d8e41f7065b38",
            "at": "2024-07-16T15:40:00+07:00",
            "kind": "deadline_changed",
            **_NOTHING,
            **_OF_A_WARD,
            "deadline": {"what": "exception", "due": "2024-07-24"},
        },
    ],
    "next": "WzE4NV0=",
}

_DECIDED: Json = {
    "value": 1582000,
    "direction": "at_least",
    "decision_number": "1235/QĐ-UBND",
    "valid_from": "2024-07-01",
}
NEW_TARGETS: Json = {
    "items": [
        {
            "indicator": "KT050202",
            "area": "84",
            "year": 2024,
            **_DECIDED,
            "note": "Adjusted after the first half-year",
        }
    ]
}
PUT_TARGETS: Json = {
    "created": 1,
    "unchanged": 0,
    "data": [
        {
            **TARGETS["data"][0],
            **_DECIDED,
            "version": 2,
            "source": "decided",
            "source_note": "Adjusted after the first half-year",
        }
    ],
}
