"""Examine a report: the rules between its values, and its values against the unit's past."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from indicators_api.db.session import Session
from indicators_api.indicators.snapshot import IndicatorFacts, Snapshot
from indicators_api.observations.entry import Entry
from indicators_api.periods import Period
from indicators_api.validation.findings import (
    Finding,
    of_identity,
    of_magnitude,
    of_ratios,
    of_rules,
)
from indicators_api.validation.operands import Given, Needed, answers, needed
from indicators_api.validation.queries import past_values
from indicators_api.validation.ratios import Ratio, ratios_in, with_parts
from indicators_api.validation.rules import Rule, broken, rule_book
from indicators_api.validation.scopes import YEAR_TO_DATE


def examine(
    session: Session,
    *,
    jurisdiction: int,
    unit_id: int,
    period: Period,
    entries: Mapping[str, Entry],
    assigned: Mapping[str, IndicatorFacts],
    snapshot: Snapshot,
) -> list[Finding]:
    """Give all findings on a whole report: errors first, then warnings, each in the rules' order.

    After the rules come `magnitude` by indicator code, `identical`, `ratio` by indicator code. The
    entries have passed `check_entries`. The past is what the unit last sent, read with one query.
    Source: domain.md, "Values and rules".
    """
    exam = prepare(period, entries, assigned, snapshot)
    past = past_values(
        session,
        jurisdiction=jurisdiction,
        unit_id=unit_id,
        previous=period.previous.id,
        periods=exam.need.periods,
        indicators=exam.need.indicators,
    )
    return judge(exam, past, snapshot)


class Exam(NamedTuple):
    """A report taken apart: its `values` (no missing ones), what applies, what past it needs."""

    values: dict[str, Decimal]
    given: Given
    rules: tuple[Rule, ...]
    ratios: list[Ratio]
    need: Needed


def prepare(
    period: Period,
    entries: Mapping[str, Entry],
    assigned: Mapping[str, IndicatorFacts],
    snapshot: Snapshot,
) -> Exam:
    """Take a report apart and tell what of the past its checks need; pure."""
    values = {code: entry.value for code, entry in entries.items() if entry.value is not None}
    given = Given.of(period, answers(entries), {}, snapshot.by_code)
    rules = rule_book(snapshot).applicable(frozenset(assigned))
    ratios = ratios_in(values, snapshot)
    wanted = [(rule.scope, rule.codes) for rule in rules]
    wanted += [(YEAR_TO_DATE, (ratio.numerator.code,)) for ratio in ratios if ratio.is_cumulated]
    return Exam(values, given, rules, ratios, needed(given, wanted))


def judge(
    exam: Exam, past: Iterable[tuple[int, int, Decimal | None]], snapshot: Snapshot
) -> list[Finding]:
    """Give all findings, from rows as `past_values` gives them; pure."""
    by_period: defaultdict[int, dict[str, Decimal | None]] = defaultdict(dict)
    for period_id, indicator_id, value in past:
        by_period[period_id][snapshot.by_id[indicator_id].code] = value
    before = exam.given.period.previous
    previous = {code: v for code, v in by_period[before.id].items() if v is not None}
    earlier = {period_id: _as_answers(found) for period_id, found in by_period.items()}
    given = Given.of(exam.given.period, exam.given.present, earlier, snapshot.by_code)
    return [
        *of_rules(broken(exam.rules, given)),
        *of_magnitude(exam.values, previous, period=before, by_code=snapshot.by_code),
        *of_identity(exam.values, previous, period=before),
        *of_ratios(with_parts(exam.ratios, exam.values, given)),
    ]


def _as_answers(values: Mapping[str, Decimal | None]) -> dict[str, Decimal]:
    """Let what is not applicable count as 0, as in this report's answers."""
    return {code: Decimal(0) if value is None else value for code, value in values.items()}
