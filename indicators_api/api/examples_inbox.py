"""Examples of messages from partners in the OpenAPI document."""

from typing import Any

Json = dict[str, Any]

MESSAGE: Json = {
    "thong_diep": {
        "ma_goi_tin": "VPCP-2024-000317",
        "loai_goi_tin": "TRANG_THAI",
        "don_vi_gui": "000.00.00.G22",
        "don_vi_nhan": "000.00.00.H59",
        "lan_gui": 1,
        "thoi_gian_tao": "2024-07-26T09:30:00+07:00",
    },
    "noi_dung": {
        "ma_goi_tin": "report_data-2024-07-1-5f1c8a52",
        "trang_thai": "DA_GHI_NHAN",
    },
}
RECEIPT: Json = {
    "message_id": "VPCP-2024-000317",
    "received_at": "2024-07-26T09:30:01+07:00",
    "receipt": "R-000017",
}
_ITEM: Json = {
    "number": 18,
    "partner": "VPCP",
    "message_id": "VPCP-2024-000318",
    "kind": "indicator_catalogue",
    "received_at": "2024-07-26T09:31:00+07:00",
    "state": "waiting",
    "decided_at": None,
    "decider_name": None,
    "comment": None,
    "size": 1204,
    "fingerprint": "8d3f0c5a4be0f6b3d9f7c1a2e5b4860f1d2c3b4a5968778695a4b3c2d1e0f908",
}
_SUMMARY: Json = {
    "items": 1,
    "names": ["Tổng mức bán lẻ hàng hóa"],
    "not_ours": {"indicator": ["KTXH.09"]},
}
MESSAGES: Json = {"data": [_ITEM], "next": None}
RECEIVED: Json = {
    **_ITEM,
    "summary": _SUMMARY,
    "body": '{"noi_dung":{"chi_tieu":[]},"thong_diep":{"lan_gui":1}}',
}
DECISION: Json = {"comment": "Đã đối chiếu với danh mục."}
DECIDED: Json = {
    **_ITEM,
    "state": "taken",
    "decided_at": "2024-07-26T14:00:00+07:00",
    "decider_name": "administrator of area 84",
    "comment": "Đã đối chiếu với danh mục.",
    "summary": _SUMMARY,
}
