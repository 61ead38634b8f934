"""Kinds of message. Source: QCVN 125:2021/BTTTT names thirteen packages; events are our own."""

from typing import Final

#: Catalogues go before data: in this order.
PACKAGES: Final = (
    "period_catalogue",
    "indicator_catalogue",
    "report_regime",
    "data_form",
    "outline_form",
    "kpi_set",
    "kpi_groups",
    "kpi_disaggregations",
    "list_data",
    "report_data",
    "outline_submission",
    "report_status",
    "kpi_data",
)
#: An event of the feed of changes, pushed to a subscriber.
EVENT: Final = "event"
KINDS: Final = (*PACKAGES, EVENT)
