"""Examples of the exchange in the OpenAPI document."""

from typing import Any

Json = dict[str, Any]

PARTNER: Json = {
    "name_vi": "Văn phòng Chính phủ",
    "name_en": "Government Office",
    "kind": "government_office",
    "base_url": "https://lgsp.travinh.gov.vn/exchange",
    "authentication": "bearer",
    "secret": "env:EXCHANGE_SECRET_VPCP",
    "takes": ["period_catalogue", "indicator_catalogue", "report_data"],
    "monthly_day": 25,
    "switched_on": True,
}
PARTNER_ANSWER: Json = {
    "code": "VPCP",
    "name": "Văn phòng Chính phủ",
    **PARTNER,
    "authorities": None,
    "waiting": 1,
    "dead": 0,
    "failures": 0,
    "resting_until": None,
    "succeeded_at": "2024-07-25T08:00:02+07:00",
    "failed_at": None,
    "error": None,
}
PARTNERS: Json = {"data": [PARTNER_ANSWER]}

_DELIVERY: Json = {
    "message_id": "report_data-2024-07-1-5f1c8a52",
    "partner": "VPCP",
    "kind": "report_data",
    "stream": "report_data/2024-07",
    "state": "delivered",
    "attempts": 1,
    "size": 4211,
    "created_at": "2024-07-25T08:00:00+07:00",
    "due_at": "2024-07-25T08:00:00+07:00",
    "delivered_at": "2024-07-25T08:00:02+07:00",
    "answer": {"status": 200, "body": {"receipt": "R-000017"}},
    "error": None,
}
DELIVERIES: Json = {"data": [_DELIVERY], "next": None}
DELIVERY: Json = {
    **_DELIVERY,
    "body": '{"kind":"report_data","period":"2024-07"}',
    "log": [
        {
            "number": 1,
            "at": "2024-07-25T08:00:02+07:00",
            "milliseconds": 184,
            "status": 200,
            "error": None,
        }
    ],
}
