"""The example of the sharing log in the OpenAPI document."""

from typing import Any

SHARING_LOG: dict[str, Any] = {
    "data": [
        {
            "id": 5012,
            "at": "2024-07-16T09:12:04.120000+07:00",
            "kind": "pull",
            "token": 4,
            "who": "Operations centre",
            "role": "operations",
            "asked": "GET /api/v1/aggregates?period=2024-07&level=district&indicator=XH160101",
            "status": 200,
            "size": 1834,
            "state": "answered",
            "request_id": "5f1d0a7b3c9e4426",
        }
    ],
    "next": "WyIyMDI0LTA3LTE2VDA5OjEyOjA0LjEyMDAwMCswNzowMCIsNTAxMl0=",
}
