"""Kinds of message. Source: QCVN 125:2021/BTTTT names thirteen packages; the others are our own."""

from collections.abc import Mapping
from typing import Final

from indicators_api.errors import mark

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

#: Packages that can't be made of our data, and why; a partner that takes them is told so.
NOT_BUILT: Final[Mapping[str, str]] = {
    "outline_form": mark("Outlines are chapters of text; the system holds figures, no texts."),
    "outline_submission": mark(
        "What is submitted to an outline is text written by people; the system holds figures, no "
        "texts."
    ),
}
#: What says how things are, whatever the period.
CATALOGUES: Final = (
    "period_catalogue",
    "indicator_catalogue",
    "report_regime",
    "data_form",
    "kpi_set",
    "kpi_groups",
    "kpi_disaggregations",
    "list_data",
)
#: What says something of a period. The status tells of the data, so it is the last.
DATA: Final = ("report_data", "kpi_data", "report_status")

#: Says that a package has arrived.
RECEIPT: Final = "receipt"
#: What partners send that people look at first: catalogues, and what is to be reported.
REVIEWED: Final = CATALOGUES
#: All that partners may send; never figures.
INBOUND: Final = (RECEIPT, "report_status", *REVIEWED)
