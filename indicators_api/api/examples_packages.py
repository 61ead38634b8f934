"""Examples of packages in the OpenAPI document."""

from typing import Any

Json = dict[str, Any]

_QUEUED: Json = {
    "kind": "report_data",
    "period": "2024-07",
    "number": 1,
    "message_id": "report_data-2024-07-1-5f1c8a52",
    "replaces": None,
    "stream": "report_data/2024-07",
    "reason": "new",
    "size": 1985,
}
_BODY = (
    '{"noi_dung":{"dia_ban":"84","don_vi":"000.00.00.H59","ky_bao_cao":"202407","so_lieu":[]},'
    '"thong_diep":{"lan_gui":1,"ma_goi_tin":"report_data-2024-07-1-5f1c8a52"}}'
)
PLAN: Json = {
    "partner": "VPCP",
    "period": "2024-07",
    "ready": True,
    "gaps": [],
    "left_out": [
        {
            "kind": "outline_form",
            "reason": "Đề cương gồm các phần lời văn; hệ thống chỉ có số liệu, không có lời văn.",
        }
    ],
    "packages": [{**_QUEUED, "body": _BODY}],
}
QUEUED: Json = {"partner": "VPCP", "period": "2024-07", "queued": [_QUEUED]}
PACKAGES: Json = {
    "data": [
        {
            "message_id": "report_data-2024-07-1-5f1c8a52",
            "kind": "report_data",
            "period": "2024-07",
            "number": 1,
            "built_at": "2024-07-25T08:00:00+07:00",
            "state": "delivered",
            "attempts": 1,
            "delivered_at": "2024-07-25T08:00:02+07:00",
            "answer": {"status": 200, "body": {"receipt": "R-000017"}},
            "error": None,
            "status": "applied",
            "status_at": "2024-07-26T09:30:00+07:00",
            "status_note": None,
        }
    ],
    "next": None,
}
