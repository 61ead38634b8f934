"""Judging one report in a test: small catalogues, reports as text, the past as the query gives."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from indicators_api.indicators.snapshot import IndicatorFacts, RuleFacts, Snapshot
from indicators_api.observations.entry import Entry
from indicators_api.periods import Period
from indicators_api.validation.findings import Finding
from indicators_api.validation.service import judge, prepare

#: A value as text, a missing reason, or None: the report says nothing.
Said = str | None
Reports = Mapping[str, Mapping[str, Said]]

REASONS = ("not_available", "not_collected", "not_applicable", "confidential")


def rule(text: str, **overrides: Any) -> RuleFacts:
    """Make an error-rule without tolerance, over the period, from `left operator right`."""
    left, operator, right = re.split(r" (<=|>=|=) ", text)
    usual = RuleFacts(
        "R1", "Quy tắc", "A rule", left, operator, right, "error", "period", Decimal(0), None
    )
    return usual._replace(**overrides)


def entry(said: str) -> Entry:
    """Make an entry of a number or a missing reason."""
    return Entry(None, said) if said in REASONS else Entry(Decimal(said))


def catalogue(rules: list[RuleFacts], indicators: list[IndicatorFacts]) -> Snapshot:
    """Put a catalogue together."""
    by_code = {i.code: i for i in indicators}
    return Snapshot(1, by_code, {i.id: i for i in indicators}, tuple(rules), {})


def findings(
    snapshot: Snapshot,
    period: str,
    reports: Reports,
    assigned: Mapping[str, IndicatorFacts] | None = None,
) -> list[Finding]:
    """Judge a period's report with the past that the query would give: what is needed, if sent."""
    present = {code: entry(said) for code, said in reports[period].items() if said is not None}
    exam = prepare(Period.parse(period), present, assigned or snapshot.by_code, snapshot)
    previous = Period.parse(period).previous.id
    past = [
        (Period.parse(text).id, snapshot.by_code[code].id, entry(said).value)
        for text, values in reports.items()
        for code, said in values.items()
        if text != period
        and said is not None
        and (said == "not_applicable" or said not in REASONS)
        and (
            Period.parse(text).id == previous
            or (
                Period.parse(text).id in exam.need.periods
                and snapshot.by_code[code].id in exam.need.indicators
            )
        )
    ]
    return [f for f in judge(exam, past, snapshot) if f.rule.startswith(("R", "QT"))]


def breaks(snapshot: Snapshot, period: str, reports: Reports) -> bool:
    """Tell whether the one rule is broken."""
    return bool(findings(snapshot, period, reports))
