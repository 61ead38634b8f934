"""What the checks found, kept so that it can be told in either language later. Pure."""

from collections.abc import Iterable, Mapping
from decimal import Context, Decimal, localcontext
from typing import Any, Literal, NamedTuple, Self

from indicators_api.errors import Message, mark
from indicators_api.indicators.snapshot import IndicatorFacts
from indicators_api.periods import Period
from indicators_api.validation.exact import EXACT, QUANTA, plain
from indicators_api.validation.rules import Broken

#: A report with fewer values may well be the same twice.
IDENTICAL_FROM = 10
#: How many times the previous value, or what part of it, is out of the ordinary.
MAGNITUDE = 100
#: What a ratio may differ beyond rounding. Digits that a computed figure is told with.
_RATIO_SLACK = Decimal("1e-12")
_TOLD = Context(prec=15)

RULE = mark(
    "%(name)s: %(left)s %(operator)s %(right)s does not hold; the difference is %(difference)s."
)
RULE_WITH_TOLERANCE = mark(
    "%(name)s: %(left)s %(operator)s %(right)s does not hold; the difference is %(difference)s,"
    " the tolerance %(tolerance)s."
)
GROWN = mark(
    "%(name)s: %(value)s is more than 100 times the %(previous)s of the period %(period)s."
)
SHRUNK = mark(
    "%(name)s: %(value)s is less than a hundredth of the %(previous)s of the period %(period)s."
)
IDENTICAL = mark("All %(count)s values are the same as those of the period %(period)s.")
RATIO = mark("%(name)s: %(value)s was sent, its parts give %(computed)s.")


class Finding(NamedTuple):
    """What a check found. `rule`: a validation rule's code, `magnitude`, `identical` or `ratio`.

    `indicators`: the codes concerned; none where it's the whole report. The message's parameters
    are of JSON's types, decimals as text without an exponent; names come in both languages, as
    `name_vi` and `name_en`.
    """

    severity: Literal["error", "warning"]
    rule: str
    indicators: tuple[str, ...]
    message: Message

    def as_json(self) -> dict[str, Any]:
        """Give what `report_version.findings` stores."""
        return {
            "severity": self.severity,
            "rule": self.rule,
            "indicators": list(self.indicators),
            "text": self.message.text,
            "params": dict(self.message.params),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Take what `as_json` gave."""
        message = Message(stored["text"], stored["params"])
        return cls(stored["severity"], stored["rule"], tuple(stored["indicators"]), message)


def of_rules(broken: Iterable[Broken]) -> list[Finding]:
    """Tell of broken rules: errors first, otherwise in the order given."""
    found = [_of_rule(one) for one in broken]
    return sorted(found, key=lambda finding: finding.severity != "error")


def _of_rule(broken: Broken) -> Finding:
    facts = broken.rule.facts
    with localcontext(EXACT):
        params = {
            "name_vi": facts.name_vi,
            "name_en": facts.name_en,
            "left": plain(broken.left),
            "operator": facts.operator,
            "right": plain(broken.right),
            "difference": plain(broken.left - broken.right),
            "tolerance": plain(facts.tolerance),
        }
    text = RULE_WITH_TOLERANCE if facts.tolerance else RULE
    severity: Literal["error", "warning"] = "error" if facts.severity == "error" else "warning"
    return Finding(severity, facts.code, broken.rule.codes, Message(text, params))


def of_magnitude(
    values: Mapping[str, Decimal],
    previous: Mapping[str, Decimal],
    *,
    period: Period,
    by_code: Mapping[str, IndicatorFacts],
) -> list[Finding]:
    """Warn of values above 100 times, or below a hundredth of, the previous period's; by code.

    Signs don't matter. Where either value is 0 or missing there is nothing to compare: seasonal
    flows go to 0 and come back every year. `period` is the previous one.
    """
    with localcontext(EXACT):
        odd = [
            code
            for code, value in values.items()
            if value
            and (before := previous.get(code))
            # First digits at the same or the next place: less than 100 times apart.
            and abs(value.adjusted() - before.adjusted()) > 1
            and not abs(before) <= abs(value) * MAGNITUDE <= abs(before) * MAGNITUDE**2
        ]
        return [
            _of_magnitude(values[code], previous[code], period, by_code[code])
            for code in sorted(odd)
        ]


def _of_magnitude(
    value: Decimal, previous: Decimal, period: Period, facts: IndicatorFacts
) -> Finding:
    params = {
        **_names(facts),
        "value": plain(value),
        "previous": plain(previous),
        "period": str(period),
    }
    text = GROWN if abs(value) > abs(previous) else SHRUNK
    return Finding("warning", "magnitude", (facts.code,), Message(text, params))


def of_identity(
    values: Mapping[str, Decimal], previous: Mapping[str, Decimal], *, period: Period
) -> list[Finding]:
    """Warn once of a report of ten values or more that has the very values of the previous one.

    Indicators without a value play no part. `period` is the previous one.
    """
    if len(values) < IDENTICAL_FROM or values != previous:
        return []
    params = {"count": len(values), "period": str(period)}
    return [Finding("warning", "identical", (), Message(IDENTICAL, params))]


class SentRatio(NamedTuple):
    """A computed ratio that a unit sent, with its parts over the months that the ratio is of."""

    facts: IndicatorFacts
    value: Decimal
    numerator: Decimal
    denominator: Decimal


def of_ratios(ratios: Iterable[SentRatio]) -> list[Finding]:
    """Warn of ratios that are not factor x numerator / denominator, in the order given.

    They may differ by half a unit of the indicator's last decimal. The denominators are not 0.
    Nothing is divided to decide, so nothing is rounded.
    """
    found = []
    with localcontext(EXACT):
        for facts, value, numerator, denominator in ratios:
            computed = (facts.factor or 1) * numerator
            allowed = QUANTA[facts.decimals] / 2 + _RATIO_SLACK
            if abs(value * denominator - computed) > allowed * abs(denominator):
                told = plain(_TOLD.divide(computed, denominator))
                params = {**_names(facts), "value": plain(value), "computed": told}
                found.append(Finding("warning", "ratio", (facts.code,), Message(RATIO, params)))
    return found


def _names(facts: IndicatorFacts) -> dict[str, str]:
    return {"name_vi": facts.name_vi, "name_en": facts.name_en}
