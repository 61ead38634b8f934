"""Where each table lives on a server with the Citus extension: said here, and only here.

Distributed tables lie in shards by jurisdiction, those of one jurisdiction side by side. Reference
tables are whole on every node. Local ones are the coordinator's own. Source: docs/decisions/0017.
"""

from typing import Final

from indicators_api.db.base import Base

#: The facts. Each key starts with `jurisdiction_id`; parents stand before what belongs to them.
DISTRIBUTED: Final = (
    "report",
    "report_version",
    "report_step",
    "report_signature",
    "correction",
    "observation",
    "rollup",
    "rollup_spread",
)
#: What facts are joined with: the catalogue and what follows from it, with all histories.
REFERENCE: Final = frozenset(
    {
        "jurisdiction",
        "area_level",
        "area",
        "area_closure",
        "area_succession",
        "regime",
        "deadline_rule",
        "deadline_exception",
        "holiday",
        "sector",
        "unit_of_measure",
        "indicator",
        "validation_rule",
        "unit",
        "unit_succession",
        "assignment",
        "annual_target",
        "threshold",
        "snapshot_indicator",
        "counting",
        "coverage",
        "certificate",
        "archived_year",
    }
)
#: Journal, queues, tokens: written with each request, never joined with facts.
LOCAL: Final = frozenset(
    {
        "journal",
        "journal_position",
        "journal_waiting",
        "token",
        "signature_policy",
        "partner",
        "partner_line",
        "subscription",
        "delivery",
        "delivery_attempt",
        "held_stream",
        "package",
        "received_message",
        "sharing",
    }
)


def reference_tables() -> list[str]:
    """Name the reference tables, histories included: what others refer to stands first."""
    named = {table.removesuffix("_history") for table in Base.metadata.tables} & REFERENCE
    return [
        table.name
        for table in Base.metadata.sorted_tables
        if table.name.removesuffix("_history") in named
    ]
