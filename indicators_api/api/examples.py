"""Example requests and answers of the OpenAPI document, from the reference data.

A test loads each by its schema.
"""

from typing import Any

Json = dict[str, Any]

NEW_REPORT: Json = {
    "unit": "H59.21.11",
    "period": "2024-07",
    "step": "send",
    "status": "E",
    "comment": "Figures of the commune's statistics officer.",
    "values": {
        "XH020101": "12480",
        "XH020108": {"value": 3310, "status": "P", "note": "Counted on 10 July."},
        "XH160101": {"value": None, "missing": "not_collected"},
    },
}
CONTENTS: Json = {"values": {"XH160101": 41}, "step": "draft"}
REHEARSAL: Json = {"unit": "H59.21.11", "period": "2024-07", "values": {"XH160101": 41}}
COMMENT: Json = {"comment": "Checked with the commune's health station."}

_FINDING: Json = {
    "severity": "warning",
    "rule": "magnitude",
    "indicators": ["XH160101"],
    "detail": "XH160101: 4100 is more than 100 times the 38 of 2024-06.",
}
_COUNTS: Json = {"expected": 162, "with_value": 161, "missing": 1}

SAVED_REPORT: Json = {
    "unit": "H59.21.11",
    "period": "2024-07",
    "state": "sent",
    "version": 1,
    "revision": 1,
    "timeliness": "on_time",
    "due": "2024-07-17T23:59:59+07:00",
    "counts": {**_COUNTS, "created": 162, "updated": 0, "unchanged": 0, "removed": 0},
    "findings": [_FINDING],
}
_LISTED: Json = {
    "unit": "H59.21.11",
    "area": "29236",
    "period": "2024-07",
    "state": "sent",
    "version": 1,
    "revision": 1,
    "sent_version": 1,
    "accepted_version": None,
    "timeliness": "on_time",
    "due": "2024-07-17T23:59:59+07:00",
    "first_sent_at": "2024-07-16T09:12:00+07:00",
    "changed_at": "2024-07-16T09:12:00+07:00",
    "counts": _COUNTS,
}
REPORT_LIST: Json = {"data": [_LISTED], "next": None}
WHOLE_REPORT: Json = {
    **{key: value for key, value in _LISTED.items() if key != "area"},
    "comment": "Figures of the commune's statistics officer.",
    "values": {"XH020101": {"value": 12480, "status": "E"}},
    "findings": [_FINDING],
    "steps": [
        {
            "at": "2024-07-16T09:12:00+07:00",
            "action": "send",
            "from": None,
            "to": "sent",
            "by": "Leader of H59.21.11",
            "role": "leader",
            "comment": None,
            "revision": 1,
            "version": 1,
            "sent_version": 1,
            "accepted_version": None,
        }
    ],
}
ACCEPTED: Json = {
    "unit": "H59.21.11",
    "period": "2024-07",
    "state": "accepted",
    "version": 1,
    "revision": 2,
}
RETURNED: Json = {**ACCEPTED, "state": "returned"}
FORM: Json = {
    "unit": "H59.21.11",
    "period": "2024-07",
    "state": "draft",
    "revision": 1,
    "due": "2024-07-17T23:59:59+07:00",
    "indicators": [
        {
            "indicator": "XH160101",
            "name": "Số hộ nghèo",
            "name_vi": "Số hộ nghèo",
            "name_en": "Poor households",
            "decimals": 0,
            "value_type": "integer",
            "minimum": 0,
            "maximum": None,
            "frequency": "monthly",
            "expected": True,
            "previous": {"value": 40, "status": "P"},
            "present": {"value": 41, "status": "E"},
            "change": {"absolute": 1, "percent": 2.5},
        }
    ],
    "since_previous": {"period": "2024-06", "same": 0, "changed": 1, "new": 0, "gone": 161},
    "findings": [],
}
REHEARSED: Json = {
    "unit": "H59.21.11",
    "period": "2024-07",
    "counts": _COUNTS,
    "findings": [_FINDING],
    "differences": {"XH160101": {"stored": None, "given": {"value": 41, "status": "P"}}},
}
BULK: Json = {"items": [{"unit": "H59.21.11", "period": "2024-07", "revision": 1}]}
BULK_ANSWER: Json = {"done": 1, "failed": 0, "data": [{**ACCEPTED, "problem": None}]}
_FIGURE: Json = {
    "area": "842",
    "area_id": 2,
    "indicator": "XH160101",
    "period": "2024-07",
    "value": 412,
    "expected": 10,
    "reported": 9,
}
AGGREGATES: Json = {
    "basis": "accepted",
    "source": "rollup",
    "as_of": "2024-08-02T09:00:00+07:00",
    "measures": ["value", "expected", "reported", "previous", "change_pct", "plan", "plan_pct"],
    "data": [
        {
            **_FIGURE,
            "previous": 400,
            "change_pct": 3,
            "plan": None,
            "plan_pct": None,
            "direction": None,
            "reasons": {"plan": "no_plan", "plan_pct": "no_plan"},
            "coverage_differs": ["previous"],
        }
    ],
    "next": None,
}
AGGREGATES_QUERY: Json = {
    "start": "2024-01",
    "end": "2024-09",
    "frequency": "quarter",
    "level": "district",
    "indicator": "XH160101,XH020108",
    "measures": "value,expected,reported,same_period,yoy_pct,ytd",
}
RECONCILIATION: Json = {
    "basis": "accepted",
    "as_of": "2024-08-02T09:00:00+07:00",
    "data": [
        {
            "area": "842",
            "area_id": 2,
            "indicator": "XH160101",
            "period": "2024-07",
            "reported": 415,
            "rolled_up": 412,
            "difference": 3,
            "ytd": 415,
            "ytd_reported": 415,
            "ytd_difference": 0,
            "rolled_up_ytd": 412,
            "rolled_up_ytd_reported": None,
            "rolled_up_ytd_difference": None,
        }
    ],
    "next": None,
}
OBSERVATIONS: Json = {
    "basis": "accepted",
    "as_of": "2024-08-02T09:00:00+07:00",
    "data": [
        {
            "unit": "H59.21.11",
            "area": "29236",
            "area_id": 11,
            "indicator": "XH160101",
            "period": "2024-07",
            "value": 41,
            "missing": None,
            "status": "P",
            "ytd": None,
            "note": None,
            "version": 1,
        }
    ],
    "next": None,
}
DATA_VERSION: Json = {"catalogue": 1, "reports": 388, "as_of": "2024-08-02T09:00:00+07:00"}
COMPLETENESS: Json = {
    "period": "2024-07",
    "data": [
        {
            "area": "84",
            "area_id": 1,
            "unit_level": None,
            "due": 194,
            "sent": 190,
            "accepted": 186,
            "returned": 1,
            "on_time": 181,
            "late": 9,
            "missing": 4,
            "not_due": 0,
            "on_time_rate": 93.3,
            "expected": 25400,
            "with_value": 25011,
        }
    ],
}
EXTENSIONS: Json = {
    "period": "2024-07",
    "units": ["H59.21.11", "H59.21.12"],
    "due": "2024-07-24",
    "reason": "Storm of 12 July",
}
EXTENSIONS_GRANTED: Json = {
    "data": [
        {
            "unit": "H59.21.11",
            "period": "2024-07",
            "due": "2024-07-24",
            "reason": "Storm of 12 July",
        }
    ]
}
EXTENSION_LIST: Json = {**EXTENSIONS_GRANTED, "next": None}
_NAMES: Json = {"name": "Phường 4", "name_vi": "Phường 4", "name_en": "Ward 4"}
_VALID: Json = {"valid_from": "2015-05-15", "valid_to": "2025-06-30"}
AREA: Json = {
    "code": "29236",
    **_NAMES,
    "id": 11,
    "level": "commune",
    "kind": "phường",
    "parent": "842",
    "has_areas_below": False,
    **_VALID,
}
AREAS: Json = {"data": [AREA], "next": None}
UNIT: Json = {
    "code": "H59.21.11",
    "name": "Ủy ban nhân dân Phường 4",
    "name_vi": "Ủy ban nhân dân Phường 4",
    "name_en": "People's Committee of Ward 4",
    "level": "commune",
    "kind": "UBND_PHUONG",
    "area_id": 11,
    "area": "29236",
    "parent": "H59.21.01",
    "regime": "ND09_2019",
    "direct_send": True,
    "accepting_level": "district",
    "valid_from": "2021-01-01",
    "valid_to": "2025-06-30",
}
UNITS: Json = {"data": [UNIT], "next": None}
_POOR: Json = {
    "code": "XH160101",
    "name": "Số hộ nghèo",
    "name_vi": "Số hộ nghèo",
    "name_en": "Poor households",
}
ASSIGNMENTS: Json = {
    "unit": "H59.21.11",
    "period": "2024-07",
    "data": [
        {
            **_POOR,
            "sector": "XH1601",
            "unit_of_measure": "HO",
            "frequency": "monthly",
            "value_scope": "territory",
            "area_aggregation": "sum",
            "valid_from": "2021-01-01",
            "valid_to": "2025-06-30",
        }
    ],
}
INDICATOR: Json = {
    **_POOR,
    "sector": "XH1601",
    "parent": None,
    "parent_relation": None,
    "parent_dimension": None,
    "unit_of_measure": "HO",
    "unit_symbol": "hộ",
    "value_type": "integer",
    "decimals": 0,
    "nature": "stock",
    "area_aggregation": "sum",
    "time_aggregation": "last",
    "weight": None,
    "numerator": None,
    "denominator": None,
    "factor": None,
    "frequency": "monthly",
    "value_scope": "territory",
    "reporting_levels": ["province", "district", "commune"],
    "minimum": 0,
    "maximum": None,
    "legal_basis": "NĐ 07/2021/NĐ-CP",
    "definition_vi": "Số hộ đạt chuẩn nghèo",
    "definition_en": "Households below the poverty standard",
    "valid_from": "1990-01-01",
    "valid_to": None,
}
INDICATORS: Json = {"data": [INDICATOR], "next": None}
SECTORS: Json = {
    "data": [
        {
            "code": "KT04",
            "name": "Tài khoản quốc gia",
            "name_vi": "Tài khoản quốc gia",
            "name_en": "National accounts",
            "parent": "KT",
            "sort_order": 20,
        }
    ]
}
UNITS_OF_MEASURE: Json = {
    "data": [
        {
            "code": "HA",
            "name": "héc-ta",
            "name_vi": "héc-ta",
            "name_en": "hectare",
            "symbol": "ha",
            "standard_code": "UCUM har",
        }
    ]
}
VALIDATION_RULES: Json = {
    "data": [
        {
            "code": "QT086",
            "name": "Hộ nghèo dân tộc thiểu số không vượt số hộ nghèo",
            "name_vi": "Hộ nghèo dân tộc thiểu số không vượt số hộ nghèo",
            "name_en": "Poor ethnic-minority households are at most the poor households",
            "left_expression": "XH160105",
            "operator": "<=",
            "right_expression": "XH160101",
            "severity": "error",
            "evaluation_scope": "period",
            "tolerance": 0,
            "scope_start_month": None,
        }
    ]
}
TARGETS: Json = {
    "data": [
        {
            "indicator": "KT050202",
            "name": "Sản lượng cây màu và cây công nghiệp ngắn ngày",
            "indicator_name_vi": "Sản lượng cây màu và cây công nghiệp ngắn ngày",
            "indicator_name_en": "Output of upland and short-term industrial crops",
            "area_id": 1,
            "area": "84",
            "year": 2024,
            "version": 1,
            "value": 1570000,
            "unit_of_measure": "TAN",
            "direction": "at_least",
            "decision_number": None,
            "valid_from": "2024-01-01",
            "source": "real",
            "source_note": "Kế hoạch 2024 của ngành nông nghiệp tỉnh theo báo chí",
        }
    ]
}
