"""What packages are made of: for whom, of which period, and what the catalogue says now."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from indicators_api.catalogue import calendar
from indicators_api.catalogue.calendar import RegimeFacts, Rule
from indicators_api.catalogue.queries import (
    SectorFacts,
    TargetFacts,
    UnitOfMeasureFacts,
    sectors,
    targets,
    units_of_measure,
)
from indicators_api.db.session import Session
from indicators_api.exchange import partners
from indicators_api.exchange.mapping import PartnerMapping
from indicators_api.exchange.partners import PartnerFacts
from indicators_api.indicators.queries import IndicatorDetails, indicators
from indicators_api.periods import Period
from indicators_api.units import tree
from indicators_api.units.queries import UnitFacts, units
from indicators_api.units.tree import AreaFacts


class Known(NamedTuple):
    """The catalogue, as packages need it; lists in the order of their queries."""

    indicators: Mapping[str, IndicatorDetails]
    units_of_measure: Sequence[UnitOfMeasureFacts]
    sectors: Sequence[SectorFacts]
    regimes: Sequence[RegimeFacts]
    deadlines: Sequence[Rule]
    #: The widest first.
    levels: Sequence[str]
    #: Of all times, as the units are.
    areas: Sequence[AreaFacts]
    units: Sequence[UnitFacts]
    #: The newest version of each plan.
    targets: Sequence[TargetFacts]


class Job(NamedTuple):
    """Packages of a partner and period, as things are `at` a moment."""

    jurisdiction: int
    partner: PartnerFacts
    period: Period
    mapping: PartnerMapping
    known: Known
    at: datetime

    @property
    def exchanged(self) -> list[IndicatorDetails]:
        """The form's indicators in its order, those left out that the catalogue does not have."""
        asked = self.mapping.form.indicators
        return [self.known.indicators[code] for code in asked if code in self.known.indicators]

    def is_exchanged(self, valid_to: date | None) -> bool:
        """Tell whether what ended on a day, if it did, may still be told of."""
        return valid_to is None or valid_to.year >= self.mapping.since


def job(
    session: Session,
    jurisdiction: int,
    code: str,
    period: Period,
    *,
    mapping: PartnerMapping,
    at: datetime,
) -> Job:
    """Find out what packages of a partner and period are made of. Raises NotFound."""
    partner = partners.partner(session, jurisdiction, code)
    return Job(jurisdiction, partner, period, mapping, _known(session, jurisdiction), at)


def _known(session: Session, jurisdiction: int) -> Known:
    return Known(
        indicators={facts.code: facts for facts in indicators(session, jurisdiction)},
        units_of_measure=units_of_measure(session, jurisdiction),
        sectors=sectors(session, jurisdiction),
        regimes=calendar.regimes(session, jurisdiction),
        deadlines=calendar.rules(session, jurisdiction),
        levels=tree.levels(session, jurisdiction),
        areas=tree.areas_on(session, jurisdiction, None),
        units=units(session, jurisdiction),
        targets=targets(session, jurisdiction),
    )
