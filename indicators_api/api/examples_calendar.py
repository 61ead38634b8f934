"""Example requests and answers of the calendar, from the reference data."""

from typing import Any

Json = dict[str, Any]

REGIMES: Json = {
    "data": [
        {
            "code": "THANG_DUONG_LICH",
            "name": "Chế độ báo cáo theo tháng dương lịch",
            "name_vi": "Chế độ báo cáo theo tháng dương lịch",
            "name_en": "Calendar months",
            "cut_off_day": None,
        }
    ]
}
NEW_RULE: Json = {"day": 18, "months_after": 0}
RULE: Json = {"regime": "ND09_2019", "level": "commune", "day": 18, "months_after": 0}
RULES: Json = {"data": [RULE]}
_NAMES: Json = {
    "name_vi": "Làm bù cho ngày 02/01/2026",
    "name_en": "Worked in exchange for 2 January 2026",
}
NEW_HOLIDAY: Json = {**_NAMES, "is_working": True}
HOLIDAY: Json = {"day": "2026-01-10", "name": _NAMES["name_vi"], **NEW_HOLIDAY}
HOLIDAYS: Json = {"data": [HOLIDAY]}
NEW_HOLIDAYS: Json = {
    "items": [
        {"day": "2026-01-10", **NEW_HOLIDAY},
        {"day": "2026-11-24", "name_vi": "Ngày Văn hóa Việt Nam", "name_en": "Culture Day"},
    ]
}
_CULTURE: Json = {
    "day": "2026-11-24",
    "name": "Ngày Văn hóa Việt Nam",
    "name_vi": "Ngày Văn hóa Việt Nam",
    "name_en": "Culture Day",
    "is_working": False,
}
TAKEN_HOLIDAYS: Json = {"added": 1, "changed": 1, "unchanged": 0, "data": [HOLIDAY, _CULTURE]}
