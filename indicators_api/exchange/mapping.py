"""What the Government Office calls what is ours: the one place that knows. Pure.

Read from one file that an operator may replace (`mapping_file.py`); what packages say is made
without it. Whatever the file has no word for is a `Gap`, with the place in the file where the word
is missing.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple

from indicators_api.errors import Fault, Message, mark
from indicators_api.exchange.identifiers import new_spelling, old_spelling
from indicators_api.periods import FIRST_YEAR, LAST_YEAR, Period, PeriodType
from indicators_api.validation.exact import EXACT

#: In the file, instead of a table of codes: they are written as ours are.
AS_OURS: Final = "ours"
#: In the file, instead of the name of a field: the partner has no such field.
LEFT_OUT: Final = ""


class Gap(Exception):
    """The mapping has no word for something."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.pointer)
        self.fault = fault


class Theirs(NamedTuple):
    """What an indicator is called, and which of their units of measure it is counted in."""

    code: str
    unit: str


class Form(NamedTuple):
    """Which indicators are exchanged, in their order, of periods of which type."""

    name_vi: str
    name_en: str
    regime: str
    period_type: str
    indicators: tuple[str, ...]


class PartnerMapping(NamedTuple):
    """All that the file says; keys are ours unless told."""

    #: Identifiers of the province and of the Office, in the new spelling.
    sender: str
    receiver: str
    #: Which spelling is written, and old spellings that the rule does not give.
    spelling: str
    spelled: Mapping[str, str]
    #: Below a partner's base URL.
    path: str
    #: The first year that is exchanged.
    since: int
    form: Form
    indicators: Mapping[str, Theirs]
    #: By their unit and ours: theirs = ours x factor.
    units_of_measure: Mapping[str, Mapping[str, Decimal]]
    #: By type, a form for `str.format` of year, number in the year, and last month.
    periods: Mapping[str, str]
    #: By system; None: written as ours.
    codes: Mapping[str, Mapping[str, str] | None]
    #: By part of a package, its fields.
    fields: Mapping[str, Mapping[str, str]]


def field(mapping: PartnerMapping, part: str, name: str) -> str:
    """Give the name of a field; empty where it is left out. Raises Gap."""
    found = mapping.fields.get(part, {}).get(name)
    if found is None:
        text = mark("The field %(name)s of %(part)s has no name.")
        raise _gap(f"/fields/{part}/{name}", "unmapped-field", text, name=name, part=part)
    return found


def code(mapping: PartnerMapping, system: str, ours: str) -> str:
    """Give their code of one of ours, indicators and identifiers included. Raises Gap."""
    if system == "indicator":
        return theirs(mapping, ours).code
    if system == "identifier":
        return identifier(mapping, ours)
    known = mapping.codes.get(system, {})
    if known is None:
        return ours
    if ours not in known:
        text = mark("The code %(code)s of %(system)s is not mapped.")
        raise _gap(f"/codes/{system}/{ours}", "unmapped-code", text, code=ours, system=system)
    return known[ours]


def theirs(mapping: PartnerMapping, indicator: str) -> Theirs:
    """Give what an indicator is called and counted in. Raises Gap."""
    found = mapping.indicators.get(indicator)
    if found is None:
        text = mark("The indicator %(code)s is not mapped.")
        raise _gap(f"/indicators/{indicator}", "unmapped-indicator", text, code=indicator)
    return found


def factor(mapping: PartnerMapping, indicator: str, our_unit: str) -> Decimal:
    """Give the exact factor from our unit of measure of an indicator to theirs. Raises Gap."""
    unit = theirs(mapping, indicator).unit
    found = mapping.units_of_measure.get(unit, {}).get(our_unit)
    if found is None:
        text = mark("Indicator %(code)s: there is no factor from %(ours)s to %(theirs)s.")
        facts = {"code": indicator, "ours": our_unit, "theirs": unit}
        raise _gap(f"/units_of_measure/{unit}/{our_unit}", "scale-missing", text, **facts)
    return found


def scaled(mapping: PartnerMapping, indicator: str, our_unit: str, value: Decimal) -> Decimal:
    """Give a value in their unit of measure, exactly: nothing is rounded. Raises Gap."""
    return EXACT.multiply(value, factor(mapping, indicator, our_unit))


def period_code(mapping: PartnerMapping, period: Period) -> str:
    """Give the code of a period. Raises Gap for a type or a time that is not exchanged."""
    form = mapping.periods.get(period.type)
    if form is None:
        text = mark("Periods of type %(type)s are not mapped.")
        raise _gap(f"/periods/{period.type}", "unmapped-period", text, type=str(period.type))
    if period.year < mapping.since:
        text = mark("%(period)s is before %(since)s, the first year that is exchanged.")
        facts = {"period": str(period), "since": mapping.since}
        raise _gap("/since", "unmapped-period", text, **facts)
    return _written(form, period)


def identifier(mapping: PartnerMapping, ours: str) -> str:
    """Give an identifier in the spelling that is exchanged. Raises Gap."""
    found = new_spelling(ours)
    if mapping.spelling == "old":
        found = mapping.spelled.get(ours) or old_spelling(ours)
    if found is None:
        text = mark("%(code)s has no %(spelling)s spelling as an electronic identifier.")
        facts = {"code": ours, "spelling": mapping.spelling}
        raise _gap(f"/parties/spelled/{ours}", "unmapped-unit", text, **facts)
    return found


def our_code(mapping: PartnerMapping, system: str, code: str) -> str | None:
    """Give our code of one of theirs, indicators and identifiers included; None: it has none.

    A unit of measure of theirs may stand for several of ours: it stays as it is.
    """
    if system == "unit_of_measure":
        return code if code in mapping.units_of_measure else None
    if system == "indicator":
        return next((k for k, v in mapping.indicators.items() if v.code == code), None)
    if system == "identifier":
        return our_identifier(mapping, code)
    known = mapping.codes.get(system, {})
    if known is None:
        return code
    return next((ours for ours, said in known.items() if said == code), None)


def our_identifier(mapping: PartnerMapping, code: str) -> str | None:
    """Give an identifier of either spelling in the new one; None where it is none."""
    exceptions = {old: new for new, old in mapping.spelled.items()}
    return exceptions.get(code) or new_spelling(code)


def our_period(mapping: PartnerMapping, code: str) -> Period | None:
    """Give the period that bears a code; None: none does."""
    return _periods_by_code(tuple(mapping.periods.items())).get(code)


def periods_of_year(mapping: PartnerMapping, year: int) -> list[Period]:
    """Give the periods of a year whose types are exchanged, by type and number."""
    return [
        period for kind in PeriodType if kind in mapping.periods for period in _of_year(kind, year)
    ]


def are_told_apart(periods: Mapping[str, str]) -> bool:
    """Tell whether no two periods are written alike."""
    years = LAST_YEAR - FIRST_YEAR + 1
    every = years * sum(len(_of_year(PeriodType(kind), FIRST_YEAR)) for kind in periods)
    return len(_periods_by_code(tuple(periods.items()))) == every


def _written(form: str, period: Period) -> str:
    return form.format(year=period.year, number=period.number, month=period.last_month.number)


@lru_cache(maxsize=8)
def _periods_by_code(periods: tuple[tuple[str, str], ...]) -> dict[str, Period]:
    return {
        _written(form, period): period
        for kind, form in periods
        for year in range(FIRST_YEAR, LAST_YEAR + 1)
        for period in _of_year(PeriodType(kind), year)
    }


def _of_year(kind: PeriodType, year: int) -> list[Period]:
    found = [Period(kind, year)]
    while found[-1].next.year == year:
        found.append(found[-1].next)
    return found


def _gap(pointer: str, kind: str, text: str, /, **params: Any) -> Gap:
    return Gap(Fault(pointer, kind, Message(text, params)))
