"""Example requests and answers of the operations centre, from the reference data."""

from typing import Any

Json = dict[str, Any]

_POOR: Json = {
    "indicator": "XH160103",
    "area": "84",
    "measure": "value",
    "direction": "above",
    "warning": 1.2,
    "alarm": 1.5,
}
_REVENUE: Json = {
    "indicator": "KT140102",
    "area": "84",
    "measure": "ytd_yoy_pct",
    "direction": "below",
    "warning": 0,
    "alarm": None,
}
_POOR_NAME: Json = {
    "name": "Tỷ lệ hộ nghèo",
    "name_vi": "Tỷ lệ hộ nghèo",
    "name_en": "Poverty rate",
}
_REVENUE_NAME: Json = {
    "name": "Thu nội địa",
    "name_vi": "Thu nội địa",
    "name_en": "Domestic revenue",
}

NEW_THRESHOLDS: Json = {"items": [_POOR, {**_REVENUE, "on": "2024-07-14"}]}
_LISTED = [
    {"id": 2, **_REVENUE, **_REVENUE_NAME, "area_id": 1},
    {"id": 1, **_POOR, **_POOR_NAME, "area_id": 1},
]
THRESHOLDS: Json = {"data": _LISTED, "next": None}
PUT_THRESHOLDS: Json = {"added": 2, "changed": 0, "unchanged": 0, "data": _LISTED}

CHOSEN: Json = {"indicators": ["XH160103", "KT140102"]}
WATCHED: Json = {
    "is_chosen": True,
    "data": [
        {"indicator": "XH160103", **_POOR_NAME},
        {"indicator": "KT140102", **_REVENUE_NAME},
    ],
}

_OWED: Json = {"returned": 0, "not_due": 0}
_CITY: Json = {"area": "842", "area_id": 2, "due": 11, "sent": 11, "accepted": 10, **_OWED}
_PROVINCE: Json = {"area": "84", "area_id": 1, "due": 194, "sent": 191, "accepted": 189, **_OWED}
SNAPSHOT: Json = {
    "area": "84",
    "area_id": 1,
    "area_name": "Tỉnh Trà Vinh",
    "period": "2024-07",
    "basis": "accepted",
    "as_of": "2024-08-02T09:00:00+07:00",
    "completeness": {
        "total": {**_PROVINCE, "on_time": 187, "late": 4, "missing": 3, "on_time_rate": 96.39},
        "areas": [
            {**_CITY, "on_time": 11, "late": 0, "missing": 0, "on_time_rate": 100},
        ],
    },
    "figures": [
        {
            "indicator": "XH160103",
            **_POOR_NAME,
            "unit_of_measure": "PHAN_TRAM",
            "unit_symbol": "%",
            "decimals": 2,
            "value": 1.32,
            "expected": 106,
            "reported": 105,
            "status": "E",
            "same_period": None,
            "previous": 1.3,
            "change_pct": 1.538461538461538461,
            "yoy_pct": None,
            "ytd": 1.32,
            "plan": 0.89,
            "plan_pct": 148.314606741573033708,
            "direction": "at_most",
            "reasons": {"same_period": "missing", "yoy_pct": "base_missing"},
            "coverage_differs": ["previous"],
        }
    ],
    "thresholds": {
        "counts": {"alarm": 0, "warning": 1, "clear": 0, "unknown": 1},
        "crossed": [
            {
                "area": "84",
                "area_id": 1,
                "indicator": "XH160103",
                "measure": "value",
                "direction": "above",
                "level": "warning",
                "limit": 1.2,
                "figure": 1.32,
            }
        ],
        "unknown": [
            {
                "area": "84",
                "area_id": 1,
                "indicator": "KT140102",
                "measure": "ytd_yoy_pct",
                "direction": "below",
                "reason": "base_missing",
            }
        ],
    },
}
