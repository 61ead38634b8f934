"""What mapping and catalogue do not have of each other, found before anything is sent. Pure.

What the mapping has no word for while a package is written comes on top (`serialise.tell`).
"""

from collections.abc import Callable, Iterator
from typing import Any

from indicators_api.errors import Fault, Message, mark
from indicators_api.exchange import mapping as words
from indicators_api.exchange.job import Job
from indicators_api.exchange.mapping import Gap
from indicators_api.units.areas import GEOGRAPHY_CUT_OFF

_UNKNOWN = mark("The catalogue has no %(code)s in %(system)s.")


def gaps(job: Job) -> list[Fault]:
    """Give every gap: words that are missing, and words for what there is not."""
    found = [*_of_period(job), *_of_form(job), *_of_words(job)]
    return list({fault.pointer: fault for fault in found}.values())


def _of_period(job: Job) -> Iterator[Fault]:
    yield from _missing(words.period_code, job.mapping, job.period)
    if job.period.type != job.mapping.form.period_type:
        text = mark("%(period)s is no period of the form, which is of type %(type)s.")
        params = {"period": str(job.period), "type": job.mapping.form.period_type}
        yield Fault("/form/period_type", "unmapped-period", Message(text, params))


def _of_form(job: Job) -> Iterator[Fault]:
    """Indicators that are exchanged: known, in force, named, and in a unit that has a factor."""
    day = job.period.cut_off(GEOGRAPHY_CUT_OFF)
    for place, code in enumerate(job.mapping.form.indicators):
        pointer = f"/form/indicators/{place}"
        facts = job.known.indicators.get(code)
        if facts is None:
            yield _unknown(pointer, "indicator", code)
            continue
        if not facts.valid_from <= day <= (facts.valid_to or day):
            text = mark("Indicator %(code)s is not in force in %(period)s.")
            params = {"code": code, "period": str(job.period)}
            yield Fault(pointer, "unknown-code", Message(text, params))
        yield from _missing(words.factor, job.mapping, code, facts.unit_of_measure)


def _of_words(job: Job) -> Iterator[Fault]:
    """What the file names must be there, or a renamed code would be lost without a word."""
    known = job.known
    for code, theirs in job.mapping.indicators.items():
        if code not in known.indicators:
            yield _unknown(f"/indicators/{code}", "indicator", code)
        if theirs.unit not in job.mapping.units_of_measure:
            text = mark("The unit of measure %(unit)s is not described.")
            said = Message(text, {"unit": theirs.unit})
            yield Fault(f"/indicators/{code}/unit", "unknown-code", said)
    units = {unit.code for unit in known.units_of_measure}
    for theirs_unit, factors in job.mapping.units_of_measure.items():
        for code in factors.keys() - units:
            yield _unknown(f"/units_of_measure/{theirs_unit}/{code}", "unit_of_measure", code)
    regimes = {regime.code for regime in known.regimes}
    if job.mapping.form.regime not in regimes:
        yield _unknown("/form/regime", "regime", job.mapping.form.regime)
    catalogued = {"regime": regimes, "level": set(known.levels)}
    for system, codes in catalogued.items():
        for code in (job.mapping.codes.get(system) or {}).keys() - codes:
            yield _unknown(f"/codes/{system}/{code}", system, code)


def _missing(look_up: Callable[..., Any], *asked: Any) -> Iterator[Fault]:
    try:
        look_up(*asked)
    except Gap as gap:
        yield gap.fault


def _unknown(pointer: str, system: str, code: str) -> Fault:
    return Fault(pointer, "unknown-code", Message(_UNKNOWN, {"code": code, "system": system}))
