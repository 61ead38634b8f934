"""The example of a bulletin in the OpenAPI document, from the reference data."""

from typing import Any

Json = dict[str, Any]

BULLETIN: Json = {
    "area": "84",
    "area_id": 1,
    "area_name": "Tỉnh Trà Vinh",
    "period": "2024-07",
    "basis": "accepted",
    "as_of": "2024-08-02T09:00:00+07:00",
    "status": "E",
    "sectors": [
        {
            "code": "XH16",
            "name": "Giảm nghèo",
            "name_vi": "Giảm nghèo",
            "name_en": "Poverty reduction",
            "parent": "XH",
            "depth": 1,
        }
    ],
    "data": [
        {
            "sector": "XH16",
            "indicator": "XH160101",
            "name": "Số hộ nghèo",
            "name_vi": "Số hộ nghèo",
            "name_en": "Poor households",
            "depth": 0,
            "unit_of_measure": "HO",
            "unit_symbol": "hộ",
            "decimals": 0,
            "value": 412,
            "expected": 106,
            "reported": 105,
            "status": "E",
            "same_period": 430,
            "previous": 400,
            "change_pct": 3,
            "yoy_pct": -4.18604651162790698,
            "ytd": 412,
            "plan": 400,
            "plan_pct": 103,
            "direction": "at_most",
            "coverage_differs": ["previous"],
        }
    ],
}
