"""The bulletin: an area's figures of a period beside the usual others, by sector.

Sectors in their own order, indicators by code, parts below their total.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

from indicators_api.aggregation import queries
from indicators_api.aggregation.queries import Figure
from indicators_api.aggregation.service import Limits, Question, prepare
from indicators_api.catalogue.queries import SectorFacts, sectors
from indicators_api.db.session import Session
from indicators_api.indicators.queries import IndicatorDetails, indicators
from indicators_api.periods import Period
from indicators_api.security.actors import Actor
from indicators_api.units.areas import demand_one
from indicators_api.units.tree import AreaFacts

#: The measures of the usual table, and what it must say of them.
MEASURES: Final = (
    *("value", "expected", "reported", "status", "same_period", "previous"),
    *("change_pct", "yoy_pct", "ytd", "plan", "plan_pct"),
)
#: One of them makes a line worth reading where the period asks nobody.
_FIGURES: Final = ("value", "same_period", "ytd")


class Line(NamedTuple):
    """An indicator and its figure; `depth` counts the totals above it in its sector."""

    indicator: IndicatorDetails
    depth: int
    figure: Figure


class Section(NamedTuple):
    """A sector and its own lines, none where only sectors below have any; `depth` from 0."""

    sector: SectorFacts
    depth: int
    lines: Sequence[Line]


class Bulletin(NamedTuple):
    """An area's table of a period."""

    area: AreaFacts
    period: Period
    sections: Sequence[Section]

    @property
    def lines(self) -> list[Line]:
        """All lines in the table's order."""
        return [line for section in self.sections for line in section.lines]

    @property
    def status(self) -> str | None:
        """The worst status behind the values: E, P or A. None: there are none."""
        found = {line.figure.status for line in self.lines}
        return next((status for status in ("E", "P", "A") if status in found), None)


def draw_up(session: Session, actor: Actor, asked: Question, limits: Limits) -> Bulletin:
    """Make the bulletin of one area (the province unless one is asked) and one period.

    Indicators that the period does not ask for have a line only where there is a figure of it, of
    last year's, or of the year so far.

    Raises what `service.prepare` raises, InvalidRequest also where the question leaves the area
    open.
    """
    wanted = prepare(session, actor, asked._replace(measures=MEASURES), limits)
    area = demand_one(wanted.areas)
    found, _ = queries.figures(session, wanted._replace(limit=len(wanted.plan.asked) + 1))
    details = {facts.code: facts for facts in indicators(session, actor.jurisdiction)}
    return Bulletin(
        area,
        asked.periods[0],
        arrange(found, details, sectors(session, actor.jurisdiction)),
    )


def arrange(
    figures: Iterable[Figure],
    details: Mapping[str, IndicatorDetails],
    known: Sequence[SectorFacts],
) -> list[Section]:
    """Put figures into the order of the table, below the sectors that have any."""
    shown = {figure.indicator: figure for figure in figures if _says_something(figure)}
    lines = _lines(shown, details)
    found: list[Section] = []
    for sector, depth in _walk({facts.code: facts.parent for facts in known}, known):
        # Headings above it that no line followed had nothing in them.
        while found and found[-1].depth >= depth and not found[-1].lines:
            found.pop()
        found.append(Section(sector, depth, lines.get(sector.code, ())))
    while found and not found[-1].lines:
        found.pop()
    return found


def _says_something(figure: Figure) -> bool:
    return figure.expected > 0 or any(getattr(figure, name) is not None for name in _FIGURES)


def _lines(
    shown: Mapping[str, Figure], details: Mapping[str, IndicatorDetails]
) -> dict[str, list[Line]]:
    """Give the lines of each sector, parts below the total that they have in it."""
    totals = {code: _total(details[code], shown, details) for code in shown}
    found: dict[str, list[Line]] = {}
    for facts, depth in _walk(totals, [details[code] for code in sorted(shown)]):
        found.setdefault(facts.sector, []).append(Line(facts, depth, shown[facts.code]))
    return found


def _total(
    facts: IndicatorDetails, shown: Mapping[str, Figure], details: Mapping[str, IndicatorDetails]
) -> str | None:
    """Give the nearest total that has a line in the same sector."""
    above = facts.parent
    while above is not None and (above not in shown or details[above].sector != facts.sector):
        above = details[above].parent
    return above


_Facts = TypeVar("_Facts", SectorFacts, IndicatorDetails)


def _walk(
    above: Mapping[str, str | None], ordered: Sequence[_Facts]
) -> Iterable[tuple[_Facts, int]]:
    """Go through trees from the top, what is below one before what comes after; with the depth."""
    below: dict[str | None, list[_Facts]] = {}
    for facts in ordered:
        below.setdefault(above[facts.code], []).append(facts)
    waiting = [(facts, 0) for facts in reversed(below.get(None, []))]
    while waiting:
        facts, depth = waiting.pop()
        yield facts, depth
        waiting += [(each, depth + 1) for each in reversed(below.get(facts.code, []))]
